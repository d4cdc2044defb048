"""Slack as a part of the server: its route or its socket, started and stopped with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import aiohttp
from aiohttp import web
from slack_bolt import BoltResponse
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import LEAVE
from bot.channels.refusals import Refusals
from bot.channels.slack.api import CHANNEL, TIMEOUT, Api
from bot.channels.slack.groups import Groups
from bot.channels.slack.listeners import Listeners
from bot.channels.slack.people import People
from bot.channels.slack.sending import Sending
from bot.channels.slack.socket import PING, Socket
from bot.config import SlackSettings
from bot.dispatcher import Dispatcher
from bot.logs import place, quiet
from bot.surface import SLACK_PATH

log = logging.getLogger(__name__)


class Slack:
    """One Slack app: over HTTP where there is a signing secret, over a socket of our own where there is an app token."""

    def __init__(self, door: Dispatcher, settings: SlackSettings, ping: float = PING) -> None:
        self._settings = settings
        self._client = AsyncWebClient(
            settings.bot_token, settings.api_url, timeout=TIMEOUT, logger=quiet(), retry_handlers=[], trust_env_in_session=True
        )
        api = Api(self._client)
        self._people = People(api, settings.teams)
        self._refusals = Refusals(
            CHANNEL, "their signature or time does not fit; is SLACK_SIGNING_SECRET this app's, and the clock right?"
        )
        self._listeners = Listeners(door, api, self._people)
        self.sending = Sending(api)
        self.groups = Groups(api, self._people.profile)
        self._app = self._bolt()
        self._listeners.register(self._app)
        self._socket = Socket(self._app, settings.app_token, self._client, ping) if settings.app_token else None

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The one address that Slack calls; none where only the socket is used."""
        return [web.post(SLACK_PATH, self._events)] if self._settings.signing_secret else []

    async def start(self) -> None:
        """Opens a session for calls to Slack, asks who we are, and opens the socket."""
        self._client.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(TIMEOUT), trust_env=True)
        self._people.start()
        if self._socket:
            await self._socket.start()

    async def stop(self) -> None:
        """Lets turns in flight finish, then closes the socket, through which some of them are answered, and the session."""
        if self._listeners.running:
            await asyncio.wait(self._listeners.running, timeout=LEAVE)
        if self._socket:
            await self._socket.stop()
        self._people.stop()
        if self._client.session:
            await self._client.session.close()

    def ready(self) -> str:
        """What keeps Slack from working."""
        wrong = self._people.wrong or (self._socket.wrong() if self._socket else "")
        return f"Slack: {wrong}" if wrong else ""

    def _bolt(self) -> AsyncApp:
        """Bolt without its own words: its warnings repeat payloads, so ours stand in their place.

        Who acts for us is known from the settings, so that no call to Slack stands before an acknowledgement.
        """

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            token, bot = self._settings.bot_token, self._people.bot_user or None
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token, bot_user_id=bot)

        app = AsyncApp(
            name="clausebot",
            logger=quiet(),
            client=self._client,
            signing_secret=self._settings.signing_secret,
            authorize=authorize,
            raise_error_for_unhandled_request=True,
            # Else Bolt looks every ten milliseconds whether a listener has acknowledged; ours return once they have.
            process_before_response=True,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        app.error(_failed)
        return app

    async def _events(self, request: web.Request) -> web.Response:
        headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in request.headers.items()}
        try:
            payload = AsyncBoltRequest(body=await request.text(), query=request.query_string, headers=headers)
            answer = await self._app.async_dispatch(payload)
            if answer.status == 401:
                self._refusals.note()
            return await to_aiohttp_response(answer)
        except web.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - bytes that are no payload; Bolt raises whatever it stumbles over
            log.warning("payload refused: %s", place(error))
            return web.Response(status=400)


async def _failed(error: Exception) -> BoltResponse:
    """Payloads that nobody listens to are accepted, so that Slack does not send them again; broken ones are refused."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200)
    log.warning("payload refused: %s", place(error))
    return BoltResponse(status=400)
