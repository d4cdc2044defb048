"""The bot's own address, as Slack and Teams see it."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from bot.config import Settings
from bot.doctor.checks import Check, ok, skipped, wrong
from bot.doctor.web import Answer, Unreached, Web

_LONGEST = 300
_START = "start the bot with clausebot run, and let the proxy in front of it pass everything on (docs/hosting.md)"


async def examine(settings: Settings, web: Web) -> list[Check]:
    """Whether the address is one that the platforms call, whether the bot answers there, and whether it says it is ready."""
    if not settings.url:
        why = "CLAUSEBOT_URL is unset, so the bot’s own address was not called"
        return [skipped("address", why)]
    alive, ready = await asyncio.gather(
        # The bot's own clock may be this machine's, which would prove nothing.
        web.call("GET", f"{settings.url}/healthz", clock=False),
        web.call("GET", f"{settings.url}/readyz", clock=False),
    )
    return [_address(settings.url, local=settings.local), _alive(alive), *([_ready(ready)] if isinstance(ready, Answer) else [])]


def _address(url: str, *, local: bool) -> Check:
    host = urlsplit(url).hostname
    if local:
        return ok("address", f"local mode, at {host}; no platform calls it")
    if urlsplit(url).scheme != "https":
        todo = "put a proxy with a certificate in front of the bot, and set CLAUSEBOT_URL to its https:// address"
        return wrong("address", "CLAUSEBOT_URL does not begin with https://; Slack and Teams call nothing else", todo)
    return ok("address", f"https, at {host}")


def _alive(answer: Answer | Unreached) -> Check:
    name = "server"
    match answer:
        case Unreached(reason):
            return wrong(name, f"the bot’s address: {reason}", _START)
        case Answer(200, _, body) if body.strip() == "ok":
            return ok(name, "the bot answers at its address")
        case Answer(status) if 300 <= status < 400:
            return wrong(
                name, "the address redirects, which Slack and Teams do not follow", "give the final address, without a login page"
            )
        case Answer(status):
            return wrong(name, f"something else answers there ({status} for /healthz)", _START)


def _ready(answer: Answer) -> Check:
    name = "readiness"
    if answer.status == 200:
        return ok(name, "the bot says that it is ready")
    if answer.status == 503:
        said = "; ".join(answer.body.split("\n")).strip("; ")[:_LONGEST]
        return wrong(name, f"the bot says: {said}", "see the checks below, and the bot’s log")
    return wrong(name, f"/readyz answers {answer.status}", _START)
