"""Kills the process that files reports and works at windows, at random moments, and compares what it said with what is stored.

    python -m tests.soak_filing [KILLS]

prints a dated line for each kind of database: 200 kills unless told otherwise. `make test` does a few of them.
"""

from __future__ import annotations

import datetime
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.bench_signoffs import town
from bot.casebook import Casebook
from bot.casebook.starting import casebook
from bot.ledger import Ledger
from tests.databases import schema
from tests.killed_filing import READERS, Fast, Task, settings_of, work
from tests.outbox_child import handle_of
from tests.soak_signing import SEED, finished, killed_after

# Between two lives so much of the organisation's time goes by: sometimes a window is passed, most often none is.
BETWEEN = datetime.timedelta(hours=1)
# A process is killed at most so long after it has begun, in seconds: time for some receipts, and for a window.
LONGEST = 1.5
# The last life begins when everything that waits is due.
AT_LAST = datetime.timedelta(days=3)


@dataclass(frozen=True)
class Result:
    """What came of it. `shown` receipts: behind the `lost` ones nothing lies, or not that report; of `stored` reports some are
    there `twice`. `windows` were worked at; `untold` are the deaths before which something came to light that nobody was told
    of, neither then nor by the next life; `undelivered` are notices that did not reach every reader.
    """

    kills: int
    shown: int
    stored: int
    lost: int
    twice: int
    windows: int
    untold: int
    undelivered: int
    repeats: int
    seconds: float

    def line(self, kind: str) -> str:
        """The result for the documents."""
        return (
            f"{datetime.date.today()} filing on {kind}: {self.kills} kills, {self.shown} receipts shown, {self.stored} reports "
            f"stored: {self.lost} lost, {self.twice} twice; {self.windows} windows: {self.untold} releases untold, "
            f"{self.undelivered} notices undelivered, {self.repeats} repeated ({self.seconds:.0f} s)"
        )


@dataclass(frozen=True)
class Death:
    """What could be seen after a death: whether anything had come to light in that life, and which windows it had worked at."""

    released: bool
    windows: tuple[str, ...]


def killed(kind: str, kills: int, place: Path) -> Result:
    """Files into a `file` or into `postgres`, with so many deaths by SIGKILL in between; `place` is an empty directory."""
    with ExitStack() as stack:
        urls = [stack.enter_context(schema()) for _ in range(2)] if kind == "postgres" else [str(place / "ledger.sqlite"), ""]
        handle = handle_of(urls[0])
        stack.callback(handle.close)
        town.settle(handle, len(READERS) - 1)
        begun = time.monotonic()
        files = (str(place / name) for name in ("record", "said", "told"))
        start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3 * kills + 60)
        task = Task(urls[0], urls[1], str(place / "data"), *files, start)
        for name in (task.record, task.said, task.told):
            Path(name).touch()
        with _book(task):
            pass  # the schema, salt and keys are there before the first life
        lives = _lives(task, kills)
        deaths = [death for death in lives if death]
        return _compared(task, deaths, Ledger(handle), time.monotonic() - begun)


def _lives(task: Task, kills: int) -> Iterator[Death | None]:
    """One life after the other; the last one ends by itself. None where one did not die of the kill."""
    chance = random.Random(SEED)  # noqa: S311 - the same moments in every run
    begun, released = task.begun, 0
    for seed in range(kills + 1):
        clock, heard = Fast(begun), len(_windows(task))
        life = replace(task, seed=seed, begun=begun if seed < kills else begun + AT_LAST, last=seed == kills)
        died = finished(work, life) if life.last else killed_after(work, life, chance.uniform(0, LONGEST))
        assert died or not life.last, "the last life must come to its end"
        before, released = released, _released(task)
        yield Death(released > before, tuple(_windows(task)[heard:])) if died else None
        begun = clock() + BETWEEN


def _windows(task: Task) -> list[str]:
    return Path(task.told).read_text().split()


@contextmanager
def _book(task: Task) -> Iterator[Casebook]:
    settings = settings_of(task)
    book = casebook(settings.reports, settings.records, settings.hours, Fast(task.begun))
    try:
        yield book
    finally:
        book.store.close()


def _released(task: Task) -> int:
    with _book(task) as book:
        return len(book.store.reports())


def _compared(task: Task, deaths: list[Death], ledger: Ledger, seconds: float) -> Result:
    said = [line.split(" ", 1) for line in Path(task.said).read_text().splitlines()]
    arrived = Counter(Path(task.record).read_text().split())
    told = Counter(key.removeprefix("window:").rpartition(":")[0] for key in arrived if key.startswith("window:"))
    with _book(task) as book:
        rows = {row["lookup"]: row["id"] for row in book.store._database.rows("SELECT id, lookup FROM report")}
        cases = {case.id: case.submission.what for case in book.room.cases([each.id for each in READERS])}
        behind = {words: cases.get(rows.get(book.recognise(receipt).lookup, "")) for words, receipt in said}
    with ledger.transaction():
        kept = ledger.notices.counts(time.time())
    stored = Counter(cases.values())
    return Result(
        len(deaths) - 1,
        len(said),
        len(rows),
        sum(words != found for words, found in behind.items()),
        stored.total() - len(stored),
        len(_windows(task)),
        sum(not _is_told(deaths[place:], told) for place, death in enumerate(deaths) if death.released),
        sum(count != len(READERS) for count in told.values()) + kept.waiting + kept.dead,
        arrived.total() - len(arrived),
        seconds,
    )


def _is_told(lives: list[Death], told: Counter[str]) -> bool:
    """Whether what came to light in the first of these lives was told of at a window that it worked at, or at the first one that
    any later life did."""
    first, *later = lives
    after = next((life.windows[0] for life in later if life.windows), None)
    return any(window in told for window in (*first.windows, after))


def main() -> None:
    """Both kinds of database, with the full counts."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("CLAUSEBOT_KILLS", "200"))
    for kind in ("file", "postgres"):
        with tempfile.TemporaryDirectory() as place:
            sys.stdout.write(killed(kind, kills, Path(place)).line(kind) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
