"""The case room in a browser (`/cases`): signed in by a link from chat, for those who receive reports and nobody else.

Who somebody is and what they may see is looked up at each request. No address, title, cookie or line of a log says anything of a
report; what fails is counted and not described.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.case_access import ENTER, IDLE, PATH, CaseAccess, NotAReader, OldCasesLink, SignedOut
from bot.caseroom import Caseroom, KeyElsewhere, Locked, WrongPassphrase
from bot.channels import Stateless
from bot.channels.web import cases_render as render
from bot.channels.web import guard, html
from bot.channels.web.cases_capture import ROUTE, Capturing
from bot.channels.web.cases_render import POLICY
from bot.channels.web.cases_seat import Answer, NotOurs, Seat
from bot.channels.web.cases_shapes import Enter, NewReceipt, Page, Told, Unlock
from bot.channels.web.posts import ENCODED
from bot.database import DatabaseGone
from bot.journeys.case_forms import MISSING, TO
from bot.journeys.cases import Act, NoSuchCase, Refused, Unfilled, Wanted
from bot.views import Quote

COOKIE = "cases"
MOST_BYTES = 64 * 1024
HEADERS = html.headers(POLICY, {"X-Robots-Tag": "noindex, nofollow"})
ELSEWHERE = (
    "Reports are sealed to keys that only you have, on your own computer. This server cannot open them.",
    "Read and answer them there: clausebot reader (docs/reports.md says how).",
)
FAILED = "Something went wrong on my side, and what you wanted may not be done. Please look at the case again."

InThread = Callable[..., Awaitable[Any]]


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
        self._failed = failed
        self._capturing = Capturing(caseroom, in_book, self._seated, self._posted, self._shown, self._paper)
        self._secure = access.url.startswith("https:")
        self._name = f"__Secure-{COOKIE}" if self._secure else COOKIE

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The list, a case and its acts, and the way in and out."""
        return (
            web.get(PATH, self._bordered(self._list)),
            web.get(f"{ENTER}/{{token}}", self._bordered(self._show_link)),
            web.post(f"{ENTER}/{{token}}", self._bordered(self._enter)),
            web.post(f"{PATH}/leave", self._bordered(self._leave)),
            web.post(f"{PATH}/unlock", self._bordered(self._unlock)),
            web.get(f"{PATH}/case/{{id}}", self._bordered(self._case)),
            web.get(f"{PATH}/case/{{id}}/file/{{number}}", self._file),
            web.get(ROUTE, self._bordered(self._capturing.ask)),
            web.post(ROUTE, self._bordered(self._capturing.capture)),
            web.post(f"{PATH}/case/{{id}}/{{act}}", self._bordered(self._act)),
        )

    def _bordered(self, answer: Callable[[web.Request], Awaitable[Answer]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        """What is refused is said; what fails is said to have failed, and nothing of it is logged."""

        async def serve(request: web.Request) -> web.Response:
            try:
                return self._response(await answer(request))
            except Exception as error:  # noqa: BLE001 - a border: neither the exception nor its place may be told
                return self._response(self._refusal(error))

        return serve

    def _refusal(self, error: Exception) -> Answer:
        said = [" ".join((error.__doc__ or "").split())]
        match error:
            case SignedOut():
                return Answer(Told(said), 401, cookie="")
            case NotAReader():
                return Answer(Told(said), 403, cookie="")
            case NotOurs():
                return Answer(Told(said), 403)
            case NoSuchCase() | OldCasesLink():
                return Answer(Told(said), 404)
            case DatabaseGone():
                return Answer(Told(said), 503)
            case KeyElsewhere():
                return Answer(Told(ELSEWHERE))
            case web.HTTPRequestEntityTooLarge():
                return Answer(Told(["That is too long to read, so it was not."]), 413)
            case _:
                self._failed()
                return Answer(Told([FAILED]), 500)

    def _response(self, answer: Answer) -> web.Response:
        if answer.to:
            response = web.Response(status=303, headers={**HEADERS, "Location": answer.to})
        else:
            text = render.document(answer.page or Told([]), answer.form_token)
            response = web.Response(text=text, content_type="text/html", charset="utf-8", status=answer.status, headers=HEADERS)
        if answer.cookie:
            seconds = int(IDLE.total_seconds())
            response.set_cookie(
                self._name, answer.cookie, max_age=seconds, path=PATH, httponly=True, secure=self._secure, samesite="Strict"
            )
        elif answer.cookie == "":
            response.del_cookie(self._name, path=PATH, httponly=True, secure=self._secure, samesite="Strict")
        return response

    async def _show_link(self, request: web.Request) -> Answer:
        """Looking at a link uses nothing up, so that a preview of it does not."""
        token = request.match_info["token"]
        if not await self._in_thread(self._access.holds, token):
            raise OldCasesLink
        return Answer(Enter(f"{ENTER}/{token}"))

    async def _enter(self, request: web.Request) -> Answer:
        _must_be_ours(request)
        cookie = await self._in_thread(self._access.enter, request.match_info["token"])
        return Answer(to=PATH, cookie=cookie)

    async def _leave(self, request: web.Request) -> Answer:
        seat, _, _ = await self._posted(request)
        await self._in_thread(self._access.leave, seat.session)
        return Answer(Told(["You are signed out."]), cookie="")

    async def _unlock(self, request: web.Request) -> Answer:
        seat, cookie, sent = await self._posted(request)
        try:
            await self._in_book(self._caseroom.unlock, sent.get("passphrase", ""))
        except WrongPassphrase:
            return self._shown(Unlock("That is not the passphrase. Nothing was opened."), seat, cookie, 422)
        return Answer(to=PATH, cookie=cookie)

    async def _list(self, request: web.Request) -> Answer:
        seat, cookie = await self._seated(request)
        try:
            rows = await self._in_book(self._caseroom.listed, seat.reader, seat.readers)
        except Locked:
            return self._shown(Unlock(), seat, cookie)
        except KeyElsewhere:
            return self._shown(Told(ELSEWHERE), seat, cookie)
        return self._shown(render.listed(rows, self._k), seat, cookie)

    async def _case(self, request: web.Request) -> Answer:
        seat, cookie = await self._seated(request)
        return await self._paper(request.match_info["id"], seat, cookie)

    async def _act(self, request: web.Request) -> Answer:
        """Does something with a case; what cannot be done leaves the form as it was sent."""
        seat, cookie, sent = await self._posted(request)
        id, act = request.match_info["id"], request.match_info["act"]
        if act not in set(Act) or not sent.get("version", "").isdecimal():
            raise NotOurs
        wanted = Wanted(Act(act), int(sent["version"]), sent, sent.get(TO, ""))
        try:
            done = await self._in_book(self._caseroom.act, seat.reader, seat.readers, id, wanted)
        except NoSuchCase:
            raise
        except Locked:
            return self._shown(Unlock("The reports were locked meanwhile, so nothing was kept."), seat, cookie, 409)
        except Unfilled as unfilled:
            wrong = dict.fromkeys(unfilled.fields, MISSING)
            return await self._paper(id, seat, cookie, act, sent, wrong, _said(unfilled), 422)
        except Refused as refused:
            return await self._paper(id, seat, cookie, act, sent, {}, _said(refused), 409)
        if done.words:
            return self._shown(NewReceipt(done.words, f"{PATH}/case/{id}"), seat, cookie)
        return Answer(to=PATH if wanted.act is Act.RECUSE else f"{PATH}/case/{id}", cookie=cookie)

    async def _file(self, request: web.Request) -> web.Response:
        """A file of a case, to be kept elsewhere and never shown here."""
        try:
            seat, _ = await self._seated(request)
            files = await self._in_book(self._caseroom.enclosures, seat.reader, seat.readers, request.match_info["id"])
            number = request.match_info["number"]
            if not (number.isdecimal() and int(number) < len(files)):
                raise NoSuchCase
        except Exception as error:  # noqa: BLE001 - a border, as above
            return self._response(self._refusal(error))
        found = files[int(number)]
        named = {**HEADERS, "Content-Disposition": f'attachment; filename="file-{int(number) + 1}"'}
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
            return self._shown(Unlock(), seat, cookie)
        page = render.paper(shown, self._quoted, sent_act=act, sent=sent, wrong=wrong, problem=problem)
        return self._shown(page, seat, cookie, status)

    def _shown(self, page: Page, seat: Seat, cookie: str, status: int = 200) -> Answer:
        return Answer(page, status, cookie=cookie, form_token=self._access.form_token(seat.session))

    async def _seated(self, request: web.Request) -> tuple[Seat, str]:
        """Who makes this request, and the cookie that goes on. Raises SignedOut and NotAReader."""
        cookie = request.cookies.get(self._name, "")
        session, reader, renewed = await self._in_thread(self._access.session, cookie)
        return Seat(session, reader, await self._in_thread(self._access.readers)), renewed

    async def _posted(self, request: web.Request) -> tuple[Seat, str, dict[str, str]]:
        """The same for a form of ours, with what it holds. Raises NotOurs for any other."""
        _must_be_ours(request)
        seat, cookie = await self._seated(request)
        if request.content_type != ENCODED or (request.content_length or 0) > MOST_BYTES:
            raise NotOurs
        sent = {name: str(text).replace("\r\n", "\n") for name, text in (await request.post()).items()}
        if not self._access.is_own_form(seat.session, sent.pop("form_token", "")):
            raise NotOurs
        return seat, cookie, sent


def _must_be_ours(request: web.Request) -> None:
    """Browsers say of each request from which site it comes."""
    if not guard.is_from_own_site(request):
        raise NotOurs


def _said(refused: Refused) -> str:
    return " ".join((refused.__doc__ or "").split())
