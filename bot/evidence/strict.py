"""Reading what stands in a record: only its canonical form is taken. Through the standard library alone, so that what is written
by one implementation of RFC 8785 is read by another."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from bot.evidence.canonical import NotCanonical, canonical

_CLAUSES = '"clauses":{'
_PAGES = '"pages":['
_PAGE = r'\{(?:"client":"[a-z]{1,20}",)?"page":(?:0|[1-9]\d{0,5}),"rendered":"[0-9a-f]{64}"\}'
_ALL_PAGES = re.compile(rf"\[{_PAGE}(?:,{_PAGE})*\]")
# So many different texts of a kind are remembered. There are as many lists of clauses as versions and differences; all who are
# asked by one request share the day on which it is due.
_REMEMBERED = 256
_SAFE = 2**53
# Outside of texts: blanks, fractions, exponents, minus nothing, and what may be more than 53 bits.
_DOUBTFUL = re.compile(r"[\s.E]|\de|-0|\d{16}")


def _refuse(number: str) -> NoReturn:
    raise NotCanonical(f"{number[:40]} is no whole number")


def _whole(number: str) -> int:
    if len(number) > 17 or abs(whole := int(number)) >= _SAFE:
        _refuse(number)
    return whole


def _in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    keys = list(content)
    if len(keys) < len(pairs) or keys != sorted(keys):
        raise NotCanonical("keys in another order")
    return content


_READ = json.JSONDecoder(parse_float=_refuse, parse_int=_whole, parse_constant=_refuse).decode
_READ_PLAIN = json.JSONDecoder(object_pairs_hook=_in_order, parse_constant=_refuse).decode
_WRITE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def read(text: str) -> Any:
    """What a canonical text says. Raises NotCanonical where it is not canonical, or no JSON."""
    try:
        if _is_plain(text):
            return _READ_PLAIN(text)
        content = _READ(text)
        # Python orders keys by character, RFC 8785 by UTF-16; within ASCII both are the same, and all is in NFC.
        written = _WRITE(content) if text.isascii() else canonical(content).decode()
    except (ValueError, TypeError, RecursionError, UnicodeError) as error:
        raise NotCanonical(str(error)[:200]) from None
    if written != text:
        raise NotCanonical("another order, blanks, or another spelling of the same")
    return content


def _is_plain(text: str) -> bool:
    """Whether only the order of the keys is left to be looked at: ASCII, nothing escaped, nothing doubtful outside of texts."""
    return text.isascii() and "\\" not in text and not _DOUBTFUL.search("".join(text.split('"')[::2]))


class Facts:
    """Reads facts one after another, without what makes most of a signature and need not be looked at each time: the digests of
    the clauses, the same in all signatures of a version, are read once, and pages that are as they should be are left out.

    A canonical object or list may be replaced by an empty one, and the rest is canonical as before.
    """

    def __init__(self) -> None:
        self._lists: dict[str, Any] = {}
        self._whole: dict[str, Any] = {}

    def read(self, text: str) -> dict[str, Any]:
        """The facts of a record but its pages, from their canonical text; not to be changed, since the same text gives the same.

        Raises NotCanonical.
        """
        start = text.find(_PAGES) + len(_PAGES) - 1
        pages = _ALL_PAGES.match(text, start) if start >= len(_PAGES) else None
        if pages:
            text = f"{text[:start]}[]{text[pages.end() :]}"
        facts = self._shortened(text)
        if facts is None:
            facts = _once(self._whole, text)
        if not isinstance(facts, dict):
            raise NotCanonical("facts are no object")
        return facts

    def _shortened(self, text: str) -> dict[str, Any] | None:
        start = text.find(_CLAUSES) + len(_CLAUSES) - 1
        end = text.find("}", start) + 1
        clauses = self._clauses(text[start:end]) if start >= len(_CLAUSES) and end else None
        facts = read(f"{text[:start]}{{}}{text[end:]}") if clauses else None
        if not isinstance(facts, dict) or facts.get("clauses") != {}:
            return None
        facts["clauses"] = clauses
        return facts

    def _clauses(self, text: str) -> Any:
        try:
            return _once(self._lists, text)
        except NotCanonical:
            return None


def _once(known: dict[str, Any], text: str) -> Any:
    """What a text says, read only where it is not known. Raises NotCanonical."""
    if text not in known:
        content = read(text)
        if len(known) >= _REMEMBERED:
            known.clear()
        known[text] = content
    return known[text]
