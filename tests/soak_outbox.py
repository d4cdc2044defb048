"""Kills the process that delivers, at random moments, and counts what arrived.

    python -m tests.soak_outbox [KILLS]

prints a dated line for each database: 200 kills unless told otherwise. `make test` does a few of them.
"""

from __future__ import annotations

import datetime
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bot.database.postgres import Postgres
from bot.database.sqlite import SQLite
from bot.ledger import Ledger, migrations
from bot.records import Act, Notice
from bot.views import Text, view
from tests.databases import schema

SEED = 416
# So many notices are there for each kill, so that the next one still finds work; one in so many is a signer's copy.
A_KILL = 20
COPIES = 10
# A process is killed at most so long after it has begun to deliver, in seconds.
LONGEST = 0.25
LONG_AGO = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Result:
    """What came of it: `repeats` are arrivals beyond the first; `copies` and `recorded` are copies, and records that say so."""

    kills: int
    notices: int
    lost: int
    repeats: int
    copies: int
    recorded: int
    seconds: float

    def line(self, kind: str) -> str:
        """The result for the documents."""
        return (
            f"{datetime.date.today()} {kind}: {self.kills} kills, {self.notices} notices: {self.lost} lost, {self.repeats} "
            f"repeated, {self.recorded} of {self.copies} copies recorded ({self.seconds:.0f} s)"
        )


def killed(kind: str, kills: int, place: Path) -> Result:
    """Delivers on a `file` or on `postgres`, with so many deaths by SIGKILL in between; `place` is an empty directory."""
    with ExitStack() as stack:
        database = stack.enter_context(schema()) if kind == "postgres" else str(place / "ledger.sqlite")
        handle: Postgres | SQLite = Postgres(database) if kind == "postgres" else SQLite(Path(database))
        stack.callback(handle.close)
        migrations.migrate(handle)
        ledger, number = Ledger(handle), A_KILL * (kills + 2)
        _fill(ledger, number)
        record, begun = place / "record", time.monotonic()
        chance = random.Random(SEED)  # noqa: S311 - the same moments in every run
        deaths = sum(_killed(database, record, seed, chance.uniform(0, LONGEST)) for seed in range(kills))
        _run(database, record, kills)
        arrived = Counter(record.read_text().split())
        copied = Counter(entry.body.split('"signed":"')[1][:12] for entry in ledger.acts.all() if entry.kind == "copied")
    lost = number - len(arrived)
    recorded = len(copied) if set(copied.values()) <= {1} else -1
    copies = len(range(0, number, COPIES))
    return Result(deaths, number, lost, arrived.total() - len(arrived), copies, recorded, time.monotonic() - begun)


def _fill(ledger: Ledger, number: int) -> None:
    with ledger.transaction(deciding=True):
        for each in range(number):
            cause = ""
            if each % COPIES == 0:
                id = f"signed{each:06}"
                ledger.acts.append(Act(id, "signed", LONG_AGO, "416", "v1", facts={"text_sha256": "0"}))
                cause = f"copy:{id}"
            ledger.notices.add(Notice(f"n{each:06}", f"slack:C{each % 50}", view(Text("A notice.")), LONG_AGO, cause=cause))


def _killed(database: str, record: Path, seed: int, after: float) -> bool:
    """Starts a process and kills it; whether it was killed, and had not done everything before."""
    child = _child(database, record, seed)
    time.sleep(after)
    child.kill()
    child.communicate()
    return child.returncode != 0


def _run(database: str, record: Path, seed: int) -> None:
    child = _child(database, record, seed)
    child.communicate(timeout=600)
    assert child.returncode == 0


def _child(database: str, record: Path, seed: int) -> subprocess.Popen[bytes]:
    """A process that has begun to deliver."""
    command = [sys.executable, "-m", "tests.outbox_child", database, str(record), str(seed)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def main() -> None:
    """Both databases, with the full counts."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for kind in ("file", "postgres"):
        with tempfile.TemporaryDirectory() as place:
            sys.stdout.write(killed(kind, kills, Path(place)).line(kind) + "\n")


if __name__ == "__main__":
    main()
