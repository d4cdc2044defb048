"""Who is at the other end of a connection: this machine itself, or anybody else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

# What a proxy adds: the caller is then not the machine that the connection comes from.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_HTTP_PORT = 80


def is_here(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine and not through a proxy on it."""
    return is_loopback(address or "") and not any(name in headers for name in _FORWARDED)


def is_own_name(host: str, port: int) -> bool:
    """Whether a Host header names this machine as itself, with this port (0: any).

    Another name may have been bent to this address (DNS rebinding), so that a page elsewhere reads what is answered here.
    """
    named = _HOST.fullmatch(host)
    return named is not None and port in (0, int(named[1] or _HTTP_PORT))


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own; a socket for both families writes IPv4 as `::ffff:127.0.0.1`."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return bool((getattr(found, "ipv4_mapped", None) or found).is_loopback)
