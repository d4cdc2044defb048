"""A view cut to what a card can hold: at a word, and said so. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.views import Block, Button, Facts, Form, Heading, Link, Quote, Text, View

# What shows that a text goes on, never at the beginning of a line.
CUT = "\u00a0…"
NOTE = Text(
    "Only the beginning is quoted here, since the clause is longer than a message may be. All of it stands in the source."
)


def shortened(view: View, longest: int) -> View:
    """The view with no text longer than `longest` characters; buttons and forms stay as they are.

    What is left of a quote is its beginning, word for word, marked as cut, with a sentence about it below.
    """
    return View(tuple(part for block in view.blocks for part in _shortened(block, longest)))


def cut(text: str, longest: int) -> str:
    """The beginning of a text, which ends with a whole word unless a single word is longer than that."""
    if len(text) <= longest:
        return text
    beginning = text[: longest + 1]
    words = beginning.rsplit(None, 1)[0] if any(map(str.isspace, beginning.strip())) else beginning[:longest]
    return words[:longest].rstrip()


def _shortened(block: Block, longest: int) -> Iterator[Block]:
    match block:
        case Quote(text, citation, lead_in):
            short = replace(block, lead_in=_marked(lead_in, longest), citation=_marked(citation, longest))
            if len(text) <= longest:
                yield short
            else:
                yield replace(short, text=cut(text, longest), cut=True)
                yield NOTE
        case Heading(text):
            yield Heading(_marked(text, longest))
        case Text(text):
            yield Text(_marked(text, longest))
        case Facts(pairs):
            yield Facts(tuple((_marked(label, longest), _marked(value, longest)) for label, value in pairs))
        case Link(label, url):
            yield Link(_marked(label, longest), url)
        case Button() | Form():
            yield block


def _marked(text: str, longest: int) -> str:
    return text if len(text) <= longest else cut(text, longest) + CUT
