"""A case for a records request, in the case room: HR chooses, looks at the text as it will be, and only then gets the file.

The file is made outside the casebook's thread, which those who report wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from aiohttp import web

from bot import disclosing
from bot.case_access import PATH
from bot.caseroom import Caseroom, Locked, Shown
from bot.channels.web.cases_border import HEADERS, Answer, Border, Seat
from bot.channels.web.cases_disclosure_render import Disclose, choices, has_grown, seen, without_passages
from bot.channels.web.cases_shapes import Unlock
from bot.journeys.case_passages import Passage
from bot.journeys.case_refusals import Outdated
from bot.journeys.disclosure import Preview, Unfit, disclosed
from bot.sentences import sentence
from bot.threads import InThread

# Three short texts for each passage of a long case, encoded.
MOST_BYTES = 512 * 1024
ROUTE = f"{PATH}/case/{{id}}/disclose"
LOCKED = "The reports were locked meanwhile, so nothing was exported."
CHANGED = "This case has changed since you looked, so nothing was exported. An export is a change, too. Please look again."
RENUMBERED = f"{CHANGED} What you chose for single passages is taken back, since they may have other numbers now."


class Disclosing:
    """The page and what it does, within the border of the case room."""

    def __init__(self, border: Border, caseroom: Caseroom, in_book: InThread) -> None:
        self._border = border
        self._caseroom = caseroom
        self._in_book = in_book

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The page, its form, and the file."""
        return (
            web.get(ROUTE, self._border.bordered(self.ask)),
            web.post(ROUTE, self._border.bordered(self.look)),
            web.post(f"{ROUTE}/file", self.fetch),
        )

    async def ask(self, request: web.Request) -> Answer:
        """The case with nothing chosen yet."""
        seat, cookie = await self._border.seated(request)
        try:
            shown, passages = await self._opened(request, seat)
        except Locked:
            return self._border.shown(Unlock(), seat, cookie)
        return self._border.shown(_page(shown, passages), seat, cookie)

    async def look(self, request: web.Request) -> Answer:
        """The text as it will be, or what is wrong with the choices. Nothing is recorded."""
        return (await self._looked(request, *await self._border.posted(request, MOST_BYTES)))[0]

    async def fetch(self, request: web.Request) -> web.Response:
        """The file, once the audit trail has it; where anything has changed since HR looked, the page instead."""
        try:
            seat, cookie, sent = await self._border.posted(request, MOST_BYTES)
            answer, shown, preview = await self._looked(request, seat, cookie, sent)
            if shown is None or preview is None:
                return self._border.response(answer)
            content = await asyncio.to_thread(disclosing.packed, preview.disclosure)
            given = (self._caseroom, seat.reader, seat.readers, shown.row.case.id, shown.row.case.version)
            try:
                await self._in_book(disclosing.recorded, *given)
            except Outdated:
                return self._border.response(await self._changed(request, seat, cookie, sent))
            except Locked:
                return self._border.response(self._border.shown(Unlock(LOCKED), seat, cookie, 409))
        except Exception as error:  # noqa: BLE001 - a border: neither the exception nor its place may be told
            return self._border.response(self._border.refusal(error))
        named = {"Content-Disposition": f'attachment; filename="{disclosing.file_name(preview.disclosure)}"'}
        return web.Response(body=content, content_type="application/zip", headers={**HEADERS, **named})

    async def _looked(
        self, request: web.Request, seat: Seat, cookie: str, sent: Mapping[str, str]
    ) -> tuple[Answer, Shown | None, Preview | None]:
        try:
            shown, passages = await self._opened(request, seat)
        except Locked:
            return self._border.shown(Unlock(LOCKED), seat, cookie, 409), None, None
        if sent.get("seen") != seen(passages):
            return await self._changed(request, seat, cookie, sent), None, None
        try:
            preview = await asyncio.to_thread(disclosed, shown.row.label, passages, choices(sent), shown.today)
        except Unfit as unfit:
            page = _page(shown, passages, sent, mistakes=unfit.mistakes, problem=sentence(unfit))
            return self._border.shown(page, seat, cookie, 422), None, None
        return self._border.shown(_page(shown, passages, sent, preview), seat, cookie), shown, preview

    async def _changed(self, request: web.Request, seat: Seat, cookie: str, sent: Mapping[str, str]) -> Answer:
        shown, passages = await self._opened(request, seat)
        grown = has_grown(sent.get("seen", ""), passages)
        kept, problem = (sent, CHANGED) if grown else (without_passages(sent), RENUMBERED)
        return self._border.shown(_page(shown, passages, kept, problem=problem), seat, cookie, 409)

    async def _opened(self, request: web.Request, seat: Seat) -> tuple[Shown, tuple[Passage, ...]]:
        given = (self._caseroom, seat.reader, seat.readers, request.match_info["id"])
        found: tuple[Shown, tuple[Passage, ...]] = await self._in_book(disclosing.opened, *given)
        return found


def _page(
    shown: Shown,
    passages: tuple[Passage, ...],
    sent: Mapping[str, str] | None = None,
    preview: Preview | None = None,
    *,
    mistakes: tuple[str, ...] = (),
    problem: str = "",
) -> Disclose:
    action = f"{PATH}/case/{shown.row.case.id}"
    given = {**(sent or {}), "seen": seen(passages)}
    return Disclose(shown.row.label, action, given["seen"], passages, given, preview, mistakes, problem)
