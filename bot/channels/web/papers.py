"""Copies to keep: the signer's copy, certificate, and HR's reports, each at a signed address of its own (`/copy/...`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from aiohttp import web

from bot import visits
from bot.channels import Stateless, apology, plain
from bot.copies import PATH, OldAddress
from bot.dispatcher import Dispatcher
from bot.issuing import NoSuchRecord, Paper
from bot.journeys.requesting import NotHR
from bot.ledger import DatabaseGone
from bot.logs import correlation, place

HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
# So many papers are drawn at a time; each takes a second of the machine and some memory.
AT_ONCE = 2
log = logging.getLogger(__name__)


class Papers(Stateless):
    """Serves what an address is for; the first time that a signer fetches their copy, its delivery is recorded."""

    def __init__(self, door: Dispatcher) -> None:
        self._door = door
        self._places = asyncio.Semaphore(AT_ONCE)

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The address of every paper."""
        return (web.get(f"{PATH}/{{token}}", self._serve, allow_head=False),)

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            kind, id, by = self._door.copies.read(request.match_info["token"])
            async with self._places:
                return _given(await visits.paper(self._door, kind, id, by))
        except (OldAddress, NoSuchRecord, NotHR) as error:
            return web.Response(text=error.__doc__, status=404, headers=HEADERS)
        except DatabaseGone as gone:
            return web.Response(text=gone.__doc__, status=503, headers=HEADERS)
        except Exception as error:  # noqa: BLE001 - the channel's border: said kindly, logged once, without content
            log.error("a paper failed: %s", place(error))
            return web.Response(text=plain.render(apology(correlation())), status=500, headers=HEADERS)


def _given(paper: Paper) -> web.Response:
    named = {**HEADERS, "Content-Disposition": f'inline; filename="{paper.name}"'}
    charset = "utf-8" if paper.media_type.startswith("text/") else None
    return web.Response(body=paper.content, content_type=paper.media_type, charset=charset, headers=named)
