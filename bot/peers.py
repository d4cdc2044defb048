"""Who is at the other end of a connection: this machine itself, or anybody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

# What a proxy adds: the caller is then not the machine that the connection comes from.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def is_here(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine and not through a proxy on it."""
    return is_loopback(address or "") and not any(name in headers for name in _FORWARDED)


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own; a socket for both families writes IPv4 as `::ffff:127.0.0.1`."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return bool((getattr(found, "ipv4_mapped", None) or found).is_loopback)
