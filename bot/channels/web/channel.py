"""The page's requests: checks who calls, reads what is posted, hands the turn to the dispatcher, answers with a page."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from aiohttp import web

from bot.channels import Stateless, apology, refused
from bot.channels.web import guard, html, posts
from bot.channels.web.inbox import CHANNEL, Inbox
from bot.channels.web.posts import ENCODED, Malformed, Post
from bot.channels.web.render import HOME, POLICY, STANDINGS, Page, Seat, document
from bot.dispatcher import Dispatcher
from bot.logs import correlation, place
from bot.people import Account, Sender
from bot.seals import sealing
from bot.tokens import ForgedButton
from bot.turns import Pressed
from bot.views import Text, filled, view

HEADERS = html.headers(POLICY)
TOO_LONG = "That is too long for me to read, so I did not. Please shorten it."
log = logging.getLogger(__name__)


class Web(Stateless):
    """The local page, on the address that the server listens on; `port` is 0 where any port is right."""

    def __init__(self, door: Dispatcher, port: int) -> None:
        self._door = door
        self._port = port
        self.sending = Inbox()

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The page itself; what it needs stands in it."""
        return (web.get("/", self._serve), web.post("/", self._serve))

    async def _serve(self, request: web.Request) -> web.Response:
        if refused := guard.refusal(request, self._port):
            return web.Response(text=refused, status=403, headers=HEADERS)
        try:
            status, page = await self._page(request)
            text = document(page, sealing(self._door.tokens))
        except Exception as error:  # noqa: BLE001 - the channel's border: said kindly, logged once, without content
            log.error("turn failed: %s", place(error))
            status, text = 500, document(Page(apology(correlation())))
        return web.Response(text=text, content_type="text/html", charset="utf-8", status=status, headers=HEADERS)

    async def _page(self, request: web.Request) -> tuple[int, Page]:
        """The status and the page that answers; what cannot be read is said to be so."""
        if request.method != "POST":
            return await self._answer(Post(Pressed(HOME), STANDINGS[0]))
        try:
            if request.content_type != ENCODED:
                raise Malformed
            return await self._answer(posts.read(await request.read(), self._door.tokens))
        except Malformed as malformed:
            return 400, Page(refused(malformed))
        except ForgedButton as forged:
            return 200, Page(refused(forged))
        except web.HTTPRequestEntityTooLarge:
            return 413, Page(view(Text(TOO_LONG)))

    async def _answer(self, post: Post) -> tuple[int, Page]:
        untold = self._door.untold(post.turn)
        form = None if untold else posts.form_of(post)
        if form and (wrong := posts.missing(form, post.typed)):
            return 422, Page(view(filled(form, post.typed)), post.seat.id, wrong=wrong)
        shown = await self._door.handle(post.turn, _sender(post.seat))
        at_home = post.turn == Pressed(HOME)
        done = None if at_home or untold else posts.done(post)
        messages = self.sending.of(post.seat.id) if at_home else ()
        return 200, Page(shown.without_action("share"), post.seat.id, done, home=at_home, messages=messages)


def _sender(seat: Seat) -> Sender:
    return Sender(CHANNEL, seat.standing, Account(CHANNEL, "local", seat.id))
