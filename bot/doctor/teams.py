"""Teams: ids, sign-in at Microsoft, keys, and whether the bot refuses strangers."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.config import MicrosoftSettings
from bot.doctor.checks import Check, ok, skipped, wrong
from bot.doctor.web import Answer, Unreached, Web
from bot.surface import TEAMS_PATH

if TYPE_CHECKING:
    from bot.channels.teams.cloud import Cloud

IDS, SIGN_IN, KEYS, STRANGERS = "Teams ids", "Teams sign-in", "Microsoft’s keys", "Teams endpoint"
_VALUE = "make a new client secret (Certificates & secrets) and copy its Value, not its Secret ID, into MICROSOFT_APP_PASSWORD"
_TENANT = "compare MICROSOFT_APP_TENANT_ID with the Directory (tenant) ID; in GCC High and DoD set MICROSOFT_CLOUD=government"
# Codes of Microsoft's sign-in, what they mean, and what to do.
_CODES = {
    "7000215": ("Microsoft does not take the secret", _VALUE),
    "7000222": ("the secret has expired", _VALUE),
    "700016": (
        "Microsoft does not know this app id in this tenant",
        "compare MICROSOFT_APP_ID and MICROSOFT_APP_TENANT_ID with the Overview of the app registration",
    ),
    "7000112": ("the app registration is switched off", "switch it on again under Enterprise applications"),
    "90002": ("Microsoft does not know this tenant", _TENANT),
    "900023": ("this is no tenant", _TENANT),
    "900382": ("the tenant is in another cloud", _TENANT),
}


async def examine(settings: MicrosoftSettings, url: str, web: Web, cloud: Cloud) -> list[Check]:
    """The checks of one bot registration; `url` is the bot's own address or empty."""
    others = await asyncio.gather(_sign_in(settings, web, cloud), _keys(web, cloud), _strangers(url, web))
    return [_ids(settings), *others]


def _ids(settings: MicrosoftSettings) -> Check:
    mistakes = list(_no_ids(settings))
    if mistakes:
        todo = "copy the ids from the Overview of the app registration: they look like 00000000-0000-0000-0000-000000000000"
        return wrong(IDS, f"no id: {', '.join(mistakes)}", todo)
    return ok(IDS, f"people of {len(settings.tenants)} tenant{'s' * (len(settings.tenants) != 1)} count as staff")


def _no_ids(settings: MicrosoftSettings) -> Iterator[str]:
    given = {"MICROSOFT_APP_ID": settings.app_id}
    if settings.app_type != "MultiTenant" or settings.tenant:
        given["MICROSOFT_APP_TENANT_ID"] = settings.tenant
    yield from (name for name, value in given.items() if not _is_id(value))
    if not all(_is_id(tenant) for tenant in settings.tenants if tenant != settings.tenant):
        yield "tenants under [teams] in clausebot.toml"


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


async def _sign_in(settings: MicrosoftSettings, web: Web, cloud: Cloud) -> Check:
    """Whether Microsoft gives the bot a token, which is thrown away."""
    if settings.app_type == "UserAssignedMSI":
        return skipped(SIGN_IN, "a managed identity signs in without a secret, and only on its Azure host")
    if _is_id(settings.password):
        return wrong(SIGN_IN, "MICROSOFT_APP_PASSWORD holds the secret’s id, not the secret", _VALUE)
    tenant = cloud.tenant if settings.app_type == "MultiTenant" else settings.tenant
    if not re.fullmatch(r"[\w.-]+", tenant):
        return skipped(SIGN_IN, "not tried, because of the tenant’s id")
    asked = {
        "grant_type": "client_credentials",
        "client_id": settings.app_id,
        "client_secret": settings.password,
        "scope": f"{cloud.scope}/.default",
    }
    return _signed_in(await web.call("POST", f"{cloud.login}{tenant}/oauth2/v2.0/token", data=asked))


def _signed_in(answer: Answer | Unreached) -> Check:
    if isinstance(answer, Unreached):
        return wrong(SIGN_IN, f"could not be tried: {answer.reason}", "let the bot’s machine call Microsoft’s sign-in over https")
    if answer.status == 200 and answer.json.get("access_token"):
        return ok(SIGN_IN, "Microsoft takes the app id and the secret")
    code = re.search(r"AADSTS(\d{4,8})", str(answer.json.get("error_description", "")))
    if not code:
        return wrong(SIGN_IN, f"what answered is not Microsoft ({answer.status})", "check the proxy on the way")
    number = code[1]
    means, todo = _CODES.get(
        number, ("Microsoft refuses the sign-in", f"look it up at https://login.microsoftonline.com/error?code={number}")
    )
    return wrong(SIGN_IN, f"{means} (AADSTS{number})", todo)


async def _keys(web: Web, cloud: Cloud) -> Check:
    """Without these keys the bot cannot tell Microsoft from a stranger."""
    answer = await web.call("GET", cloud.keys)
    if isinstance(answer, Answer) and isinstance(place := answer.json.get("jwks_uri"), str):
        answer = await web.call("GET", place)
    if isinstance(answer, Answer) and answer.status == 200 and answer.json.get("keys"):
        return ok(KEYS, "can be fetched")
    why = answer.reason if isinstance(answer, Unreached) else f"something else answers ({answer.status})"
    return wrong(
        KEYS, f"cannot be fetched: {why}", "let the bot’s machine call Microsoft over https; without them it refuses everybody"
    )


async def _strangers(url: str, web: Web) -> Check:
    """What is not signed by Microsoft must be refused."""
    if not url:
        return skipped(STRANGERS, "set CLAUSEBOT_URL, and it is tried at the running bot")
    body = json.dumps({"type": "event", "name": "clausebot-doctor"})
    answer = await web.call("POST", f"{url}{TEAMS_PATH}", {"Content-Type": "application/json"}, body, clock=False)
    match answer:
        case Unreached(reason):
            return wrong(STRANGERS, f"{TEAMS_PATH} at the bot’s address: {reason}", "see the check of the server")
        case Answer(401):
            return ok(STRANGERS, "the running bot refuses what Microsoft has not signed")
        case Answer(404 | 405):
            todo = "set MICROSOFT_APP_ID and the other variables where the bot runs, and restart it"
            return wrong(STRANGERS, f"the running bot does not listen at {TEAMS_PATH}", todo)
        case Answer(status) if status < 300:
            todo = "stop it; unset CLAUSEBOT_ENV and set MICROSOFT_APP_ID where the bot runs, then start it again"
            return wrong(STRANGERS, "the running bot takes messages from anybody", todo)
        case Answer(status):
            return wrong(
                STRANGERS,
                f"the running bot answers {status} to a stranger, not 401",
                "see the check of the server, and the bot’s log",
            )
