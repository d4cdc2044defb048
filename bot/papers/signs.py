"""Which signs of a text can be printed, and what stands for those that cannot."""

from __future__ import annotations

import unicodedata
from collections.abc import Container

# Emoji and pictures; DejaVu draws some of them, and a row of which half is drawn reads worse than their numbers.
_PICTURES = 0x1F000
# These two join or part the letters of Arabic and its kin, where names need them. Elsewhere they only hide.
_JOINERS = "\u200c\u200d"
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_TURNED = frozenset({"R", "AL", "AN"})


def visible(text: str, printable: Container[int]) -> str:
    """The text with every sign that would not be seen shown as its code point, `[U+1F600]`; nothing is ever dropped.

    `printable` holds the code points that the font can draw. Latin, Cyrillic, Greek, Arabic and Hebrew are drawn; Chinese,
    Japanese and Korean signs are not in the font (a font with them has some 10 MB) and are shown as code points, as are emoji,
    control signs and marks that turn the direction of writing. Line ends stay.
    """
    if text.isascii() and text.isprintable():
        return text
    before = ["", *text]
    return "".join(
        sign if _drawn(sign, last, printable) else f"[U+{ord(sign):04X}]" for sign, last in zip(text, before, strict=False)
    )


def _drawn(sign: str, last: str, printable: Container[int]) -> bool:
    if sign == "\n":
        return True
    if sign in _JOINERS:
        return bool(last) and unicodedata.bidirectional(last) == "AL"
    code = ord(sign)
    return code < _PICTURES and unicodedata.category(sign) not in _INVISIBLE and code in printable


def needs_shaping(text: str) -> bool:
    """Whether letters must be joined, turned right to left, or set above each other; other text is set faster without."""
    return not text.isascii() and any(unicodedata.combining(sign) or unicodedata.bidirectional(sign) in _TURNED for sign in text)
