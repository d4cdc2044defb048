"""The console's rendering of every block: golden, wrapped, and silent about colours where there are none."""

from __future__ import annotations

import click
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import plain
from bot.channels.console.render import render
from bot.views import Button, Facts, Field, Form, Heading, Link, Quote, Text, View, view

EVERY_BLOCK = view(
    Heading("“can i post this”"),
    Text("Quoted from the policy:"),
    Quote("First line that goes on for a while and wraps.\n- a bullet", "416.1 (PURPOSE), Policy, version 1", "Lead-in:", "d."),
    Quote("The beginning", "416.2", cut=True),
    Facts((("Who", "City Clerk"), ("Reach", "not known yet"))),
    Link("Official source", "https://example.org/"),
    Button("Ask a person", "person", "value"),
    Form("uncovered", "Tell HR", (Field("question", "Your question"),), "Tell HR"),
    Text("End."),
)

GOLDEN = """\
“can i post this”

Quoted from the policy:

│ Lead-in:
│
│ d. First line that goes on for a
│ while and wraps.
│ - a bullet
  416.1 (PURPOSE), Policy, version 1

│ The beginning …
  416.2

Who    City Clerk
Reach  not known yet

Official source: https://example.org/

  [1] Ask a person
  [2] Tell HR

End."""

PLAIN = """\
“can i post this”

Quoted from the policy:

Lead-in:
“d. First line that goes on for a while and wraps.
- a bullet”
— 416.1 (PURPOSE), Policy, version 1

“The beginning …”
— 416.2

Who: City Clerk
Reach: not known yet

Official source: https://example.org/

[Ask a person]

[Tell HR]

End."""


def test_console() -> None:
    """Every block, at a width of 36."""
    assert click.unstyle(render(EVERY_BLOCK, 36)) == GOLDEN


def test_plain() -> None:
    """Every block, as a screen reader reads it."""
    assert plain.render(EVERY_BLOCK) == PLAIN


def test_long_labels_stand_above_their_values() -> None:
    """Facts with labels longer than half the line are not squeezed."""
    shown = render(view(Facts((("416 Social Media Policy", "version 1"),))), 30)
    assert shown == "416 Social Media Policy:\nversion 1"


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=60), st.integers(20, 120))
def test_words_survive_wrapping(word: str, width: int) -> None:
    """No word of a quote is lost at any width."""
    shown = click.unstyle(render(View((Quote(f"{word} and {word}", "1"),)), width))
    assert "".join(shown.replace("│", "").split()).startswith("".join(f"{word}and{word}".replace("│", "").split()))
