"""A stand-in for Microsoft: a login with keys, a connector that records what the bot sends and can fail, and signed calls."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
import requests
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.channels.teams.cloud import Cloud
from tests.serving import Serving

APP_ID = "11111111-1111-1111-1111-111111111111"
TENANT = "00000000-0000-0000-0000-000000000001"
ISSUER = "https://api.botframework.com"
BOT = f"28:{APP_ID}"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Json = dict[str, Any]


@dataclass
class Fault:
    """How the next posts fail: a status, a delay, cut before the post is taken, or its answer lost afterwards."""

    times: int = 1
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False
    lose: bool = False
    # Only posts to conversations whose id holds this.
    conversation: str = ""


class TeamsStandIn:
    """Microsoft as far as the bot can tell: `/keys` and the connector of one cloud."""

    def __init__(self) -> None:
        self.posts: list[Json] = []
        self.tokens: list[str] = []
        self.attempts = 0
        self.faults: list[Fault] = []
        self.keys_asked = 0
        self.keys_delay = 0.0
        self.keys_status = 200
        self.kids = ["k1"]
        # What the roster says of somebody, by account; of everybody else that they are members of the tenant.
        self.members: dict[str, Json] = {}
        # The members of teams, by the id of their General channel; so many are on a page.
        self.teams: dict[str, list[Json]] = {}
        self.page = 2
        self.members_asked: list[tuple[str, str]] = []
        self.members_delay = 0.0
        self.members_status = 200
        self._numbers = itertools.count(1)
        self._closing = asyncio.Event()
        self._serving = Serving(self._application)
        self.service = f"{self._serving.url}/amer/"
        self.cloud = Cloud(
            issuer=ISSUER,
            keys=f"{self._serving.url}/openidconfiguration",
            emulator_keys=f"{self._serving.url}/emulator",
            login="https://login.invalid/",
            tenant="botframework.com",
            scope=ISSUER,
            oauth=ISSUER,
            plain_http=True,
        )

    def close(self) -> None:
        """Stops answering, also where an answer is still to come."""
        self._serving.run(self._wake())
        self._serving.close()

    def token(self, key: rsa.RSAPrivateKey = KEY, kid: str | None = "k1", **claims: object) -> str:
        """What Microsoft sends as Authorization, with other claims where they are given; None leaves one out."""
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": APP_ID, "nbf": now - 10, "exp": now + 600, "serviceurl": self.service}
        given = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return "Bearer " + jwt.encode(given, key, algorithm="RS256", headers={"kid": kid} if kid else {})

    def sent_to(self, conversation: str) -> list[Json]:
        """What the bot sent into a conversation, in order."""
        return [each for each in self.posts if each["conversation"]["id"] == conversation]

    async def _wake(self) -> None:
        self._closing.set()

    async def _late(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    def _application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/openidconfiguration", self._configuration)
        app.router.add_get("/emulator", self._configuration)
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/amer/v3/conversations/{conversation}/members/{member}", self._member)
        app.router.add_get("/amer/v3/conversations/{conversation}/pagedmembers", self._team)
        app.router.add_post("/amer/v3/conversations/{conversation}/activities", self._post)
        app.router.add_post("/amer/v3/conversations/{conversation}/activities/{activity}", self._post)
        return app

    async def _configuration(self, request: web.Request) -> web.Response:
        self.keys_asked += 1
        await self._late(self.keys_delay)
        if self.keys_status != 200:
            return web.Response(status=self.keys_status)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"http://{request.host}/keys"})

    async def _keys(self, _: web.Request) -> web.Response:
        public = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return web.json_response({"keys": [{**public, "kid": kid, "endorsements": ["msteams"]} for kid in self.kids]})

    async def _member(self, request: web.Request) -> web.Response:
        asked = request.match_info["conversation"], request.match_info["member"]
        self.members_asked.append(asked)
        assert request.headers.get("Authorization", "").startswith("Bearer ")
        await self._late(self.members_delay)
        if self.members_status != 200:
            return web.json_response({"error": {"code": "MemberNotFoundInConversation"}}, status=self.members_status)
        usual = {"id": asked[1], "tenantId": TENANT, "userRole": "user", "userPrincipalName": "somebody@city.example"}
        return web.json_response({**usual, **self.members.get(asked[1], {})})

    async def _team(self, request: web.Request) -> web.Response:
        assert request.headers.get("Authorization", "").startswith("Bearer ")
        members = self.teams.get(request.match_info["conversation"])
        if members is None or self.members_status != 200:
            return web.json_response({"error": {"code": "BotNotInConversationRoster"}}, status=403)
        start = int(request.query.get("continuationToken", "0"))
        page: Json = {"members": members[start : start + self.page]}
        if start + self.page < len(members):
            page["continuationToken"] = str(start + self.page)
        return web.json_response(page)

    async def _post(self, request: web.Request) -> web.Response:
        self.attempts += 1
        self.tokens.append(request.headers.get("Authorization", ""))
        body = await request.json()
        fault = self._fault(request.match_info["conversation"])
        if fault:
            await self._late(fault.delay)
        if fault and fault.cut:
            return _cut(request)
        if fault and fault.status:
            return web.json_response({"error": {"code": "ServiceError"}}, status=fault.status, headers=fault.headers)
        assert body["conversation"]["id"] == request.match_info["conversation"]
        self.posts.append(body)
        id = f"m{next(self._numbers)}"
        return _cut(request) if fault and fault.lose else web.json_response({"id": id}, status=201)

    def _fault(self, conversation: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.conversation in conversation:
                fault.times -= 1
                return fault
        return None


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@dataclass(frozen=True)
class Person:
    """Somebody in Teams: with a conversation of their own, or in a group or channel."""

    name: str = "alice"
    kind: str = "personal"
    tenant: str = TENANT
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def conversation(self) -> str:
        """The id of the conversation that the person writes in."""
        return {"personal": f"a:{self.name}", "channel": "19:general@thread.tacv2;messageid=1"}.get(
            self.kind, "19:group@thread.v2"
        )


_ids = itertools.count(1)


def activity(stand_in: TeamsStandIn, person: Person, kind: str, **more: object) -> Json:
    """An activity as Teams sends it."""
    return {
        "type": kind,
        "id": f"{time.time_ns()}{next(_ids)}",
        "timestamp": "2026-11-20T10:00:00.000Z",
        "channelId": "msteams",
        "serviceUrl": stand_in.service,
        "from": {"id": f"29:{person.name}", "name": person.name, "aadObjectId": f"aad-{person.name}", **person.more},
        "recipient": {"id": BOT, "name": "Clausebot"},
        "conversation": {"id": person.conversation, "conversationType": person.kind, "tenantId": person.tenant},
        "channelData": {"tenant": {"id": person.tenant}},
        "entities": [{"type": "clientInfo", "locale": "en-US"}],
        **more,
    }


def message(stand_in: TeamsStandIn, person: Person, text: str, **more: object) -> Json:
    """A message; in a group or channel it mentions the bot."""
    if person.kind == "personal":
        return activity(stand_in, person, "message", text=text, textFormat="plain", **more)
    mention = {"type": "mention", "mentioned": {"id": BOT, "name": "Clausebot"}, "text": "<at>Clausebot</at>"}
    return activity(stand_in, person, "message", text=f"<at>Clausebot</at>&nbsp;{text}", entities=[mention], **more)


def invoke(stand_in: TeamsStandIn, person: Person, name: str, value: object) -> Json:
    """An invoke."""
    return activity(stand_in, person, "invoke", name=name, value=value)


def pressed(stand_in: TeamsStandIn, person: Person, data: Json) -> Json:
    """A button with these data was pressed."""
    action = {"type": "Action.Execute", "verb": data.get("action", ""), "data": data}
    return invoke(stand_in, person, "adaptiveCard/action", {"action": action, "trigger": "manual"})


def call(url: str, body: object, token: str = "", **more: Any) -> requests.Response:
    """Posts to the bot as Microsoft does."""
    headers = {"Authorization": token} if token else {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers, **more.pop("headers", {})}
    return requests.post(f"{url}/api/messages", data=content, headers=headers, timeout=30, **more)
