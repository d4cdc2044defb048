"""One aiohttp application for everything that is served: the channels' routes, and whether all of it works."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.channels import Part
from bot.logs import correlate
from bot.peers import is_here

# Larger than any payload of Slack or Teams; in bytes.
LARGEST = 1024 * 1024
log = logging.getLogger(__name__)


def application(parts: Sequence[Part], check: Callable[[], Awaitable[None]], metrics_token: str = "") -> web.Application:
    """The application with all routes of these parts, and with `/healthz`, `/readyz` and `/metrics`.

    `check` raises where what is kept cannot be written. `metrics_token` lets others than this machine read the metrics.
    """
    app = web.Application(client_max_size=LARGEST, middlewares=[_correlated])
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _Readiness(parts, check).answer)
    app.router.add_get("/metrics", _Metrics(metrics_token).answer)
    for part in parts:
        app.router.add_routes(part.routes)
        app.on_startup.append(_calling(part.start))
        app.on_cleanup.append(_calling(part.stop))
    return app


@web.middleware
async def _correlated(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """All that is logged about one request carries one random number."""
    correlate()
    return await handler(request)


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


class _Readiness:
    """200 when everything works, else 503 with what does not."""

    def __init__(self, parts: Sequence[Part], check: Callable[[], Awaitable[None]]) -> None:
        self._parts = parts
        self._check = check

    async def answer(self, _: web.Request) -> web.Response:
        wrong = [reason for part in self._parts if (reason := part.ready())]
        try:
            await self._check()
        except Exception as error:  # noqa: BLE001 - whatever the database raises, it cannot be written
            wrong.append(f"the ledger cannot be written ({type(error).__name__})")
        return web.Response(text="\n".join(wrong or ["ready"]) + "\n", status=503 if wrong else 200)


class _Metrics:
    """Counters for Prometheus: to this machine, or to whoever has the token."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def answer(self, request: web.Request) -> web.Response:
        if not (self._has_token(request) or is_here(request.remote, request.headers)):
            raise web.HTTPNotFound
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _has_token(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return bool(self._token) and hmac.compare_digest(given.encode(), self._token.encode())


def _calling(call: Callable[[], Awaitable[None]]) -> Callable[[web.Application], Awaitable[None]]:
    async def called(_: web.Application) -> None:
        await call()

    return called
