"""The database handle on SQLite, through sqlite-utils."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import sqlite_utils

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA secure_delete = ON",
)


class SQLite:
    """One file, or memory where `path` is None. Opened at first use, by the thread that then owns it."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @cached_property
    def _database(self) -> sqlite_utils.Database:
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
        database = sqlite_utils.Database(self._path) if self._path else sqlite_utils.Database(memory=True)
        for pragma in _PRAGMAS:
            database.execute(pragma)
        return database

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at the end, rolls back on any exception."""
        with self._database.atomic():
            yield

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[Mapping[str, str]]:
        """The rows that a query gives, by column name."""
        return self._database.query(sql, list(params))

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Runs a statement and says how many rows it touched; outside a transaction it is one of its own."""
        return int(self._database.execute(sql, list(params)).rowcount)

    def close(self) -> None:
        """Closes the file, if it was opened."""
        if "_database" in self.__dict__:
            self._database.close()
