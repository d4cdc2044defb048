"""The mail server, from `SMTP_URL` and `MAIL_FROM`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from bot.peers import is_loopback

# By scheme: the port where none is given. `smtps` is encrypted from the first byte, `smtp` by STARTTLS.
_PORTS = {"smtp": 587, "smtps": 465}
_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+"
_SENDER = re.compile(rf"{_ADDRESS}|[A-Za-z0-9 .'&()-]+<{_ADDRESS}>")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """A mail server, and what stands in From; `encrypted` from the first byte on, not by STARTTLS."""

    host: str
    port: int
    sender: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    encrypted: bool = False


def read(given: Mapping[str, str]) -> MailSettings | None:
    """The mail server in an environment without mistakes; None where none is given."""
    if not given.get("SMTP_URL"):
        return None
    url = _parts(given["SMTP_URL"])
    assert url is not None  # looked at by mistakes()
    return MailSettings(
        url.hostname or "",
        url.port or _PORTS[url.scheme],
        given["MAIL_FROM"],
        unquote(url.username or ""),
        unquote(url.password or ""),
        url.scheme == "smtps",
    )


def mistakes(given: Mapping[str, str], *, local: bool) -> Iterator[str]:
    """What is wrong with the two; the address of a mail server may hold a password, so it is not repeated."""
    address, sender = given.get("SMTP_URL", ""), given.get("MAIL_FROM", "")
    url = _parts(address) if address else None
    if address and url is None:
        yield "SMTP_URL must be smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://...; @ in a password is written as %40"
    if url and local and not is_here(url.hostname or ""):
        yield "SMTP_URL names another machine, and CLAUSEBOT_ENV is 'local'; local mode asks nobody who they are, so unset it"
    if bool(address) != bool(sender):
        missing, why = ("MAIL_FROM", "it is who e-mails are from") if address else ("SMTP_URL", "it is the mail server")
        yield f"{missing} is missing; {why}"
    if sender and not is_sender(sender):
        yield f"MAIL_FROM is {sender!r}; it must be an address, such as Clausebot <clausebot@city.example>"


def is_sender(text: str) -> bool:
    """Whether this can stand in From: one address, with or without a plain name before it."""
    return bool(_SENDER.fullmatch(text))


def is_here(host: str) -> bool:
    """Whether a mail server runs on this machine."""
    return host == "localhost" or is_loopback(host)


def _parts(address: str) -> SplitResult | None:
    """The parts of an address of a mail server; None where it is none."""
    try:
        url = urlsplit(address)
        fits = url.scheme in _PORTS and bool(url.hostname) and url.path in ("", "/") and not (url.query or url.fragment)
        return url if fits and url.port != 0 else None
    except ValueError:
        return None
