"""Several processes that sign at the same time on one PostgreSQL database, as replicas of the program do.

Everybody has read all pages before, so that the processes do nothing but meet at the end of the chain.
"""

from __future__ import annotations

import multiprocessing
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

from bot.bench_signoffs import signing, town
from bot.bench_signoffs.asking import ask
from bot.bench_signoffs.signing import Signed
from bot.database.postgres import Postgres
from bot.evidence.verify import verify
from bot.ledger import Ledger

REPLICAS = 4
# A process that has not come up after so many seconds stops the others.
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Together:
    """What the processes signed, and what the chain was found to be: how many signatures, of how many people, how many records
    in all, and the first mistake, if there is one."""

    signed: tuple[Signed, ...]
    signatures: int
    people: int
    records: int
    wrong: str

    @property
    def seconds(self) -> float:
        """As long as the slowest of them took."""
        return max(each.seconds for each in self.signed)


def signed_together(url: str, people: int, replicas: int = REPLICAS) -> Together:
    """So many people sign, an equal part of them in each process; `url` is an empty database."""
    with closing(Postgres(url)) as handle:
        ledger = town.settle(handle, people)
        request = ask(ledger, lambda _: None).request
        town.read_before(handle, ledger, request)
        found = _together(url, people, request, replicas)
        signatures = [entry for entry in ledger.acts.all() if entry.kind == "signed"]
        wrong = verify(
            ledger.acts.all(), texts={each.text_sha256: each.clause_sha256 for each in ledger.policies.versions("416")}
        )
        first = f"record {wrong.first.seq}: {wrong.first.what}" if wrong.first else ""
        return Together(found, len(signatures), len({each.person for each in signatures}), wrong.records, first)


@contextmanager
def schema(url: str) -> Iterator[str]:
    """The address of a place of its own in a PostgreSQL database, empty; it is gone afterwards."""
    name = f"bench_{secrets.token_hex(8)}"
    with closing(Postgres(url)) as handle:
        handle.run(f'CREATE SCHEMA "{name}"')
        try:
            yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"
        finally:
            handle.run(f'DROP SCHEMA "{name}" CASCADE')


def _together(url: str, people: int, request: str, replicas: int) -> tuple[Signed, ...]:
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(replicas)
    with ProcessPoolExecutor(replicas, context, initializer=_wait_at, initargs=(gate,)) as pool:
        parts = [pool.submit(_part, url, people, request, part, replicas) for part in range(replicas)]
        return tuple(part.result() for part in parts)


_gate: threading.Barrier | None = None


def _wait_at(gate: threading.Barrier) -> None:
    """In each process, before its part: where all wait for the last one."""
    global _gate
    _gate = gate


def _part(url: str, people: int, request: str, part: int, of: int) -> Signed:
    with closing(Postgres(url, connections=1)) as handle:
        desk = town.desk(Ledger(handle))
        desk.standings.ledger.open()
        if _gate:
            _gate.wait(_PATIENCE)
        return signing.signed(desk, town.numbers(people, part, of), request)
