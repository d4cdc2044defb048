"""The database handle on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from bot.database import DatabaseGone, Row, Running

# How long a file that somebody else writes is waited for; and how long once somebody has waited in vain, until it is free
# again: turns come one after the other, and each would wait for all before it. In milliseconds.
_PATIENT, _HURRIED = 5000, 50
PRAGMAS = (
    f"PRAGMA busy_timeout = {_PATIENT}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a signature that was answered for must outlive a power cut; NORMAL may lose the last ones
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # else INSERT OR REPLACE would delete past the triggers that refuse it
    "PRAGMA secure_delete = ON",
)
_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
# What a connection may not recover from by itself: the file was moved, or its disk was taken away or mounted anew.
_LOST = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY})


class SQLite:
    """One file, or memory where `path` is None. Opened at first use, by the thread that then owns it."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, path: Path | None = None, pragmas: Sequence[str] = PRAGMAS) -> None:
        self._path = path
        self._pragmas = pragmas
        self._connection: sqlite3.Connection | None = None
        self._running: Running | None = None
        self._hurried = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at the end, rolls back on any exception; what is read within is read under the right to write."""
        if self._running:
            with self._running.inner():
                yield
            return
        self._execute("BEGIN IMMEDIATE")
        self._hurry(hurried=False)
        self._running = running = Running()
        try:
            yield
            running.check()
            self._execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._running = None

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """The rows that a query gives, by column name; all are read before this returns."""
        return iter(self._within(sql, params)[0])

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Runs a statement and says how many rows it touched; outside a transaction it is one of its own."""
        return self._within(sql, params)[1]

    def close(self) -> None:
        """Closes the file, if it was opened. The next use opens it again; what was in memory is lost."""
        if self._connection:
            self._connection.close()
            self._connection, self._hurried = None, False

    def _within(self, sql: str, params: Sequence[object]) -> tuple[list[Row], int]:
        if not self._running:
            return self._execute(sql, params)
        with self._running.statement(sql):
            return self._execute(sql, params)

    def _execute(self, sql: str, params: Sequence[object] = ()) -> tuple[list[Row], int]:
        """Runs a statement. What is locked, full or unreadable is DatabaseGone; a mistaken statement stays what it is."""
        try:
            connection = self._connection = self._connection or self._opened()
            with closing(connection.execute(sql, tuple(params))) as cursor:
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor], cursor.rowcount
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code not in _AWAY:
                raise
            if code in _LOST and self._path:
                self.close()
            self._hurry(hurried=code == sqlite3.SQLITE_BUSY)
            raise DatabaseGone(str(error)) from error

    def _hurry(self, *, hurried: bool) -> None:
        """From now on a locked file is waited for a moment only, or again as long as usual."""
        if hurried != self._hurried and self._connection:
            self._hurried = hurried
            self._connection.execute(f"PRAGMA busy_timeout = {_HURRIED if hurried else _PATIENT}").close()

    def _opened(self) -> sqlite3.Connection:
        if self._path:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._path.touch(mode=0o600)
            except OSError as error:
                raise DatabaseGone(f"{error.strerror}: {error.filename}") from error
        # The pool of the ledger has one thread; that it is the same one is its task, as is closing there.
        connection = sqlite3.connect(self._path or ":memory:", isolation_level=None, check_same_thread=False)
        try:
            for pragma in self._pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def _roll_back(self) -> None:
        """Undoes what has been done; where even that fails, closing the file undoes it."""
        if self._connection and self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                self.close()
