"""What is written anew beside a report that is filed: enough to leave no order, and never so much that somebody waits (P7)."""

# ruff: noqa: S311 - drawn alike in every run
from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bot.casebook import rewriting
from bot.casebook.kept import Sealed
from bot.casebook.rewriting import BYTES, MIXED, chosen
from bot.casebook.starting import FILE, MIGRATIONS, PRAGMAS
from bot.casebook.store import Store
from bot.casebook.windows import Window
from bot.database import migrating
from bot.database.sqlite import SQLite
from tests.canary.attacks import SEED, order, traces
from tests.canary.town import BEGUN
from tests.conftest import HERE

pytestmark = pytest.mark.anonymity
MB = 1024 * 1024
LARGEST = 16 * MB + 20_000
WINDOW = Window(BEGUN.date(), "15:00")


def waiting(lights: int, heavies: int, size: int = LARGEST) -> dict[str, int]:
    """Rows in random order with their sizes: `l0` and on without large files, `h0` and on with them."""
    rows = {f"l{number}": 5_000 for number in range(lights)} | {f"h{number}": size for number in range(heavies)}
    return {id: rows[id] for id in random.Random(SEED).sample(sorted(rows), len(rows))}


@pytest.mark.parametrize(("lights", "heavies"), [(1, 0), (MIXED, 0), (20, 2), (3, 1)])
def test_p7_few_rows_are_all_written_anew(lights: int, heavies: int) -> None:
    """Whatever their sizes, as far as all fit."""
    rows = waiting(lights, heavies)
    assert set(chosen(rows, "l0")) == set(rows)


@pytest.mark.parametrize(
    ("lights", "heavies", "new"), [(500, 0, "l0"), (500, 50, "l0"), (500, 50, "h0"), (0, 50, "h0"), (1, 9, "l0")]
)
def test_p7_of_many_those_that_the_new_one_is_like(lights: int, heavies: int, new: str) -> None:
    """The new one always and others at random, never beyond both limits; a large one takes at least one of its like along."""
    rows = waiting(lights, heavies)
    found = chosen(rows, new)
    assert new in found
    assert len(found) == len(set(found)) <= MIXED
    assert sum(rows[id] for id in found) <= BYTES
    assert {id[0] for id in found} == {new[0]}
    assert len(found) >= min(2, sum(id[0] == new[0] for id in rows))


def test_p7_the_place_at_the_end_is_the_new_ones_no_oftener_than_anybodys() -> None:
    """Of fifty with large files, of which two fit: the new one comes last in one of fifty, each other one is taken as often."""
    chance, last, taken = random.Random(SEED), 0, Counter[str]()
    rows = waiting(0, 50)
    for _ in range(5000):
        found = chosen({id: rows[id] for id in chance.sample(sorted(rows), len(rows))}, "h0")
        last += found[-1] == "h0"
        taken.update(found)
    assert 60 < last < 140
    assert all(60 < count < 150 for id, count in taken.items() if id != "h0")


def opened(place: Path) -> Store:
    """A store of its own file."""
    database = SQLite(place / FILE, PRAGMAS)
    migrating.migrate(database, MIGRATIONS)
    return Store(database)


def row(chance: random.Random, enclosed: int = 0) -> Sealed:
    """As a report is kept, with so many bytes of files."""
    id, lookup = chance.randbytes(16).hex(), chance.randbytes(32).hex()
    return Sealed(id, lookup, "age1", chance.randbytes(4500), chance.randbytes(4900), chance.randbytes(enclosed))


@pytest.mark.parametrize("weak", [False, True])
def test_p7_more_than_are_written_anew_at_once_have_no_order(weak: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred reports, some with files of which no more than two fit: neither those with files nor those without lie in the
    order in which they were filed. Where nothing is mixed, both do."""
    monkeypatch.setattr(rewriting.chosen, "__defaults__", (30, 170_000, 20_000))
    if weak:
        monkeypatch.setattr(rewriting, "chosen", lambda _, new: [new])
    chance, filed = random.Random(SEED), []
    with closing(opened(tmp_path)) as store:
        database = store._database
        assert isinstance(database, SQLite)
        assert database._connection
        database._connection.create_function("random", 0, lambda: chance.getrandbits(63))
        for _ in range(200):
            filed.append(row(chance, 64_000 if chance.random() < 0.2 else 0))
            store.file(filed[-1], WINDOW)
        kept = traces(tmp_path / FILE, "waiting", "id")
    for large in (False, True):
        verdict = order([kept[each.id] for each in filed if bool(each.enclosed) is large])
        assert verdict.p < 1e-6 if weak else verdict.p > 0.01, verdict


# What a process held at most is told by Linux alone; what others tell counts the one before it too.
MOST = Path("/proc/self/status")
PROGRAM = """
import random, sys, time
from pathlib import Path
from tests.test_casebook_mixing import MB, MOST, WINDOW, opened, row
store, chance = opened(Path(sys.argv[1])), random.Random(1)
for _ in range(5):
    store.file(row(chance, 12 * MB), WINDOW)
begun = time.process_time()
for _ in range(20):
    store.file(row(chance), WINDOW)
seconds = (time.process_time() - begun) / 20
print(MOST.read_text().split("VmHWM:")[1].split()[0], seconds)
"""


@pytest.mark.skipif(not MOST.exists(), reason="tells how much memory was used on Linux alone")
def test_filing_beside_large_files_takes_neither_memory_nor_time(tmp_path: Path) -> None:
    """Five reports with 12 MB each wait: the process holds no more than some of them, and the next ones are filed at once."""
    call = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(call, cwd=HERE.parent, capture_output=True, text=True, check=True, timeout=120)
    kilobytes, seconds = map(float, done.stdout.split())
    assert kilobytes < 250 * 1024
    assert seconds < 0.3
