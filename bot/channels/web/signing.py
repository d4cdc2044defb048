"""The page at which somebody without a chat account reads and signs, by a link of their own (`/sign/TOKEN`).

Whoever has the link is the person, so it is given to them alone. Looking at it uses nothing up, nor does declining; signing does.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from aiohttp import web

from bot import visits
from bot.channels import Stateless, apology, refused
from bot.channels.web import posts
from bot.channels.web.channel import HEADERS, TOO_LONG
from bot.channels.web.inbox import CHANNEL
from bot.channels.web.posts import ENCODED, Malformed
from bot.channels.web.render import Page, document
from bot.desk import OldLink
from bot.dispatcher import Dispatcher
from bot.journeys.signing_facts import OPEN_SIGN
from bot.ledger import DatabaseGone
from bot.logs import correlation, place
from bot.people import Sender
from bot.seals import sealing
from bot.signing_links import PATH, digest
from bot.tokens import ForgedButton
from bot.turns import Pressed, Submitted
from bot.views import Text, view

log = logging.getLogger(__name__)


class Signing(Stateless):
    """Serves the links; who has none learns nothing, not even whether somebody else has."""

    def __init__(self, door: Dispatcher) -> None:
        self._door = door

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """One address, to look at and to send to."""
        address = f"{PATH}/{{token}}"
        return (web.get(address, self._serve), web.post(address, self._serve))

    async def _serve(self, request: web.Request) -> web.Response:
        action = f"{PATH}/{request.match_info['token']}"
        try:
            status, page = await self._page(request, action)
            text = document(page, sealing(self._door.tokens))
        except Exception as error:  # noqa: BLE001 - the channel's border: said kindly, logged once, without content
            log.error("turn failed: %s", place(error))
            status, text = 500, document(Page(apology(correlation()), action=action))
        return web.Response(text=text, content_type="text/html", charset="utf-8", status=status, headers=HEADERS)

    async def _page(self, request: web.Request, action: str) -> tuple[int, Page]:
        """The status and the page that answers."""
        try:
            turn, token = await self._turn(request), digest(request.match_info["token"])
            shown = await visits.by_link(self._door, turn, Sender(CHANNEL), token)
        except OldLink as old:
            return 404, Page(refused(old), action=action)
        except Malformed as malformed:
            return 400, Page(refused(malformed), action=action)
        except ForgedButton as forged:
            return 200, Page(refused(forged), action=action)
        except DatabaseGone as gone:
            return 503, Page(refused(gone), action=action)
        except web.HTTPRequestEntityTooLarge:
            return 413, Page(view(Text(TOO_LONG)), action=action)
        return 200, Page(shown.without_action("share"), action=action)

    async def _turn(self, request: web.Request) -> Pressed | Submitted:
        """What somebody does: to open the link is to open the form."""
        if request.method != "POST":
            return Pressed(OPEN_SIGN)
        if request.content_type != ENCODED:
            raise Malformed
        return posts.read(await request.read(), self._door.tokens).turn
