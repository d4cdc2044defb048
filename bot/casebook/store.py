"""The rows of the casebook, and the SQL of its verbs. What is in a row is sealed before it comes here."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from bot.casebook import rewriting
from bot.casebook.kept import ALARM, OWED, Found, Sealed, Word, named
from bot.casebook.shapes import Change, Done
from bot.casebook.windows import Window
from bot.database import Database, DatabaseGone, Row
from bot.database.values import day_from_text

_MOVED = "id, lookup, public, own, sealed, enclosed"
# Kept of the installation while the tables are still to be written anew.
_ANEW = "anew"


class Store:
    """The verbs. `written` is called after each transaction that wrote."""

    def __init__(self, database: Database, written: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._written = written

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All within happens together or not at all."""
        try:
            with self._database.transaction():
                yield
        finally:
            self._written()

    def still(self) -> None:
        """What is done after each transaction that wrote, done without one."""
        self._written()

    def close(self) -> None:
        """Lets go of the database."""
        self._database.close()

    def file(self, row: Sealed, window: Window) -> None:
        """One row, and nothing else anywhere (P5); what waits is mixed, so that no order stands in the file (P7)."""
        sql = f"INSERT INTO waiting (day, slot, {_MOVED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own names
        values = [window.day.isoformat(), window.name, *_values(row)]
        size = len(row.own) + len(row.sealed) + len(row.enclosed)
        with self.transaction():
            rewriting.mix(self._database, "waiting", row.id, size, lambda: self._database.run(sql, values))

    def file_at_once(self, row: Sealed, day: datetime.date, mark: str) -> None:
        """The one exception: somebody is in danger, and the report comes to light now. Until it was told of, a mark says so that
        is found nowhere beside the report."""
        with self.transaction():
            sql = f"INSERT INTO report ({_MOVED}, {_FRESH}) VALUES (?, ?, ?, ?, ?, ?, ?, {_FRESH_VALUES})"  # noqa: S608 - our own
            self._database.run(sql, [*_values(row), day.isoformat()])
            self.put(ALARM + mark, "1")

    def release(self, window: Window, day: datetime.date) -> bool:
        """What waits for this window or an earlier one comes to light on this day; everything is written anew in random order: in
        PostgreSQL at each window, in SQLite, where what waits is mixed already, if anything was moved or deleted.

        False where nothing came to light. May be done twice.
        """
        until = [window.day.isoformat(), window.name]
        with self.transaction():
            rewriting.lock(self._database)
            moved = self._database.run(
                f"INSERT INTO report ({_MOVED}, {_FRESH}) SELECT {_MOVED}, ?, {_FRESH_VALUES} FROM waiting "  # noqa: S608 - as above
                "WHERE (day, slot) <= (?, ?) ORDER BY random()",
                [day.isoformat(), *until],
            )
            moved += self._database.run(
                "INSERT INTO word (id, report, day, place, sealed, reply) SELECT id, report, ?, 0, sealed, ? FROM waiting_word "
                "WHERE (day, slot) <= (?, ?) AND report IN (SELECT id FROM report) ORDER BY random()",
                [day.isoformat(), b"", *until],
            )
            self._database.run("DELETE FROM waiting WHERE id IN (SELECT id FROM report)")
            self._database.run("DELETE FROM waiting_word WHERE id IN (SELECT id FROM word)")
            # What was added at the very moment at which its case was deleted belongs to nothing.
            gone = "DELETE FROM waiting_word WHERE report NOT IN (SELECT id FROM report UNION ALL SELECT id FROM waiting)"
            left = self._database.run(gone) + moved > 0
            rewriting.shuffle(self._database)
            if left and self._database.dialect == "sqlite":
                self.put(_ANEW, "1")
            if moved:
                self.put(OWED, named(window))
        if self.value(_ANEW):
            self.compact()
        return moved > 0

    def at(self, lookup: str, *, to_write: bool = False) -> Found | None:
        """What lies at this digest. It asks as much of the database whether there is something or not (P12).

        `to_write`, within a transaction, waits for whoever changes it just now, and keeps others from it until the end: what is
        written by it would else undo a recusal (P11). In SQLite the transaction itself sees to that.
        """
        held = "FOR UPDATE" if to_write and self._database.dialect == "postgres" else ""
        sql = f"SELECT id, day, slot, public, own FROM waiting WHERE lookup = ? {held}"  # noqa: S608 - our own words
        waiting = list(self._database.rows(sql, [lookup]))
        sql = f"SELECT id, day, public, own, state, concluded FROM report WHERE lookup = ? {held}"  # noqa: S608 - as above
        report = list(self._database.rows(sql, [lookup]))
        for row in report:
            return Found(
                row["id"],
                None,
                day_from_text(row["day"]),
                row["public"],
                row["own"],
                row["state"],
                day_from_text(row["concluded"]),
            )
        for row in waiting:
            return Found(
                row["id"], Window(datetime.date.fromisoformat(row["day"]), row["slot"]), None, row["public"], row["own"], "", None
            )
        return None

    def move(self, lookup: str, new: Sealed) -> bool:
        """The same report under another receipt: its digest, public key and `own`. False where nothing lies at the old one."""
        values = [new.lookup, new.public, new.own, lookup]
        tables = ("waiting", "report")
        sql = "UPDATE {} SET lookup = ?, public = ?, own = ? WHERE lookup = ?"
        return sum(self._database.run(sql.format(table), values) for table in tables) == 1

    def add_word(self, id: str, report: str, window: Window, sealed: bytes) -> None:
        """Something more from the reporter, until its window."""
        sql = "INSERT INTO waiting_word (id, report, day, slot, sealed) VALUES (?, ?, ?, ?, ?)"
        values = [id, report, window.day.isoformat(), window.name, sealed]
        with self.transaction():
            rewriting.mix(self._database, "waiting_word", id, len(sealed), lambda: self._database.run(sql, values))

    def words(self, report: str) -> list[Word]:
        """What is in a case: by day, then what came from the reporter, then what HR did in its order."""
        rows = self._database.rows("SELECT * FROM word WHERE report = ? ORDER BY day, place, id", [report])
        return [
            Word(row["id"], datetime.date.fromisoformat(row["day"]), row["place"], row["sealed"], row["reply"]) for row in rows
        ]

    def heard(self) -> dict[str, str]:
        """By case, the latest day on which something came from the reporter."""
        rows = self._database.rows("SELECT report, MAX(day) AS day FROM word WHERE place = 0 GROUP BY report")
        return {row["report"]: row["day"] for row in rows}

    def reports(self) -> list[Row]:
        """All that came to light, without the files that came with it, in random order."""
        sql = (
            "SELECT id, day, public, sealed, state, holder, version, opened, on_hold, schedule, concluded FROM report ORDER BY id"
        )
        return list(self._database.rows(sql))

    def report(self, id: str) -> Row | None:
        """One that came to light, with everything."""
        return next(self._database.rows("SELECT * FROM report WHERE id = ?", [id]), None)

    def trail(self, report: str = "") -> dict[str, tuple[Done, ...]]:
        """The audit trail of one case, or by case of all, oldest first."""
        where, values = ("WHERE report = ?", [report]) if report else ("", [])
        found: dict[str, tuple[Done, ...]] = {}
        for row in self._database.rows(f"SELECT * FROM trail {where} ORDER BY report, place", values):  # noqa: S608 - as above
            done = Done(row["act"], row["actor"], datetime.date.fromisoformat(row["day"]), row["recipient"], row["letter"])
            found[row["report"]] = (*found.get(row["report"], ()), done)
        return found

    def change(self, id: str, change: Change) -> bool:
        """A case as it stands from now on; False where somebody else has changed it since that version. Within a transaction."""
        sql = (
            "UPDATE report SET state = ?, holder = ?, concluded = ?, on_hold = ?, schedule = ?, version = version + 1 "
            "WHERE id = ? AND version = ?"
        )
        concluded = change.concluded.isoformat() if change.concluded else ""
        values = [change.state, change.holder, concluded, int(change.on_hold), change.schedule, id, change.version]
        return self._database.run(sql, values) == 1

    def keep(self, report: str, done: Done, word: Word) -> None:
        """A row of the trail and what it was about, sealed."""
        sql = "INSERT INTO trail (report, place, act, actor, day, recipient, letter) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._database.run(sql, [report, word.place, done.act, done.by, done.day.isoformat(), done.to, done.letter])
        sql = "INSERT INTO word (id, report, day, place, sealed, reply) VALUES (?, ?, ?, ?, ?, ?)"
        self._database.run(sql, [word.id, report, word.day.isoformat(), word.place, word.sealed, word.reply])

    def reseal(self, id: str, own: bytes, sealed: bytes, enclosed: bytes) -> None:
        """A report that other people can read from now on."""
        sql = "UPDATE report SET own = ?, sealed = ?, enclosed = ? WHERE id = ?"
        self._database.run(sql, [own, sealed, enclosed, id])

    def reseal_words(self, report: str, seal: Callable[[bytes], bytes]) -> None:
        """The same for all that was said in it, and that waits."""
        for table in ("word", "waiting_word"):
            for row in self._database.rows(f"SELECT id, sealed FROM {table} WHERE report = ?", [report]):  # noqa: S608 - as above
                sql = f"UPDATE {table} SET sealed = ? WHERE id = ?"  # noqa: S608 - as above
                self._database.run(sql, [seal(row["sealed"]), row["id"]])

    def reseal_replies(self, replies: Mapping[str, bytes]) -> None:
        """Replies that another receipt opens from now on."""
        for id, reply in replies.items():
            self._database.run("UPDATE word SET reply = ? WHERE id = ?", [reply, id])

    def mark_opened(self, id: str) -> None:
        """Somebody who may read it has opened a case."""
        with self.transaction():
            self._database.run("UPDATE report SET opened = 1 WHERE id = ? AND opened = 0", [id])

    def delete(self, id: str, version: int, heard: datetime.date) -> bool:
        """Deletes a case with all that is in it; False where somebody has changed it since that version, or something from the
        reporter came to light after the day `heard`. Within a transaction; `compact` comes after it."""
        sql = (
            "DELETE FROM report WHERE id = ? AND version = ? "
            "AND NOT EXISTS (SELECT 1 FROM word WHERE report = ? AND place = 0 AND day > ?)"
        )
        if self._database.run(sql, [id, version, id, heard.isoformat()]) != 1:
            return False
        for table in ("waiting_word", "word", "trail"):
            self._database.run(f"DELETE FROM {table} WHERE report = ?", [id])  # noqa: S608 - as above
        self.put(_ANEW, "1")
        return True

    def log_disposed(self, id: str, day: datetime.date, schedule: str) -> None:
        """A row of the disposition log. Within a transaction."""
        self._database.run("INSERT INTO disposed (id, day, schedule) VALUES (?, ?, ?)", [id, day.isoformat(), schedule])

    def compact(self) -> None:
        """Writes anew what is left, so that nothing of what was deleted or moved stays in free pages (P19)."""
        with suppress(DatabaseGone, MemoryError):  # it is done all the same; the next window writes the tables anew
            rewriting.compact(self._database)
            self.drop(_ANEW)
        self._written()

    def disposed(self) -> list[Row]:
        """The disposition log."""
        return list(self._database.rows("SELECT id, day, schedule FROM disposed ORDER BY day, id"))

    def value(self, name: str) -> str:
        """Something that is kept of the installation; empty where it is not."""
        rows = self._database.rows("SELECT value FROM installation WHERE name = ?", [name])
        return next((str(row["value"]) for row in rows), "")

    def put(self, name: str, value: str) -> None:
        """Keeps something of the installation."""
        sql = "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        with self.transaction():
            self._database.run(sql, [name, value])

    def names(self, beginning: str) -> list[str]:
        """The names, beginning so, under which something is kept of the installation."""
        rows = self._database.rows("SELECT name FROM installation ORDER BY name")
        return [row["name"] for row in rows if row["name"].startswith(beginning)]

    def drop(self, name: str, until: str = "") -> None:
        """Keeps it no more; with `until`, unless its value is greater."""
        sql = "DELETE FROM installation WHERE name = ? AND (value <= ? OR ? = '')"
        with self.transaction():
            self._database.run(sql, [name, until, until])


_FRESH = "day, state, holder, version, opened, on_hold, schedule, concluded"
_FRESH_VALUES = "'received', '', 0, 0, 0, '', ''"


def _values(row: Sealed) -> Sequence[object]:
    return row.id, row.lookup, row.public, row.own, row.sealed, row.enclosed
