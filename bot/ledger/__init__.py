"""What we remember: verbs and SQL once, over a three-method database handle."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from bot.records import Record, Reference, Uncovered

__all__ = ["Database", "Ledger", "week"]

_SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS uncovered (
        key TEXT PRIMARY KEY,
        week TEXT NOT NULL,
        question TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS delivered (
        key TEXT PRIMARY KEY,
        until INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX IF NOT EXISTS delivered_until ON delivered (until)",
    """
    CREATE TABLE IF NOT EXISTS reference (
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        conversation TEXT NOT NULL,
        PRIMARY KEY (channel, person)
    ) WITHOUT ROWID
    """,
)
# A platform delivers an event again within minutes (Slack: at once, after one minute, after five); in seconds.
_DELIVERED_KEPT = 3600
# No finer time than this is written, so that the table does not tell when somebody wrote; in seconds.
_HOUR = 3600
# How often what is past its time is looked for, in seconds.
_SWEEP = 60


class Database(Protocol):
    """A database handle; one implementation per database."""

    def transaction(self) -> AbstractContextManager[None]:
        """All within happens together or not at all."""

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[Mapping[str, str]]:
        """The rows that a query gives."""

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Runs a statement and says how many rows it touched."""


class Ledger:
    """The verbs. One thread owns it; nothing is opened before the first of them."""

    def __init__(self, database: Database, weeks_kept: int = 26) -> None:
        self._database = database
        self._weeks_kept = weeks_kept
        self._laid = False
        self._swept: int | None = None

    def commit(self, records: Sequence[Record], today: datetime.date) -> None:
        """Keeps all these records, or none of them; what is past its time goes in the same breath."""
        self._lay()
        with self._database.transaction():
            for record in records:
                self._keep(record)
            self._dispose(today)

    def uncovered(self, today: datetime.date) -> list[Uncovered]:
        """The questions that staff told HR are not covered, by week, then in no order that means anything."""
        self._lay()
        with self._database.transaction():
            self._dispose(today)
        rows = self._database.rows("SELECT key, week, question FROM uncovered ORDER BY week, key")
        return [Uncovered(row["key"], row["week"], row["question"]) for row in rows]

    def first(self, key: str, now: int) -> bool:
        """Whether this delivery has not been met before; from then on it has, for one to two hours.

        `key` is a digest of the platform's own id, `now` seconds since 1970. Nothing of the content is kept.
        """
        self._lay()
        until = -(-(now + _DELIVERED_KEPT) // _HOUR) * _HOUR
        with self._database.transaction():
            self._sweep(now)
            sql = "INSERT INTO delivered (key, until) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
            return self._database.run(sql, [key, until]) == 1

    def refer(self, reference: Reference, *, new: bool) -> None:
        """Keeps where somebody can be written to, the latest place only; unless `new`, only for whom a place is known.

        So a first message adds no row: somebody's only message may be one that nobody is to know of.
        """
        self._lay()
        values = [reference.conversation, reference.channel, reference.person]
        with self._database.transaction():
            known = self._database.run("UPDATE reference SET conversation = ? WHERE channel = ? AND person = ?", values)
            if new and not known:
                self._database.run("INSERT INTO reference (conversation, channel, person) VALUES (?, ?, ?)", values)

    def references(self, channel: str) -> list[Reference]:
        """Where the people of a channel can be written to."""
        self._lay()
        sql = "SELECT channel, person, conversation FROM reference WHERE channel = ? ORDER BY person"
        return [Reference(row["channel"], row["person"], row["conversation"]) for row in self._database.rows(sql, [channel])]

    def forget(self, channel: str, person: str | None = None) -> None:
        """Forgets where one person, or everybody of a channel, can be written to."""
        self._lay()
        one, params = (" AND person = ?", [channel, person]) if person else ("", [channel])
        with self._database.transaction():
            self._database.run(f"DELETE FROM reference WHERE channel = ?{one}", params)  # noqa: S608 - a constant

    def check(self) -> None:
        """Writes a row and takes it away again. Raises the database's own error where it cannot be written."""
        self._lay()
        with self._database.transaction():
            self._database.run("INSERT INTO delivered (key, until) VALUES ('check', 0)")
            self._database.run("DELETE FROM delivered WHERE key = 'check'")

    def _lay(self) -> None:
        """Makes the tables and the index where they are not there yet."""
        if not self._laid:
            with self._database.transaction():
                for statement in _SCHEMA:
                    self._database.run(statement)
            self._laid = True

    def _sweep(self, now: int) -> None:
        """Forgets old deliveries, once a minute at most; a clock that was put back is no reason to wait."""
        if self._swept is None or not 0 <= now - self._swept < _SWEEP:
            self._database.run("DELETE FROM delivered WHERE until < ?", [now])
            self._swept = now

    def _keep(self, record: Record) -> None:
        values = [record.key, record.week, record.question]
        self._database.run("INSERT INTO uncovered (key, week, question) VALUES (?, ?, ?)", values)

    def _dispose(self, today: datetime.date) -> None:
        """Deletes what is past its time."""
        oldest = week(today - datetime.timedelta(weeks=self._weeks_kept))
        self._database.run("DELETE FROM uncovered WHERE week < ?", [oldest])


def week(day: datetime.date) -> str:
    """The ISO week of a day, `2026-W47`."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"
