"""From whatever a database holds to what this program needs, and no half of it; and what then can never be changed."""

from __future__ import annotations

import datetime
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.database import migrating
from bot.database.postgres import Postgres
from bot.database.sqlite import SQLite
from bot.ledger import Ledger, migrations
from bot.ledger.migrations import NewerDatabase, OlderDatabase
from bot.records import Reference, Uncovered
from tests.databases import KINDS, MISTAKEN, REFUSED, Handle, opened, schema

TODAY = datetime.date(2026, 11, 20)
NAMES = [name for _, name in migrations.steps()]
# What 0.1.0 laid, which knew no steps.
FIRST_RELEASE = """
CREATE TABLE uncovered (key TEXT PRIMARY KEY, week TEXT NOT NULL, question TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE delivered (key TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX delivered_until ON delivered (until);
CREATE TABLE reference (channel TEXT NOT NULL, person TEXT NOT NULL, conversation TEXT NOT NULL, PRIMARY KEY (channel, person))
    WITHOUT ROWID;
INSERT INTO uncovered VALUES ('a', '2026-W47', 'may I post a map');
INSERT INTO delivered VALUES ('d', 1800000000);
INSERT INTO reference VALUES ('teams', 'alice', '{}');
"""
RECORD = "record (seq, id, kind, at, policy, version, request, body, previous, digest)"
VERSION = "policy_version (policy, version, effective, digest, document, markdown, changes, approved_by, published_at)"


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Handle]:
    """Each implementation, empty."""
    with opened(request.param, tmp_path) as handle:
        yield handle


def tables(database: Handle) -> set[str]:
    """The names of the tables that are there."""
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
    }[database.dialect]
    return {row["name"] for row in database.rows(sql)}


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The steps of this version in a place where more can be put beside them."""
    place = tmp_path / "steps"
    shutil.copytree(str(migrating._place("bot.ledger.migrations")), place, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(migrating, "_place", lambda _: place)
    return place


def test_every_step_once(database: Handle) -> None:
    """In order; a second time there is nothing to do."""
    with pytest.raises(OlderDatabase):
        migrations.check(database)
    assert migrations.migrate(database) == NAMES
    migrations.check(database)
    assert migrations.migrate(database) == []
    assert [row["name"] for row in database.rows("SELECT name FROM migration ORDER BY number")] == NAMES


def test_steps_are_numbered_without_gaps() -> None:
    """Two that were written at the same time would be taken in no order."""
    assert [number for number, _ in migrations.steps()] == list(range(1, len(NAMES) + 1))


def test_a_file_of_the_first_release_is_taken_over(tmp_path: Path) -> None:
    """With its rows, at the first use."""
    path = tmp_path / "ledger.sqlite"
    old = sqlite3.connect(path)
    old.executescript(FIRST_RELEASE)
    old.close()
    handle = SQLite(path)
    ledger = Ledger(handle)
    assert ledger.uncovered(TODAY) == [Uncovered("a", "2026-W47", "may I post a map")]
    assert ledger.reference("teams", "alice") == Reference("teams", "alice", "{}")
    assert not ledger.first("d", 1_799_999_000)
    migrations.check(handle)
    handle.close()


def test_a_step_that_fails_leaves_the_database_as_it_was(database: Handle, later: Path) -> None:
    """Nothing of it, nor of those before it, and it can be taken once it is mended."""
    bad = later / "0099_bad.sql"
    bad.write_text("-- on both\n\nCREATE TABLE half (id INTEGER)\n\nINSERT INTO half VALUES (1)\n\nSELEC nothing\n", "utf-8")
    with pytest.raises(MISTAKEN):
        migrations.migrate(database)
    assert tables(database) == set()
    bad.write_text("-- on both\n\nCREATE TABLE half (id INTEGER)\n", "utf-8")
    assert migrations.migrate(database) == [*NAMES, "0099_bad.sql"]
    bad.with_name("0100_bad.sql").write_text("-- on both\n\nDROP TABLE half\n\nSELEC nothing\n", "utf-8")
    with pytest.raises(MISTAKEN):
        migrations.migrate(database)
    assert "half" in tables(database)


def test_a_newer_database_is_left_alone(database: Handle, later: Path) -> None:
    """An older program would not know what to keep in it."""
    more = later / "0099_more.sql"
    more.write_text("-- on both\n\nCREATE TABLE more (id INTEGER)\n", "utf-8")
    migrations.migrate(database)
    more.unlink()
    before = tables(database)
    for refused in (migrations.migrate, migrations.check, lambda database: Ledger(database).open()):
        with pytest.raises(NewerDatabase):
            refused(database)
    assert tables(database) == before


def test_only_a_file_is_brought_up_by_itself(database: Handle) -> None:
    """Replicas share a PostgreSQL database, so there it is a step of its own."""
    if database.dialect == "sqlite":
        Ledger(database).open()
        migrations.check(database)
        return
    with pytest.raises(OlderDatabase):
        Ledger(database).commit([], TODAY)
    assert tables(database) == set()


def test_several_may_migrate_at_once() -> None:
    """Each step is taken by one of them; the others find it taken."""
    with schema() as url:
        handles, ready = [Postgres(url) for _ in range(4)], threading.Barrier(4)
        taken: list[list[str]] = []

        def take(handle: Postgres) -> None:
            handle.rows("SELECT 1")
            ready.wait()
            taken.append(migrations.migrate(handle))

        threads = [threading.Thread(target=take, args=(handle,)) for handle in handles]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken, key=len) == [[], [], [], NAMES]
        migrations.check(handles[0])
        for handle in handles:
            handle.close()


def test_texts_have_one_order() -> None:
    """Whatever language a PostgreSQL database has, texts compare by their bytes: times are texts."""
    with schema() as url:
        handle = Postgres(url)
        migrations.migrate(handle)
        sql = (
            "SELECT DISTINCT collation_name AS name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND data_type = 'text' AND table_name <> 'migration'"
        )
        assert [row["name"] for row in handle.rows(sql)] == ["C"]
        handle.close()


NEVER = """
UPDATE record SET body = 'x'
UPDATE record SET seq = seq
DELETE FROM record WHERE seq = 1
DELETE FROM record
TRUNCATE record CASCADE
INSERT OR REPLACE INTO {record} VALUES (1, 'r', 'signed', 't', 'p', 'v', 'q', 'x', 'before', 'digest')
INSERT OR REPLACE INTO {record} VALUES (2, 's', 'signed', 't', 'p', 'v', 'q', 'x', 'before', 'other')
INSERT INTO {record} VALUES (1, 'r', 'signed', 't', 'p', 'v', 'q', 'x', '', '') ON CONFLICT (seq) DO UPDATE SET body = 'y'
UPDATE policy_version SET markdown = 'x'
DELETE FROM policy_version
TRUNCATE policy_version
INSERT OR REPLACE INTO {version} VALUES ('416', 'v', 'd', 'x', '[]', 'new', '', 'by', 't')
UPDATE personal SET fields = 'x'
UPDATE personal SET person = 'bob'
UPDATE personal SET fields = NULL
UPDATE personal SET record = 's', person = NULL, salt = NULL, fields = NULL
DELETE FROM personal
TRUNCATE personal
"""
# Words that only one of the databases knows.
ONLY = {"TRUNCATE": "postgres", "INSERT OR REPLACE": "sqlite"}


def filled(database: Handle) -> None:
    """One row of each kind that stays."""
    migrations.migrate(database)
    for table, values in (
        (RECORD, "(1, 'r', 'signed', 't', 'p', 'v', 'q', 'old', 'before', 'digest')"),
        ("personal (record, person, salt, fields)", "('r', 'alice', 'salt', '{}')"),
        (VERSION, "('416', 'v', 'd', 'x', '[]', '', '', 'by', 't')"),
    ):
        database.run(f"INSERT INTO {table} VALUES {values}")  # noqa: S608 - they stand above


def test_a5_what_was_recorded_is_never_changed(database: Handle) -> None:
    """The database itself refuses, also to somebody who writes SQL by hand."""
    filled(database)
    names = ("record", "personal", "policy_version")
    before = [list(database.rows(f"SELECT * FROM {name}")) for name in names]  # noqa: S608 - the names stand above
    tried = 0
    for sql in NEVER.format(record=RECORD, version=VERSION).strip().splitlines():
        if all(database.dialect == where for words, where in ONLY.items() if sql.startswith(words)):
            with pytest.raises(REFUSED):
                database.run(sql)
            tried += 1
        assert [list(database.rows(f"SELECT * FROM {name}")) for name in names] == before, sql  # noqa: S608 - as above
    assert tried == 15


def test_a5_personal_fields_may_be_cleared(database: Handle) -> None:
    """All at once, and never filled again; the record stays."""
    filled(database)
    assert database.run("UPDATE personal SET person = NULL, salt = NULL, fields = NULL WHERE record = 'r'") == 1
    assert database.run("UPDATE personal SET person = NULL, salt = NULL, fields = NULL WHERE record = 'r'") == 1
    with pytest.raises(REFUSED):
        database.run("UPDATE personal SET person = 'alice', salt = 'salt', fields = '{}'")
    assert [dict(row) for row in database.rows("SELECT * FROM personal")] == [
        {"record": "r", "person": None, "salt": None, "fields": None}
    ]
