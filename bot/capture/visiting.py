"""The visit itself: each name looked up once, every address looked at, and none connected to but those; no cookie, no referrer.

aiohttp asks the resolver for the name of each connection and skips it for numbers, which are refused before (`addresses`);
whatever is connected to passes `_socket`, the last look. No proxy of the environment is used: it would look names up itself.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import hashlib
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.capture import packing, reading
from bot.capture.addresses import PORTS, completed, is_public, led_on, web_address
from bot.capture.refusals import (
    BadCertificate,
    Busy,
    NeedsLogin,
    NoSuchSite,
    NotCaptured,
    NotPublic,
    NotThere,
    SiteRefuses,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

# For the whole visit, in seconds: with reading it stays below the half minute after which proxies give a request up.
PATIENCE = 15.0
# So many pages are visited at once, so that nobody fills our memory with other people's pages.
AT_ONCE = 2
MOST_REDIRECTS = 5
_LED_ON = frozenset({301, 302, 303, 307, 308})
# Honest, and it names neither the organisation nor what this is for.
HEADERS = {
    "User-Agent": "page-capture/1.0",
    "Accept": "text/html, text/plain;q=0.9, application/pdf;q=0.8, image/*;q=0.8",
    "Accept-Language": "en",
    "Accept-Encoding": "identity",
}
_LOGIN = re.compile(r"/(?:[a-z-]*login|log-in|signin|sign-in|authwall|checkpoint|sso)(?:[/.]|$)", re.IGNORECASE)

# Gives the IP addresses of a site's name. Raises OSError where there are none.
LookUp = Callable[[str], Awaitable[Sequence[str]]]


# A look-up that hangs cannot be ended, only no longer waited for. It holds one of these threads, and none of the loop's own.
_THREADS = concurrent.futures.ThreadPoolExecutor(AT_ONCE, "look-up")
_looking: set[concurrent.futures.Future[list[tuple[Any, ...]]]] = set()


async def look_up(name: str) -> Sequence[str]:
    """The addresses of a name as this machine knows them; not by asyncio's own look-up, which logs names when debugging.

    Raises Busy while every thread waits for an earlier name.
    """
    if len(_looking) >= AT_ONCE:
        raise Busy
    looking = _THREADS.submit(socket.getaddrinfo, name, None, type=socket.SOCK_STREAM)
    _looking.add(looking)
    looking.add_done_callback(_looking.discard)
    found = await asyncio.wrap_future(looking)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Captured:
    """A page as a stranger got it, at this time in UTC. `redirects` are the addresses that led on, `address` is the last one.

    `content` is what was sent, unpacked, and `digest` its SHA-256; `read` is what can be read in it.
    """

    redirects: tuple[str, ...] = field(repr=False)
    address: str = field(repr=False)
    kind: str
    at: datetime.datetime
    content: bytes = field(repr=False)
    read: reading.Read = field(repr=False)

    @property
    def digest(self) -> str:
        """The SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Visits pages. `look_up` and `may` say where a name leads and whether that may be visited, `trust` whose certificates are
    good; only tests give others, for a site on their own machine."""

    look_up: LookUp = look_up
    may: Callable[[str], bool] = is_public
    ports: Container[int] = PORTS
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    patience: float = PATIENCE
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)

    async def visit(self, address: str) -> Captured:
        """The page at an address. Raises a NotCaptured, whatever the site does, which knows whether anybody was visited."""
        first = web_address(completed(address), self.ports)
        reached: list[str] = []
        try:
            return await self._captured(first, reached)
        except NotCaptured as why:
            why.visited = bool(reached)
            raise

    async def _captured(self, first: URL, reached: list[str]) -> Captured:
        """The page; whatever is connected to is put to what was `reached`."""
        try:
            async with asyncio.timeout(self.patience), self._session(await asyncio.to_thread(self.trust), reached) as session:
                redirects, last, content_type, content = await self._followed(session, first)
            at = self.now()
            read = await reading.read(content, content_type)
            return Captured(redirects, str(last), packing.kind(content_type), at, content, read)
        except NotCaptured:
            raise
        except TimeoutError:
            raise TooSlow from None
        except aiohttp.ClientConnectorDNSError:
            raise NoSuchSite from None
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError):
            raise BadCertificate from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise Unreachable from None

    def _session(self, trust: ssl.SSLContext, reached: list[str]) -> aiohttp.ClientSession:
        def connecting(info: aiohttp.AddrInfoType) -> socket.socket:
            made = self._socket(info)
            reached.append(str(info[4][0]))
            return made

        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self), use_dns_cache=False, force_close=True, ssl=trust, socket_factory=connecting
        )
        return aiohttp.ClientSession(
            connector=connector,
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
            auto_decompress=False,
        )

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """What is about to be connected to this very address."""
        family, kind, protocol, _, address = info
        if not self.may(str(address[0])):
            raise PermissionError
        return socket.socket(family, kind, protocol)

    async def _followed(self, session: aiohttp.ClientSession, first: URL) -> tuple[tuple[str, ...], URL, str, bytes]:
        """What led on, where the page is, its kind and its bytes."""
        passed: list[str] = []
        here = first
        while True:
            async with session.get(here, allow_redirects=False) as answer:
                try:
                    if answer.status not in _LED_ON:
                        _must_be_shown(answer, here, led=bool(passed))
                        return tuple(passed), here, *await _taken(answer)
                    location = answer.headers.get("Location", "")
                finally:
                    answer.close()  # what is left of it is not waited for
            passed.append(str(here))
            if len(passed) > MOST_REDIRECTS:
                raise TooManyRedirects
            here = led_on(here, location, self.ports)


class _Resolver(AbstractResolver):
    """What aiohttp connects to: a name is looked up once for a connection, and refused where any of its addresses is."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - as aiohttp calls it; both families are wanted
    ) -> list[ResolveResult]:
        """Raises NotPublic, and OSError where there is no such name."""
        found = await self._visitor.look_up(host)
        if not all(map(self._visitor.may, found)):
            raise NotPublic
        if not found:
            raise OSError
        return [_result(host, address, port) for address in found]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)


def _must_be_shown(answer: aiohttp.ClientResponse, here: URL, *, led: bool) -> None:
    if answer.status in (401, 407) or (led and _LOGIN.search(here.path)):
        raise NeedsLogin
    if answer.status in (404, 410):
        raise NotThere
    if answer.status != 200:
        raise SiteRefuses


async def _taken(answer: aiohttp.ClientResponse) -> tuple[str, bytes]:
    """The kind as it was said, and the bytes."""
    content_type = answer.headers.get("Content-Type", "")
    packing.kind(content_type)
    if (answer.content_length or 0) > packing.LARGEST:
        raise TooLarge
    return content_type, await packing.read(answer.content.iter_any(), answer.headers.get("Content-Encoding", ""))


# Who visits for HR.
STRANGER = Visitor()
