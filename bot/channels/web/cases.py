"""The case room in a browser (`/cases`): signed in by a link from chat, for those who receive reports and nobody else.

Who somebody is and what they may see is looked up at each request. No address, title, cookie or line of a log says anything of a
report; what fails is counted and not described.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from bot.case_access import ENTER, PATH, CaseAccess, OldCasesLink
from bot.case_keeping import CaseKeeping
from bot.caseroom import Caseroom, KeyElsewhere, Locked, WrongPassphrase
from bot.channels import Stateless
from bot.channels.web import cases_render as render
from bot.channels.web.cases_border import ELSEWHERE, HEADERS, Answer, Border, NotOurs, Seat, must_be_ours
from bot.channels.web.cases_capture import ROUTE, Capturing
from bot.channels.web.cases_disclosure import Disclosing
from bot.channels.web.cases_keeping import KeepingPages
from bot.channels.web.cases_shapes import Enter, NewReceipt, Told, Unlock
from bot.channels.web.posts import numbered
from bot.journeys.case_forms import MISSING, TO
from bot.journeys.case_refusals import NoSuchCase, Refused, Unfilled
from bot.journeys.case_table import Act
from bot.journeys.cases import Wanted
from bot.sentences import sentence
from bot.threads import InThread
from bot.views import Quote


class Cases(Stateless):
    """A part of the server. `in_thread` runs what needs the ledger, `in_book` what needs the casebook; `failed` counts."""

    def __init__(
        self,
        access: CaseAccess,
        caseroom: Caseroom,
        in_thread: InThread,
        in_book: InThread,
        quoted: Callable[[str], Quote | None] = lambda _: None,
        *,
        k: int = 5,
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        self._access = access
        self._caseroom = caseroom
        self._in_thread = in_thread
        self._in_book = in_book
        self._quoted = quoted
        self._k = k
        self._border = Border(access, in_thread, failed)
        self._keeping = KeepingPages(self._border, CaseKeeping(caseroom), in_book)
        self._capturing = Capturing(caseroom, in_book, self._border, self._paper)
        self._disclosing = Disclosing(self._border, caseroom, in_book)

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The list, a case and its acts, and the way in and out."""
        return (
            web.get(PATH, self._border.bordered(self._list)),
            web.get(f"{ENTER}/{{token}}", self._border.bordered(self._show_link)),
            web.post(f"{ENTER}/{{token}}", self._border.bordered(self._enter)),
            web.post(f"{PATH}/leave", self._border.bordered(self._leave)),
            web.post(f"{PATH}/unlock", self._border.bordered(self._unlock)),
            web.get(f"{PATH}/case/{{id}}", self._border.bordered(self._case)),
            web.get(f"{PATH}/case/{{id}}/file/{{number}}", self._file),
            web.get(ROUTE, self._border.bordered(self._capturing.ask)),
            web.post(ROUTE, self._border.bordered(self._capturing.capture)),
            *self._disclosing.routes,
            web.post(f"{PATH}/case/{{id}}/{{act}}", self._border.bordered(self._act)),
            *self._keeping.routes,
        )

    async def _show_link(self, request: web.Request) -> Answer:
        """Looking at a link uses nothing up, so that a preview of it does not."""
        token = request.match_info["token"]
        if not await self._in_thread(self._access.holds, token):
            raise OldCasesLink
        return Answer(Enter(f"{ENTER}/{token}"))

    async def _enter(self, request: web.Request) -> Answer:
        must_be_ours(request)
        cookie = await self._in_thread(self._access.enter, request.match_info["token"])
        return Answer(to=PATH, cookie=cookie)

    async def _leave(self, request: web.Request) -> Answer:
        seat, _, _ = await self._border.posted(request)
        await self._in_thread(self._access.leave, seat.session)
        return Answer(Told(["You are signed out."]), cookie="")

    async def _unlock(self, request: web.Request) -> Answer:
        seat, cookie, sent = await self._border.posted(request)
        try:
            await self._in_book(self._caseroom.unlock, sent.get("passphrase", ""))
        except WrongPassphrase:
            return self._border.shown(Unlock("That is not the passphrase. Nothing was opened."), seat, cookie, 422)
        return Answer(to=PATH, cookie=cookie)

    async def _list(self, request: web.Request) -> Answer:
        seat, cookie = await self._border.seated(request)
        try:
            rows = await self._in_book(self._caseroom.listed, seat.reader, seat.readers)
        except Locked:
            return self._border.shown(Unlock(), seat, cookie)
        except KeyElsewhere:
            return self._border.shown(Told(ELSEWHERE), seat, cookie)
        return self._border.shown(render.listed(rows, self._k), seat, cookie)

    async def _case(self, request: web.Request) -> Answer:
        seat, cookie = await self._border.seated(request)
        return await self._paper(request.match_info["id"], seat, cookie)

    async def _act(self, request: web.Request) -> Answer:
        """Does something with a case; what cannot be done leaves the form as it was sent."""
        seat, cookie, sent = await self._border.posted(request)
        id, act = request.match_info["id"], request.match_info["act"]
        version = numbered(sent.get("version", ""))
        if act not in set(Act) or version is None:
            raise NotOurs
        wanted = Wanted(Act(act), version, sent, sent.get(TO, ""))
        try:
            done = await self._in_book(self._caseroom.act, seat.reader, seat.readers, id, wanted)
        except NoSuchCase:
            raise
        except Locked:
            return self._border.shown(Unlock("The reports were locked meanwhile, so nothing was kept."), seat, cookie, 409)
        except Unfilled as unfilled:
            wrong = dict.fromkeys(unfilled.fields, MISSING)
            return await self._paper(id, seat, cookie, act, sent, wrong, sentence(unfilled), 422)
        except Refused as refused:
            return await self._paper(id, seat, cookie, act, sent, {}, sentence(refused), 409)
        if done.words:
            return self._border.shown(NewReceipt(done.words, f"{PATH}/case/{id}"), seat, cookie)
        return Answer(to=PATH if wanted.act is Act.RECUSE else f"{PATH}/case/{id}", cookie=cookie)

    async def _file(self, request: web.Request) -> web.Response:
        """A file of a case, to be kept elsewhere and never shown here."""
        try:
            seat, _ = await self._border.seated(request)
            files = await self._in_book(self._caseroom.enclosures, seat.reader, seat.readers, request.match_info["id"])
            number = numbered(request.match_info["number"])
            if number is None or number >= len(files):
                raise NoSuchCase
        except Exception as error:  # noqa: BLE001 - a border, as above
            return self._border.response(self._border.refusal(error))
        found = files[number]
        named = {**HEADERS, "Content-Disposition": f'attachment; filename="file-{number + 1}"'}
        return web.Response(body=found.content, content_type=found.media_type.partition(";")[0], headers=named)

    async def _paper(
        self,
        id: str,
        seat: Seat,
        cookie: str,
        act: str = "",
        sent: Mapping[str, str] | None = None,
        wrong: Mapping[str, str] | None = None,
        problem: str = "",
        status: int = 200,
    ) -> Answer:
        try:
            shown = await self._in_book(self._caseroom.opened, seat.reader, seat.readers, id)
        except Locked:
            return self._border.shown(Unlock(), seat, cookie)
        page = render.paper(shown, self._quoted, sent_act=act, sent=sent, wrong=wrong, problem=problem)
        return self._border.shown(page, seat, cookie, status)
