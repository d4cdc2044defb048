"""The page from which HR captures a reported page: what it means is said first, then the page is visited once and kept.

The visit is made in the event loop, which goes on meanwhile; the casebook's thread is asked before and after.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot import case_capture
from bot.capture import visiting
from bot.capture.addresses import LONGEST, completed, found_in
from bot.capture.refusals import Busy, NotCaptured
from bot.case_access import PATH
from bot.caseroom import Caseroom, Locked, Shown
from bot.channels.web.cases_border import Answer, Border, Seat
from bot.channels.web.cases_shapes import Capture, Unlock
from bot.journeys.case_refusals import NoSuchCase, Refused
from bot.sentences import sentence
from bot.threads import InThread

NOTED = "The attempt is noted in the case."
ROUTE = f"{PATH}/case/{{id}}/capture"


@dataclass
class Capturing:
    """`border` is that of all pages; `paper` answers with the case."""

    caseroom: Caseroom
    in_book: InThread
    border: Border
    paper: Callable[..., Awaitable[Answer]]
    _visiting: int = field(default=0, init=False)

    async def ask(self, request: web.Request) -> Answer:
        """Says what a capture means, with the address that the reporter gave."""
        seat, cookie = await self.border.seated(request)
        return await self._bordered(request, seat, cookie, self._asked(request, seat, cookie))

    async def capture(self, request: web.Request) -> Answer:
        """Visits the page and keeps it; what cannot be captured is said beside the address."""
        seat, cookie, sent = await self.border.posted(request)
        address = sent.get("address", "").strip()[: LONGEST + 1]
        return await self._bordered(request, seat, cookie, self._captured(request, seat, cookie, address))

    async def _asked(self, request: web.Request, seat: Seat, cookie: str) -> Answer:
        shown = await self._offered(request, seat)
        return self.border.shown(_page(shown, found_in(shown.opened.case.submission.where)), seat, cookie)

    async def _captured(self, request: web.Request, seat: Seat, cookie: str, address: str) -> Answer:
        shown = await self._offered(request, seat)
        id = request.match_info["id"]
        given = (self.caseroom, seat.reader, seat.readers, id)
        try:
            page = await self._visited(address)
        except NotCaptured as why:
            if why.visited:
                await self.in_book(case_capture.tried, *given, completed(address), why)
            problem = f"{sentence(why)} {NOTED}" if why.visited else sentence(why)
            return self.border.shown(_page(shown, address, problem), seat, cookie, 422)
        await self.in_book(case_capture.kept, *given, page)
        return Answer(to=f"{PATH}/case/{id}", cookie=cookie)

    async def _visited(self, address: str) -> visiting.Captured:
        if self._visiting >= visiting.AT_ONCE:
            raise Busy
        self._visiting += 1
        try:
            return await visiting.STRANGER.visit(address)
        finally:
            self._visiting -= 1

    async def _offered(self, request: web.Request, seat: Seat) -> Shown:
        given = (self.caseroom, seat.reader, seat.readers, request.match_info["id"])
        shown: Shown = await self.in_book(case_capture.offered, *given)
        return shown

    async def _bordered(self, request: web.Request, seat: Seat, cookie: str, answer: Awaitable[Answer]) -> Answer:
        """What the case does not allow is said above the case."""
        try:
            return await answer
        except NoSuchCase:
            raise
        except Locked:
            return self.border.shown(Unlock("The reports are locked, so nothing was kept."), seat, cookie, 409)
        except Refused as refused:
            return await self.paper(request.match_info["id"], seat, cookie, problem=sentence(refused), status=409)


def _page(shown: Shown, address: str, problem: str = "") -> Capture:
    return Capture(f"{PATH}/case/{shown.row.case.id}", shown.row.label, address, LONGEST, problem)
