"""Long texts on pages that every channel shows whole. Pure.

A page is measured by the strictest place, a card of Teams, in which each line is an element of its own, and the beginning stands
three times (drawn, spoken, for old clients).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.views import Block, Facts, Heading, Quote, Text

# A third of what a card holds, less what stands around a page.
PAGE = 6_500
# What stands around a line, and around a label with its value; in bytes.
_LINE, _PAIR = 110, 200
# Where less is left of a page than this, a long text begins on the next one.
_LEAST = 800


def pages(blocks: Iterable[Block], most: int = PAGE) -> tuple[tuple[Block, ...], ...]:
    """The blocks on pages; texts and quotes that are too long for one go on on the next, and nothing is left out."""
    found: list[list[Block]] = [[]]
    left = most
    for block in blocks:
        for piece in _pieces(block, left, most):
            size = weight(piece)
            if size > left and found[-1]:
                found.append([])
                left = most
            found[-1].append(piece)
            left -= size
    return tuple(map(tuple, found))


def weight(block: Block) -> int:
    """So many bytes a block takes."""
    match block:
        case Quote():
            lines = f"{block.lead_in}\n{block.mark} {block.text}\n{block.citation}"
            return _weight(lines) + _LINE
        case Facts(pairs):
            return sum(_bytes(label) + _bytes(value) + _PAIR for label, value in pairs)
        case Text(text) | Heading(text):
            return _weight(text)
    return _PAIR


def split(text: str, first: int, most: int) -> Iterator[str]:
    """The text in pieces of at most so many bytes, cut at the end of a line or word where there is one; only blanks are lost."""
    size = first
    while _weight(text) > size:
        piece = _beginning(text, size)
        yield piece
        text = text[len(piece) :].lstrip()
        size = most
    yield text


def _pieces(block: Block, left: int, most: int) -> Iterator[Block]:
    if weight(block) <= left or not isinstance(block, Text | Quote):
        yield block
        return
    around = weight(replace(block, text=""))
    room = (left if left >= _LEAST else most) - around
    parts = list(split(block.text, room, most - around))
    for part in parts[:-1]:
        yield replace(block, text=part, cut=True) if isinstance(block, Quote) else Text(part)
    yield replace(block, text=parts[-1])


def _beginning(text: str, most: int) -> str:
    """As much of a text as weighs no more than this, one sign at least; to the end of a line or word, if one is near."""
    fits, too_long = 1, len(text)
    while too_long - fits > 1:
        half = (fits + too_long) // 2
        fits, too_long = (half, too_long) if _weight(text[:half]) <= most else (fits, half)
    for sign in ("\n", " "):
        place = text.rfind(sign, fits // 2, fits)
        if place > 0:
            return text[:place]
    return text[:fits]


def _weight(text: str) -> int:
    return sum(_bytes(line) + _LINE for line in text.split("\n") if line.strip())


def _bytes(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))
