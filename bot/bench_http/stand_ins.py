"""Stand-ins for Slack and Microsoft: they take what is sent to them and tell whoever waits for it."""

from __future__ import annotations

import asyncio
import time

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.channels import apology
from bot.channels.teams.cloud import Cloud
from bot.views import Text

TEAM = "T0BENCH"
APP_ID = "11111111-1111-1111-1111-111111111111"
TENANT = "00000000-0000-0000-0000-000000000001"
ISSUER = "https://api.botframework.com"
# How long a token may be used, in seconds: longer than any run.
_TOKEN_KEPT = 24 * 3600
# What stands in an answer only where the program failed.
APOLOGY = next(block.text for block in apology("").blocks if isinstance(block, Text)).split(";")[0].encode()


class StandIns:
    """Slack's methods and `response_url`s, Microsoft's keys and connector, at one address. `url` is known once it is open."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._expected: dict[str, asyncio.Future[bool]] = {}
        self.url = ""

    async def open(self) -> None:
        """Begins to listen at a free port."""
        app = web.Application()
        app.router.add_post("/api/auth.test", self._who)
        app.router.add_get("/api/users.info", self._member)
        app.router.add_post("/answers/{key}", self._answered)
        app.router.add_get("/openid", self._openid)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/v3/conversations/{conversation}/activities/{key}", self._answered)
        self._runner, self.url = await listen(app)

    async def close(self) -> None:
        """Stops listening."""
        await self._runner.cleanup()

    @property
    def slack_api(self) -> str:
        """The address that stands for Slack's methods."""
        return f"{self.url}/api/"

    @property
    def cloud(self) -> Cloud:
        """The addresses that stand for Microsoft's."""
        openid, login = f"{self.url}/openid", "https://login.invalid/"
        return Cloud(ISSUER, openid, openid, login, "botframework.com", ISSUER, ISSUER, plain_http=True)

    def token(self) -> str:
        """What Microsoft sends as Authorization."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": APP_ID, "nbf": now - 10, "exp": now + _TOKEN_KEPT, "serviceurl": self.url}
        return "Bearer " + jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "1"})

    def expect(self, key: str) -> asyncio.Future[bool]:
        """What is done when the answer with this key arrives: true where it is an answer, false where it is the apology."""
        expected: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._expected[key] = expected
        return expected

    def forget(self, key: str) -> None:
        """Nobody waits for this key any more."""
        self._expected.pop(key, None)

    async def _answered(self, request: web.Request) -> web.Response:
        body = await request.read()
        expected = self._expected.get(request.match_info["key"])
        if expected and not expected.done():
            expected.set_result(APOLOGY not in body)
        return web.json_response({"id": "1"})

    async def _who(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": TEAM, "user_id": "U0BOT", "bot_id": "B0BOT"})

    async def _member(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "user": {"id": request.query.get("user", "")}})

    async def _openid(self, _: web.Request) -> web.Response:
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, _: web.Request) -> web.Response:
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return web.json_response({"keys": [{**public, "kid": "1", "endorsements": ["msteams"]}]})


async def listen(app: web.Application) -> tuple[web.AppRunner, str]:
    """Serves an application at a free port of this machine; gives what stops it, and its address."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"
