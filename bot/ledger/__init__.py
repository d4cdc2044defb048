"""What we remember: verbs and SQL once, over a three-method database handle."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.database import Database, DatabaseGone
from bot.ledger import migrations
from bot.ledger.acts import Acts
from bot.ledger.leases import Leases
from bot.ledger.notices import Notices
from bot.ledger.people import People
from bot.ledger.policies import Policies
from bot.ledger.requests import Requests
from bot.ledger.sites import Sites
from bot.records import Act, Assignment, Notice, Progress, Record, Reference, Request, Uncovered, Withdrawn

__all__ = ["Database", "DatabaseGone", "Ledger", "week"]

# A platform delivers an event again within minutes (Slack: at once, after one minute, after five); in seconds.
_DELIVERED_KEPT = 3600
# No finer time than this is written, so that the table does not tell when somebody wrote; in seconds.
_HOUR = 3600
# How often what is past its time is looked for, in seconds.
_SWEEP = 60


class Ledger:
    """The verbs; those of one matter stand together in `people`, `policies`, `acts`, `requests`, `sites` and `notices`.

    Nothing is opened before the first of them. A SQLite database belongs to one thread, so all verbs are called there; on
    PostgreSQL any thread may call them.
    """

    def __init__(self, database: Database, weeks_kept: int = 26) -> None:
        self._database = database
        self._weeks_kept = weeks_kept
        self._laid = False
        self._swept: int | None = None
        self.people = People(database)
        self.acts = Acts(database)
        self.policies = Policies(database, self.acts)
        self.requests = Requests(database)
        self.sites = Sites(database)
        self.notices = Notices(database)
        self.leases = Leases(database)

    def open(self) -> None:
        """Brings a SQLite file up to this version; a PostgreSQL database is only looked at, since replicas share it.

        Raises OlderDatabase or NewerDatabase where it does not fit, and DatabaseGone.
        """
        if not self._laid:
            if self._database.dialect == "sqlite":
                migrations.migrate(self._database)
            else:
                migrations.check(self._database)
            self._laid = True

    @contextmanager
    def transaction(self, *, deciding: bool = False) -> Iterator[None]:
        """All verbs within happen together or not at all; `deciding` keeps every other who decides out meanwhile."""
        self.open()
        with self._database.transaction():
            if deciding:
                self.acts.take_turn()
            yield

    def commit(self, records: Sequence[Record], today: datetime.date, notices: Sequence[Notice] = ()) -> None:
        """Keeps all these records and notices, or none of them; what is past its time goes in the same breath."""
        with self.transaction():
            for record in records:
                self._keep(record)
            if acts := [each for each in records if isinstance(each, Act)]:
                self.acts.append_all(acts)
            if assignments := [each for each in records if isinstance(each, Assignment)]:
                self.requests.assign_all(assignments)
            self.notices.add_all(notices)
            self._dispose(today)

    def _keep(self, record: Record) -> None:
        match record:
            case Uncovered(key, week, question):
                values = [key, week, question]
                self._database.run("INSERT INTO uncovered (key, week, question) VALUES (?, ?, ?)", values)
            case Request():
                self.requests.add(record)
            case Progress():
                self.requests.read_page(record)
            case Withdrawn(topic):
                self.notices.withdraw(topic)
            case Act() | Assignment():
                pass  # these come by the thousand, and are kept together

    def uncovered(self, today: datetime.date) -> list[Uncovered]:
        """The questions that staff told HR are not covered, by week, then in no order that means anything."""
        with self.transaction():
            self._dispose(today)
        rows = self._database.rows("SELECT key, week, question FROM uncovered ORDER BY week, key")
        return [Uncovered(row["key"], row["week"], row["question"]) for row in rows]

    def first(self, key: str, now: int) -> bool:
        """Whether this delivery has not been met before; from then on it has, for one to two hours.

        `key` is a digest of the platform's own id, `now` seconds since 1970. Nothing of the content is kept.
        """
        until = -(-(now + _DELIVERED_KEPT) // _HOUR) * _HOUR
        with self.transaction():
            self._sweep(now)
            sql = "INSERT INTO delivered (key, until) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
            return self._database.run(sql, [key, until]) == 1

    def refer(self, reference: Reference, *, new: bool) -> None:
        """Keeps where somebody can be written to, the latest place only; unless `new`, only for whom a place is known.

        So a first message adds no row: somebody's only message may be one that nobody is to know of.
        """
        values = [reference.conversation, reference.channel, reference.person]
        with self.transaction():
            known = self._database.run("UPDATE reference SET conversation = ? WHERE channel = ? AND person = ?", values)
            if new and not known:
                sql = (
                    "INSERT INTO reference (conversation, channel, person) VALUES (?, ?, ?) "
                    "ON CONFLICT (channel, person) DO UPDATE SET conversation = excluded.conversation"
                )
                self._database.run(sql, values)

    def references(self, channel: str) -> list[Reference]:
        """Where the people of a channel can be written to."""
        self.open()
        sql = "SELECT channel, person, conversation FROM reference WHERE channel = ? ORDER BY person"
        return [Reference(row["channel"], row["person"], row["conversation"]) for row in self._database.rows(sql, [channel])]

    def reference(self, channel: str, person: str) -> Reference | None:
        """Where one person of a channel can be written to, by the channel's own id of them."""
        self.open()
        sql = "SELECT conversation FROM reference WHERE channel = ? AND person = ?"
        found = [Reference(channel, person, row["conversation"]) for row in self._database.rows(sql, [channel, person])]
        return found[0] if found else None

    def forget(self, channel: str, person: str | None = None) -> None:
        """Forgets where one person, or everybody of a channel, can be written to."""
        one, params = (" AND person = ?", [channel, person]) if person else ("", [channel])
        with self.transaction():
            self._database.run(f"DELETE FROM reference WHERE channel = ?{one}", params)  # noqa: S608 - a constant

    def check(self) -> None:
        """Writes a row and takes it away again. Raises DatabaseGone, or the database's own error, where it cannot be written."""
        with self.transaction():
            self._database.run("INSERT INTO delivered (key, until) VALUES ('check', 0)")
            self._database.run("DELETE FROM delivered WHERE key = 'check'")

    def _sweep(self, now: int) -> None:
        """Forgets old deliveries, once a minute at most; a clock that was put back is no reason to wait."""
        if self._swept is None or not 0 <= now - self._swept < _SWEEP:
            self._database.run("DELETE FROM delivered WHERE until < ?", [now])
            self._swept = now

    def _dispose(self, today: datetime.date) -> None:
        """Deletes what is past its time."""
        oldest = week(today - datetime.timedelta(weeks=self._weeks_kept))
        self._database.run("DELETE FROM uncovered WHERE week < ?", [oldest])


def week(day: datetime.date) -> str:
    """The ISO week of a day, `2026-W47`."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"
