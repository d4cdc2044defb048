"""Slack: token, scopes, workspace, signing secret, app-level token."""

from __future__ import annotations

import asyncio
import json
import re
import time
from urllib.parse import urlsplit

from bot.config import SlackSettings
from bot.doctor.checks import Check, ok, skipped, wrong
from bot.doctor.web import Answer, Unreached, Web
from bot.surface import APP_SCOPE, OPTIONAL_SCOPES, SCOPES, SLACK_PATH

TOKEN, APP_TOKEN, SIGNING = "Slack token", "Slack app token", "Slack signing secret"
_INSTALL = "install the app to the workspace again (Install App), and copy the new Bot User OAuth Token into SLACK_BOT_TOKEN"
_COPY = "copy the Bot User OAuth Token again into SLACK_BOT_TOKEN; on GovSlack set SLACK_API_URL to https://slack-gov.com/api/"
_NEW_APP_TOKEN = f"make an app-level token with the scope {APP_SCOPE} under Basic Information, and copy it into SLACK_APP_TOKEN"
_MANIFEST = "paste the manifest of clausebot manifest slack into App Manifest, then install the app again"
# What Slack calls an error, what it means, and what to do; the second text of each pair is for the bot's token.
_ERRORS = {
    "invalid_auth": ("Slack does not know it, or does not take it from this machine’s address", _COPY),
    "not_authed": ("Slack got none", _COPY),
    "account_inactive": ("the app was removed from the workspace, or its bot was switched off", _INSTALL),
    "token_revoked": ("it was taken back", _INSTALL),
    "token_expired": (
        "it has expired, because token rotation is on",
        "create the app anew from the manifest, which leaves that off",
    ),
    "not_allowed_token_type": ("it is a token of another kind", _COPY),
    "missing_scope": ("it lacks a scope", _MANIFEST),
    "ratelimited": ("Slack wants a pause", "run the doctor again in a minute"),
}


async def examine(settings: SlackSettings, url: str, web: Web) -> list[Check]:
    """The checks of one Slack app; `url` is the bot's own address or empty."""
    own, signing, app = await asyncio.gather(_own(settings, web), _signing(settings, url, web), _app(settings, web))
    return [*own, signing, app]


async def _own(settings: SlackSettings, web: Web) -> list[Check]:
    """Who the token belongs to, and what it may do: one answer of Slack tells both."""
    answer = await web.call("POST", f"{_base(settings)}auth.test", _bearer(settings.bot_token))
    refused = _refused(TOKEN, answer, settings)
    if refused or not isinstance(answer, Answer):
        return [refused] if refused else []
    told = answer.json
    team, workspace = str(told.get("team_id", "")), str(told.get("team", ""))
    return [
        ok(TOKEN, f"belongs to the bot {told.get('user', '')} in {workspace} ({team})"),
        _scopes(answer.headers.get("x-oauth-scopes")),
        _workspace(team, settings),
    ]


def _scopes(header: str | None) -> Check:
    name = "Slack scopes"
    if header is None:
        return skipped(name, "Slack did not say which the token has")
    has = {each.strip() for each in header.split(",") if each.strip()}
    missing = [f"{scope} ({why})" for scope, why in SCOPES.items() if scope not in has and scope not in OPTIONAL_SCOPES]
    if missing:
        return wrong(name, f"missing: {', '.join(missing)}", _MANIFEST)
    said = ["all that is needed", *(f"without {scope}, so {why}" for scope, why in OPTIONAL_SCOPES.items() if scope not in has)]
    unneeded = sorted(has - set(SCOPES))
    if unneeded:
        said.append(f"not needed, take them away: {', '.join(unneeded)}")
    return ok(name, "; ".join(said))


def _workspace(team: str, settings: SlackSettings) -> Check:
    name = "Slack workspace"
    if settings.teams and team not in settings.teams:
        todo = f"add {team!r} to teams under [slack] in clausebot.toml, or remove the line to serve the token’s own workspace"
        return wrong(name, f"clausebot.toml does not list {team}, so its people are treated as outsiders", todo)
    return ok(name, f"serves {', '.join(settings.teams) or team}")


async def _signing(settings: SlackSettings, url: str, web: Web) -> Check:
    """The secret's shape; and whether the running bot has the same one, by calling it as Slack would."""
    if not settings.signing_secret:
        return skipped(SIGNING, "not needed in Socket Mode")
    if not re.fullmatch(r"[0-9a-f]{32}", settings.signing_secret):
        todo = "copy the Signing Secret under Basic Information into SLACK_SIGNING_SECRET; the Client Secret beside it is another"
        return wrong(SIGNING, "it is not 32 digits and letters from a to f, as Slack’s are", todo)
    if not url:
        return skipped(SIGNING, "looks right; set CLAUSEBOT_URL, and it is tried at the running bot")
    return _proven(await _challenge(settings.signing_secret, url, web))


async def _challenge(secret: str, url: str, web: Web) -> Answer | Unreached:
    """What the running bot answers to the question that Slack asks when it is given an address."""
    from slack_sdk.signature import SignatureVerifier

    body = json.dumps({"type": "url_verification", "challenge": "clausebot-doctor", "token": ""})
    stamp = str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or "",
    }
    return await web.call("POST", f"{url}{SLACK_PATH}", headers, body, clock=False)


def _proven(answer: Answer | Unreached) -> Check:
    match answer:
        case Unreached(reason):
            return wrong(SIGNING, f"{SLACK_PATH} at the bot’s address: {reason}", "see the check of the server")
        case Answer(200, _, body) if "clausebot-doctor" in body:
            return ok(SIGNING, "the running bot takes what is signed with it")
        case Answer(401):
            todo = "set the same SLACK_SIGNING_SECRET where the bot runs, restart it, and check the clocks of both machines"
            return wrong(SIGNING, "the running bot has another secret, or its clock is off by five minutes", todo)
        case Answer(404 | 405):
            todo = "set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET where the bot runs, and restart it"
            return wrong(SIGNING, f"the running bot does not listen at {SLACK_PATH}", todo)
        case Answer(status):
            return wrong(
                SIGNING, f"the running bot answers {status} at {SLACK_PATH}", "see the check of the server, and the bot’s log"
            )


async def _app(settings: SlackSettings, web: Web) -> Check:
    """Whether Slack lets the bot open a socket; nothing is opened."""
    if not settings.app_token:
        return skipped(APP_TOKEN, "not needed where Slack calls the bot")
    answer = await web.call("POST", f"{_base(settings)}apps.connections.open", _bearer(settings.app_token))
    return _refused(APP_TOKEN, answer, settings) or ok(APP_TOKEN, "Slack lets the bot connect")


def _refused(name: str, answer: Answer | Unreached, settings: SlackSettings) -> Check | None:
    """What is wrong with Slack's answer, or None."""
    if isinstance(answer, Unreached):
        host = urlsplit(settings.api_url).hostname
        return wrong(name, f"could not be tried at {host}: {answer.reason}", "let the bot’s machine call Slack over https")
    if answer.json.get("ok") is True:
        return None
    error = answer.json.get("error")
    if not isinstance(error, str) or not re.fullmatch(r"[a-z_]{1,60}", error):
        if answer.status == 429:
            error = "ratelimited"
        else:
            return wrong(name, f"what answered is not Slack ({answer.status})", "check SLACK_API_URL, and the proxy on the way")
    means, todo = _ERRORS.get(
        error, (f"Slack answers {error}", "look that up at https://docs.slack.dev/reference/methods/auth.test")
    )
    if name == APP_TOKEN and error != "ratelimited":
        todo = f"{_NEW_APP_TOKEN}; Socket Mode must be on"
    return wrong(name, means, todo)


def _base(settings: SlackSettings) -> str:
    return f"{settings.api_url.rstrip('/')}/"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/x-www-form-urlencoded"}
