"""Microsoft's keys and the bot's own token: asked for once, kept, and where each registration logs in."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest
import requests
from jwt.algorithms import RSAAlgorithm

from bot.channels import DeliveryError
from bot.channels.teams import login
from bot.channels.teams.cloud import CLOUDS
from bot.channels.teams.keys import AGAIN, KEPT, UNKNOWN, Keys, KeysUnreachable, UnknownKey
from bot.channels.teams.login import Login, LoginFailed, fetching
from bot.config import MicrosoftSettings
from tests.teams_stand_in import APP_ID, KEY, TENANT, TeamsStandIn

GOOD = {"jwks_uri": "https://login.example/keys"}


class Issuer:
    """A login's OpenID pages with a clock of their own."""

    def __init__(self, *kids: str) -> None:
        self.kids = kids
        self.asked = 0
        self.now = 0.0
        self.configuration: object = GOOD
        self.keys = Keys("https://login.example/configuration", self.fetch, lambda: self.now)

    async def fetch(self, url: str) -> object:
        await asyncio.sleep(0)
        if url.endswith("/configuration"):
            self.asked += 1
            return self.configuration
        jwk = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return {"keys": [{"kty": "EC", "kid": "other"}, *({**jwk, "kid": kid} for kid in self.kids)]}

    def get(self, kid: str) -> object:
        return asyncio.run(self.keys.get(kid))


def test_keys_are_kept_for_a_day() -> None:
    """And fetched anew on the next one."""
    issuer = Issuer("k1")
    for moment in (0.0, KEPT - 1, KEPT, KEPT + 1):
        issuer.now = moment
        issuer.get("k1")
    assert issuer.asked == 2


def test_a_new_key_is_found_within_the_hour_and_forged_ones_cause_no_flood() -> None:
    """An unknown key is looked for at most once an hour."""
    issuer = Issuer("k1")
    issuer.get("k1")
    issuer.kids = ("k1", "k2")
    for _ in range(3):
        with pytest.raises(UnknownKey):
            issuer.get("k2")
    assert issuer.asked == 1
    issuer.now = UNKNOWN + 1
    issuer.get("k2")
    assert issuer.asked == 2


@pytest.mark.parametrize("broken", [[], {}, {"jwks_uri": 5}, "text", 7], ids=repr)
def test_a_login_that_answers_nonsense_is_asked_again_later(broken: object) -> None:
    """What was known stays good; without any key nobody can be checked."""
    issuer = Issuer("k1")
    issuer.configuration = broken
    for _ in range(3):
        with pytest.raises(KeysUnreachable):
            issuer.get("k1")
    assert issuer.asked == 1
    assert issuer.keys.missing
    issuer.configuration, issuer.now = GOOD, AGAIN + 1
    issuer.get("k1")
    issuer.configuration, issuer.now = broken, KEPT * 2
    issuer.get("k1")
    assert not issuer.keys.missing


def test_a_token_is_asked_for_once_by_all_who_wait() -> None:
    """And kept; a failure is remembered for a while, and its code stands in the error."""
    asked: list[float] = []
    now = [0.0]

    def fetch() -> str:
        asked.append(now[0])
        if now[0] > 100:
            raise LoginFailed("invalid_client AADSTS7000215")
        return f"token {len(asked)}"

    async def wait() -> None:
        tokens = Login(fetch, lambda: now[0])
        assert await asyncio.gather(*(tokens.token() for _ in range(5))) == ["token 1"] * 5
        now[0] = 61.0
        assert await tokens.token() == "token 2"
        now[0] = 200.0
        for _ in range(3):
            with pytest.raises(DeliveryError, match="login: invalid_client AADSTS7000215"):
                await tokens.token()
        tokens.close()

    asyncio.run(wait())
    assert asked == [0.0, 61.0, 200.0]


STUCK = """
import asyncio, threading
from bot.channels import DeliveryError
from bot.channels.teams import login
login.TIMEOUT = 0.2
async def main():
    mine = login.Login(lambda: threading.Event().wait(60))
    try:
        await mine.token()
    except DeliveryError as error:
        print(error, flush=True)
    mine.close()
asyncio.run(main())
"""


def test_a_stuck_login_does_not_hold_the_program_up() -> None:
    """It ends although Microsoft has not answered."""
    running = subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    with running:
        assert running.stdout.readline() == "login: no answer in time\n"
        start = time.monotonic()
        try:
            assert running.wait(5) == 0
        finally:
            running.kill()
    assert time.monotonic() - start < 2.0


class Microsoft(requests.Session):
    """A login over HTTP as msal sees it, which records what it is asked."""

    def __init__(self, token: Mapping[str, object]) -> None:
        super().__init__()
        self.token = token
        self.asked: list[tuple[str, Any]] = []

    def request(self, _: str, url: str, **given: Any) -> requests.Response:  # type: ignore[override]
        self.asked.append((url, given.get("data") or given.get("params") or {}))
        answer = requests.Response()
        answer.status_code = 200
        host = "/".join(url.split("/")[:4])
        found: dict[str, object] = {
            "authorization_endpoint": f"{host}/oauth2/v2.0/authorize",
            "token_endpoint": f"{host}/oauth2/v2.0/token",
            "issuer": host,
            "metadata": [],
        }
        answer._content = json.dumps(self.token if "/token" in url else found).encode()
        return answer


TOKEN = {"access_token": "the token", "expires_in": 3600, "token_type": "Bearer"}


@pytest.mark.parametrize(
    ("app_type", "cloud", "endpoint", "scope"),
    [
        ("SingleTenant", "public", f"https://login.microsoftonline.com/{TENANT}/", "https://api.botframework.com/.default"),
        ("SingleTenant", "government", f"https://login.microsoftonline.us/{TENANT}/", "https://api.botframework.us/.default"),
        ("MultiTenant", "public", "https://login.microsoftonline.com/botframework.com/", "https://api.botframework.com/.default"),
        (
            "MultiTenant",
            "government",
            "https://login.microsoftonline.us/MicrosoftServices.onmicrosoft.us/",
            "https://api.botframework.us/.default",
        ),
    ],
)
def test_each_registration_logs_in_where_it_belongs(app_type: str, cloud: str, endpoint: str, scope: str) -> None:
    """With its own id and secret, for the cloud's own connector; the second time from memory."""
    microsoft = Microsoft(TOKEN)
    fetch = fetching(MicrosoftSettings(APP_ID, app_type, "secret", TENANT, cloud), CLOUDS[cloud], microsoft)
    assert (fetch(), fetch()) == ("the token", "the token")
    (asked,) = [(url, data) for url, data in microsoft.asked if url.endswith("/token")]
    assert asked[0].startswith(endpoint)
    assert (asked[1]["client_id"], asked[1]["client_secret"], asked[1]["scope"]) == (APP_ID, "secret", scope)


def test_a_managed_identity_has_no_secret() -> None:
    """It asks the machine that it runs on, by its client id."""
    microsoft = Microsoft({**TOKEN, "resource": "https://api.botframework.com", "expires_in": "3600"})
    fetch = fetching(MicrosoftSettings(APP_ID, "UserAssignedMSI", tenant=TENANT), CLOUDS["public"], microsoft)
    assert fetch() == "the token"
    url, asked = microsoft.asked[-1]
    assert "169.254.169.254" in url
    assert (asked["client_id"], asked["resource"]) == (APP_ID, "https://api.botframework.com")


def test_a_refused_login_says_its_code_and_no_more() -> None:
    """Microsoft's description names the app and the tenant."""
    refused = {"error": "invalid_client", "error_codes": [7000215], "error_description": f"for app '{APP_ID}'"}
    fetch = fetching(MicrosoftSettings(APP_ID, "SingleTenant", "wrong", TENANT), CLOUDS["public"], Microsoft(refused))
    with pytest.raises(LoginFailed) as error:
        fetch()
    assert str(error.value) == "invalid_client AADSTS7000215"


def test_a_silent_login_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session that is used without a stand-in gives up by itself."""
    monkeypatch.setattr(login, "TIMEOUT", 0.3)
    with closing(TeamsStandIn()) as microsoft:
        microsoft.keys_delay = 20.0
        with pytest.raises(requests.Timeout):
            login._session().get(microsoft.cloud.keys)
