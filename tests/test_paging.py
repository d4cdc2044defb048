"""Long texts on pages: nothing is lost, and every page fits into a card of Teams and a dialog of Slack as it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.slack import render as slack
from bot.channels.teams import render as teams
from bot.journeys.paging import PAGE, pages, split, weight
from bot.views import Block, Button, Facts, Quote, Text, View
from tests import validators

SIGNS = st.characters(exclude_categories=["Cs", "Cc"])
LONG = {
    "words": "The page shows who was on shift. " * 600,
    "one word": "x" * 20_000,
    "lines": "a\n" * 3_000,
    "two-byte signs": "ё " * 8_000,
    "three-byte signs": "報告" * 8_000,
    "signs of two halves": "🦓" * 6_000,
    "quotation marks": '"\\' * 8_000,
}
BUTTONS = tuple(Button(f"A label of some length {place}", "open:room", "v" * 210) for place in range(10))


def bare(text: str) -> str:
    """A text without blanks, which is all that a cut may lose."""
    return "".join(text.split())


def texts(found: tuple[tuple[Block, ...], ...]) -> str:
    """The words of all pages, one after the other."""
    return "".join(block.text for page in found for block in page if isinstance(block, Text | Quote))


@pytest.mark.parametrize("name", LONG)
def test_every_page_is_shown_whole(name: str) -> None:
    """Teams shortens nothing, Slack leaves nothing out, with ten buttons below; all pages together are the text."""
    found = pages([Facts((("State", "Received"),) * 9), Quote(LONG[name], "What was reported"), Text("Audit trail:\n- nothing")])
    assert len(found) > 2
    assert bare(LONG[name]) in bare(texts(found))
    for page in found:
        shown = View((Text("Kept."), *page, *BUTTONS))
        card = teams.render(shown, dialog=True)
        assert teams.size(card) <= teams.LARGEST
        assert card["body"] == teams.drawn(shown)
        assert validators.slack_model_problems(slack.modal(shown)) == []
        assert slack.MORE not in json.dumps(slack.modal(shown))


def test_what_goes_on_is_marked() -> None:
    """Each part of a quote but its last."""
    quotes = [block for page in pages([Quote(LONG["words"], "By")]) for block in page if isinstance(block, Quote)]
    assert [each.cut for each in quotes] == [True] * (len(quotes) - 1) + [False]
    assert {each.citation for each in quotes} == {"By"}


def test_what_fits_is_one_page() -> None:
    """Nothing is torn that need not be; no block at all is one empty page."""
    blocks = (Facts((("State", "Received"),)), Quote("Short.", "By"), Text("Nobody."))
    assert pages(blocks) == (blocks,)
    assert pages(()) == ((),)


def test_a_long_text_begins_where_there_is_room() -> None:
    """It fills the page on which it begins, unless little of that is left."""
    some = Text("x" * (PAGE // 2))
    assert [len(page) for page in pages([some, Quote(LONG["words"][:4_000], "By")])] == [2, 1]
    much = Text("x" * (PAGE - 600))
    assert [len(page) for page in pages([much, Quote(LONG["words"][:4_000], "By")])] == [1, 1]


@given(st.lists(st.one_of(st.text(SIGNS, max_size=3_000), st.text("\n a", max_size=500)), max_size=6), st.integers(700, PAGE))
@settings(max_examples=100, deadline=None)
def test_nothing_is_lost(given: list[str], most: int) -> None:
    """Whatever stands in the texts; and no page weighs more than it may."""
    found = pages([Quote(each, "By") for each in given], most)
    assert bare(texts(found)) == bare("".join(given))
    assert all(sum(map(weight, page)) <= most for page in found)


def test_it_is_cut_at_words() -> None:
    """And at the end of a line, if there is one."""
    assert list(split("one two\nthree four", 132, 400)) == ["one two", "three four"]
    assert " " not in "".join(each[-1] for each in split(("some words " * 50).strip(), 200, 200))


def test_what_cannot_be_torn_counts_too() -> None:
    """A button, or facts, stand where there is room for them."""
    facts = Facts((("Where", "x" * 100),))
    assert weight(BUTTONS[0]) > 0
    assert [len(page) for page in pages([facts, facts, BUTTONS[0]], weight(facts) + 10)] == [1, 1, 1]
