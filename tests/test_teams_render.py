"""Views as Adaptive Cards: golden, accepted by Microsoft's schema and renderer, word for word, small enough whatever comes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.teams import replies
from bot.channels.teams.render import LARGEST, Json, render, size, summary
from bot.channels.teams.shortening import cut
from bot.seals import sealing
from bot.tokens import Tokens
from bot.views import Block, Button, Choice, Facts, Field, Form, Heading, Link, Quote, Text, View, view
from tests import validators
from tests.signing_door import PAGE, SIGNING
from tests.teams_driver import actions, inputs, visible

GOLDEN = Path(__file__).parent / "golden" / "teams"
DRAFT = Form(
    "draft",
    "Check a draft",
    (
        Field("account", "Where?", "personal", choices=(Choice("official", "On the City’s"), Choice("personal", "On my own"))),
        Field("draft", "The draft", "Vote for *me*"),
        Field("note", "A short note", longest=100),
        Field("for", "For whom?", "a,c", choices=(Choice("a", "A"), Choice("b", "B"), Choice("c", "C")), several=True),
    ),
    "Which clauses touch this?",
)
UNCOVERED = Form("uncovered", "Tell HR", (Field("question", "Your question", "what about *dogs*"),), "Tell HR")
EVERY_BLOCK: tuple[Block, ...] = (
    Heading("416.8 Personal use"),
    Heading("“can i post [this](http://evil.example)”"),
    Text("Quoted from the policy:\n- *one* <at>everyone</at>\n2. &amp; **two**"),
    Quote("First line & <b>.\n- a bullet", "416.1 (PURPOSE), Policy, version 1", "Lead-in:", "d."),
    Quote("The beginning", "416.2", cut=True),
    Facts((("Who", "City_Clerk_"), ("Reach", "not known yet"))),
    Link("Official source", "https://example.org/"),
    Button("Ask a person", "person", "signed"),
    Button("Forms", "open:forms"),
    DRAFT,
    Text("End."),
)
SHOWN = {
    "message": render(View(EVERY_BLOCK)),
    "dialog": render(View(EVERY_BLOCK), dialog=True),
    "two_forms": render(view(DRAFT, UNCOVERED), dialog=True),
    "many_buttons": render(View(tuple(Button(f"Read {number}", "read", str(number)) for number in range(8)))),
    "long_quote": render(
        view(Quote("Every word of it counts. " * 2000, "416.9"), Link("Official source", "https://example.org/"))
    ),
    "signing": render(SIGNING, dialog=True, seal=sealing(Tokens(b"test"))),
    "page": render(PAGE, dialog=True, seal=sealing(Tokens(b"test"))),
    "empty": render(View(())),
}


@pytest.mark.parametrize("name", SHOWN)
def test_golden(name: str) -> None:
    """What is sent is what was looked at last. After a wanted change: delete the file and run the tests twice."""
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        path.write_text(json.dumps(SHOWN[name], indent=1, ensure_ascii=False) + "\n", "utf-8")
        pytest.fail(f"{path.name} was missing and has been written: look at it")
    assert json.loads(path.read_text("utf-8")) == SHOWN[name]


@pytest.mark.parametrize("name", SHOWN)
def test_the_official_schema_accepts_every_golden(name: str) -> None:
    """By the schema of Adaptive Cards 1.5, fallbacks included."""
    assert validators.card_schema_problems(SHOWN[name]) == []


def test_microsofts_renderer_accepts_every_golden() -> None:
    """Without a single event of its parser and validator."""
    assert {name: found for name, found in validators.card_events(SHOWN).items() if found} == {}


texts = st.text(max_size=200) | st.builds(
    lambda word, times: f"{word} " * times, st.text(min_size=1, max_size=12), st.integers(0, 4000)
)
labels = st.text(max_size=300)
fields = st.builds(Field, st.sampled_from(["a", "b"]), labels, texts.map(lambda text: text[:3000]))
quotes = st.builds(Quote, texts, labels, texts, st.sampled_from(["", "d."]), st.booleans())
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, texts),
    st.builds(Text, texts),
    quotes,
    st.builds(Facts, st.lists(st.tuples(labels, texts), max_size=5).map(tuple)),
    st.builds(Link, labels, st.just("https://example.org/")),
    st.builds(Button, labels, st.sampled_from(["read", "open:ask"]), st.text(max_size=2000)),
    st.builds(lambda field, submit: Form("f", "Form", (field,), submit), fields, labels),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, max_size=60), st.booleans())
def test_every_card_is_small_enough(shown: list[Block], dialog: bool) -> None:
    """Whatever a view holds, its card keeps within Teams' limit and its rows within six buttons."""
    card = render(View(tuple(shown)), dialog=dialog)
    assert size(card) <= LARGEST
    assert all(len(row["actions"]) <= 6 for row in card["body"] if row["type"] == "ActionSet")


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, max_size=8), st.booleans())
def test_no_text_is_read_as_markup(shown: list[Block], dialog: bool) -> None:
    """Only elements that read no Markdown hold texts of people and policies; headings that do hold plain words."""
    for element in _elements(render(View(tuple(shown)), dialog=dialog)):
        if element["type"] == "TextBlock":
            assert not set(element["text"]) & set("*_[]`~#<>|\\&")
            assert not element["text"].lstrip().startswith("- ")


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=4000).filter(str.strip))
def test_a_clause_comes_out_word_for_word(clause: str) -> None:
    """Each line of it unchanged, in its own paragraph."""
    (container,) = render(view(Quote(clause, "416.1")))["body"]
    said = [item["inlines"][0]["text"] for item in container["items"][:-1]]
    assert said == [line for line in clause.strip().split("\n") if line.strip()]


@settings(max_examples=100, deadline=None)
@given(texts, st.integers(1, 500))
def test_what_is_cut_is_cut_at_a_word(text: str, longest: int) -> None:
    """What is left is the beginning, and ends where a word ends, unless there is no room for a single one."""
    left = cut(text, longest)
    assert text.startswith(left)
    assert len(left) <= longest
    rest = text[len(left) :]
    assert not rest or rest[0].isspace() or not any(map(str.isspace, left.strip()))


def test_a_long_quote_says_that_it_is_cut() -> None:
    """With a sentence and the way to the whole text, and a sign where it ends."""
    shown = visible(SHOWN["long_quote"])
    assert re.search(r"(Every|word|of|it|counts\.)\s…\n", shown)
    assert "Only the beginning is quoted here" in shown
    assert "Official source" in shown


def test_what_is_left_out_is_said() -> None:
    """A section of very many items ends with a sentence and not with an error."""
    shown = visible(render(View(tuple(Quote(f"Item {number} " + "and so on " * 30, f"9.{number}") for number in range(200)))))
    assert "Item 0" in shown
    assert shown.endswith("the rest is left out here.")


def test_a_question_travels_in_a_field_and_in_no_button() -> None:
    """A form in a message holds its text hidden, and no data of a button repeats it."""
    card = render(view(UNCOVERED))
    assert inputs(card) == {"uncovered.question": "what about *dogs*"}
    assert "dogs" not in json.dumps(list(actions(card)))
    assert "dogs" not in visible(card)


def test_a_button_works_in_old_clients_too() -> None:
    """What is pressed carries the same data by both ways, and never what stands in the card's fields."""
    (button,) = actions(render(view(Button("Read it", "read", "signed"))))
    assert button["type"] == "Action.Execute"
    assert button["fallback"]["type"] == "Action.Submit"
    assert button["data"] == button["fallback"]["data"] == {"action": "read", "value": "signed"}
    assert button["associatedInputs"] == button["fallback"]["associatedInputs"] == "none"


def test_notifications_get_one_short_line() -> None:
    """Of what the card says, without its buttons."""
    line = summary(view(Text("Quoted\nfrom the policy:"), Quote("Word " * 100, "416.1"), Button("Ask a person", "person")))
    assert line.startswith("Quoted from the policy: “Word Word")
    assert line.endswith("…")
    assert len(line) < 210
    assert "Ask a person" not in line


def test_at_most_five_results_are_listed() -> None:
    """Each with a title, its first words, and a card to insert."""
    found = [(f"416.{number}", view(Quote("Some <b>words</b> " * 50, "416"))) for number in range(9)]
    listed = replies.in_results(found).body["composeExtension"]["attachments"]
    assert [each["preview"]["content"]["title"] for each in listed] == [f"416.{number}" for number in range(5)]
    assert all("<" not in each["preview"]["content"]["text"] for each in listed)
    assert all(validators.card_schema_problems(each["content"]) == [] for each in listed)


def _elements(part: Json) -> list[Json]:
    found = [part]
    for child in (*part.get("body", ()), *part.get("items", ())):
        found += _elements(child)
    return found
