"""Socket Mode: we open the connection, so no address of ours has to be reachable. With a watch over it.

A socket can look connected and bring nothing; so besides the library's own reconnecting, a pong that stays away too long
makes the program not ready and opens a new connection.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import place, quiet

# How often a sign of life is asked for, in seconds; without one for so many times that, a connection counts as dead.
PING = 10.0
SILENT = 4.5
WATCH = 1.0
GOODBYE = 1.0
log = logging.getLogger(__name__)


class Socket:
    """The connection of one app; `ping` in seconds."""

    def __init__(self, app: AsyncApp, token: str, client: AsyncWebClient, ping: float = PING) -> None:
        self._app = app
        self._token = token
        self._client = client
        self._ping, self._silence = ping, ping * SILENT
        self._handler: AsyncSocketModeHandler | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._wrong = "the socket to Slack is not open yet"

    async def start(self) -> None:
        """Starts connecting, in the background, and watching."""
        self._handler = AsyncSocketModeHandler(self._app, self._token, quiet(), self._client, ping_interval=self._ping)
        self._connecting = asyncio.create_task(self._handler.client.connect())  # type: ignore[no-untyped-call] # the SDK's own gap
        self._watcher = asyncio.create_task(self._watching())

    async def stop(self) -> None:
        """Closes the connection."""
        for task in (self._watcher, self._connecting):
            if task:
                task.cancel()
        if self._handler:
            with suppress(Exception):  # a peer that does not say goodbye
                await asyncio.wait_for(self._handler.client.close(), GOODBYE)  # type: ignore[no-untyped-call] # the SDK's own gap

    def wrong(self) -> str:
        """What is wrong with the connection; empty when it lives."""
        return self._wrong

    async def _watching(self) -> None:
        assert self._handler is not None
        client = self._handler.client
        since = time.time()
        while True:
            await asyncio.sleep(WATCH)
            sign = max(since, client.last_ping_pong_time or 0.0)
            connected = await client.is_connected()
            self._wrong = "" if connected else "the socket to Slack is closed"
            if connected and time.time() - sign < self._silence:
                continue
            if connected:
                self._wrong = "the socket to Slack has been silent too long"
            if time.time() - sign >= self._silence:
                log.warning("%s; opening a new one", self._wrong)
                since = time.time()
                await self._reconnect()

    async def _reconnect(self) -> None:
        assert self._handler is not None
        try:
            await asyncio.wait_for(self._handler.client.connect_to_new_endpoint(force=True), self._silence)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next round tries again
            log.warning("the socket could not be opened: %s", place(error))
