"""The way back to Teams: posts an activity, again where that cannot double it, within the time that a turn has."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from botframework.connector.auth import ConnectorFactory
from yarl import URL

from bot.channels import DeliveryError
from bot.channels.teams.encoding import encoded
from bot.channels.teams.login import Login
from bot.metrics import CALLS

# In seconds. Teams waits about 15 for the whole turn; an attempt may take as long that a lost one leaves time for another.
TURN = 9.0
ATTEMPT = 4.0
CONNECTING = 2.0
PAUSE = 0.25
ATTEMPTS = 4
_TOO_MANY = 429
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Failures while connecting: nothing was sent yet.
_BEFORE = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientProxyConnectionError)
_AFTER = (aiohttp.ClientError, TimeoutError, OSError)


class _Refused(Exception):
    """Not accepted, so that trying again cannot double it."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class _Lost(Exception):
    """Sent, and nobody knows whether it was accepted."""


class Connector:
    """Posts to one service URL until the deadline of one turn."""

    def __init__(self, session: aiohttp.ClientSession, service: str, login: Login | None) -> None:
        self._session = session
        self._service = service.rstrip("/")
        self._login = login
        self._deadline = asyncio.get_running_loop().time() + TURN

    async def post(self, conversation: str, activity: Mapping[str, Any], reply_to: str = "") -> str:
        """The id that Teams gives the activity.

        Raises DeliveryError.
        """
        path = f"/v3/conversations/{quote(conversation, safe='')}/activities"
        url = URL(f"{self._service}{path}{'/' + quote(reply_to, safe='') if reply_to else ''}", encoded=True)
        body = encoded(activity)
        try:
            return await self._persistently(url, body)
        except DeliveryError:
            CALLS.labels("teams", "failed").inc()
            raise

    async def _persistently(self, url: URL, body: bytes) -> str:
        """Tries until it is accepted, there is no time, or an answer was lost twice."""
        lost = False
        for attempt in itertools.count(1):
            try:
                return await self._once(url, body)
            except _Refused as error:
                wait = pause(attempt, error.retry_after)
                if attempt == ATTEMPTS or wait >= self._left():
                    raise DeliveryError(f"post: {error}", permanent=False, retry_after=error.retry_after) from None
                CALLS.labels("teams", "waited").inc()
                await asyncio.sleep(wait)
            except _Lost as error:
                if lost or self._left() <= PAUSE:
                    raise DeliveryError(f"post: {error}", permanent=False) from None
                lost = True
                CALLS.labels("teams", "again").inc()
                await asyncio.sleep(PAUSE)
        raise AssertionError("the count has no end")

    async def _once(self, url: URL, body: bytes) -> str:
        headers = {"Content-Type": "application/json; charset=utf-8", **await authorisation(self._login)}
        timeout = aiohttp.ClientTimeout(total=max(0.1, min(ATTEMPT, self._left())), connect=CONNECTING)
        try:
            # A redirect would take the token along to an address that nobody has checked.
            posting = self._session.post(url, data=body, headers=headers, timeout=timeout, allow_redirects=False)
            async with posting as answer:
                _check(answer)
                return await _id(answer)
        except _BEFORE as error:
            raise _Refused(type(error).__name__) from None
        except aiohttp.InvalidURL:
            raise DeliveryError("post: InvalidURL", permanent=True) from None
        except _AFTER as error:
            raise _Lost(type(error).__name__) from None

    def _left(self) -> float:
        """The seconds that this turn still has."""
        return self._deadline - asyncio.get_running_loop().time()


class Connectors(ConnectorFactory):  # type: ignore[misc] # botframework ships no types
    """Gives each turn its connector; botframework's own one fetches tokens inside the event loop."""

    def __init__(self, session: aiohttp.ClientSession, login: Login | None) -> None:
        self._session = session
        self._login = login

    async def create(self, service_url: str, audience: str) -> Connector:
        """The connector for one turn."""
        del audience
        return Connector(self._session, service_url, self._login)


async def authorisation(login: Login | None) -> dict[str, str]:
    """The header that says who calls; none where the bot needs none.

    Raises DeliveryError where the bot gets no token.
    """
    token = await login.token() if login else ""
    return {"Authorization": f"Bearer {token}"} if token else {}


def pause(attempt: int, retry_after: float | None) -> float:
    """How many seconds to wait after this attempt, counted from one."""
    return retry_after if retry_after is not None else PAUSE * 3 ** (attempt - 1)


def may_answer(service: str, *, local: bool, plain_http: bool = False) -> bool:
    """Whether an answer may be sent to this service URL: encrypted, or to this machine itself in local mode."""
    try:
        address = URL(service)
    except ValueError:
        return False
    host = address.host or ""
    if local:
        return address.scheme in ("http", "https") and host in _LOOPBACK
    return bool(host) and address.scheme in (("http", "https") if plain_http else ("https",))


def _check(answer: aiohttp.ClientResponse) -> None:
    status = answer.status
    if status == _TOO_MANY:
        raise _Refused("429", _seconds(answer.headers.get("Retry-After", "")))
    if status >= 500:
        # A gateway may have passed the message on, and a server may have taken it before it failed.
        raise _Lost(str(status))
    if not 200 <= status < 300:
        raise DeliveryError(f"post: {status}", permanent=True)


async def _id(answer: aiohttp.ClientResponse) -> str:
    """The id in an answer. What was accepted stays so, whatever becomes of the rest of the answer."""
    try:
        found = json.loads(await answer.read())
    except (*_AFTER, ValueError, RecursionError):
        return ""
    return str(found.get("id", "")) if isinstance(found, dict) else ""


def _seconds(retry_after: str) -> float | None:
    return float(retry_after) if retry_after.isdecimal() and len(retry_after) < 9 else None
