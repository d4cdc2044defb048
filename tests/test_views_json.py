"""Views as JSON: every one comes back exactly, and what is not known is refused."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import Block, Button, Choice, Facts, Field, Form, Heading, Link, Quote, Text, View, view
from bot.views_json import UnknownBlock, dump, load

# Any sign that Python holds, half of a pair and the sign NUL among them.
ANY = st.text(st.characters(exclude_categories=()), max_size=30)
FIELDS = st.builds(
    Field, ANY, ANY, ANY, st.integers(0, 3000), st.lists(st.builds(Choice, ANY, ANY), max_size=3).map(tuple), st.booleans()
)
BLOCKS = {
    Heading: st.builds(Heading, ANY),
    Text: st.builds(Text, ANY),
    Quote: st.builds(Quote, ANY, ANY, ANY, ANY, st.booleans()),
    Facts: st.builds(Facts, st.lists(st.tuples(ANY, ANY), max_size=3).map(tuple)),
    Link: st.builds(Link, ANY, ANY),
    Button: st.builds(Button, ANY, ANY, ANY),
    Form: st.builds(Form, ANY, ANY, st.lists(FIELDS, max_size=3).map(tuple), ANY, ANY),
}


def test_every_block_is_tried() -> None:
    """A block that is added to the model is added here too."""
    assert set(BLOCKS) == set(get_args(Block))


@given(st.lists(st.one_of(*BLOCKS.values()), max_size=8))
def test_every_view_comes_back_exactly(blocks: list[Block]) -> None:
    """With the state of a form and the optional fields, and in signs that any database takes."""
    text = dump(View(tuple(blocks)))
    assert text.isascii()
    assert "\0" not in text
    assert load(text) == View(tuple(blocks))


def test_a_field_that_came_later_has_its_default() -> None:
    """What an older version wrote can still be sent."""
    old = [{"block": "form", "id": "f", "title": "T", "submit": "S", "fields": [{"name": "n", "label": "L"}]}]
    assert load(json.dumps(old)) == view(Form("f", "T", (Field("n", "L"),), "S"))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "nonsense",
        "null",
        "{}x",
        "[1]",
        '[{"text": "no kind"}]',
        '[{"block": "hologram", "text": "new"}]',
        '[{"block": "text", "text": "a", "shine": "new"}]',
        '[{"block": "text"}]',
        '[{"block": "text", "text": 5}]',
        '[{"block": "facts", "pairs": [["a", "b", "c"]]}]',
        '[{"block": "facts", "pairs": [["a", 1]]}]',
        '[{"block": "facts", "pairs": [], "more": 1}]',
        '[{"block": "form", "id": "f", "title": "T", "submit": "S", "fields": [{"name": "n"}]}]',
        '[{"block": "quote", "text": "a", "citation": "b", "cut": 1}]',
        "[" * 5000,
    ],
)
def test_what_is_not_known_is_refused(wrong: str) -> None:
    """A newer version's block or field must not be sent half."""
    with pytest.raises(UnknownBlock):
        load(wrong)
