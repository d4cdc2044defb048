"""Plain text of a view: the console's text, and what a screen reader reads elsewhere."""

from __future__ import annotations

from typing import assert_never

from bot.views import Block, Button, Facts, Form, Heading, Link, Quote, Text, View


def render(view: View) -> str:
    """The view as paragraphs; buttons and forms by their labels."""
    return "\n\n".join(filter(None, map(block, view.blocks)))


def block(item: Block) -> str:
    """One block as text."""
    match item:
        case Heading(text) | Text(text):
            return text
        case Quote():
            return quote(item)
        case Facts(pairs):
            return "\n".join(f"{label}: {value}" for label, value in pairs)
        case Link(label, url):
            return f"{label}: {url}"
        case Button(label):
            return f"[{label}]"
        case Form(_, _, _, submit):
            return f"[{submit}]"
        case _:
            assert_never(item)


def quote(item: Quote) -> str:
    """Lead-in, words and citation of a quote; the words stand between quotation marks, unchanged."""
    lead = f"{item.lead_in}\n" if item.lead_in else ""
    return f"{lead}“{words(item)}”\n— {item.citation}"


def words(item: Quote) -> str:
    """The quoted words with the letter before them and a sign after them where they are cut."""
    return f"{item.mark} {item.text}".strip() + ("\u00a0…" if item.cut else "")
