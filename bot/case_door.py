"""The door of HR's cases in chat: the way to the web page; and, where it is switched on, the case room inside a dialog.

Who acts is looked up and their right to read is checked at each press, whatever a button or a form carries. Whoever may not read
is answered as if there were no such thing. Nothing is logged or counted for a turn (DECISIONS 20).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.answering import UnknownTurn
from bot.case_access import CaseAccess, NotAReader
from bot.case_dialogs import Dialogs
from bot.case_handles import ForgedHandle
from bot.caseroom import KeyLost
from bot.database import DatabaseGone
from bot.journeys import case_words, casework
from bot.journeys.case_asking import OPEN_ROOM, ROOM
from bot.journeys.case_refusals import NoSuchCase
from bot.journeys.hr import case_link
from bot.people import Account, Person
from bot.sentences import sentence
from bot.threads import InThread
from bot.turns import Pressed, Submitted, Turn
from bot.views import Text, View, view

T = TypeVar("T")
# How long the form of all forms waits for the ledger to say who receives reports, in seconds.
PATIENCE = 1.0
# Gives the person who acts, where the directory knows them. Raises DatabaseGone.
Who = Callable[[], Awaitable[Person | None]]


@dataclass(frozen=True)
class CaseDoor:
    """`in_thread` runs what needs the ledger; `failed` counts for the day. Without `dialogs` there is the web page alone."""

    access: CaseAccess
    in_thread: InThread
    dialogs: Dialogs | None = None
    failed: Callable[[], None] = lambda: None

    def takes(self, turn: Turn) -> bool:
        """Whether a turn is the case room's inside a dialog."""
        if self.dialogs is None:
            return False
        match turn:
            case Submitted("forms", values):
                return values.get("form") == ROOM
            case Submitted(form):
                return form == ROOM
            case Pressed(action):
                return action == OPEN_ROOM
        return False

    async def link(self, who: Who) -> View:
        """The way to the web page, and from here on into a dialog. Raises NotAReader and DatabaseGone."""
        return case_link(await self._as_reader(self.access.link_for, who), forms=self.dialogs is not None)

    async def elsewhere(self, said: View, who: Who) -> View:
        """The answer where no dialog can be shown: what is said of that, and the way to the web page for whoever may read."""
        try:
            return View((*said.blocks, *case_link(await self._as_reader(self.access.link_for, who)).blocks))
        except (NotAReader, DatabaseGone):
            return said

    async def offered(self, shown: View, account: Account | None) -> View:
        """The form of all forms as whoever receives reports sees it: with the case room to choose.

        Anybody may open that form to report, so nobody is looked up for it: the ledger is asked for the accounts of those who
        receive reports, and they are compared here.
        """
        if self.dialogs is None or account is None or not any(each.id == "forms" for each in shown.forms):
            return shown
        try:
            async with asyncio.timeout(PATIENCE):
                theirs = await self.in_thread(self._accounts)
        except (DatabaseGone, TimeoutError):
            return shown
        named = {account, replace(account, tenant="")}
        return casework.offer(shown) if named & theirs else shown

    async def answer(self, turn: Turn, who: Who) -> View:
        """The view for a turn that is taken; whatever fails, nothing is told of it but that it did."""
        assert self.dialogs, "nothing is taken without"
        try:
            return await self.dialogs.answer(turn, await self._as_reader(self.access.seat, who))
        except (NotAReader, ForgedHandle, NoSuchCase):
            return view(Text(sentence(UnknownTurn())))
        except (DatabaseGone, KeyLost) as gone:
            self.failed()
            return view(Text(sentence(gone)))
        except Exception:  # noqa: BLE001 - a border: neither the exception nor its place may be told, since they hold the words
            self.failed()
            return view(Text(case_words.FAILED))

    async def _as_reader(self, call: Callable[[str], T], who: Who) -> T:
        """What the access gives to whoever acts, by their id. Raises NotAReader and DatabaseGone."""
        person = await who()
        if person is None:
            raise NotAReader
        found: T = await self.in_thread(call, person.id)
        return found

    def _accounts(self) -> frozenset[Account]:
        """The accounts of all who receive reports."""
        with self.access.ledger.transaction():
            accounts = self.access.ledger.people.accounts
            return frozenset(each for reader in self.access.readers() for each in accounts(reader.id))
