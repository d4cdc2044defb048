"""The doctor, over real HTTP: what it finds wrong at Slack, at Microsoft and at the bot's own address, and what it advises."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.doctor.checks import State
from bot.surface import AGENT_SCOPE, EMAIL_SCOPE, SCOPES
from tests.outside import BOT, PASSWORD, SIGNING, TENANT, TOKEN, Outside, everything, examined, is_wrong

# What else is wrong with everything() is only that the stand-ins have no certificate.
HTTP = {"address"}


@pytest.fixture(scope="module")
def serving() -> Iterator[Outside]:
    """One server for all tests."""
    made = Outside()
    yield made
    made.serving.close()


@pytest.fixture
def outside(serving: Outside) -> Outside:
    """The server, with all well."""
    serving.well_again()
    return serving


@pytest.fixture
def settings(outside: Outside, tmp_path: Path) -> Settings:
    """Everything configured, pointing at the stand-ins."""
    return everything(outside, tmp_path)


def test_all_is_well(settings: Settings, outside: Outside) -> None:
    """Nothing is found where nothing is wrong; each part was really asked."""
    checks = examined(settings, outside)
    assert {name for name, check in checks.items() if check.state is State.WRONG} == HTTP
    assert {name for name, check in checks.items() if check.state is State.SKIPPED} == {"reports"}
    assert checks["Slack token"].found == "belongs to the bot clausebot in Lee’s Summit (T1)"
    assert TOKEN in outside.seen["/api/auth.test"]
    assert PASSWORD.replace("~", "") in outside.seen[f"/{TENANT}/oauth2/v2.0/token"].replace("~", "").replace("%7E", "")


@pytest.mark.parametrize(
    ("path", "answer", "name", "told", "todo"),
    [
        ("/api/auth.test", (200, {"ok": False, "error": "invalid_auth"}), "Slack token", "does not know it", "SLACK_BOT_TOKEN"),
        ("/api/auth.test", (200, {"ok": False, "error": "account_inactive"}), "Slack token", "was removed", "install"),
        ("/api/auth.test", (200, {"ok": False, "error": "token_revoked"}), "Slack token", "taken back", "install"),
        ("/api/auth.test", (200, {"ok": False, "error": "token_expired"}), "Slack token", "rotation", "manifest"),
        ("/api/auth.test", (200, {"ok": False, "error": "new_one"}), "Slack token", "Slack answers new_one", "docs.slack.dev"),
        ("/api/auth.test", (429, ""), "Slack token", "wants a pause", "in a minute"),
        ("/api/auth.test", (200, "<html>Sign in to the proxy"), "Slack token", "is not Slack (200)", "SLACK_API_URL"),
        ("/api/auth.test", (200, "[]"), "Slack token", "is not Slack", "SLACK_API_URL"),
        (
            "/api/apps.connections.open",
            (200, {"ok": False, "error": "invalid_auth"}),
            "Slack app token",
            "not know",
            "SLACK_APP_TOKEN",
        ),
        (
            "/api/apps.connections.open",
            (200, {"ok": False, "error": "missing_scope"}),
            "Slack app token",
            "scope",
            "connections:write",
        ),
        ("/slack/events", (404, ""), "Slack signing secret", "does not listen", "SLACK_BOT_TOKEN"),
        ("/slack/events", (500, ""), "Slack signing secret", "answers 500", "log"),
        ("/slack/events", (200, ""), "Slack signing secret", "answers 200", "log"),
        (f"/{TENANT}/oauth2/v2.0/token", (200, "<html>Welcome"), "Teams sign-in", "not Microsoft (200)", "proxy"),
        ("/keys", (403, "blocked"), "Microsoft’s keys", "(403)", "https"),
        ("/jwks", (200, {}), "Microsoft’s keys", "something else", "https"),
        ("/api/messages", (404, ""), "Teams endpoint", "does not listen", "MICROSOFT_APP_ID"),
        ("/api/messages", (200, ""), "Teams endpoint", "from anybody", "CLAUSEBOT_ENV"),
        ("/api/messages", (500, ""), "Teams endpoint", "answers 500", "log"),
        ("/healthz", (200, "Welcome"), "server", "something else answers", "clausebot run"),
        ("/healthz", (302, ""), "server", "redirects", "login page"),
        ("/readyz", (503, "the ledger cannot be written\nSlack: no socket\n"), "readiness", "written; Slack: no socket", "log"),
        ("/readyz", (404, ""), "readiness", "404", "clausebot run"),
    ],
)
def test_a_wrong_answer(
    settings: Settings, outside: Outside, path: str, answer: tuple[int, Any], name: str, told: str, todo: str
) -> None:
    """Each kind of wrong answer is explained, with what to do, and makes nothing else wrong."""
    outside.answers[path] = answer
    checks = examined(settings, outside)
    is_wrong(checks[name], told)
    assert todo in checks[name].todo
    assert {each for each, check in checks.items() if check.state is State.WRONG} == HTTP | {name}


@pytest.mark.parametrize(
    ("code", "told", "todo"),
    [
        ("7000215", "does not take the secret", "Value, not its Secret ID"),
        ("7000222", "expired", "new client secret"),
        ("700016", "does not know this app id", "MICROSOFT_APP_ID"),
        ("90002", "does not know this tenant", "MICROSOFT_CLOUD=government"),
        ("50034", "refuses the sign-in", "error?code=50034"),
    ],
)
def test_microsoft_refuses_the_sign_in(settings: Settings, outside: Outside, code: str, told: str, todo: str) -> None:
    """By its code; its own words, which name the app and a trace, are not repeated."""
    words = f"AADSTS{code}: Something about {BOT}. Trace ID: 1234"
    outside.answers[f"/{TENANT}/oauth2/v2.0/token"] = (401, {"error": "invalid_client", "error_description": words})
    check = examined(settings, outside)["Teams sign-in"]
    is_wrong(check, told)
    assert f"AADSTS{code}" in check.found
    assert todo in check.todo
    assert "Trace" not in check.found + check.todo


def test_each_registration_signs_in_its_own_way(settings: Settings, outside: Outside) -> None:
    """Old multi-tenant bots at the shared tenant of their cloud; managed identities not at all."""
    assert settings.microsoft
    old = replace(settings.microsoft, app_type="MultiTenant", tenant="", cloud="government", tenants=())
    checks = examined(replace(settings, microsoft=old), outside)
    assert checks["Teams sign-in"].state is checks["Teams ids"].state is State.OK
    assert "scope=government%2F.default" in outside.seen["/shared.government/oauth2/v2.0/token"]
    managed = replace(settings.microsoft, app_type="UserAssignedMSI", password="")
    assert examined(replace(settings, microsoft=managed), outside)["Teams sign-in"].state is State.SKIPPED


def test_ids_that_are_none(settings: Settings, outside: Outside) -> None:
    """The secret's id in place of the secret, names in place of ids; neither is sent to Microsoft."""
    assert settings.microsoft
    swapped = replace(settings.microsoft, app_id="clausebot", password=BOT, tenant="../x", tenants=("../x", "y"))
    checks = examined(replace(settings, microsoft=swapped), outside)
    is_wrong(checks["Teams ids"], "MICROSOFT_APP_ID, MICROSOFT_APP_TENANT_ID, tenants under [teams]")
    is_wrong(checks["Teams sign-in"], "the secret’s id")
    swapped = replace(swapped, password=PASSWORD)
    assert examined(replace(settings, microsoft=swapped), outside)["Teams sign-in"].state is State.SKIPPED
    assert not [path for path in outside.seen if path.endswith("token")]


def test_scopes(settings: Settings, outside: Outside) -> None:
    """Missing ones are wrong and named with what fails; unneeded ones are named; the agent's may be absent."""
    outside.scopes = tuple(scope for scope in SCOPES if scope not in ("im:history", "commands"))
    check = examined(settings, outside)["Slack scopes"]
    is_wrong(check, "im:history (reads what somebody writes")
    assert "commands (" in check.found
    outside.scopes = (*(scope for scope in SCOPES if scope != AGENT_SCOPE), "channels:history")
    check = examined(settings, outside)["Slack scopes"]
    assert check.state is State.OK
    assert "no questions are suggested" in check.found
    assert EMAIL_SCOPE not in check.found
    assert check.found.endswith("take them away: channels:history")
    outside.scopes = tuple(scope for scope in SCOPES if scope != EMAIL_SCOPE)
    check = examined(settings, outside)["Slack scopes"]
    assert (check.state, f"without {EMAIL_SCOPE}" in check.found) == (State.OK, True)
    outside.scopes = None
    assert examined(settings, outside)["Slack scopes"].state is State.SKIPPED


def test_another_workspace(settings: Settings, outside: Outside) -> None:
    """The token's workspace must be among those that are served."""
    assert settings.slack
    elsewhere = replace(settings, slack=replace(settings.slack, teams=("T9",)))
    is_wrong(examined(elsewhere, outside)["Slack workspace"], "does not list T1")
    own = replace(settings, slack=replace(settings.slack, teams=()))
    assert examined(own, outside)["Slack workspace"].found == "serves T1"


def test_the_signing_secret(settings: Settings, outside: Outside) -> None:
    """Its shape, and that the running bot has the same one."""
    outside.secret = SIGNING[::-1]
    is_wrong(examined(settings, outside)["Slack signing secret"], "another secret")
    assert settings.slack
    for given in ("0123456789abcdef", SIGNING.upper(), "g" * 32):
        other = replace(settings, slack=replace(settings.slack, signing_secret=given))
        is_wrong(examined(other, outside)["Slack signing secret"], "not 32 digits")
    socket_mode = replace(settings, slack=replace(settings.slack, signing_secret=""))
    assert examined(socket_mode, outside)["Slack signing secret"].state is State.SKIPPED
    http = replace(settings, slack=replace(settings.slack, app_token=""))
    assert examined(http, outside)["Slack app token"].state is State.SKIPPED


def test_without_an_address_nothing_of_ours_is_called(settings: Settings, outside: Outside) -> None:
    """The lines say which variable would let it be tried."""
    checks = examined(replace(settings, url=""), outside)
    for name in ("address", "Slack signing secret", "Teams endpoint"):
        assert checks[name].state is State.SKIPPED
        assert "CLAUSEBOT_URL" in checks[name].found
    assert not {"/healthz", "/slack/events", "/api/messages"} & set(outside.seen)


def test_the_address_must_be_https(settings: Settings, outside: Outside) -> None:
    """Slack and Teams call nothing else."""
    is_wrong(examined(settings, outside)["address"], "https://")
    secure = replace(settings, url=outside.url.replace("http:", "https:"))
    checks = examined(secure, outside)
    assert checks["address"].state is State.OK
    is_wrong(checks["server"], "no secure connection")


def test_in_local_mode_the_address_is_this_machines(settings: Settings, outside: Outside) -> None:
    """No platform calls it, so it needs no certificate."""
    check = examined(replace(settings, local=True), outside)["address"]
    assert (check.state, "local mode" in check.found) == (State.OK, True)


@pytest.mark.parametrize("off", [-400, 400])
def test_the_clock(settings: Settings, outside: Outside, off: int) -> None:
    """A clock that is far off is told with its direction, since signatures go stale."""
    outside.headers["Date"] = email.utils.formatdate(time.time() - off, usegmt=True)
    check = examined(settings, outside)["clock"]
    is_wrong(check, "ahead of" if off > 0 else "behind")
    assert abs(int(check.found.split()[0]) - abs(off)) < 5
    outside.headers["Date"] = "yesterday"
    assert examined(settings, outside)["clock"].state is State.SKIPPED
    outside.headers["Date"] = email.utils.formatdate(time.time() - 30, usegmt=True)
    assert examined(settings, outside)["clock"].state is State.OK
