"""A view as an e-mail: subject, plain text, and a little HTML in which every text is escaped. Pure.

Nothing can be pressed in an e-mail: its buttons would have to be answered by whoever has the address.
"""

from __future__ import annotations

import re
from html import escape
from typing import assert_never
from urllib.parse import urlsplit

from bot.channels import plain
from bot.surface import NAME
from bot.views import Block, Button, Facts, Form, Heading, Link, Quote, Text, View

LONGEST_SUBJECT = 120
NO_SUBJECT = f"A message from {NAME}"
ANSWER = f"To answer, open {NAME} in Slack or Teams."
# Line ends of every kind, and signs that are not seen.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def subject(view: View) -> str:
    """The first heading, or else the first line, as one line."""
    headings = [block.text for block in view.blocks if isinstance(block, Heading)]
    texts = [block.text for block in view.blocks if isinstance(block, Text)]
    line = " ".join(_UNSEEN.sub(" ", next(iter([*headings, *texts]), "").strip().partition("\n")[0]).split())
    if len(line) > LONGEST_SUBJECT:
        line = line[: LONGEST_SUBJECT - 2].rsplit(" ", 1)[0] + " …"
    return _whole(line) or NO_SUBJECT


def text(view: View) -> str:
    """The view as plain text."""
    said = plain.render(view.without_choices())
    return _whole(f"{said}\n\n{ANSWER}\n" if view.buttons else f"{said}\n")


def html(view: View) -> str:
    """The view as HTML without styles or pictures; nothing is fetched when it is read."""
    parts = [_block(each) for each in view.without_choices().blocks]
    if view.buttons:
        parts.append(f"<p>{escape(ANSWER)}</p>")
    body = "\n".join(filter(None, parts))
    return _whole(f'<!doctype html>\n<html lang="en">\n<body>\n{body}\n</body>\n</html>\n')


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Text(text):
            return _paragraphs(text)
        case Quote():
            lead = _paragraphs(block.lead_in)
            return f"<blockquote>\n{lead}{_paragraphs(plain.words(block))}\n</blockquote>\n<p>— {escape(block.citation)}</p>"
        case Facts(pairs):
            return "\n".join(f"<p><b>{escape(label)}:</b> {escape(value)}</p>" for label, value in pairs)
        case Link(label, url) if _is_web(url):
            return f'<p><a href="{escape(url)}">{escape(label)}</a></p>'
        case Link(label, url):
            return f"<p>{escape(label)}: {escape(url)}</p>"
        case Button() | Form():
            return ""
        case _:
            assert_never(block)


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _whole(text: str) -> str:
    """Half of a pair of signs cannot be sent; a question mark stands for it."""
    return text.encode("utf-8", "replace").decode("utf-8")
