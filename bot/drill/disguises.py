"""A mark in every form in which a program may have written it: plain, escaped, encoded, in another alphabet."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# A form shorter than this would be found by chance.
SHORTEST = 7


@dataclass(frozen=True)
class Needle:
    """What is looked for: a mark's kind, how it is disguised, and the bytes. `folded` ones are looked for in lower case."""

    kind: str
    how: str
    bytes: bytes = field(repr=False)
    folded: bool = True


def needles(marks: Mapping[str, str]) -> list[Needle]:
    """Everything to look for; each pair of bytes and folding stands once."""
    found: dict[tuple[str, bytes, bool], Needle] = {}
    for kind, mark in marks.items():
        for how, form, folded in (*_folded(mark), *_exact(mark)):
            if len(form) >= SHORTEST:
                found.setdefault((kind, form, folded), Needle(kind, how, form, folded))
    return list(found.values())


def _folded(mark: str) -> Iterator[tuple[str, bytes, bool]]:
    """The forms in which case says nothing."""
    if not mark.isascii() and mark != mark.upper():
        yield from _folded(mark.upper())  # lower case is made of ASCII alone
    for how, text in (
        ("plain", mark),
        ("URL-encoded", urllib.parse.quote(mark, safe="")),
        ("URL-encoded", urllib.parse.quote_plus(mark)),
        ("URL-encoded twice", urllib.parse.quote(urllib.parse.quote(mark, safe=""), safe="")),
        ("URL-encoded", "".join(f"%{byte:02x}" for byte in mark.encode())),
        ("JSON-escaped", json.dumps(mark)[1:-1]),
        ("JSON-escaped twice", json.dumps(json.dumps(mark)[1:-1])[1:-1]),
        ("HTML-escaped", html.escape(mark).encode("ascii", "xmlcharrefreplace").decode()),
        ("hex", mark.encode().hex()),
        ("hex", mark.encode("utf-16-le").hex()),
        ("without hyphens", mark.replace("-", "")),
    ):
        yield how, _fold(text.encode()), True
    for how, encoding in (
        ("UTF-16 LE", "utf-16-le"),
        ("UTF-16 BE", "utf-16-be"),
        ("UTF-32", "utf-32-le"),
        ("Latin-1", "latin-1"),
    ):
        yield how, _fold(mark.encode(encoding)), True
    yield "backwards", _fold(mark[::-1].encode()), True


def _exact(mark: str) -> Iterator[tuple[str, bytes, bool]]:
    """The forms in which case counts."""
    for text in dict.fromkeys((mark, mark.lower(), mark.upper())):
        for raw in (text.encode(), text.encode("utf-16-le")):
            for form in _in_base64(raw):
                yield "base64", form, False
                yield "base64 (URL)", form.translate(bytes.maketrans(b"+/", b"-_")), False
            yield "base32", base64.b32encode(raw[: len(raw) // 5 * 5]), False
            yield "base85", base64.b85encode(raw[: len(raw) // 4 * 4]), False
    compact = mark.replace("-", "")
    if len(compact) >= 16 and all(each in "0123456789abcdef" for each in compact):
        yield "bytes of an id", bytes.fromhex(compact[: len(compact) // 2 * 2]), False


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What of the encoding is the same whatever stands before and after: one form for each of three places to begin at."""
    for before, start in ((0, 0), (1, 2), (2, 3)):
        whole = base64.b64encode(bytes(before) + raw)
        yield whole[start : (before + len(raw)) * 8 // 6]


def _fold(text: bytes) -> bytes:
    """ASCII letters in lower case; other bytes as they are."""
    return text.lower()
