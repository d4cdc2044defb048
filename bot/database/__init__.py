"""The three-method database handle that every verb is written over; one implementation per database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Literal, Protocol

Row = Mapping[str, Any]
Dialect = Literal["sqlite", "postgres"]


class Database(Protocol):
    """A database handle. Statements are written once, with `?` where a value goes.

    Raises DatabaseGone where the database cannot be reached, is locked, overrun or full: nothing of the transaction was kept.
    Only where a connection breaks in the very moment of a commit can nobody know: all of it was kept, or nothing. The next use
    finds the database again by itself, once it is there. A mistaken statement and a refused row stay the driver's own error.
    """

    @property
    def dialect(self) -> Dialect:
        """Which database it is; read by migrations alone."""

    def transaction(self) -> AbstractContextManager[None]:
        """All within happens together or not at all. One within another belongs to it.

        Once a statement in it has failed, or one within it was left by an exception after it wrote, nothing of it can be kept
        any more: who goes on all the same meets Spoilt.
        """

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """The rows that a query gives, by column name; all are read before this returns."""

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Runs a statement and says how many rows it touched; outside a transaction it is one of its own."""

    def close(self) -> None:
        """Lets go of the database. The next use opens it again."""


class DatabaseGone(Exception):
    """My memory cannot be reached just now, so nothing was kept. Please try again in a minute."""

    # What it is made with is why, in a few words for whoever runs the program; no address, no name, no password.


class BadAddress(Exception):
    """DATABASE_URL is not the address of a PostgreSQL database; a sign in its password may have to be written like %40 for @."""


class NotAllowed(Exception):
    """The ledger's database does not let its user do what is needed. Give it a database that this user owns."""


class Spoilt(Exception):
    """Something has failed in this transaction before, so nothing of it can be kept."""


class Running:
    """What has happened in a transaction while it runs, the same on every database."""

    def __init__(self) -> None:
        self._wrote = 0
        self._failed = False

    def check(self) -> None:
        """Raises Spoilt where something has failed."""
        if self._failed:
            raise Spoilt

    @contextmanager
    def statement(self, sql: str) -> Iterator[None]:
        """A statement within; if it fails, so has everything."""
        self.check()
        self._wrote += not sql.startswith("SELECT")
        try:
            yield
        except BaseException:
            self._failed = True
            raise

    @contextmanager
    def inner(self) -> Iterator[None]:
        """A transaction within: left half-way, it takes all along, unless it had changed nothing."""
        before = self._wrote
        try:
            yield
        except BaseException:
            self._failed = self._failed or self._wrote > before
            raise
