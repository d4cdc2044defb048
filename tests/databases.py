"""Every database that the ledger runs on, for tests that must hold on each: SQLite in memory and on file, PostgreSQL.

PostgreSQL is the one at `CLAUSEBOT_TEST_POSTGRES` (by default the database `test` of this machine); each test has a schema of its
own there. Where it is absent the test is skipped aloud; in CI that is a failure.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bot.database.postgres import Postgres
from bot.database.sqlite import PRAGMAS, SQLite

KINDS = ("memory", "file", "postgres")
POSTGRES = os.environ.get("CLAUSEBOT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
Handle = SQLite | Postgres
# What a database raises for a row that it refuses: not unique, or against a trigger.
REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
# What it raises for a statement that is none.
MISTAKEN = (sqlite3.OperationalError, psycopg.ProgrammingError)


@contextmanager
def opened(kind: str, place: Path, pragmas: Sequence[str] = PRAGMAS) -> Iterator[Handle]:
    """One handle of this kind, empty; `place` is a directory for the file, `pragmas` are SQLite's switches."""
    if kind == "postgres":
        with schema() as url:
            handle: Handle = Postgres(url)
            try:
                yield handle
            finally:
                handle.close()
        return
    handle = SQLite(place / "new" / "ledger.sqlite" if kind == "file" else None, pragmas)
    try:
        yield handle
    finally:
        handle.close()


def together(database: Handle, *steps: Callable[[], object]) -> None:
    """All these steps in one transaction."""
    with database.transaction():
        for step in steps:
            step()


@contextmanager
def schema() -> Iterator[str]:
    """The address of a PostgreSQL database that is empty: a schema of its own."""
    name = f"t{secrets.token_hex(8)}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        absent("PostgreSQL", "CLAUSEBOT_TEST_POSTGRES")
    with connection:
        connection.execute(f'CREATE SCHEMA "{name}"')
        try:
            joint = "&" if "?" in POSTGRES else "?"
            yield f"{POSTGRES}{joint}options=-csearch_path%3D{name}%20-csynchronous_commit%3Doff"
        finally:
            connection.execute(f'DROP SCHEMA "{name}" CASCADE')


def absent(what: str, variable: str) -> None:
    """Skips aloud on somebody's machine; fails in CI, where everything must be tested."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not reachable, and in CI it must be ({variable})")
    pytest.skip(f"{what} is not reachable; name it by {variable}")
