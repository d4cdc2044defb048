"""What to compare with: the same disk, or the same PostgreSQL, with nothing of ours above it."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from bot.database.postgres import Postgres

# One row is about as long as an entry of the chain beside its clauses.
_ROW = "x" * 500


class Commits:
    """Seconds of INSERTs of one row each, every one with its own COMMIT, as safe as the ledger's: `times`."""

    def __init__(self, path: Path) -> None:
        self._connection = opened(path)
        self.times: list[float] = []

    def another(self) -> None:
        """One more."""
        self.times.append(_seconds(self._connection, len(self.times), 1))

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


def inserts(path: Path, rows: int, at_once: int) -> float:
    """Seconds for so many rows, in commits of `at_once` rows each."""
    with closing(opened(path)) as connection:
        return sum(_seconds(connection, start, min(at_once, rows - start)) for start in range(0, rows, at_once))


def postgres_commits(url: str, number: int) -> list[float]:
    """Seconds of each of so many INSERTs of one row on PostgreSQL, on one connection that stays open."""
    with closing(Postgres(url)) as handle:
        handle.run("CREATE TABLE bare (id INTEGER PRIMARY KEY, content TEXT NOT NULL)")
        times = []
        for each in range(number):
            begun = time.perf_counter()
            handle.run("INSERT INTO bare (id, content) VALUES (?, ?)", [each, _ROW])
            times.append(time.perf_counter() - begun)
        return times


def digests(path: Path) -> float:
    """Seconds in which the bodies of a ledger's records are read and digested with SHA-256, and nothing else."""
    begun = time.perf_counter()
    with closing(sqlite3.connect(path)) as connection:
        wrong = 0
        for body, digest in connection.execute("SELECT body, digest FROM record ORDER BY seq"):
            wrong += hashlib.sha256(body.encode()).hexdigest() != digest
    assert not wrong  # the digests are the ledger's own
    return time.perf_counter() - begun


def opened(path: Path) -> sqlite3.Connection:
    """A file with one table, empty."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE bare (id INTEGER PRIMARY KEY, content TEXT NOT NULL)",
    ):
        connection.execute(statement)
    return connection


def _seconds(connection: sqlite3.Connection, first: int, rows: int) -> float:
    begun = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for each in range(first, first + rows):
        connection.execute("INSERT INTO bare (id, content) VALUES (?, ?)", [each, _ROW])
    connection.execute("COMMIT")
    return time.perf_counter() - begun
