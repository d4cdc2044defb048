"""Teams as a part of the server: the route that Microsoft calls, from bytes to a reply and back."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botframework.connector.auth import AuthenticateRequestResult

from bot.channels import LEAVE, DeliveryError
from bot.channels.once import Once
from bot.channels.refusals import Refusals
from bot.channels.teams.adapter import Adapter, incoming, invoke_response, outgoing
from bot.channels.teams.arrival import Arrival, BadActivity, read
from bot.channels.teams.cloud import CLOUDS, Cloud
from bot.channels.teams.connector import Connector, Connectors, may_answer
from bot.channels.teams.conversation import CHANNEL, Conversation
from bot.channels.teams.encoding import encoded
from bot.channels.teams.groups import Groups
from bot.channels.teams.identity import Authentication, Checked, Unauthorised, Unchecked
from bot.channels.teams.keys import KeysUnreachable
from bot.channels.teams.login import Login, fetching
from bot.channels.teams.replies import Reply
from bot.channels.teams.roster import Roster
from bot.channels.teams.sending import Sending
from bot.config import MicrosoftSettings
from bot.dispatcher import Dispatcher
from bot.logs import place
from bot.peers import is_here, is_own_name
from bot.surface import TEAMS_PATH

# What keeping a reference may take after an answer is sent; in seconds.
REMEMBERING = 2.0
# Invokes that are worked on once. The others change nothing, and what somebody searches for is not remembered.
ONCE = frozenset({"task/submit", "composeExtension/submitAction", "adaptiveCard/action"})
T = TypeVar("T")
log = logging.getLogger(__name__)


class Teams:
    """One bot registration; without settings an emulator on this machine, which nobody asks who it is.

    `cloud` and `fetch` (the bot's own token) stand in for Microsoft's in tests.
    """

    def __init__(
        self,
        door: Dispatcher,
        settings: MicrosoftSettings | None,
        *,
        cloud: Cloud | None = None,
        fetch: Callable[[], str] | None = None,
    ) -> None:
        self._settings = settings
        self._cloud = cloud or CLOUDS[settings.cloud if settings else "public"]
        self._login = Login(fetch or fetching(settings, self._cloud)) if settings else None
        self._door = door
        self._once: Once[bytes] = Once()
        self._refusals = Refusals(CHANNEL, "their token is missing or not for this bot; is MICROSOFT_APP_ID the registration's?")
        self._running: set[asyncio.Task[Any]] = set()
        reach = {"local": settings is None, "plain_http": self._cloud.plain_http}
        self.sending = Sending(door, self._connected, **reach)
        self.groups = Groups(door, lambda: (self._session, self._login), **reach)

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The one address that Microsoft calls."""
        return [web.post(TEAMS_PATH, self._received)]

    async def start(self) -> None:
        """Opens a session for calls to Microsoft; nothing is asked before somebody calls."""
        self._session = aiohttp.ClientSession(trust_env=self._settings is not None)
        connectors = Connectors(self._session, self._login)
        roster = Roster(self._session, self._login, self._settings.tenants) if self._settings else None
        self._conversation = Conversation(self._door, self._settings, roster)
        self._authentication: Authentication = (
            Checked(self._settings.app_id, self._cloud, self._session, connectors)
            if self._settings
            else Unchecked("", self._cloud, connectors)
        )
        self._adapter = Adapter(self._authentication)
        if self._settings and not self._settings.tenants:
            log.warning("no tenant is configured: everybody in Teams is answered as an outsider")

    async def stop(self) -> None:
        """Lets turns in flight finish, then closes what was opened."""
        if self._running:
            await asyncio.wait(self._running, timeout=LEAVE)
        self._authentication.close()
        if self._login:
            self._login.close()
        await self._session.close()

    def ready(self) -> str:
        """What keeps Teams from working."""
        failed = f"the bot gets no token ({self._login.wrong})" if self._login and self._login.wrong else ""
        wrong = self._authentication.wrong or failed
        return f"Teams: {wrong}" if wrong else ""

    def _connected(self, service: str) -> Connector:
        """A connector for one message that is sent unasked."""
        return Connector(self._session, service, self._login)

    async def _received(self, request: web.Request) -> web.Response:
        """One call: refused, or answered with 200, so that nothing is delivered once more because we failed."""
        token = request.headers.get("Authorization", "")
        if self._settings is None and not _is_from_here(request):
            return web.Response(status=403)
        if self._settings and not token:
            self._refusals.note()
            return web.Response(status=401)
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            arrival = read(json.loads(await request.read()))
            identity = await self._authentication.authenticate_request(incoming(arrival), token)
        except (BadActivity, ValueError, RecursionError):
            return web.Response(status=400)
        except Unauthorised:
            self._refusals.note()
            return web.Response(status=401)
        except KeysUnreachable:
            return web.Response(status=503)
        if not may_answer(arrival.service, local=self._settings is None, plain_http=self._cloud.plain_http):
            return web.Response(status=400)
        turn = self._kept(self._answered(arrival, identity))
        if arrival.type != "invoke":
            # Only invokes are answered in the response; for anything else Microsoft need not wait, nor deliver it again.
            return web.Response(status=200)
        body = await asyncio.shield(turn)
        return web.Response(body=body, content_type="application/json") if body else web.Response(status=200)

    def _kept(self, turn: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """The turn as a task: it runs to its end even where nobody waits for it any more, and the program waits for it when
        it stops.
        """
        task = asyncio.ensure_future(turn)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _answered(self, arrival: Arrival, identity: AuthenticateRequestResult) -> bytes:
        """The body of the answer; the same press or form delivered again is the same turn."""
        return await self._once.answer(_key(arrival), lambda: self._bordered(arrival, identity))

    async def _bordered(self, arrival: Arrival, identity: AuthenticateRequestResult) -> bytes:
        """The channel's outer border: what fails beside the dispatcher is logged once, without content."""
        try:
            return await self._turn(arrival, identity)
        except DeliveryError as error:
            log.warning("not delivered: %s", error)
        except Exception as error:  # noqa: BLE001 - Teams stops delivering to a bot that answers 500
            log.error("activity failed: %s", place(error))
        return b""

    async def _turn(self, arrival: Arrival, identity: AuthenticateRequestResult) -> bytes:
        async def logic(context: TurnContext) -> None:
            await self._sent(context, await self._conversation.reply(arrival))

        try:
            answer: InvokeResponse | None = await self._adapter.process_activity(identity, incoming(arrival), logic)
        finally:
            await self._remembered(arrival)
        return encoded(answer.body) if answer and answer.body else b""

    async def _sent(self, context: TurnContext, reply: Reply) -> None:
        """Sends what is a message, then leaves the answer to an invoke; what cannot be sent is shown there, if it can be."""
        body = reply.body
        if reply.message:
            try:
                await context.send_activity(outgoing(reply.message))
            except DeliveryError as error:
                if not reply.instead:
                    raise
                log.warning("not delivered: %s", error)
                body = reply.instead
        if body:
            await context.send_activity(invoke_response(body))

    async def _remembered(self, arrival: Arrival) -> None:
        try:
            async with asyncio.timeout(REMEMBERING):
                await self._conversation.remember(arrival)
        except Exception as error:  # noqa: BLE001 - the answer is out; a ledger that is away costs a notice, not a turn
            log.warning("a reference was not kept: %s", place(error))


def _key(arrival: Arrival) -> str:
    """What tells one press or form from another; empty for what may be worked on again, and for messages with words.

    In memory only: whatever is sent in a form, also as a message, leaves no row anywhere.
    """
    ids = (arrival.conversation, arrival.person, arrival.id)
    once = arrival.filled or (arrival.type == "invoke" and arrival.name in ONCE)
    return "\n".join((*ids, arrival.name, arrival.digest)) if once and all(ids) else ""


def _is_from_here(request: web.Request) -> bool:
    """Whether a program on this machine calls it by its own name: not another machine, not a proxy, not a page in a browser."""
    hosts = request.headers.getall("Host", [])
    own = len(hosts) == 1 and is_own_name(hosts[0], 0)
    return own and "Origin" not in request.headers and is_here(request.remote, request.headers)
