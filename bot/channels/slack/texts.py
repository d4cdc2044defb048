"""Slack's text objects, none of which reads markup, and texts cut to what they take. Pure."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

# The most characters that a section and a run of rich text take.
SECTION = 3000
# And a context or a label of an input, and the words on a button or beside a choice.
CONTEXT = 2000
LABEL = 75


def section(text: str) -> Json:
    """A paragraph."""
    return {"type": "section", "text": plain(text, SECTION)}


def plain(text: str, longest: int) -> Json:
    """A text that knows no markup, cut to what Slack takes in its place."""
    return {"type": "plain_text", "text": text if len(text) <= longest else f"{cut(text, longest - 2)} …", "emoji": False}


def rich(*elements: Json) -> Json:
    """Rich text of these elements, whose texts know no markup either."""
    return {"type": "rich_text", "elements": list(elements)}


def pieces(text: str, longest: int) -> list[str]:
    """The text in pieces of at most this length, cut at line ends or words; nothing is lost but the blank at a cut."""
    pieces = []
    while len(text) > longest:
        piece = cut(text, longest)
        pieces.append(piece)
        text = text[len(piece) :].lstrip()
    return [*pieces, text] if text else pieces


def cut(text: str, longest: int) -> str:
    """The beginning of the text, cut at a line's end or a blank where there is one in its second half."""
    for sign in ("\n", " "):
        place = text.rfind(sign, longest // 2, longest + 1)
        if place > 0:
            return text[:place].rstrip()
    return text[:longest]


def length(part: object) -> int:
    """How many characters of text a block holds."""
    if isinstance(part, dict):
        return sum(len(value) if name == "text" and isinstance(value, str) else length(value) for name, value in part.items())
    return sum(map(length, part)) if isinstance(part, list) else 0
