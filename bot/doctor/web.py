"""Calls over the network that always come back soon, with an answer or with a reason in plain words."""

from __future__ import annotations

import asyncio
import email.utils
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from bot.doctor.checks import Check, ok, skipped, wrong

PATIENCE = 5.0
# Signatures of Slack go stale after five minutes; a clock that is a minute off will soon be more.
MOST_OFF = 60
LONGEST_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, headers by lower-case name, and the body's first part."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Unreached:
    """Nothing came back, and why."""

    reason: str


class Web:
    """A session for calls, within `async with`. It remembers by how much the clocks of others differ from ours."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._apart: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        # The proxy of HTTPS_PROXY is used, as by the program itself.
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(self._patience), trust_env=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        data: str | Mapping[str, str] | aiohttp.FormData | None = None,
        clock: bool = True,
    ) -> Answer | Unreached:
        """The answer, or why there is none. Redirects are not followed; `clock` says that the other's clock is to be trusted."""
        started = time.time()
        try:
            async with self._session.request(method, url, headers=headers, data=data, allow_redirects=False) as response:
                body = (await _beginning(response.content)).decode("utf-8", "replace")
                answer = Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, body)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Unreached(_reason(error, self._patience))
        if clock:
            self._compare(urlsplit(url).hostname or "", answer.headers.get("date", ""), (started + time.time()) / 2)
        return answer

    def _compare(self, host: str, date: str, here: float) -> None:
        try:
            self._apart[host] = email.utils.parsedate_to_datetime(date).timestamp() - here
        except ValueError:
            return

    def clock(self) -> Check:
        """How far this machine's clock is from the clocks met on the way."""
        if not self._apart:
            return skipped("clock", "nobody whose clock could be compared was reached")
        host, apart = min(self._apart.items(), key=lambda each: abs(each[1]))
        if abs(apart) <= MOST_OFF:
            return ok("clock", "right within a minute")
        ahead = "behind" if apart > 0 else "ahead of"
        found = f"{abs(apart):.0f} seconds {ahead} the clock of {host}; Slack’s signatures are refused after 300"
        return wrong("clock", found, "set this machine’s clock, and let it be kept by a time server (NTP)")


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """The first part of a body, which may come in pieces."""
    found = b""
    while len(found) < LONGEST_BODY and (piece := await content.read(LONGEST_BODY - len(found))):
        found += piece
    return found


def _reason(error: Exception, patience: float) -> str:
    """Why nothing came back, without addresses or payloads."""
    match error:
        case asyncio.TimeoutError():
            return f"no answer within {patience:g} seconds; a firewall may drop the call"
        case aiohttp.ClientConnectorDNSError():
            return "its name cannot be looked up; this machine may be offline"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not trusted here"
        case aiohttp.ClientSSLError():
            return "no secure connection comes about"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "the proxy of this machine does not let the call through"
        case aiohttp.ClientConnectorError():
            return "nothing takes the connection there"
        case aiohttp.InvalidURL():
            return "that is no address"
        case _:
            return f"the connection broke ({type(error).__name__})"
