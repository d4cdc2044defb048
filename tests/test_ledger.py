"""The ledger's contract, over every database handle."""

from __future__ import annotations

import datetime
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.database.sqlite import SQLite
from bot.ledger import Ledger, migrations, week
from bot.records import Reference, Uncovered
from tests.databases import KINDS, REFUSED, Handle, opened

TODAY = datetime.date(2026, 11, 20)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Handle]:
    """Each implementation of the handle, up to this version."""
    with opened(request.param, tmp_path) as handle:
        migrations.migrate(handle)
        yield handle


def test_what_is_committed_is_there(database: Handle) -> None:
    """By week, without any other order."""
    ledger = Ledger(database)
    ledger.commit([Uncovered("b", "2026-W47", "one"), Uncovered("a", "2026-W46", "two")], TODAY)
    assert [each.question for each in ledger.uncovered(TODAY)] == ["two", "one"]


def test_all_or_nothing(database: Handle) -> None:
    """A commit that fails half-way keeps nothing of itself."""
    ledger = Ledger(database)
    with pytest.raises(REFUSED):
        ledger.commit([Uncovered("a", "2026-W47", "one"), Uncovered("a", "2026-W47", "two")], TODAY)
    assert ledger.uncovered(TODAY) == []


def test_questions_go_after_their_time(database: Handle) -> None:
    """Half a year after its week a question is deleted."""
    ledger = Ledger(database)
    ledger.commit([Uncovered("a", "2026-W47", "one")], TODAY)
    assert len(ledger.uncovered(TODAY + datetime.timedelta(weeks=26))) == 1
    assert ledger.uncovered(TODAY + datetime.timedelta(weeks=27)) == []
    assert ledger.uncovered(TODAY) == []


def test_a_row_holds_no_day_order_or_person(database: Handle) -> None:
    """The table has a key, a week and the words; in a file there is no row id either that would tell the order."""
    ledger = Ledger(database)
    ledger.commit([Uncovered("a", "2026-W47", "one")], TODAY)
    (row,) = database.rows("SELECT * FROM uncovered")
    assert list(row) == ["key", "week", "question"]
    if database.dialect == "sqlite":
        with pytest.raises(sqlite3.OperationalError):
            database.rows("SELECT rowid FROM uncovered")


def test_the_file_is_its_owners_and_deletes_for_good(tmp_path: Path) -> None:
    """Only the owner reads it, and deleted words are overwritten."""
    path = tmp_path / "ledger.sqlite"
    handle = SQLite(path)
    ledger = Ledger(handle)
    ledger.commit([Uncovered("a", "2026-W01", "zebrafinch question")], datetime.date(2026, 1, 2))
    ledger.commit([], TODAY)
    handle.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(b"zebrafinch" not in file.read_bytes() for file in tmp_path.iterdir())


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    """A program that only answers leaves no file behind."""
    handle = SQLite(tmp_path / "ledger.sqlite")
    Ledger(handle)
    handle.close()
    assert list(tmp_path.iterdir()) == []


def test_where_somebody_can_be_written_to(database: Handle) -> None:
    """The latest place, and none for whom a form alone would give one; forgotten one by one, and all of a channel."""
    ledger = Ledger(database)
    for conversation, new in (("x", False), ("y", True), ("z", False)):
        ledger.refer(Reference("teams", "alice", conversation), new=new)
        ledger.refer(Reference("teams", "bob", conversation), new=new)
        ledger.refer(Reference("slack", "alice", conversation), new=new)
    assert ledger.references("teams") == [Reference("teams", "alice", "z"), Reference("teams", "bob", "z")]
    ledger.forget("teams", "bob")
    assert ledger.reference("teams", "bob") is None
    assert ledger.reference("teams", "alice") == Reference("teams", "alice", "z")
    ledger.forget("teams")
    assert (ledger.references("teams"), len(ledger.references("slack"))) == ([], 1)


def test_a_delivery_is_first_once(database: Handle) -> None:
    """For an hour at least, for two at most; the table does not grow."""
    ledger, now = Ledger(database), 1_800_000_123
    assert ledger.first("a", now)
    assert not ledger.first("a", now)
    assert ledger.first("b", now + 1)
    assert not ledger.first("a", now + 3599)
    assert ledger.first("a", now + 2 * 3600 + 60)
    assert [row["key"] for row in database.rows("SELECT key FROM delivered")] == ["a"]


def test_no_fine_time_is_kept(database: Handle) -> None:
    """Full hours only: nobody can tell from the table when somebody wrote."""
    ledger = Ledger(database)
    for second in range(0, 7200, 1234):
        ledger.first(str(second), 1_800_000_123 + second)
    assert all(int(row["until"]) % 3600 == 0 for row in database.rows("SELECT until FROM delivered"))


class Listening(SQLite):
    """A handle that says what was run on it."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """As always, and remembered."""
        self.ran.append(sql)
        return super().run(sql, params)


def test_old_deliveries_are_swept_once_a_minute() -> None:
    """Not at each of them, by an index, and again after the clock was put back."""
    handle = Listening()
    ledger = Ledger(handle)

    def sweeps() -> int:
        return sum(sql.startswith("DELETE FROM delivered") for sql in handle.ran)

    for place, (seconds, swept) in enumerate([(0, 1), (1, 1), (59, 1), (60, 2), (61, 2), (-600, 3), (-599, 3)]):
        ledger.first(str(place), 1_800_000_000 + seconds)
        assert sweeps() == swept, seconds
    sweep = next(sql for sql in handle.ran if sql.startswith("DELETE FROM delivered"))
    (plan,) = handle.rows(f"EXPLAIN QUERY PLAN {sweep}", [5])
    assert "USING" in plan["detail"]
    assert "delivered_until" in plan["detail"]
    handle.close()


def test_the_check_leaves_nothing(database: Handle) -> None:
    """However often it is made."""
    ledger = Ledger(database)
    ledger.check()
    ledger.check()
    assert list(database.rows("SELECT * FROM delivered")) == []


def test_the_check_writes(tmp_path: Path) -> None:
    """Something reaches the disk; a table that takes no row is told."""
    handle = SQLite(tmp_path / "ledger.sqlite")
    ledger, log = Ledger(handle), tmp_path / "ledger.sqlite-wal"
    ledger.commit([], TODAY)
    before = log.stat().st_size
    ledger.check()
    ledger.check()
    assert log.stat().st_size > before
    handle.run("CREATE TRIGGER full BEFORE INSERT ON delivered BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(sqlite3.IntegrityError):
        ledger.check()
    handle.close()


@pytest.mark.parametrize(("day", "name"), [("2026-11-20", "2026-W47"), ("2027-01-01", "2026-W53"), ("2024-12-30", "2025-W01")])
def test_weeks(day: str, name: str) -> None:
    """ISO weeks, around New Year too."""
    assert week(datetime.date.fromisoformat(day)) == name
