"""What is found by its shape and not by its words: numbers that identify somebody, addresses and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

OWN_LINK, FINE_LINK, OTHER_LINK = "own link", "fine link", "other link"
OWN_ADDRESS, PRIVATE_ADDRESS, OTHER_ADDRESS = "own address", "private address", "other address"
_PRIVATE = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "icloud.com", "live.com", "msn.com", "proton.me")

_ADDRESS = re.compile(r"[a-z0-9][\w.+-]{0,63}@[a-z0-9][a-z0-9.-]{0,100}\.[a-z]{2,12}\b")
_ENDINGS = "com|org|net|gov|edu|mil|us|info|io|biz|shop|store|tv|app|news"
_LINK = re.compile(
    r"(?:https?://|www\.)(?P<full>[a-z0-9][a-z0-9.-]*)(?::\d+)?(?:[/?#][^\s\x00<>|]*)?"
    rf"|(?<![\w@.])(?P<bare>[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:{_ENDINGS}))\b(?!\.\w)(?:/[^\s\x00<>|]*)?"
)
_SOCIAL = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])")
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_CASE = re.compile(
    r"\b(?:case|report|incident|docket|cause|file|complaint|claim|citation)s?\s{0,2}(?:(?:no|nos|nr|num|number)\b\.?|#)?\s{0,2}[:#]?\s{0,2}"
    r"(?=[\w-]*\d{3})\d{0,4}-?[a-z]{0,4}-?\d[\d-]{3,14}\b"
    r"|\b\d{2,4}-?(?:cv|cr|jc|dr|mu|pr)-?\d{3,8}\b"
)
_PHONE = re.compile(r"(?<![\d-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\d-])")
_INTERNET = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
_MINOR = re.compile(r"\b(?:[5-9]|1[0-7])[ -]years?[ -]old\b")
_CODE = re.compile(r"(?<![\w-])[#*]?\d{4,8}[#*]?(?![\w-])")


@dataclass(frozen=True, slots=True)
class Figure:
    """Something found by its shape: its kind and its place."""

    kind: str
    start: int
    end: int

    @property
    def is_address(self) -> bool:
        """Whether it is a link or an e-mail address, whose words are nobody's."""
        return self.kind in _ADDRESSES


@dataclass(frozen=True, slots=True)
class Places:
    """Web addresses that are the organisation's own, and endings of those that may be linked to without a second look."""

    own: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()


def _is_card(number: str) -> bool:
    """Whether the last digit is the check digit of the others, as on payment cards."""
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    return sum(digit if at % 2 == 0 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(digits)) % 10 == 0


_SHAPES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("social security number", _SOCIAL, bool),
    ("card number", _CARD, _is_card),
    ("case number", _CASE, bool),
    ("phone number", _PHONE, bool),
    ("internet address", _INTERNET, bool),
    ("age of a minor", _MINOR, bool),
    ("code", _CODE, bool),
)
# These are shown without their digits.
MASKED = frozenset({"social security number", "card number", "code"})
_ADDRESSES = frozenset({OWN_LINK, FINE_LINK, OTHER_LINK, OWN_ADDRESS, PRIVATE_ADDRESS, OTHER_ADDRESS})
KINDS = _ADDRESSES.union(kind for kind, _, _ in _SHAPES)


def figures(text: str, places: Sequence[Places]) -> Iterator[Figure]:
    """All figures in a folded text; addresses and links first."""
    for match in _ADDRESS.finditer(text):
        host = match[0].partition("@")[2]
        other = PRIVATE_ADDRESS if _belongs(host, _PRIVATE) else OTHER_ADDRESS
        yield Figure(OWN_ADDRESS if any(_belongs(host, each.own) for each in places) else other, *match.span())
    for match in _LINK.finditer(text):
        host = (match["full"] or match["bare"]).rstrip(".")
        yield Figure(_kind(host, places), match.start(), match.start() + len(match[0].rstrip(".,;:!?)'\"")))
    for kind, pattern, holds in _SHAPES:
        for match in pattern.finditer(text):
            if holds(match[0]):
                yield Figure(kind, *match.span())


def _kind(host: str, places: Sequence[Places]) -> str:
    if any(_belongs(host, each.own) for each in places):
        return OWN_LINK
    return FINE_LINK if any(_belongs(host, each.fine) for each in places) else OTHER_LINK


def _belongs(host: str, ends: Sequence[str]) -> bool:
    """Whether a host is one of these or stands under one of them."""
    return any(host == end or host.endswith(f".{end}") for end in ends)
