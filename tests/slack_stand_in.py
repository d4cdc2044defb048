"""A stand-in for slack.com/api that records calls and can fail, and the requests that Slack would send, signed."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import urllib.parse
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.serving import Serving

SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - the stand-in's own
TEAM = "T0HOME"
READING = ("usergroups.users.list", "users.info", "conversations.history", "conversations.replies")
Json = dict[str, Any]


@dataclass
class Fault:
    """How the next calls of a method fail: a status, a delay, cut before the call is done, or its answer lost afterwards."""

    method: str
    times: int = 1
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=lambda: {"ok": False, "error": "internal_error"})
    # A proxy's page instead of the body.
    page: str = ""
    delay: float = 0.0
    cut: bool = False
    lose: bool = False


class SlackStandIn:
    """Answers the methods that the bot uses as Slack does, as far as the bot can tell."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Json]] = []
        self.faults: list[Fault] = []
        self.views: dict[str, Json] = {}
        self.names: dict[str, str] = {}
        self.posted: list[Json] = []
        self.guests: set[str] = set()
        # The members of user groups, by id.
        self.groups: dict[str, list[str]] = {}
        # What stands in somebody's profile, as far as the app may read it.
        self.profiles: dict[str, Json] = {}
        self.opened: deque[web.WebSocketResponse] = deque()
        self.envelopes: asyncio.Queue[Json] = asyncio.Queue()
        self._numbers = itertools.count(1)
        self._serving = Serving(self._application)
        self.url = f"{self._serving.url}/api/"

    def close(self) -> None:
        """Stops answering."""
        self._serving.close()

    def called(self, method: str) -> list[Json]:
        """What a method was called with, in order."""
        return [arguments for name, arguments in self.calls if name == method]

    def response_url(self) -> str:
        """An address to answer a command or a press at."""
        return f"{self._serving.url}/api/response_url"

    def _application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/socket", self._socket)
        return app

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        fault = self._fault(method)
        if fault:
            await asyncio.sleep(fault.delay)
        if fault and fault.cut:
            self.calls.append((method, {"cut": True}))
            return _cut(request)
        if fault and fault.status:
            self.calls.append((method, {"status": fault.status}))
            if fault.page:
                return web.Response(text=fault.page, status=fault.status, headers=fault.headers)
            return web.json_response(fault.body, status=fault.status, headers=fault.headers)
        self.calls.append((method, arguments))
        answer = self._answer(method, arguments)
        return _cut(request) if fault and fault.lose else web.json_response(answer)

    def _fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _answer(self, method: str, arguments: Json) -> Json:
        match method:
            case "auth.test":
                return {"ok": True, "team_id": TEAM, "user_id": "U0BOT", "bot_id": "B0BOT"}
            case "chat.postMessage" | "response_url":
                self.posted.append({**arguments, "ts": f"{time.time():.6f}"})
                return {"ok": True, "ts": self.posted[-1]["ts"]}
            case "views.open":
                view_id = f"V{next(self._numbers)}"
                self.views[view_id] = arguments["view"]
                self.names[arguments["view"].get("external_id", "")] = view_id
                return {"ok": True, "view": {"id": view_id}}
            case "views.update":
                view_id = arguments.get("view_id") or self.names.get(arguments.get("external_id", ""), "")
                if view_id not in self.views and view_id != "V1":
                    return {"ok": False, "error": "not_found"}
                self.views[view_id] = arguments["view"]
            case "users.info":
                user = arguments["user"]
                profile = self.profiles.get(user, {})
                return {"ok": True, "user": {"id": user, "is_restricted": user in self.guests, **profile}}
            case "conversations.history" | "conversations.replies":
                return {"ok": True, "messages": [each for each in self.posted if each.get("channel") == arguments["channel"]]}
            case "usergroups.users.list":
                if arguments["usergroup"] not in self.groups:
                    return {"ok": False, "error": "no_such_subteam"}
                return {"ok": True, "users": self.groups[arguments["usergroup"]]}
            case "conversations.open":
                return {"ok": True, "channel": {"id": f"D{arguments['users']}"}}
            case "apps.connections.open":
                return {"ok": True, "url": self._serving.url.replace("http", "ws") + "/socket"}
        return {"ok": True}

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.opened.append(socket)
        await socket.send_json({"type": "hello"})
        async for message in socket:
            if message.type.name == "TEXT":
                await self.envelopes.put(json.loads(message.data))
        return socket

    def hang_up(self) -> None:
        """Closes the latest socket without a word."""

        async def close() -> None:
            transport = self.opened[-1]._writer.transport  # type: ignore[union-attr]
            transport.abort()

        self._serving.run(close())

    def send_envelope(self, payload: Json, kind: str) -> Json:
        """Sends a payload down the latest socket and waits for its acknowledgement."""

        async def send() -> Json:
            await self.opened[-1].send_json(
                {"envelope_id": "e1", "type": kind, "payload": payload, "accepts_response_payload": True}
            )
            return await asyncio.wait_for(self.envelopes.get(), 10)

        return self._serving.run(send())


async def _arguments(request: web.Request) -> Json:
    if request.match_info["method"] in READING:
        return dict(request.query)  # JSON is ignored here, as Slack ignores it
    if request.content_type == "application/json":
        found = await request.json()
        return {**dict(request.query), **(found if isinstance(found, dict) else {})}
    form = {name: str(value) for name, value in (await request.post()).items()}
    return {**dict(request.query), **form}


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def signed(body: str, *, secret: str = SECRET, at: float | None = None, form: bool = True) -> tuple[bytes, dict[str, str]]:
    """A request's bytes and headers as Slack would sign them."""
    stamp = str(int(at if at is not None else time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return body.encode(), {
        "Content-Type": kind,
        "X-Slack-Signature": str(signature),
        "X-Slack-Request-Timestamp": stamp,
    }


def command(text: str, response_url: str, user: str = "U0ALICE", team: str = TEAM) -> str:
    """The body of `/policy TEXT`."""
    fields = {
        "command": "/policy",
        "text": text,
        "user_id": user,
        "team_id": team,
        "channel_id": "C1",
        "channel_name": "general",
        "response_url": response_url,
        "trigger_id": f"{time.time_ns()}.1.a",
    }
    return urllib.parse.urlencode(fields)


def payload(content: Mapping[str, object]) -> str:
    """The body of an interaction."""
    return urllib.parse.urlencode({"payload": json.dumps(content)})


_events = itertools.count(1)


def event(content: Mapping[str, object], event_id: str = "", team: str = TEAM) -> str:
    """The body of an event."""
    id = event_id or f"Ev{next(_events)}.{time.time_ns()}"
    return json.dumps({"type": "event_callback", "event_id": id, "team_id": team, "api_app_id": "A1", "event": content})
