"""The door of reports: what is written without a name, and who comes back with a receipt. It knows the words and no one.

Nothing is logged or counted for a turn, not even that there was one (DECISIONS 20); what fails is counted for the day, without a
time. Work that takes long (Argon2) is done beside the loop, two at a time, in a line that is closed when it is too long.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bot.attachments import Attachment
from bot.database import DatabaseGone
from bot.journeys import report, report_back
from bot.journeys.report import BACK, FORMS, SEEN, WRITE, Terms, Written
from bot.journeys.report_back import ADD, CHANGE, READ, RETALIATION, UNKNOWN, Behind
from bot.turns import Pressed, Submitted, Turn
from bot.views import OPEN, Facts, Text, View, view

T = TypeVar("T")
# So many are worked on, or wait, at once; whoever comes on top is asked to try again, and nothing is kept of it.
MOST = 60
# Whoever has waited for so long, in seconds, is turned away rather than begun with: all are answered soon, or not taken at all.
PATIENCE = 2.0
CROWDED = "Too many are writing at this moment, so I have not taken it and kept nothing. Please try again in a few minutes."
AWAY = "I cannot keep anything just now, so nothing was sent and nothing was kept. Please try again in a few minutes."
_WANTED = ("a", "b", "c", "d")


class _WaitedTooLong(Exception):
    """Its turn came too late, so that nothing was begun."""


class NotTaken(Exception):
    """A report that cannot be taken as it is; its message says why, and repeats nothing of it."""


class Book(Protocol):
    """What the door needs of the casebook; each call but `terms`, which only computes, waits for the casebook's own thread."""

    def terms(self) -> Terms:
        """What the form says of this installation."""

    def file(self, written: Written, attachments: Sequence[Attachment] = ()) -> str:
        """Seals and keeps a report with its cleaned files; the seven words of its receipt.

        Raises NotTaken and DatabaseGone: nothing is kept then.
        """

    def behind(self, receipt: str) -> Behind | None:
        """What lies behind a receipt; None for one that is malformed, unknown, changed or deleted, at the same cost."""

    def add(self, receipt: str, words: str) -> bool:
        """Adds to a case; False for a receipt behind which nothing lies."""

    def retaliation(self, receipt: str, words: str) -> str | None:
        """A report of its own, linked to the first; its receipt."""

    def change(self, receipt: str) -> str | None:
        """A new receipt instead of this one."""


@dataclass(frozen=True)
class Reporting:
    """Without a book reports are closed, and `missing` says why; `reach` is whom to write to then."""

    book: Book | None = None
    thread: Executor | None = None
    reach: Facts = field(default_factory=lambda: Facts(()))
    missing: str = ""
    # Counts what failed, for the day; called without anything.
    failed: Callable[[], None] = lambda: None
    patience: float = PATIENCE
    # How many are being worked on, or wait.
    _within: list[None] = field(default_factory=list, repr=False)

    def takes(self, turn: Turn) -> bool:
        """Whether a turn is for this door: its forms, and the choice that opens them."""
        match turn:
            case Submitted("forms", values):
                return values.get("form") in FORMS
            case Submitted(form):
                return form in FORMS
            case Pressed(action):
                return action.removeprefix(OPEN) in FORMS and action.startswith(OPEN)
        return False

    def files(self, turn: Turn) -> bool:
        """Whether it is one that keeps something or costs much, of which nobody may do any number."""
        return isinstance(turn, Submitted) and (turn.form == BACK or (turn.form == WRITE and turn.state == SEEN))

    def again(self, turn: Turn, why: str = CROWDED) -> View:
        """The answer to one too many, or to what cannot be taken for this reason: nothing was kept, and what was typed is there
        once more; a receipt never is."""
        match turn:
            case Submitted(form, values) if form == WRITE and self.book:
                return report.refused(why, self.book.terms(), dict(values))
            case Submitted(form, values) if form == BACK:
                return report_back.back(why, values.get("f2", READ), values.get("f3", ""))
        return view(Text(why))

    def in_a_dialog(self) -> View:
        """The answer where a form would come and go as a message."""
        return report.in_a_dialog()

    def pointer(self) -> View:
        """The answer to somebody who types a report as a message."""
        return report.pointer() if self.book else report.closed(self.missing, self.reach)

    async def answer(self, turn: Turn, attachments: Sequence[Attachment] = ()) -> View:
        """The view; whatever fails, nothing is told of it but that it did. `attachments` come with a report, cleaned."""
        if self.book is None:
            return report.closed(self.missing, self.reach)
        if len(self._within) >= MOST:
            return self.again(turn)
        self._within.append(None)
        try:
            return await self._answered(turn, self.book, attachments)
        except _WaitedTooLong:
            return self.again(turn)
        except DatabaseGone:
            self.failed()
            return view(Text(AWAY))
        except Exception:  # noqa: BLE001 - a border: neither the exception nor its place may be told, since they hold the words
            self.failed()
            return view(Text(AWAY))
        finally:
            self._within.pop()

    async def _answered(self, turn: Turn, book: Book, attachments: Sequence[Attachment]) -> View:
        match turn:
            case Submitted(form, values, state) if form == WRITE:
                return await self._written(dict(values), state, book, attachments)
            case Submitted(form, values) if form == BACK:
                return await self._come_back(dict(values), book)
            case Submitted(_, values):
                opened = values.get("form")
            case Pressed(action):
                opened = action.removeprefix(OPEN)
            case _:
                opened = ""
        return report_back.back() if opened == BACK else report.opened(book.terms())

    async def _written(self, values: dict[str, str], state: str, book: Book, attachments: Sequence[Attachment]) -> View:
        """The first Send shows what is to be known before; the second one files."""
        terms = book.terms()
        written, mistakes = report.read(values, terms)
        if written is None or state != SEEN:
            return report.again(terms, values, mistakes)
        try:
            return report.filed(await self._in_thread(book.file, written, attachments))
        except NotTaken as why:
            return report.refused(str(why), terms, values)
        except DatabaseGone:
            self.failed()
            return report.refused(AWAY, terms, values)

    async def _come_back(self, values: Mapping[str, str], book: Book) -> View:
        receipt, words = values.get("f1", ""), values.get("f3", "").strip()[: report.LONGEST]
        wanted = values.get("f2", "")
        if wanted not in _WANTED or (wanted in (ADD, RETALIATION) and not words):
            return report_back.back("Please write what you want to add or say.", wanted or READ, words)
        if wanted == READ and words:
            return report_back.back(report_back.WORDS_LEFT, READ, words)
        try:
            return await self._done(wanted, receipt, words, book)
        except NotTaken as why:
            return report_back.back(str(why), wanted, words)

    async def _done(self, wanted: str, receipt: str, words: str, book: Book) -> View:
        match wanted:
            case "a":
                found = await self._in_thread(book.behind, receipt)
                return report_back.behind(found) if found else report_back.back(UNKNOWN)
            case "b":
                added = await self._in_thread(book.add, receipt, words)
                return report_back.added() if added else report_back.back(UNKNOWN, ADD, words)
            case "d":
                own = await self._in_thread(book.retaliation, receipt, words)
                return report_back.told_of_retaliation(own) if own else report_back.back(UNKNOWN, RETALIATION, words)
            case _:
                new = await self._in_thread(book.change, receipt)
                return report_back.changed(new) if new else report_back.back(UNKNOWN, CHANGE)

    async def _in_thread(self, call: Callable[..., T], *given: object) -> T:
        """Calls a verb of the book where it may be called. Raises _WaitedTooLong where that comes too late."""
        latest = time.monotonic() + self.patience

        def called() -> T:
            if time.monotonic() > latest:
                raise _WaitedTooLong
            return call(*given)

        return await asyncio.get_running_loop().run_in_executor(self.thread, called)
