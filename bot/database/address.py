"""Where the ledger is, when it is not a file: what `DATABASE_URL` may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from bot.peers import is_loopback

SCHEMES = ("postgres", "postgresql")
# What of the address takes the place of the host in it.
_HOSTS = ("host", "hostaddr")
# These name a file that says where the database is.
_ELSEWHERE = ("service", "servicefile")


def mistakes(given: Mapping[str, str], *, local: bool) -> Iterator[str]:
    """What is wrong with `DATABASE_URL` and with what it wants beside it. The address is a secret and is not shown."""
    url = given.get("DATABASE_URL", "")
    if not url:
        return
    if url.partition(":")[0] not in SCHEMES or "://" not in url:
        yield "DATABASE_URL must begin with postgres:// or postgresql://; without it what is kept lies in the data directory"
    elif local and not _is_here(url, given):
        yield "DATABASE_URL names a database elsewhere, and CLAUSEBOT_ENV is 'local'; local mode asks nobody who they are"
    if not given.get("CLAUSEBOT_SECRET"):
        yield "CLAUSEBOT_SECRET is missing; with DATABASE_URL all who serve it must share one: make it with openssl rand -hex 16"


def _is_here(url: str, environment: Mapping[str, str]) -> bool:
    """Whether every host that this address names is this machine; a path is a socket on it, and so is no host at all."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
    except ValueError:
        return False
    if any(name in asked for name in _ELSEWHERE) or environment.get("PGSERVICE"):
        return False
    named = [host for name in _HOSTS for value in asked.get(name, []) for host in value.split(",")]
    named += [_host(place) for place in parts.netloc.rpartition("@")[2].split(",")]
    named += [] if any(named) else [environment.get("PGHOST", ""), environment.get("PGHOSTADDR", "")]
    return all(host in ("", "localhost") or host.startswith("/") or is_loopback(host) for host in named)


def _host(place: str) -> str:
    """The host of `host:port` or `[address]:port`."""
    bracketed, _, _ = place.removeprefix("[").partition("]")
    return bracketed if place.startswith("[") else unquote(place.partition(":")[0])
