"""A view as terminal text: wrapped, with a bar beside what is quoted and numbers before what can be chosen."""

from __future__ import annotations

import textwrap
from typing import assert_never

import click

from bot.channels import plain
from bot.views import Block, Button, Facts, Form, Heading, Link, Quote, Text, View

WIDTH = 80
WIDEST = 96
_BAR = "│ "


def render(view: View, width: int = WIDTH) -> str:
    """The whole view; colours are added always and taken off again where they cannot be shown."""
    width = min(width, WIDEST)
    choices = {id(item): number for number, item in enumerate([*view.buttons, *view.forms], 1)}
    parts: list[str] = []
    last: Block | None = None
    for item in view.blocks:
        together = isinstance(item, Button | Form) and isinstance(last, Button | Form)
        parts.append(("" if together or last is None else "\n") + _block(item, choices.get(id(item), 0), width))
        last = item
    return "\n".join(parts)


def drawn(view: View) -> str:
    """The view's text as it is digested for a form with a state: at one width and without colours, whatever the terminal."""
    return click.unstyle(render(view))


def _block(item: Block, number: int, width: int) -> str:
    match item:
        case Heading(text):
            return click.style(_wrap(text, width), bold=True)
        case Text(text):
            return _wrap(text, width)
        case Quote():
            return _quote(item, width)
        case Facts(pairs):
            return _facts(pairs, width)
        case Link():
            return click.style(plain.block(item), dim=True)
        case Button(label):
            return _choice(number, label)
        case Form(_, _, _, submit):
            return _choice(number, submit)
        case _:
            assert_never(item)


def _quote(item: Quote, width: int) -> str:
    lines = [click.style(_BAR, fg="cyan") + line for line in _wrap(plain.words(item), width - 2).split("\n")]
    if item.lead_in:
        lead = _wrap(item.lead_in, width - 2).split("\n")
        lines = [*(click.style(_BAR + line, dim=True) for line in lead), click.style(_BAR.rstrip(), fg="cyan"), *lines]
    return "\n".join([*lines, click.style(_wrap(f"  {item.citation}", width), bold=True)])


def _facts(pairs: tuple[tuple[str, str], ...], width: int) -> str:
    longest = max((len(label) for label, _ in pairs), default=0)
    if longest > width // 2:
        return "\n".join(_wrap(f"{label}: {value}", width) for label, value in pairs)
    return "\n".join(
        textwrap.fill(value, width, initial_indent=f"{label:<{longest}}  ", subsequent_indent=" " * (longest + 2))
        for label, value in pairs
    )


def _choice(number: int, label: str) -> str:
    return f"  {click.style(f'[{number}]', fg='yellow')} {label}"


def _wrap(text: str, width: int) -> str:
    """Each line wrapped on its own; what hangs under a bullet stands under its text."""
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent="  " if line.startswith(("- ", "  ")) else "", break_on_hyphens=False)
        for line in text.split("\n")
    )
