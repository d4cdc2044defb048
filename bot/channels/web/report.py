"""The pages for whoever reports (`/report`) or comes back with a receipt (`/receipt`): without login, cookies, log or names.

Of a request only what stands in the form goes further: a turn, and cleaned files. What stores it is a task of its own, from whose
arguments nothing leads to the request (P22). Nothing is logged or counted here, whatever happens; what fails is only said to
have failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from aiohttp import web

from bot import attachments
from bot.attachments import Attachment
from bot.channels import LEAVE, Stateless
from bot.channels.web import guard, html, report_body, report_render
from bot.channels.web.channel import TOO_LONG
from bot.channels.web.posts import Malformed
from bot.channels.web.report_body import Broken, Crowded, Memory, NotWhole, Sent, TooMuch
from bot.channels.web.report_render import POLICY, RECEIPT, REPORT, Puzzle
from bot.channels.web.sent_before import SentBefore
from bot.channels.web.work import Work
from bot.flood import Flood
from bot.journeys.report import BACK, LONGEST, WRITE
from bot.journeys.report_back import ADD, RETALIATION
from bot.reporting import AWAY, CROWDED, Reporting
from bot.seals import sealing, submitted
from bot.tokens import ForgedButton, Tokens
from bot.turns import Pressed, Submitted
from bot.views import OPEN, Text, View, view

# So many may be filed, or looked at with a receipt, within an hour: with the work done, and without scripts.
ALL, BARE = 60, 15
# How long a body may take to come, in seconds, from a slow telephone.
PATIENCE = 90.0
# How long cleaning all files of a report may take, in seconds.
CLEANING = 15.0
SLOW = "Your files take too long to clean here, so nothing was sent. Leave them out, or add screenshots instead, and send again."
SENT_BEFORE = (
    "You have sent exactly this before, so it was not sent again. What was answered, such as a receipt, was shown once. If you "
    "never saw that, change a word and send it again."
)
# What a reporter may do with a receipt, but not twice unawares.
_TWICE = (ADD, RETALIATION)
_STATUS: dict[type[NotWhole], int] = {TooMuch: 413, Crowded: 503}
NOT_OURS = "That was not sent by this page, so it was not read. Please start over."
HEADERS = html.headers(
    POLICY,
    {
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Permissions-Policy": (
            "camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=(), browsing-topics=()"
        ),
    },
)
_FORMS = {REPORT: WRITE, RECEIPT: BACK}


class Report(Stateless):
    """A part of the server. `leave` is the neutral page that "Leave this page" leads to: the organisation's own."""

    def __init__(
        self,
        door: Reporting,
        tokens: Tokens,
        leave: str = "",
        *,
        worked: Flood | None = None,
        bare: Flood | None = None,
        work: Work | None = None,
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        self._door = door
        self._tokens = tokens
        self._leave = leave
        self._worked = worked or Flood(all=ALL)
        self._bare = bare or Flood(all=BARE)
        self._work = work or Work(tokens)
        self._failed = failed
        self._cleaners = ThreadPoolExecutor(1, "cleaning")
        self._memory = Memory()
        self._sent_before = SentBefore()
        self._tasks: set[asyncio.Task[View]] = set()

    @property
    def floods(self) -> tuple[Flood, Flood]:
        """Its limits: with the work done, and without scripts."""
        return self._worked, self._bare

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The two pages."""
        return (
            web.get(REPORT, self._serve),
            web.post(REPORT, self._serve),
            web.get(RECEIPT, self._serve),
            web.post(RECEIPT, self._serve),
        )

    async def stop(self) -> None:
        """Lets what is being kept be kept."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LEAVE)
        self._cleaners.shutdown(wait=False, cancel_futures=True)

    def ready(self) -> str:
        """It always works; where reports are closed, the page says whom to write to."""
        return ""

    async def _serve(self, request: web.Request) -> web.Response:
        path, opened = request.path, request.method != "POST"
        try:
            status, shown = await (self._opened(path) if opened else self._posted(request, path))
            text = self._page(path, shown, opened=opened)
        except Exception:  # noqa: BLE001 - a border: neither the exception nor its place may be told, since they may hold the words
            self._failed()
            status, text = 500, self._page(path, view(Text(AWAY)), opened=False)
        return web.Response(text=text, content_type="text/html", charset="utf-8", status=status, headers=HEADERS)

    # Read by the server, which hangs up on others sooner.
    _serve.patience = PATIENCE  # type: ignore[attr-defined] # functions may have attributes

    def _page(self, path: str, shown: View, *, opened: bool) -> str:
        puzzle = Puzzle(self._work.challenge(), self._work.bits)
        return report_render.document(path, shown, sealing(self._tokens), puzzle, self._leave, opened=opened)

    async def _opened(self, path: str) -> tuple[int, View]:
        return 200, await self._door.answer(Pressed(f"{OPEN}{_FORMS[path]}"))

    async def _posted(self, request: web.Request, path: str) -> tuple[int, View]:
        """What was sent, read; from then on nothing of the request is needed."""
        if not guard.is_from_own_site(request):
            return 403, view(Text(NOT_OURS))
        try:
            sent = await report_body.read(request, self._memory)
        except (Malformed, Broken) as refusal:
            return 400, view(Text(refusal.__doc__ or ""))
        except NotWhole as refusal:
            said, shown = CROWDED if isinstance(refusal, Crowded) else str(refusal), refusal.sent
            return _STATUS[type(refusal)], self._door.again(self._turn(shown), said) if shown else view(Text(said))
        except web.HTTPRequestEntityTooLarge:
            return 413, view(Text(TOO_LONG))
        if sent.form != _FORMS[path]:
            return 400, view(Text(Malformed.__doc__ or ""))
        return 200, await self._apart(sent)

    async def _apart(self, sent: Sent) -> View:
        """Decides and keeps in a task of its own, which ends also where the caller has gone."""
        task = asyncio.create_task(self._decided(sent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _decided(self, sent: Sent) -> View:
        """The view; whatever fails, nothing is told of it but that it did."""
        try:
            return await self._answered(sent)
        except Exception:  # noqa: BLE001 - a border, as above: this task outlives the request, and nobody may print what it held
            self._sent_before.forget(sent)
            self._failed()
            return view(Text(AWAY))

    async def _answered(self, sent: Sent) -> View:
        turn = self._turn(sent)
        if not self._door.files(turn):
            return await self._door.answer(turn)
        if turn.values.get("f2") in _TWICE or turn.form == WRITE:
            if not self._sent_before.first(sent):
                return self._door.again(turn, SENT_BEFORE)
            shown = await self._kept(turn, sent)
            if shown.forms or shown == view(Text(AWAY)):
                self._sent_before.forget(sent)
            return shown
        return await self._kept(turn, sent)

    async def _kept(self, turn: Submitted, sent: Sent) -> View:
        """The answer to what keeps something, once there is room for it and its files are clean."""
        if not (self._worked if self._work.done(sent.work) else self._bare).admits(""):
            return self._door.again(turn)
        try:
            files, refused = await self._cleaned(sent.files)
        except TimeoutError:
            return self._door.again(turn, SLOW)
        if refused:
            return self._door.again(turn, "\n".join(("Not sent yet:", *(f"- {each}" for each in refused))))
        return await self._door.answer(turn, files)

    def _turn(self, sent: Sent) -> Submitted:
        """The turn; a state that was not sealed here, or by a key that is gone, counts as none: the form comes once more."""
        values = {name: text[:LONGEST] for name, text in sent.values.items()}
        try:
            turn = submitted(self._tokens, sent.form, values, sent.state)
        except ForgedButton:
            turn = Submitted(sent.form, values)
        return replace(turn, rendered="")

    async def _cleaned(self, files: tuple[bytes, ...]) -> tuple[Sequence[Attachment], Sequence[str]]:
        """The files, cleaned beside the loop, one report at a time. Raises TimeoutError."""
        if not files:
            return (), ()
        work = asyncio.get_running_loop().run_in_executor(self._cleaners, attachments.cleaned, files)
        return await asyncio.wait_for(work, CLEANING)
