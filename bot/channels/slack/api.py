"""Calls to Slack, and what is done when one fails.

What was refused before it was accepted is tried again and never doubles. After a lost answer a message is looked for where
it can be read back, else it is sent once more and counted: delivery is at least once.
"""

from __future__ import annotations

import asyncio
import functools
import secrets
import time
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import DeliveryError
from bot.metrics import CALLS

CHANNEL = "slack"
ATTEMPTS = 4
# For what is shown in one place only and is lost without it: half a minute.
PERSISTENT = 7
# No answer of a chat is worth waiting longer for, in seconds.
LONGEST_WAIT = 30.0
BACKOFF = 0.5
TIMEOUT = 10
EVENT = "clausebot_answer"
# Slack's own faults, of which a later call may know nothing.
_PASSING = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})

# Methods that read take their arguments in the address; they ignore JSON.
_READING = frozenset({"usergroups.users.list", "users.info", "conversations.history", "conversations.replies"})

Json = dict[str, Any]


class Failure(Enum):
    """What a failed call means for the next one."""

    REFUSED = "it was not accepted, so it may be sent again"
    LOST = "nobody knows whether it was accepted"
    PERMANENT = "it will never be accepted"


class Api:
    """The methods of Slack that the channel uses. `sleep` waits, in seconds."""

    def __init__(self, client: AsyncWebClient, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._client = client
        self._sleep = sleep

    async def call(self, method: str, arguments: Json, *, attempts: int = ATTEMPTS, untold: bool = False) -> Json:
        """Calls a method that may be called twice without harm, until it succeeds; what fails of an `untold` turn is not counted.

        Raises DeliveryError.
        """
        return await self._persistently(method, lambda: self._call(method, arguments), attempts, untold=untold)

    async def post(self, channel: str, message: Json, thread: str = "", key: str = "") -> None:
        """Posts a message; `key` is what it can be found by, its own where none is given. Raises DeliveryError."""
        key = key or secrets.token_hex(8)
        arguments: Json = {
            **message,
            "channel": channel,
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": EVENT, "event_payload": {"key": key}},
        }
        if thread:
            arguments["thread_ts"] = thread
        oldest = time.time() - LONGEST_WAIT
        await self._persistently(
            "chat.postMessage",
            lambda: self._call("chat.postMessage", arguments),
            ATTEMPTS,
            arrived=lambda: self._arrived(channel, thread, key, oldest),
        )

    async def has(self, channel: str, key: str, back: float) -> bool:
        """Whether a message with this key was posted in the last `back` seconds; no where the conversation cannot be read."""
        return bool(await self._arrived(channel, "", key, time.time() - back))

    async def respond(self, url: str, message: Json, *, untold: bool = False) -> None:
        """Answers by the address that came with a command or a press (five times within 30 minutes).

        Raises DeliveryError.
        """
        respond = functools.partial(self._respond, url, message)
        await self._persistently("response_url", respond, ATTEMPTS, arrived=_nobody_knows, untold=untold)

    async def _persistently(
        self,
        method: str,
        attempt: Callable[[], Awaitable[Json]],
        attempts: int,
        arrived: Callable[[], Awaitable[bool | None]] | None = None,
        *,
        untold: bool = False,
    ) -> Json:
        """Tries until it succeeds; `arrived` says of a call with a lost answer whether it was done (None: nobody knows)."""
        again = 0
        for number in range(1, attempts + 1):
            try:
                answer = await attempt()
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                failure, wait = _meaning(error)
                if failure is Failure.LOST and arrived:
                    found = await arrived()
                    if found:
                        break
                    again += found is None
                too_long = wait is not None and wait > LONGEST_WAIT
                if failure is Failure.PERMANENT or too_long or number == attempts or again > 1:
                    _count("failed", untold=untold)
                    permanent = failure is Failure.PERMANENT
                    raise DeliveryError(f"{method}: {_code(error)}", permanent=permanent, retry_after=wait) from None
                _count("again" if failure is Failure.LOST else "waited", untold=untold)
                await self._sleep(BACKOFF * 2 ** (number - 1) if wait is None else wait)
            else:
                return answer
        return {}

    async def _call(self, method: str, arguments: Json) -> Json:
        if method in _READING:
            answer = await self._client.api_call(method, http_verb="GET", params=arguments)
        else:
            answer = await self._client.api_call(method, json=arguments)
        return answer.data if isinstance(answer.data, dict) else {}

    async def _respond(self, url: str, message: Json) -> Json:
        session = self._client.session
        assert session is not None  # opened before the first request
        async with session.post(url, json=message, timeout=aiohttp.ClientTimeout(TIMEOUT)) as answer:
            if answer.status != 200:
                raise aiohttp.ClientResponseError(answer.request_info, (), status=answer.status, headers=answer.headers)
        return {}

    async def _arrived(self, channel: str, thread: str, key: str, oldest: float) -> bool | None:
        """Whether a message with this key stands in a conversation; None where it cannot be read (all but direct messages)."""
        if not channel.startswith("D"):
            return None
        method = "conversations.replies" if thread else "conversations.history"
        arguments: Json = {"channel": channel, "limit": 20, "include_all_metadata": True, "oldest": f"{oldest:.0f}"}
        if thread:
            arguments["ts"] = thread
        try:
            answer = await self._call(method, arguments)
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return None
        messages = answer.get("messages") or []
        return any((each.get("metadata") or {}).get("event_payload", {}).get("key") == key for each in messages)


def _count(outcome: str, *, untold: bool) -> None:
    if not untold:
        CALLS.labels(CHANNEL, outcome).inc()


async def _nobody_knows() -> None:
    return None


def _meaning(error: Exception) -> tuple[Failure, float | None]:
    """What the failure means, and how many seconds Slack asks to wait."""
    if isinstance(error, SlackApiError):
        return _status(_http_status(error), _headers(error), _code(error))
    if isinstance(error, aiohttp.ClientResponseError):
        return _status(error.status, dict(error.headers or {}), "")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Failure.REFUSED, None
    return Failure.LOST, None


def _status(status: int, headers: dict[str, str], code: str) -> tuple[Failure, float | None]:
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return Failure.REFUSED, _seconds(headers)
    if status >= 500 or code in _PASSING:
        return Failure.LOST, None
    return Failure.PERMANENT, None


def _http_status(error: SlackApiError) -> int:
    """The status of a failed call; a response that was no JSON comes as aiohttp's own, which names it otherwise."""
    return int(getattr(error.response, "status_code", None) or getattr(error.response, "status", 0) or 0)


def _headers(error: SlackApiError) -> dict[str, str]:
    return dict(getattr(error.response, "headers", None) or {})


def _seconds(headers: dict[str, str]) -> float:
    """Retry-After in seconds; one where Slack does not say."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(given) if given.isdecimal() else 1.0


def _code(error: Exception) -> str:
    """The platform's code for a failure; never its words, which may repeat what was sent."""
    if isinstance(error, SlackApiError):
        data = getattr(error.response, "data", None)
        code = data.get("error") if isinstance(data, dict) else None
        return str(code)[:60] if isinstance(code, str) else f"HTTP {_http_status(error)}"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"HTTP {error.status}"
    return type(error).__name__
