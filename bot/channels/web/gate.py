"""May somebody post? For posting tools, with a token of their own: `GET /gate?person=EMAIL&account=NAME&on=2026-12-31`."""

from __future__ import annotations

import datetime
import hmac
import logging
from collections.abc import Sequence

from aiohttp import web

from bot import visits
from bot.channels import Stateless
from bot.dispatcher import Dispatcher
from bot.ledger import DatabaseGone
from bot.logs import place

PATH = "/gate"
KNOWN = frozenset({"person", "account", "on"})
log = logging.getLogger(__name__)


class Gate(Stateless):
    """Answers with JSON: `allowed`, `because`, `record`, `clause`. Without the token there is nothing here."""

    def __init__(self, door: Dispatcher, token: str) -> None:
        self._door = door
        self._token = token.encode("utf-8", "surrogateescape")

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """One address."""
        return (web.get(PATH, self._serve, allow_head=False),)

    async def _serve(self, request: web.Request) -> web.Response:
        if not self._is_known(request):
            return _said(401, "a bearer token is needed: CLAUSEBOT_GATE_TOKEN")
        person, account, on = (request.query.get(name, "").strip() for name in ("person", "account", "on"))
        if not person or request.query.keys() - KNOWN or any(len(request.query.getall(name)) > 1 for name in request.query):
            return _said(400, "give person=EMAIL, and if you like account=NAME and on=YYYY-MM-DD, each once")
        try:
            day = datetime.date.fromisoformat(on) if on else None
        except ValueError:
            return _said(400, "on must be a day written YYYY-MM-DD")
        try:
            verdict = await visits.may_post(self._door, person, account, day)
        except DatabaseGone as gone:
            return _said(503, gone.__doc__ or "")
        except Exception as error:  # noqa: BLE001 - the channel's border; the answer is no whatever failed
            log.error("the gate failed: %s", place(error))
            return _said(500, "something went wrong; the answer is no until it is mended")
        answer = {"allowed": verdict.allowed, "because": verdict.because, "record": verdict.record, "clause": verdict.clause}
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _is_known(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode("utf-8", "surrogateescape")
        return bool(self._token) and hmac.compare_digest(given, self._token)


def _said(status: int, because: str) -> web.Response:
    """What is wrong; never a yes."""
    answer = {"allowed": False, "because": because, "record": "", "clause": ""}
    return web.json_response(answer, status=status, headers={"Cache-Control": "no-store"})
