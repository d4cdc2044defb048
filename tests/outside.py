"""Stand-ins for Slack, Microsoft and the running bot, as the doctor meets them, on one port over real HTTP."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot import app
from bot.channels.teams.cloud import CLOUDS, Cloud
from bot.config import MicrosoftSettings, Settings, SlackSettings
from bot.doctor import examine
from bot.doctor.checks import Check, State
from bot.people import Grant, Person
from bot.surface import SCOPES
from tests.serving import Serving

BOT, TENANT = "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-555555555555"
SIGNING, TOKEN, APP_TOKEN, PASSWORD = "0123456789abcdef" * 2, "xoxb-token-1", "xapp-token-2", "secret~value~3"
OWN_SECRET = b"signs-the-buttons-of-this-bot-42"
# Seconds that each call may take here.
PATIENCE = 2.0
# Policies that are read fast.
FEW = Path(__file__).parent / "elsewhere" / "fleet"
REACHABLE = """
[[role]]
id = "human-resources"
name = "Human Resources Department"
also = []
matters = "anything that the policy does not cover"
clause = "416.8.5.h"
reach = "room 1"
default = true
"""


class Outside:
    """All is well until `answers` holds another status and body for a path, `headers` others, `slow` or `cut` a path."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, object]] = {}
        self.headers: dict[str, str] = {}
        self.scopes: tuple[str, ...] | None = tuple(SCOPES)
        self.slow: set[str] = set()
        self.cut: set[str] = set()
        self.secret = SIGNING
        self.seen: dict[str, str] = {}
        self.serving = Serving(self._application)
        self.url = self.serving.url

    def well_again(self) -> None:
        """Forgets all that was set and seen."""
        for kept in (self.answers, self.headers, self.slow, self.cut, self.seen):
            kept.clear()
        self.scopes, self.secret = tuple(SCOPES), SIGNING

    @property
    def clouds(self) -> dict[str, Cloud]:
        """Microsoft's clouds, all here, told apart by what a token is for."""
        here = {"login": f"{self.url}/", "keys": f"{self.url}/keys"}
        return {name: replace(cloud, **here, tenant=f"shared.{name}", scope=name) for name, cloud in CLOUDS.items()}

    def _application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.seen[request.path] = f"{request.headers.get('Authorization', '')} {body}"
        if request.path in self.slow:
            await asyncio.sleep(3 * PATIENCE)
        if request.path in self.cut and request.transport:
            request.transport.close()
        status, content = self.answers.get(request.path) or self._well(request, body)
        text = content if isinstance(content, str) else json.dumps(content)
        headers = dict(self.headers)
        if request.path == "/api/auth.test" and self.scopes is not None:
            headers["X-OAuth-Scopes"] = ",".join(self.scopes)
        return web.Response(status=status, text=text, headers=headers)

    def _well(self, request: web.Request, body: str) -> tuple[int, Any]:
        match request.path:
            case "/api/auth.test":
                return 200, {"ok": True, "team": "Lee’s Summit", "team_id": "T1", "user": "clausebot", "user_id": "U1"}
            case "/api/apps.connections.open":
                return 200, {"ok": True, "url": "wss://socket.example"}
            case "/keys":
                return 200, {"jwks_uri": f"{self.url}/jwks"}
            case "/jwks":
                return 200, {"keys": [{"kid": "1"}]}
            case "/healthz":
                return 200, "ok\n"
            case "/readyz":
                return 200, "ready\n"
            case "/slack/events":
                genuine = SignatureVerifier(self.secret).is_valid_request(body, dict(request.headers))
                return (200, {"challenge": json.loads(body)["challenge"]}) if genuine else (401, "")
            case "/api/messages":
                return 401, ""
            case path if path.endswith("/oauth2/v2.0/token"):
                return 200, {"access_token": "token"}
        return 404, "not found"


def everything(outside: Outside, state: Path) -> Settings:
    """Settings with all configured, pointing at the stand-ins; every role has an address, and Hana is HR."""
    (state / "directory.toml").write_text(REACHABLE, "utf-8")
    with app.ledger(Settings(state)) as ledger, ledger.transaction():
        ledger.people.put(Person("h1", "Hana Ruiz", "hana@city.example", grants=frozenset({Grant.HR})))
    return Settings(
        state,
        secret=OWN_SECRET,
        url=outside.url,
        slack=SlackSettings(TOKEN, SIGNING, APP_TOKEN, f"{outside.url}/api/", ("T1",)),
        microsoft=MicrosoftSettings(BOT, "SingleTenant", PASSWORD, TENANT, "public", (TENANT,)),
    )


def examined(settings: Settings, outside: Outside) -> dict[str, Check]:
    """The doctor's checks by name."""
    checks = asyncio.run(examine(settings, FEW, outside.clouds, PATIENCE))
    assert len({check.name for check in checks}) == len(checks)
    return {check.name: check for check in checks}


def is_wrong(check: Check, told: str) -> None:
    """The check found something wrong, says this, and says what to do."""
    assert check.state is State.WRONG
    assert told in check.found
    assert len(check.todo) > 10
