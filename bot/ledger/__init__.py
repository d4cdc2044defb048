"""What we remember: verbs and SQL once, over a three-method database handle."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from bot.records import Record, Uncovered

__all__ = ["Database", "Ledger", "week"]

_TABLES = """
CREATE TABLE IF NOT EXISTS uncovered (
    key TEXT PRIMARY KEY,
    week TEXT NOT NULL,
    question TEXT NOT NULL
) WITHOUT ROWID
"""


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

    def commit(self, records: Sequence[Record], today: datetime.date) -> None:
        """Keeps all these records, or none of them; what is past its time goes in the same breath."""
        with self._database.transaction():
            self._database.run(_TABLES)
            for record in records:
                self._keep(record)
            self._dispose(today)

    def uncovered(self, today: datetime.date) -> list[Uncovered]:
        """The questions that staff told HR are not covered, by week, then in no order that means anything."""
        with self._database.transaction():
            self._database.run(_TABLES)
            self._dispose(today)
        rows = self._database.rows("SELECT key, week, question FROM uncovered ORDER BY week, key")
        return [Uncovered(row["key"], row["week"], row["question"]) for row in rows]

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
