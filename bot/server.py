"""One aiohttp application for everything that is served: the channels' routes, and whether all of it works."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.channels import LEAVE, Part
from bot.logs import correlate, place
from bot.peers import is_here

# Larger than any payload of Slack or Teams; in bytes.
LARGEST = 1024 * 1024
# How long the body of a request may take to come, in seconds.
BODY = 10.0
# How long the ledger may take to say that it can be written, and how long what it said counts; in seconds.
CHECKING = 2.0
# How long all parts together may take to stop, in seconds: turns in flight, and closing what they opened.
STOPPING = LEAVE + 1.0
# What a caller sent that is no body, or a caller who has gone.
UNREADABLE = (HttpProcessingError, RequestPayloadError, ConnectionError)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger(__name__)


def application(
    parts: Sequence[Part],
    check: Callable[[], Awaitable[None]],
    metrics_token: str = "",
    beside: Sequence[Part] = (),
) -> web.Application:
    """The application with all routes of these parts, and with `/healthz`, `/readyz` and `/metrics`.

    `check` raises where what is kept cannot be written. `metrics_token` lets others than this machine read the metrics and
    what is ill. Parts `beside` are carried too; what they say is told, but makes nobody unready.
    """
    app = web.Application(client_max_size=LARGEST, middlewares=[_correlated, _bordered, _timed])
    trusted = _Trusted(metrics_token)
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _Readiness(parts, check, trusted, beside).answer)
    app.router.add_get("/metrics", _Metrics(trusted).answer)
    for part in (*parts, *beside):
        app.router.add_routes(part.routes)
    running = _Running((*parts, *beside))
    app.on_startup.append(running.start)
    app.on_cleanup.append(running.stop)
    return app


@web.middleware
async def _correlated(request: web.Request, handler: Handler) -> web.StreamResponse:
    """All that is logged about one request carries one random number."""
    correlate()
    return await handler(request)


@web.middleware
async def _bordered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What a route did not expect is answered without words, and logged without content."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except UNREADABLE:
        return web.Response(status=400)
    except Exception as error:  # noqa: BLE001 - the border of all routes
        log.error("request failed: %s", place(error))
        return web.Response(status=500)


@web.middleware
async def _timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A caller who does not send what it announced is hung up on; how long the answer then takes is not limited here.

    A route that takes more than a few letters says by its attribute `patience` how many seconds it waits.
    """
    if not request.can_read_body:
        return await handler(request)
    seconds = getattr(request.match_info.handler, "patience", BODY)
    late = asyncio.get_running_loop().call_later(seconds, _hang_up, request)
    request.content.on_eof(late.cancel)
    try:
        return await handler(request)
    finally:
        late.cancel()


def _hang_up(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


class _Trusted:
    """Who may know more than that the bot is there: this machine, and whoever has the token."""

    def __init__(self, token: str) -> None:
        self._token = _bytes(token)

    def has(self, request: web.Request) -> bool:
        """Whether the caller of this request is one of them."""
        given = _bytes(request.headers.get("Authorization", "").removeprefix("Bearer "))
        by_token = bool(self._token) and hmac.compare_digest(given, self._token)
        return by_token or is_here(request.remote, request.headers)


def _bytes(text: str) -> bytes:
    """What stood in a header or in the environment, whatever bytes they were."""
    return text.encode("utf-8", "surrogateescape")


class _Readiness:
    """200 as long as the ledger can be written and one channel works, else 503; what is ill is told to the trusted."""

    def __init__(
        self, parts: Sequence[Part], check: Callable[[], Awaitable[None]], trusted: _Trusted, beside: Sequence[Part]
    ) -> None:
        self._parts = parts
        self._beside = beside
        self._check = check
        self._trusted = trusted
        self._asked: asyncio.Task[str] | None = None
        self._begun = self._ended = float("-inf")

    async def answer(self, request: web.Request) -> web.Response:
        ledger = await self._ledger()
        ill = [reason for part in self._parts if (reason := part.ready())]
        ready = not ledger and (not self._parts or len(ill) < len(self._parts))
        told = ["ready" if ready else "not ready"]
        if self._trusted.has(request):
            aside = [reason for part in self._beside if (reason := part.ready())]
            told = [*told[:ready], *ill, *([ledger] if ledger else []), *aside]
        return web.Response(text="\n".join(told) + "\n", status=200 if ready else 503)

    async def _ledger(self) -> str:
        """What is wrong with the ledger. It is asked by one at a time, so that nobody can fill the queue before it."""
        now = time.monotonic()
        if self._asked is None or (self._asked.done() and now >= self._ended + CHECKING):
            self._begun = now
            self._asked = asyncio.ensure_future(self._checked())
        asked = self._asked
        await asyncio.wait([asked], timeout=max(0.0, self._begun + CHECKING - now))
        return asked.result() if asked.done() else "the ledger cannot be written (TimeoutError)"

    async def _checked(self) -> str:
        try:
            await self._check()
        except Exception as error:  # noqa: BLE001 - whatever the database raises, it cannot be written
            return f"the ledger cannot be written ({type(error).__name__})"
        finally:
            self._ended = time.monotonic()
        return ""


class _Metrics:
    """Counters for Prometheus, for the trusted."""

    def __init__(self, trusted: _Trusted) -> None:
        self._trusted = trusted

    async def answer(self, request: web.Request) -> web.Response:
        if not self._trusted.has(request):
            raise web.HTTPNotFound
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Running:
    """The parts: started one after the other, stopped together."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._started: list[Part] = []

    async def start(self, app: web.Application) -> None:
        """Where one cannot start, those before it are stopped: aiohttp stops nothing that has not wholly begun."""
        try:
            for part in self._parts:
                await part.start()
                self._started.append(part)
        except BaseException:
            await self.stop(app)
            raise

    async def stop(self, _: web.Application) -> None:
        """One deadline for all; a part that fails or hangs keeps no other from stopping."""
        stopping = {asyncio.ensure_future(part.stop()): type(part).__name__ for part in self._started}
        if not stopping:
            return
        await asyncio.wait(stopping, timeout=STOPPING)
        for task, name in stopping.items():
            if not task.done():
                log.error("%s did not stop in time", name)
                task.cancel()
            elif not task.cancelled() and (error := task.exception()):
                log.error("%s did not stop: %s", name, place(error))
