"""Words as code spells them: in addresses, pages, scripts, mail and names of sites; read back into words. Pure.

Each reading takes as long as its text: no pattern is tried twice at a place, and no number or name is longer than one can be.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# Code within code is read so often (`%2525C3`).
ROUNDS = 4
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY = re.compile(r"&(?:#0{0,99}[0-9]{1,7}|#[Xx]0{0,99}[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_ESCAPE = re.compile(
    r"(?P<units>(?:[\\%]u[0-9A-Fa-f]{4})+)|(?P<bytes>(?:\\x[0-9A-Fa-f]{2})+)|\\u\{0{0,99}(?P<sign>[0-9A-Fa-f]{1,6})\}|\\(?P<itself>[\\/\"'])|\\[nrt]"
)
_QUOTED, _SOFT_BREAK = re.compile(r"(?:=[0-9A-Fa-f]{2})+"), re.compile(r"=[ \t]*\r?\n")
# A label of a site's name (RFC 3492); none is longer than 63 letters.
_LABEL = re.compile(r"(?<![A-Za-z0-9-])xn--([A-Za-z0-9-]{1,59})(?![A-Za-z0-9-])", re.IGNORECASE)
# A byte that is not of UTF-8 is read as Latin-1.
_LATIN = {0xDC00 + byte: byte for byte in range(0x80, 0x100)}


def readings(text: str) -> Iterator[str]:
    """What a text says if it is code; the text itself is not among them. A sign of one code can spoil another, so mail, where a
    letter of an address looks like code (`?q=Ada`), is read by itself."""
    seen = {text}
    for steps in ((_address, entities, _escapes, _labels), (_escapes, _mail, _address, entities)):
        read = text
        for _ in range(ROUNDS):
            before = read
            for step in steps:
                read = step(read)
                if read not in seen:
                    seen.add(read)
                    yield read
            if read == before:
                break


def entities(text: str) -> str:
    """A text with `&euml;` and `&#235;` read."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def _address(text: str) -> str:
    return _PERCENT.sub(lambda found: _of_bytes(found[0].replace("%", "")), text.replace("+", " "))


def _escapes(text: str) -> str:
    return _ESCAPE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    if found["units"]:
        return bytes.fromhex(re.sub(r"[\\%]u", "", found["units"])).decode("utf-16-be", "replace")
    if found["bytes"]:
        return _of_bytes(found["bytes"].replace("\\x", ""))
    if found["sign"]:
        return chr(min(int(found["sign"], 16), 0x10FFFF))
    return found["itself"] or "\n"


def _mail(text: str) -> str:
    """Quoted-printable (RFC 2045, 6.7)."""
    return _QUOTED.sub(lambda found: _of_bytes(found[0].replace("=", "")), _SOFT_BREAK.sub("", text))


def _labels(text: str) -> str:
    return _LABEL.sub(_label, text)


def _label(found: re.Match[str]) -> str:
    try:
        return found[1].encode("ascii").decode("punycode")
    except ValueError:
        return found[0]


def _of_bytes(digits: str) -> str:
    """The letters of bytes that are given as digits."""
    return bytes.fromhex(digits).decode("utf-8", "surrogateescape").translate(_LATIN)
