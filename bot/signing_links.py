"""Links at which somebody without a chat account signs: the address carries a random token, and only its digest is kept. Pure."""

from __future__ import annotations

import datetime

from bot.evidence.canonical import sha256

# Where the page stands (DECISIONS 4).
PATH = "/sign"
# How long after the day on which it is due a link still holds.
HOLDS = datetime.timedelta(days=60)


def address(url: str, token: str) -> str:
    """The web address for a token; `url` is the bot's own."""
    return f"{url.rstrip('/')}{PATH}/{token}"


def digest(token: str) -> str:
    """What is kept of a token (SHA-256, hex)."""
    return sha256(token.encode("utf-8", "surrogatepass"))


def until(due: datetime.date) -> datetime.datetime:
    """When a link for what is due on this day ends."""
    return datetime.datetime.combine(due + HOLDS, datetime.time(), datetime.UTC)
