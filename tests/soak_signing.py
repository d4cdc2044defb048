"""Kills the process that signs and delivers, at random moments, and compares what it said with what is stored.

    python -m tests.soak_signing [KILLS]

prints a dated line for each database: 200 kills unless told otherwise. `make test` does a few of them.
"""

from __future__ import annotations

import datetime
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

from bot.bench_signoffs import town
from bot.bench_signoffs.asking import ask
from bot.evidence.verify import verify
from bot.ledger import Ledger
from tests.databases import schema
from tests.killed_signing import Task, work
from tests.outbox_child import handle_of

# One process that has everything imported, and no database open, is copied for each life.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", "tests.killed_signing", "tests.killed_filing"])
SEED = 416
T = TypeVar("T")
# So many people are there for each kill, so that the next one still finds work.
A_KILL = 30
# After the last death so many of them sign who have not, in a life that comes to its end.
LIVING = 5
# A process is killed at most so long after it has begun, in seconds; on PostgreSQL it has connections to open first.
LONGEST = {"file": 0.5, "postgres": 1.0}


@dataclass(frozen=True)
class Result:
    """What came of it. `acknowledged` signatures that are not stored are `lost`, what was accepted by the channel about a
    signature that is not stored is `false`; `undelivered` are stored signatures whose copy never came, or was not recorded.
    """

    kills: int
    acknowledged: int
    signed: int
    twice: int
    lost: int
    false: int
    undelivered: int
    repeats: int
    wrong: str
    seconds: float

    def line(self, kind: str) -> str:
        """The result for the documents."""
        return (
            f"{datetime.date.today()} signing on {kind}: {self.kills} kills, {self.acknowledged} acknowledged of {self.signed} "
            f"signatures: {self.lost} lost, {self.twice} twice, {self.false} announced and not stored, {self.undelivered} copies "
            f"undelivered, {self.repeats} notices repeated; chain {self.wrong or 'whole'} ({self.seconds:.0f} s)"
        )


def killed(kind: str, kills: int, place: Path) -> Result:
    """Signs on a `file` or on `postgres`, with so many deaths by SIGKILL in between; `place` is an empty directory."""
    with ExitStack() as stack:
        database = stack.enter_context(schema()) if kind == "postgres" else str(place / "ledger.sqlite")
        handle = handle_of(database)
        stack.callback(handle.close)
        begun, people = time.monotonic(), A_KILL * kills
        ledger = town.settle(handle, people)
        request = ask(ledger, lambda _: None).request
        town.read_before(handle, ledger, request, left=1)
        _told(ledger, request)
        task = Task(database, str(place / "record"), str(place / "said"), request, people)
        chance = random.Random(SEED)  # noqa: S311 - the same moments in every run
        deaths = sum(killed_after(work, replace(task, seed=seed), chance.uniform(0, LONGEST[kind])) for seed in range(kills))
        assert finished(work, replace(task, seed=kills, people=LIVING, last=True))
        said, accepted = (Path(file).read_text().split() for file in (task.said, task.record))
        return _compared(ledger, deaths, set(said), Counter(accepted), time.monotonic() - begun)


def _told(ledger: Ledger, request: str) -> None:
    """Nobody is left to be told of the request, so that nothing but copies is delivered."""
    with ledger.transaction():
        for topic in ledger.requests.waiting_topics(request):
            ledger.notices.withdraw(topic)


def _compared(ledger: Ledger, deaths: int, acknowledged: set[str], arrived: Counter[str], seconds: float) -> Result:
    entries = list(ledger.acts.all())
    signed = {entry.id: entry.person for entry in entries if entry.kind == "signed"}
    copied = Counter(str(json.loads(entry.body)["facts"]["signed"]) for entry in entries if entry.kind == "copied")
    copies = {key.removeprefix("copy:") for key in arrived if key.startswith("copy:")}
    first = verify(entries, texts=town.texts(ledger)).first
    return Result(
        deaths,
        len(acknowledged),
        len(signed),
        len(signed) - len(set(signed.values())),
        len(acknowledged - signed.keys()),
        len(copies - signed.keys()),
        sum(record not in copies or copied[record] != 1 for record in signed),
        arrived.total() - len(arrived),
        f"broken at record {first.seq}: {first.what}" if first else "",
        seconds,
    )


def killed_after(work: Callable[[T, Connection], None], task: T, after: float) -> bool:
    """Starts a process that does this work and kills it so many seconds after it has begun; whether it died of that."""
    child = _child(work, task)
    time.sleep(after)
    child.kill()
    child.join()
    return child.exitcode == -signal.SIGKILL


def finished(work: Callable[[T, Connection], None], task: T) -> bool:
    """The last life, which comes to its end by itself: what waits is delivered."""
    child = _child(work, task)
    child.join(600)
    return child.exitcode == 0


def _child(work: Callable[[T, Connection], None], task: T) -> BaseProcess:
    """A process that has begun."""
    heard, told = FORKS.Pipe(duplex=False)
    child = FORKS.Process(target=work, args=(task, told))
    child.start()
    told.close()
    heard.recv_bytes()
    heard.close()
    return child


def main() -> None:
    """Both databases, with the full counts."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("CLAUSEBOT_KILLS", "200"))
    for kind in ("file", "postgres"):
        with tempfile.TemporaryDirectory() as place:
            sys.stdout.write(killed(kind, kills, Path(place)).line(kind) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
