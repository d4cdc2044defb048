"""Verbs of the outbox: notices are added with their cause, claimed for a while, and settled, put off or buried.

Times are seconds since 1970. A notice is `waiting`, then `sent`, `withdrawn` or `dead`; who claims it holds a lease, and only
the holder may say what became of it. All is by conditional UPDATE whose touched rows are counted, the same on both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot import views_json
from bot.database import Database, Row
from bot.database.rows import insert
from bot.records import Notice

# How long the row of what was sent or withdrawn stays, without content, so that nothing is sent again under its key; in seconds.
KEPT = 90 * 24 * 3600
# Notices about notices that could not be delivered begin so; they are never told of themselves.
ABOUT_DEAD = "dead:"
_LONGEST_ERROR = 200
# The number of a part is shorter than this; a day and hour, which mark a copy that was sent again, are longer.
_LONGEST_PART = 6
# Due, and held by nobody.
_FREE = "state = 'waiting' AND not_before <= ? AND retry_at <= ? AND lease_until <= ?"
# The first of its address: of what is due there nothing stands before it, and nothing is on its way.
_FIRST = """NOT EXISTS (
    SELECT 1 FROM outbox AS other WHERE other.address = outbox.address AND other.state = 'waiting'
    AND other.position <> outbox.position AND other.not_before <= ?
    AND ((other.not_before, other.position) < (outbox.not_before, outbox.position) OR other.lease_until > ?))"""
_BY_AGE = "ORDER BY not_before, position LIMIT ?"
_BY_TURN = "ORDER BY urgent DESC, not_before, position LIMIT ?"
# Among so many times as many of the oldest what can be claimed is nearly always found, without looking at all that waits.
_NEAR = 16
_AMONG_NEAR = " UNION ALL ".join(
    f"SELECT * FROM (SELECT * FROM outbox WHERE urgent = {urgent} AND {_FREE} {_BY_AGE}) AS near{urgent}"  # noqa: S608 - constants
    for urgent in (1, 0)
)
# What stands before something urgent at the same address.
_HURRY = """UPDATE outbox SET urgent = 1 WHERE address = ? AND state = 'waiting' AND urgent = 0 AND EXISTS (
    SELECT 1 FROM outbox AS other WHERE other.address = outbox.address AND other.state = 'waiting' AND other.urgent = 1
    AND (other.not_before, other.position) > (outbox.not_before, outbox.position))"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that is to be sent now. `view` is JSON (`bot.views_json`); `attempts` counts this one too."""

    key: str
    to: str = field(repr=False)
    view: str = field(repr=False)
    cause: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Dead:
    """A notice that could not be delivered: what it was for and the code of the last failure. Nobody's name or address."""

    key: str
    cause: str
    error: str
    attempts: int
    since: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How many notices wait, how many of them are due, how many are dead; how long the oldest has been due, in seconds."""

    waiting: int
    due: int
    dead: int
    oldest_due_age: float


# Never tried, held by nobody, waiting.
_NEW = (0, 0, 0, "", "waiting")


class Notices:
    """The outbox as rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, notice: Notice) -> bool:
        """Puts a notice in; False where one of its key is, or was, there already, which is left as it is."""
        return self.add_all([notice]) == 1

    def add_all(self, notices: Sequence[Notice]) -> int:
        """Puts these in, in their order, but for those whose key is, or was, there already; how many that were."""
        columns = "key, address, view, not_before, retry_at, attempts, lease_until, lease_by, state, topic, cause, error, urgent"
        rows = [
            [
                *(each.key, each.to, views_json.dump(each.view), each.not_before.timestamp(), *_NEW),
                *(each.topic, each.cause, "", int(each.urgent)),
            ]
            for each in notices
        ]
        with self._database.transaction():
            added = insert(self._database, "outbox", columns, rows, "ON CONFLICT (key) DO NOTHING")
            for address in sorted({each.to for each in notices if each.urgent}):
                self._database.run(_HURRY, [address])
        return added

    def withdraw(self, topic: str) -> int:
        """Of this topic nothing is sent any more that was not sent; the number of notices that this stopped.

        One that is on its way just now may still arrive.
        """
        sql = "UPDATE outbox SET state = 'withdrawn', view = '', address = '' WHERE topic = ? AND state IN ('waiting', 'dead')"
        return self._database.run(sql, [topic]) if topic else 0

    def claim(self, now: float, by: str, most: int, lease: float) -> list[Claimed]:
        """Up to `most` notices for `by` alone, for `lease` seconds: of each address the oldest that is due, the urgent first.

        Their order is kept by address: by `not_before`, then as they were added. One that failed is waited for; one that
        is for later keeps nothing back that is due.
        """
        with self._database.transaction():
            found = self._claimable(f"({_AMONG_NEAR}) AS outbox", now, most, [*[now] * 3, most * _NEAR] * 2)
            if len(found) < most:
                found = self._claimable("outbox", now, most)
            return [_claimed(row) for row in found if self._lease(row["key"], now, by, lease)]

    def _claimable(self, among: str, now: float, most: int, near: Sequence[object] = ()) -> list[Row]:
        """What of these rows can be claimed, the urgent first, then the oldest; `near` are the values that `among` takes."""
        sql = f"SELECT key, address, view, cause, attempts FROM {among} WHERE {_FREE} AND {_FIRST} {_BY_TURN}"  # noqa: S608 - constants
        return list(self._database.rows(sql, [*near, *[now] * 5, most]))

    def _lease(self, key: str, now: float, by: str, lease: float) -> bool:
        """Takes one notice; False where somebody else was faster."""
        sql = (
            "UPDATE outbox SET lease_by = ?, lease_until = ?, attempts = attempts + 1"  # noqa: S608 - constants
            f" WHERE key = ? AND {_FREE} AND {_FIRST}"
        )
        return self._database.run(sql, [by, now + lease, key, *[now] * 5]) == 1

    def release(self, keys: Iterable[str], by: str, retry_at: float = 0.0) -> None:
        """Gives back what was claimed and not tried; it counts as no attempt, and waits until `retry_at`."""
        sql = (
            "UPDATE outbox SET lease_by = '', lease_until = 0, attempts = attempts - 1, retry_at = ?"
            " WHERE key = ? AND lease_by = ? AND state = 'waiting'"
        )
        with self._database.transaction():
            for key in keys:
                self._database.run(sql, [retry_at, key, by])

    def settle(self, key: str, by: str) -> bool:
        """It has arrived: its content and address go at once, its key stays. False where `by` does not hold the lease."""
        sql = (
            "UPDATE outbox SET state = 'sent', view = '', address = '', lease_by = '', lease_until = 0, error = ''"
            " WHERE key = ? AND lease_by = ? AND state IN ('waiting', 'withdrawn')"
        )
        return self._database.run(sql, [key, by]) == 1

    def lacks_parts(self, key: str) -> bool:
        """Whether a part of a message in several, of which this is the last (`KEY`, the others `KEY:NUMBER`), has not arrived."""
        sql = "SELECT key FROM outbox WHERE key > ? AND key < ? AND state IN ('waiting', 'dead')"
        rest = (row["key"].removeprefix(f"{key}:") for row in self._database.rows(sql, [f"{key}:", f"{key};"]))
        return any(part.isdecimal() and len(part) < _LONGEST_PART for part in rest)

    def fail(self, key: str, by: str, retry_at: float, error: str) -> bool:
        """It was not delivered, and is tried again at `retry_at`; `error` is a method and a code."""
        sql = (
            "UPDATE outbox SET retry_at = ?, error = ?, lease_by = '', lease_until = 0"
            " WHERE key = ? AND lease_by = ? AND state = 'waiting'"
        )
        return self._database.run(sql, [retry_at, error[:_LONGEST_ERROR], key, by]) == 1

    def bury(self, key: str, by: str, error: str, now: float) -> bool:
        """It cannot be delivered, and is tried no more; what was to follow it goes on."""
        sql = (
            "UPDATE outbox SET state = 'dead', retry_at = ?, error = ?, lease_by = '', lease_until = 0"
            " WHERE key = ? AND lease_by = ? AND state = 'waiting'"
        )
        return self._database.run(sql, [now, error[:_LONGEST_ERROR], key, by]) == 1

    def dead(self) -> list[Dead]:
        """What could not be delivered, oldest first."""
        sql = "SELECT key, cause, error, attempts, retry_at FROM outbox WHERE state = 'dead' ORDER BY not_before, position"
        return [
            Dead(row["key"], row["cause"], row["error"], row["attempts"], row["retry_at"]) for row in self._database.rows(sql)
        ]

    def count_dead(self) -> int:
        """How many could not be delivered, but for those that tell of others."""
        sql = "SELECT COUNT(*) AS found FROM outbox WHERE state = 'dead' AND SUBSTR(key, 1, ?) <> ?"
        (row,) = self._database.rows(sql, [len(ABOUT_DEAD), ABOUT_DEAD])
        return int(row["found"])

    def counts(self, now: float) -> Counts:
        """How the outbox stands."""
        sql = (
            "SELECT state, COUNT(*) AS found, SUM(CASE WHEN not_before <= ? THEN 1 ELSE 0 END) AS due, MIN(not_before) AS oldest"
            " FROM outbox WHERE state IN ('waiting', 'dead') GROUP BY state"
        )
        found = {row["state"]: row for row in self._database.rows(sql, [now])}
        waiting = found.get("waiting", {"found": 0, "due": 0, "oldest": now})
        dead = int(found["dead"]["found"]) if "dead" in found else 0
        return Counts(int(waiting["found"]), int(waiting["due"]), dead, max(0.0, now - float(waiting["oldest"])))

    def requeue(self, key: str, now: float) -> bool:
        """A dead notice is tried again from now on, as often as a new one; False where none of this key is dead."""
        sql = "UPDATE outbox SET state = 'waiting', attempts = 0, retry_at = ?, error = '' WHERE key = ? AND state = 'dead'"
        return self._database.run(sql, [now, key]) == 1

    def drop(self, key: str) -> bool:
        """A dead notice is given up: its content goes; False where none of this key is dead."""
        sql = "UPDATE outbox SET state = 'withdrawn', view = '', address = '' WHERE key = ? AND state = 'dead'"
        return self._database.run(sql, [key]) == 1

    def purge(self, now: float) -> int:
        """Deletes what was sent or withdrawn and last due 90 days ago; the number of rows.

        The dead stay until somebody decides.
        """
        sql = "DELETE FROM outbox WHERE state IN ('sent', 'withdrawn') AND not_before < ? AND retry_at < ?"
        return self._database.run(sql, [now - KEPT] * 2)


def _claimed(row: Row) -> Claimed:
    return Claimed(row["key"], row["address"], row["view"], row["cause"], int(row["attempts"]) + 1)
