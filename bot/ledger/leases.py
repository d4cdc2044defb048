"""Verbs of periodic work: one of several replicas does it at a time, and what was done for a day is not done for it again."""

from __future__ import annotations

import datetime

from bot.database import Database


class Leases:
    """Who does which work until when (seconds since 1970), and up to which day a work is done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, by: str, now: float, seconds: float) -> bool:
        """Takes a work, or keeps it, for so long; False where another has it.

        A lease that ends much later than any can was taken by a clock that was wrong, and holds nobody up.
        """
        sql = (
            "INSERT INTO lease (name, until, held_by) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
            "until = excluded.until, held_by = excluded.held_by "
            "WHERE lease.until <= ? OR lease.until > ? OR lease.held_by = excluded.held_by"
        )
        return self._database.run(sql, [name, now + seconds, by, now, now + 2 * seconds]) == 1

    def release(self, name: str, by: str) -> None:
        """Gives a work back at once."""
        self._database.run("UPDATE lease SET until = 0 WHERE name = ? AND held_by = ?", [name, by])

    def done(self, name: str) -> datetime.date | None:
        """The last day for which a work is done."""
        for row in self._database.rows("SELECT day FROM done_until WHERE name = ?", [name]):
            return datetime.date.fromisoformat(row["day"])
        return None

    def mark(self, name: str, day: datetime.date) -> None:
        """A work is done for this day."""
        sql = "INSERT INTO done_until (name, day) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET day = excluded.day"
        self._database.run(sql, [name, day.isoformat()])

    def forget(self, begin: str) -> None:
        """Every work whose name begins so is to be done again, whatever day it is."""
        self._database.run("DELETE FROM done_until WHERE SUBSTR(name, 1, ?) = ?", [len(begin), begin])
