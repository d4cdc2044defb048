"""What may be visited: addresses of pages by the name of a site, and of machines only those that anybody can reach. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Container
from urllib.parse import urljoin

from yarl import URL

from bot.capture.refusals import BadAddress, LedAstray

PORTS = (80, 443)
LONGEST = 2000
# Of IPv6 only what is given out to be reached (IANA: global unicast); so neither IPv4 in disguise (mapped, compatible, NAT64) nor
# anything that is yet to be given a meaning.
_UNICAST = ipaddress.ip_network("2000::/3")
# Within what Python 3.11 calls global: addresses that lead to another (Teredo and its neighbours, 6to4 and its relays), examples,
# and those at which a cloud answers its own machines alone (Oracle's, Azure's).
_NOT_FOR_ALL = tuple(
    map(
        ipaddress.ip_network,
        ("2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"),
    )
)
# A name of two parts or more. The last begins with a letter, so that no way of writing a number is a name (WHATWG URL, "ends in a
# number").
_NAME = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
# What programs read differently, or nobody means to write; a blank within an address too.
_ODD = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
# Nobody's name or password stands before the site's name.
_BEGINS = re.compile(r"https?://[^/?#@]+(?:[/?#]|$)", re.IGNORECASE)
_IN_WORDS = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
_BARE = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_ENDS_A_SENTENCE = ".,;:!?)]}’'"


def is_public(address: str) -> bool:
    """Whether anybody on the internet can reach what is at this IP address, so that a visit opens no door of our network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if found.version == 6 and (found.scope_id or found not in _UNICAST):
        return False
    return found.is_global and not found.is_multicast and not any(found in each for each in _NOT_FOR_ALL)


def web_address(text: str, ports: Container[int] = PORTS) -> URL:
    """The address of a page, read as it will be visited. Raises BadAddress for all that is none, or is written oddly."""
    if not _BEGINS.match(text) or _ODD.search(text) or len(text) > LONGEST:
        raise BadAddress
    try:
        url = URL(text).with_fragment(None)
        name, port = (url.raw_host or "").removesuffix("."), url.port
        if not _NAME.fullmatch(name) or port not in ports:
            raise BadAddress
        return url.with_host(name)
    except ValueError:
        raise BadAddress from None


def led_on(here: URL, location: str, ports: Container[int] = PORTS) -> URL:
    """Where a site leads on to from an address. Raises LedAstray."""
    try:
        return web_address(urljoin(str(here), location.strip().replace(" ", "%20")) if location else "", ports)
    except (BadAddress, ValueError):
        raise LedAstray from None


def found_in(words: str) -> str:
    """The first address of a page in what somebody wrote; empty where there is none."""
    found = _IN_WORDS.search(words)
    if found:
        return found[0].rstrip(_ENDS_A_SENTENCE)[:LONGEST]
    bare = words.strip().rstrip(_ENDS_A_SENTENCE)
    return completed(bare)[:LONGEST] if _BARE.fullmatch(bare) else ""


def completed(text: str) -> str:
    """An address as somebody typed it; one that begins with the name of a site is read as https."""
    bare = text.strip()
    return f"https://{bare}" if _BARE.fullmatch(bare) else bare
