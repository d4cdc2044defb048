"""The contract of a database handle, over every one: what is kept, what is not, and how that is told."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from bot.database import DatabaseGone, Spoilt
from tests.databases import KINDS, MISTAKEN, REFUSED, Handle, opened, together

INSERT = "INSERT INTO thing (id, word) VALUES (?, ?)"


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Handle]:
    """Each implementation, with a table in it."""
    with opened(request.param, tmp_path) as handle:
        handle.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, word TEXT)")
        yield handle


def failing(error: type[BaseException] | tuple[type[Exception], ...], step: Callable[[], object]) -> Callable[[], None]:
    """A step that fails, and whose failure somebody catches."""

    def caught() -> None:
        with pytest.raises(error):
            step()

    return caught


def ids(database: Handle) -> list[int]:
    """What is in the table."""
    return [row["id"] for row in database.rows("SELECT id FROM thing ORDER BY id")]


def test_rows_come_by_name(database: Handle) -> None:
    """Values go in and come out as they were, None too; what is touched is counted."""
    assert database.run(INSERT, [1, "one"]) == 1
    assert database.run(INSERT, [2, None]) == 1
    assert list(database.rows("SELECT id, word FROM thing ORDER BY id")) == [{"id": 1, "word": "one"}, {"id": 2, "word": None}]
    assert database.run("UPDATE thing SET word = ?", ["x"]) == 2
    assert database.run("DELETE FROM thing WHERE id = ?", [3]) == 0


def test_signs_in_quotes_are_no_placeholders(database: Handle) -> None:
    """Nor does a percent sign mean anything."""
    sql = "SELECT ? AS a, '?' AS b, 'it''s 100%?' AS c, ? AS \"d?%\" WHERE '50%s' LIKE '50%'"
    assert [tuple(row.values()) for row in database.rows(sql, ["x", "%s"])] == [("x", "?", "it's 100%?", "%s")]


def test_a_write_that_gives_rows_is_done_at_once(database: Handle) -> None:
    """Whether or not anybody looks at them."""
    database.rows("INSERT INTO thing (id, word) VALUES (1, 'one') RETURNING id")
    assert ids(database) == [1]


def test_rows_are_read_before_anything_else(database: Handle) -> None:
    """Who goes through them may write meanwhile, and meets no row twice."""
    for id in range(5):
        database.run(INSERT, [id, "x"])
    for row in database.rows("SELECT id FROM thing ORDER BY id"):
        database.run(INSERT, [row["id"] + 10, "y"])
    assert len(ids(database)) == 10


def test_all_or_nothing(database: Handle) -> None:
    """An exception of whatever kind undoes everything and comes out as it was."""
    with database.transaction():
        database.run(INSERT, [1, "one"])
        with database.transaction():
            database.run(INSERT, [2, "two"])
    for error in (KeyError("x"), KeyboardInterrupt(), sqlite3.OperationalError("not ours"), psycopg.OperationalError("nor this")):
        with pytest.raises(type(error)) as raised:
            together(database, lambda: database.run(INSERT, [3, "three"]), partial(throw, error))
        assert raised.value is error
    assert ids(database) == [1, 2]


def throw(error: BaseException) -> None:
    """Raises it."""
    raise error


def test_a_callers_own_trouble_is_not_the_databases(database: Handle, tmp_path: Path) -> None:
    """Another database that is locked within a transaction does not make ours gone."""
    other = sqlite3.connect(tmp_path / "other", timeout=0, isolation_level=None)
    holder = sqlite3.connect(tmp_path / "other", timeout=0, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"), database.transaction():
        other.execute("BEGIN IMMEDIATE")
    for connection in (other, holder):
        connection.close()
    assert ids(database) == []


def test_mistakes_and_refusals_stay_what_they_are(database: Handle) -> None:
    """They are no reason to try again in a minute."""
    for sql in ("SELEC 1", "SELECT nothing FROM thing", "INSERT INTO nowhere VALUES (1)"):
        with pytest.raises(MISTAKEN):
            database.rows(sql)
    database.run(INSERT, [1, "one"])
    with pytest.raises(REFUSED):
        database.run(INSERT, [1, "again"])
    assert ids(database) == [1]


def test_nothing_is_kept_of_what_has_failed_in_part(database: Handle) -> None:
    """Also where somebody caught the error and went on."""
    one, two = partial(database.run, INSERT, [1, "one"]), partial(database.run, INSERT, [2, "two"])
    with pytest.raises(Spoilt):
        together(database, one, failing(REFUSED, one))
    with pytest.raises(Spoilt):
        together(database, failing(MISTAKEN, lambda: database.rows("SELEC 1")), two)
    assert ids(database) == []
    database.run(INSERT, [3, "three"])
    assert ids(database) == [3]


def test_what_is_within_is_whole_too(database: Handle) -> None:
    """A transaction within that was left half-way spoils the outer one; one that had only looked does not."""
    fails, one = partial(throw, KeyError()), partial(database.run, INSERT, [1, "one"])
    with pytest.raises(Spoilt):
        together(database, failing(KeyError, lambda: together(database, one, fails)))
    looks = failing(KeyError, lambda: together(database, partial(ids, database), fails))
    together(database, looks, partial(database.run, INSERT, [2, "two"]))
    assert ids(database) == [2]


def test_texts_are_ordered_by_their_bytes(database: Handle) -> None:
    """In the tables that a migration makes, wherever they are; else times would not compare as times."""
    from bot.ledger import migrations

    migrations.migrate(database)
    words = ["a", "B", "é", "Z", "2026-11-20T10:00:00.000001+00:00", "2026-11-20T10:00:00+00:00", "😀", "ﬀ"]
    for word in words:
        database.run("INSERT INTO uncovered (key, week, question) VALUES (?, 'w', 'q')", [word])
    found = [row["key"] for row in database.rows("SELECT key FROM uncovered ORDER BY key")]
    assert found == sorted(words, key=lambda word: word.encode())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "memory"])
def test_closed_and_used_again(kind: str, tmp_path: Path) -> None:
    """It opens by itself, and everything is there."""
    with opened(kind, tmp_path) as handle:
        handle.close()
        handle.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, word TEXT)")
        handle.close()
        handle.close()
        with handle.transaction():
            handle.run(INSERT, [1, "one"])
        handle.close()
        assert ids(handle) == [1]


def locked(path: Path) -> sqlite3.Connection:
    """Somebody else who is writing to this file."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_file_that_somebody_else_writes(tmp_path: Path) -> None:
    """It is gone as long as that takes; it can be read meanwhile."""
    with opened("file", tmp_path) as handle:
        handle.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, word TEXT)")
        handle.run("PRAGMA busy_timeout = 20")
        other = locked(tmp_path / "new" / "ledger.sqlite")
        with pytest.raises(DatabaseGone), handle.transaction():
            pytest.fail("nothing can be decided")
        with pytest.raises(DatabaseGone):
            handle.run(INSERT, [1, "one"])
        assert ids(handle) == []
        other.close()
        handle.run(INSERT, [2, "two"])
        assert ids(handle) == [2]


def test_only_the_first_waits_for_a_file_that_stays_locked(tmp_path: Path) -> None:
    """Turns come one after the other: were each to wait as long as the first, the tenth would hear of it after a minute."""
    with opened("file", tmp_path) as handle:
        handle.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, word TEXT)")
        handle.run("PRAGMA busy_timeout = 400")
        other = locked(tmp_path / "new" / "ledger.sqlite")
        took = []
        for _ in range(3):
            start = time.monotonic()
            with pytest.raises(DatabaseGone), handle.transaction():
                pytest.fail("nothing can be decided")
            took.append(time.monotonic() - start)
        assert took[0] > 0.35
        assert max(took[1:]) < 0.3
        other.close()
        with handle.transaction():
            handle.run(INSERT, [1, "one"])
        assert [row["timeout"] for row in handle.rows("PRAGMA busy_timeout")] == [5000]


def test_a_full_disk(tmp_path: Path) -> None:
    """Nothing of the transaction is kept, and smaller ones still work."""
    with opened("file", tmp_path) as handle:
        handle.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, word TEXT)")
        (pages,) = (row["page_count"] for row in handle.rows("PRAGMA page_count"))
        handle.run(f"PRAGMA max_page_count = {pages + 2}")
        small, large = partial(handle.run, INSERT, [1, "one"]), partial(handle.run, INSERT, [2, "two" * 10_000])
        with pytest.raises(DatabaseGone):
            together(handle, small, large)
        with pytest.raises(Spoilt):
            together(handle, failing(DatabaseGone, large), small)
        assert ids(handle) == []
        handle.run(INSERT, [3, "three"])
        assert ids(handle) == [3]


def test_a_file_that_can_only_be_read(tmp_path: Path) -> None:
    """Gone, until it can be written again; then without a restart."""
    with opened("file", tmp_path) as handle:
        handle.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, word TEXT)")
        handle.run("PRAGMA query_only = ON")
        with pytest.raises(DatabaseGone), handle.transaction():
            handle.run(INSERT, [1, "one"])
        assert ids(handle) == []
        handle.run(INSERT, [2, "two"])
        assert ids(handle) == [2]


def test_a_place_where_no_file_can_be(tmp_path: Path) -> None:
    """Gone, until it can."""
    with opened("file", tmp_path) as handle:
        place = tmp_path / "new"
        place.touch()
        with pytest.raises(DatabaseGone):
            handle.rows("SELECT 1 AS one")
        place.unlink()
        (place / "ledger.sqlite").mkdir(parents=True)
        with pytest.raises(DatabaseGone):
            handle.rows("SELECT 1 AS one")
        (place / "ledger.sqlite").rmdir()
        assert list(handle.rows("SELECT 1 AS one")) == [{"one": 1}]


def test_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    """A signature that somebody was told of outlives a power cut: the log is written through at each commit."""
    with opened("file", tmp_path) as handle:
        assert [row["synchronous"] for row in handle.rows("PRAGMA synchronous")] == [2]
        assert [row["journal_mode"] for row in handle.rows("PRAGMA journal_mode")] == ["wal"]
