"""The border of the case room's pages: sessions, forms of ours, refusals, headers. What fails is counted and not described."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.case_access import IDLE, PATH, CaseAccess, NotAReader, OldCasesLink, Session, SignedOut
from bot.caseroom import KeyElsewhere, KeyLost, Reader
from bot.channels.web import cases_render as render
from bot.channels.web import guard, html
from bot.channels.web.cases_render import POLICY
from bot.channels.web.cases_shapes import Page, Told
from bot.channels.web.posts import ENCODED
from bot.database import DatabaseGone
from bot.journeys import case_words
from bot.journeys.case_refusals import NoSuchCase
from bot.sentences import sentence
from bot.threads import InThread

COOKIE = "cases"
MOST_BYTES = 64 * 1024
HEADERS = html.headers(POLICY, {"X-Robots-Tag": "noindex, nofollow"})
ELSEWHERE = (
    "Reports are sealed to keys that only you have, on your own computer. This server cannot open them.",
    "Read and answer them there: clausebot reader (docs/reports.md says how).",
)


class NotOurs(Exception):
    """That was not sent by this page, so it was not done. Please start over."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who makes a request: their session, who they are today, and everybody who receives reports."""

    session: Session
    reader: Reader
    readers: Sequence[Reader] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A page with its status; or, with `to`, another address of ours. `cookie` is None where it stays as it is."""

    page: Page | None = None
    status: int = 200
    to: str = ""
    cookie: str | None = None
    form_token: str = field(default="", repr=False)


class Border:
    """What every page of the case room shares: who asks, what is refused, how it is answered. `in_thread` runs what needs the
    ledger; `failed` counts."""

    def __init__(self, access: CaseAccess, in_thread: InThread, failed: Callable[[], None]) -> None:
        self._access = access
        self._in_thread = in_thread
        self._failed = failed
        self._secure = access.url.startswith("https:")
        self._name = f"__Secure-{COOKIE}" if self._secure else COOKIE

    def bordered(self, answer: Callable[[web.Request], Awaitable[Answer]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        """What is refused is said; what fails is said to have failed, and nothing of it is logged."""

        async def serve(request: web.Request) -> web.Response:
            try:
                return self.response(await answer(request))
            except Exception as error:  # noqa: BLE001 - a border: neither the exception nor its place may be told
                return self.response(self.refusal(error))

        return serve

    def refusal(self, error: Exception) -> Answer:
        """What is answered where something is refused, or failed."""
        lines = [sentence(error)]
        match error:
            case SignedOut():
                return Answer(Told(lines), 401, cookie="")
            case NotAReader():
                return Answer(Told(lines), 403, cookie="")
            case NotOurs():
                return Answer(Told(lines), 403)
            case NoSuchCase() | OldCasesLink():
                return Answer(Told(lines), 404)
            case DatabaseGone() | KeyLost():
                return Answer(Told(lines), 503)
            case KeyElsewhere():
                return Answer(Told(ELSEWHERE))
            case web.HTTPRequestEntityTooLarge():
                return Answer(Told(["That is too long to read, so it was not."]), 413)
            case _:
                self._failed()
                return Answer(Told([case_words.FAILED]), 500)

    def response(self, answer: Answer) -> web.Response:
        """An answer as it is sent, with the headers and the cookie of every page here."""
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

    def shown(self, page: Page, seat: Seat, cookie: str, status: int = 200) -> Answer:
        """A page for somebody who is signed in."""
        return Answer(page, status, cookie=cookie, form_token=self._access.form_token(seat.session))

    async def seated(self, request: web.Request) -> tuple[Seat, str]:
        """Who makes this request, and the cookie that goes on. Raises SignedOut and NotAReader."""
        cookie = request.cookies.get(self._name, "")
        session, seat, renewed = await self._in_thread(self._access.session, cookie)
        return Seat(session, seat.reader, seat.readers), renewed

    async def posted(self, request: web.Request, most: int = MOST_BYTES) -> tuple[Seat, str, dict[str, str]]:
        """The same for a form of ours, with what it holds; `most` in bytes. Raises NotOurs for any other, and
        HTTPRequestEntityTooLarge."""
        must_be_ours(request)
        seat, cookie = await self.seated(request)
        if request.content_type != ENCODED:
            raise NotOurs
        if (request.content_length or 0) > most:
            raise web.HTTPRequestEntityTooLarge(most)
        sent = {name: str(text).replace("\r\n", "\n") for name, text in (await request.post()).items()}
        if not self._access.is_own_form(seat.session, sent.pop("form_token", "")):
            raise NotOurs
        return seat, cookie, sent


def must_be_ours(request: web.Request) -> None:
    """Browsers say of each request from which site it comes."""
    if not guard.is_from_own_site(request):
        raise NotOurs
