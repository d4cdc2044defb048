"""What sign-offs cost with many people: asking, delivering, signing, verifying, and several processes at once.

Everything is the program's own but the people and the channel, which is a stand-in. What is kept meanwhile is thrown away.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bot import app
from bot.bench_signoffs import bare, report, signing, town
from bot.bench_signoffs.asking import ask
from bot.bench_signoffs.delivering import delivered
from bot.bench_signoffs.replicas import schema, signed_together
from bot.database.sqlite import SQLite
from bot.evidence.verify import verify
from bot.expanding import BATCH
from bot.ledger import Ledger

__all__ = ["Plan", "run"]

# What a person who is asked costs at least: an assignment, a record with its personal row, a notice.
_ROWS_EACH = 4
_BARE = 300
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """How many people there are, how many of them sign on SQLite and how many on PostgreSQL, which is not measured without a
    `postgres` address."""

    people: int = 10_000
    signed: int = 2_000
    together: int = 10_000
    postgres: str = field(default="", repr=False)


def run(place: Path, plan: Plan, progress: app.Progress) -> Iterator[str]:
    """The lines, as they come; `place` is a directory on the disk that is measured.

    Raises DatabaseGone, BadAddress or NotAllowed for a PostgreSQL database that cannot be used.
    """
    yield report.head(plan.people)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=place) as name:
        yield from _on_file(Path(name), plan, progress)
    if not plan.postgres:
        yield "PostgreSQL was not measured; name a database with --postgres URL"
        return
    progress(f"{plan.together:,} people sign on PostgreSQL")
    with schema(plan.postgres) as url:
        alone = bare.postgres_commits(url, _BARE)
        yield from report.together(signed_together(url, plan.together), plan.together, alone)


def _on_file(place: Path, plan: Plan, progress: app.Progress) -> Iterator[str]:
    path = place / "ledger.sqlite"
    with closing(SQLite(path)) as handle, closing(bare.Commits(place / "commits.sqlite")) as commits:
        progress(f"{plan.people:,} people are entered")
        ledger = town.settle(handle, plan.people)
        asked = ask(ledger, progress)
        yield from report.asked(asked, bare.inserts(place / "rows.sqlite", asked.people * _ROWS_EACH, BATCH * _ROWS_EACH))
        yield from _delivered("notices of the request", ledger, place / "first.sqlite", progress)
        signed = min(plan.signed, plan.people)
        progress(f"{signed:,} people read and sign")
        found = signing.signed(town.desk(ledger), town.numbers(signed), asked.request, commits.another)
        yield from report.signed(found, commits.times)
        yield from _delivered("copies", ledger, place / "second.sqlite", progress)
        progress("the chain is verified")
        yield from _verified(ledger, path)


def _delivered(what: str, ledger: Ledger, beside: Path, progress: app.Progress) -> Iterator[str]:
    """Bare commits before and after, since a disk is not equally busy all the time."""
    progress(f"{what} are delivered")
    with closing(bare.Commits(beside)) as commits:
        for _ in range(_BARE):
            commits.another()
        found = delivered(ledger)
        for _ in range(_BARE):
            commits.another()
        yield from report.delivered(what, found, commits.times)


def _verified(ledger: Ledger, path: Path) -> Iterator[str]:
    """The best of a few rounds, of ours and of the bare one, in turn."""
    times, alone, texts = [], [], town.texts(ledger)
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        found = verify(ledger.acts.all(), ledger.acts.roots(), texts)
        times.append(time.perf_counter() - begun)
        alone.append(bare.digests(path))
    wrong = f"record {found.first.seq}: {found.first.what}" if found.first else ""
    yield from report.verified(found.records, min(times), min(alone), wrong)
