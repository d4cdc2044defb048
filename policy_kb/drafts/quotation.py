"""What a draft only quotes: text between quotation marks of any kind, and lines that begin with ">"."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Stands for a sign of quoted text: as long as the text was, and no part of any word.
SKIPPED = "\x00"

_LINE = re.compile(r"^[^\S\n]*(?:>|＞|&gt;).*$", re.MULTILINE)
# What opens a quotation that cannot be mistaken for anything else, and what may close it.
_PAIRS = {
    "“": '”“"',
    "„": '“”"',
    "‟": '”"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "〝": "〞〟",
    "‚": "‘",
    "❝": "❞",
}
# Straight and single marks are apostrophes, inches and feet too: they count where a quotation could begin and end.
_DOUBLE = re.compile(r"(?<![^\s(\[{—–:,>-])([\"＂”])(?=\S)((?:(?!\n\s*\n).)+?)(?<=\S)[\"＂”](?!\w)", re.DOTALL)
_DOUBLED = re.compile(r"(?<!\w)(?:``|''|’’|‘‘)(?=\S)((?:(?!\n\s*\n).)+?)(?<=\S)(?:''|’’|``)(?!\w)", re.DOTALL)
_ELIDED = r"(?:tis|twas|twill|em|bout|cause|til|till|round|cuz|n|neath|\d\ds?)\b"
_SINGLE = re.compile(rf"(?<![^\s(\[{{—–:,>-])['‘’＇](?!{_ELIDED})(?=\S)([^\n]+?)(?<=\S)['’＇](?!\w)", re.IGNORECASE)
_SENTENCE_ENDS = ".!?…"


def without_quotations(draft: str) -> tuple[str, bool]:
    """The draft, as long as before, with signs that stand for nothing in place of what it quotes; whether there was any.

    A full stop at the end of a quotation stays, since it ends the sentence around it too.
    """
    signs = list(draft)
    for start, end in _quoted(draft):
        kept = next((at for at in range(end - 1, max(start, end - 3), -1) if draft[at] in _SENTENCE_ENDS), -1)
        for at in range(start, end):
            if at != kept and draft[at] != "\n":
                signs[at] = SKIPPED
    text = "".join(signs)
    return text, text != draft


def _quoted(draft: str) -> Iterator[tuple[int, int]]:
    """Start and end of all that is quoted; they may overlap."""
    for match in _LINE.finditer(draft):
        yield match.span()
    yield from _paired(draft)
    for pattern in (_DOUBLE, _DOUBLED, _SINGLE):
        for match in pattern.finditer(draft):
            yield match.span()


def _paired(draft: str) -> Iterator[tuple[int, int]]:
    """Quotations between marks that open or close by their shape; one that is never closed is no quotation."""
    at = 0
    while at < len(draft):
        closing = _PAIRS.get(draft[at])
        end = min((found for sign in closing if (found := draft.find(sign, at + 1)) > 0), default=0) if closing else 0
        if end:
            yield at, end + 1
        at = max(at, end) + 1
