"""Work of the windows: what is due comes to light, and whoever receives reports is told, always in the same words.

A `tick` for `bot.jobs`. Filing has nothing to do with it: it is not told when something was filed, and asks at windows alone. The
sentence is the same whether there is anything or not (property P14); by a setting it is sent only after a release, which tells
whoever sees it that there was one.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Collection, Sequence

from bot.casebook import Window, recipients
from bot.caseroom import Caseroom, KeyElsewhere, Locked, Reader, Row
from bot.database import DatabaseGone
from bot.journeys.hr import CASES_LINK
from bot.ledger import Ledger
from bot.records import Notice
from bot.report_settings import NOTICES
from bot.threads import InThread
from bot.views import Button, Text, View, view

# How long a ledger that is away is left alone, in seconds.
AGAIN = 10.0
ROOM = Button("Case room", CASES_LINK)
AT_WINDOW = view(Text("A window for reports has passed. Whether there is anything new for you stands in the case room."), ROOM)
AT_ONCE = view(
    Text(
        "A report was handed over at once, because its writer says that somebody is in danger. "
        "Please look into the case room now."
    ),
    ROOM,
)
FLOODED = view(
    Text(
        "Since the last window so many tried to write a report within an hour that some were turned away. They can write again "
        "an hour later. If that goes on, somebody may be doing it on purpose: please tell whoever runs the program."
    )
)
OVERDUE = view(Text("Something that is owed to a reporter is overdue. What it is stands in the case room."), ROOM)
UNOPENED = view(
    Text("Something that came to light a week ago or longer has not been opened by anybody. It waits for you in the case room."),
    ROOM,
)


class Releasing:
    """`in_book` runs what needs the casebook, `in_thread` what needs the ledger; `readers` are those who receive reports today,
    asked in the ledger's thread; `delivers` is called when there is something to send."""

    def __init__(
        self,
        caseroom: Caseroom,
        readers: Callable[[], Sequence[Reader]],
        ledger: Ledger,
        in_book: InThread,
        in_thread: InThread,
        *,
        delivers: Callable[[], None] = lambda: None,
        again: float = AGAIN,
    ) -> None:
        self._caseroom = caseroom
        self._book = caseroom.book
        self._readers = readers
        self._ledger = ledger
        self._in_book = in_book
        self._in_thread = in_thread
        self._always = self._book.settings.notice == NOTICES[0]
        self._delivers = delivers
        self._again = again
        self._done: Window | None = None
        # What was still to be told at once when the round before ended.
        self._alarms: frozenset[str] = frozenset()

    async def tick(self, now: datetime.datetime) -> None:
        """What there is to do at a window that was reached; nothing between two. Raises DatabaseGone: call it again then."""
        del now  # the casebook's own clock counts
        await self._in_book(self._book.still)
        await self._left_by_others()
        window: Window = await self._in_book(self._book.window)
        if window == self._done:
            return
        # All of this round is about that window: the next one may pass meanwhile, and has a round and a notice of its own.
        await self._in_book(self._book.release, window)
        owed = await self._in_book(self._book.owing.owed)
        readers = await self._in_thread(self._readers)
        notices = self._at_window(window, readers) if owed or self._always else []
        notices += await self._daily(window, readers)
        await self._in_thread(self._keep, notices)
        if owed:
            await self._in_book(self._book.owing.mark_told, window)
        self._done = window
        self._delivers()

    async def at_once(self, mark: str, route: str, involved: Collection[str]) -> None:
        """Tells those who read a report on this route, and nobody else, that it was handed over at once: the one exception
        (DECISIONS 19). A database that is away is waited for, so call it as a task of its own, on whatever replica filed it; the
        casebook keeps the mark until they were told.
        """
        read = {each.id for each in recipients.chosen(self._book.people, route, involved)}
        key, now = _at_once(mark), self._book.now()
        while True:
            try:
                readers = await self._in_thread(self._readers)
                theirs = [each for each in readers if each.recipients & read]
                await self._in_thread(self._keep, [notice(key, each, AT_ONCE, now) for each in theirs])
                await self._in_book(self._book.owing.alarm_told, mark)
            except DatabaseGone:
                await asyncio.sleep(self._again)
            else:
                self._delivers()
                return

    async def _left_by_others(self) -> None:
        """Tells what a process that has ended was to tell at once: whatever is there for a second round, so that whoever filed it
        had time to tell. Whose it was is not kept (P11): whoever sees such a case that nobody has opened is told.
        """
        marks = frozenset(await self._in_book(self._book.owing.alarms))
        left, self._alarms = sorted(marks & self._alarms), marks
        if not left:
            return
        readers, now = await self._in_thread(self._readers), self._book.now()
        notices = [each for reader in readers for each in await self._in_book(self._called, left, reader, readers, now)]
        await self._in_thread(self._keep, notices)
        for mark in left:
            await self._in_book(self._book.owing.alarm_told, mark)
        self._delivers()

    def _called(self, marks: Sequence[str], reader: Reader, readers: Sequence[Reader], now: datetime.datetime) -> list[Notice]:
        """One notice for all these marks; none for who sees no such case.

        Where nobody can tell whose it is, everybody gets the sentence of the windows: whoever is involved learns nothing by it.
        """
        key = _at_once(*marks)
        try:
            rows = self._caseroom.listed(reader, readers)
        except (Locked, KeyElsewhere):
            return [notice(f"look:{key}", reader, AT_WINDOW, now)]
        urgent = any(row.case.submission.danger and not row.case.opened for row in rows)
        return [notice(key, reader, AT_ONCE, now)] if urgent else []

    def _at_window(self, window: Window, readers: Sequence[Reader]) -> list[Notice]:
        """The same for every recipient of every route."""
        key = f"window:{window.day.isoformat()}:{window.name}"
        return [notice(key, each, AT_WINDOW, self._book.windows.moment(window)) for each in readers]

    async def _daily(self, window: Window, readers: Sequence[Reader]) -> list[Notice]:
        """Once a day, for those who see such a case: that something is overdue, and that something was never opened (P20).

        Where the reports are locked nobody can tell whose that is.
        """
        day, at = window.day.isoformat(), self._book.windows.moment(window)
        found = []
        for each in readers:
            rows = await self._in_book(self._seen, each, readers)
            found += [notice(f"overdue:{day}", each, OVERDUE, at)] if any(row.overdue for row in rows) else []
            found += [notice(f"unopened:{day}", each, UNOPENED, at)] if any(row.unopened for row in rows) else []
        return found

    def _seen(self, reader: Reader, readers: Sequence[Reader]) -> tuple[Row, ...]:
        try:
            return self._caseroom.listed(reader, readers)
        except (Locked, KeyElsewhere):
            return ()

    def _keep(self, notices: Sequence[Notice]) -> None:
        with self._ledger.transaction():
            self._ledger.notices.add_all(notices)


def _at_once(*marks: str) -> str:
    """The key of a notice of what was handed over at once; the same whoever tells it, so that nobody is told twice."""
    return f"at-once:{':'.join(marks)}"


def notice(key: str, reader: Reader, shown: View, at: datetime.datetime) -> Notice:
    """One of its key and person, however often it is written."""
    return Notice(f"{key}:{reader.id}", f"person:{reader.id}", shown, at, "reports")
