"""Views as Block Kit: golden, accepted by Slack's own types and models, word for word, and inside the limits whatever comes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.slack import render
from bot.channels.slack.payloads import held_values, plain_text, state_values
from bot.seals import sealing
from bot.tokens import Tokens
from bot.views import Block, Button, Choice, Facts, Field, Form, Heading, Link, Quote, Text, View, view
from tests import validators
from tests.signing_door import PAGE, SIGNING
from tests.slack_driver import visible

GOLDEN = Path(__file__).parent / "golden" / "slack"
EVERY_BLOCK = view(
    Heading("“can i post <this>”"),
    Text("Quoted from the policy:"),
    Quote("First line & <!channel>.\n- a bullet", "416.1 (PURPOSE), Policy, version 1", "Lead-in:", "d."),
    Quote("The beginning", "416.2", cut=True),
    Facts((("Who", "City Clerk"), ("Reach", "not known yet"))),
    Link("Official source", "https://example.org/"),
    Button("Ask a person", "person", "signed"),
    Button("Forms", "open:forms"),
    Form(
        "draft",
        "Check a draft",
        (
            Field(
                "account", "Where?", "personal", choices=(Choice("official", "On the City’s"), Choice("personal", "On my own"))
            ),
            Field("draft", "The draft", "Vote for *me*"),
            Field("note", "A short note", longest=100),
        ),
        "Which clauses touch this?",
    ),
    Text("End."),
)
SHOWN = {
    "message": render.message(EVERY_BLOCK),
    "modal": render.modal(EVERY_BLOCK),
    "answer": render.modal(view(Text("Kept for HR."))),
    "signing": render.modal(SIGNING, sealing(Tokens(b"test"))),
    "page": render.modal(PAGE, sealing(Tokens(b"test"))),
    "home": render.home(EVERY_BLOCK),
    "waiting": render.waiting("w1"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_golden(name: str) -> None:
    """What is sent is what was looked at last. After a wanted change: delete the file and run the tests twice."""
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(SHOWN[name], indent=1, ensure_ascii=False) + "\n", "utf-8")
        pytest.fail(f"{path.name} was missing and has been written: look at it")
    assert json.loads(path.read_text("utf-8")) == SHOWN[name]


def test_slack_accepts_every_golden() -> None:
    """By Slack's own types, compiled."""
    assert {name: found for name, found in validators.blocks_problems(SHOWN).items() if found} == {}


@pytest.mark.parametrize("name", SHOWN)
def test_slacks_models_accept_every_golden(name: str) -> None:
    """And by its limits."""
    assert validators.slack_model_problems(SHOWN[name]) == []


texts = st.text(st.characters(codec="utf-8"), max_size=200) | st.builds(
    lambda word, times: f"{word} " * times, st.text(min_size=1, max_size=12), st.integers(0, 1500)
)
labels = st.text(min_size=1, max_size=200).filter(lambda text: bool(text.strip()))
fields = st.builds(Field, st.sampled_from(["a", "b"]), labels, texts)
choices = st.builds(
    Field,
    st.just("c"),
    labels,
    st.sampled_from(["", "1", "1,2"]),
    choices=st.sampled_from([2, 12]).map(lambda many: tuple(Choice(str(n), f"{n} two" * 40) for n in range(1, many + 1))),
    several=st.booleans(),
)
forms = st.builds(
    lambda first, second, submit: Form("f", "Form", (first, second), submit),
    fields.filter(lambda f: f.name == "a"),
    choices,
    labels,
)
quotes = st.builds(Quote, texts.filter(str.strip), labels, texts, st.sampled_from(["", "d."]))
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, labels),
    st.builds(Text, texts.filter(str.strip)),
    quotes,
    st.builds(Facts, st.lists(st.tuples(labels, texts), min_size=1, max_size=5).map(tuple)),
    st.builds(Link, labels, st.just("https://example.org/")),
    st.builds(Button, labels, st.sampled_from(["read", "open:ask"]), st.text(max_size=100)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, min_size=1, max_size=60), st.none() | forms)
def test_nothing_is_sent_to_fail(shown: list[Block], form: Form | None) -> None:
    """Whatever a view holds, Slack's limits hold, and no user or policy text becomes markup."""
    whole = View((*shown, form) if form else tuple(shown))
    for sent in (render.message(whole), render.modal(whole), render.home(whole)):
        assert validators.slack_model_problems(sent) == []
        assert '"type": "mrkdwn"' not in json.dumps(sent)


@settings(max_examples=100, deadline=None)
@given(quotes)
def test_a_quote_comes_out_word_for_word(quote: Quote) -> None:
    """Long ones in pieces, none of them changed."""
    shown = render.modal(view(quote))
    parts = [part for block in shown["blocks"] if block["type"] == "rich_text" for part in block["elements"][0]["elements"]]
    said = [part["text"] for part in parts if "style" not in part]
    assert "".join("".join(said).split()) == "".join(f"{quote.mark}{quote.text}".split())


def test_what_does_not_fit_is_said() -> None:
    """A section of very many items ends with a sentence and not with an error."""
    items = tuple(Quote(f"Item {number}", f"9.{number}") for number in range(80))
    shown = render.message(View(items))
    assert len(shown["blocks"]) <= render.MESSAGE_BLOCKS
    assert visible(shown["blocks"][-1]) == render.MORE
    assert "Item 0" in visible(shown)


def test_a_form_in_a_message_is_filled_from_what_stands_there() -> None:
    """What the button opens begins with the text beside it, unchanged, and not with anything that the button carries."""
    question = "May I <post> & tag @everyone?\nsecond line"
    form = Form("uncovered", "Tell HR", (Field("question", "Your question", question),), "Tell HR it’s not covered")
    shown = render.message(view(form))
    assert held_values({"message": shown}, "uncovered") == {"question": question}
    buttons: list[dict[str, Any]] = shown["blocks"][-1]["elements"]
    assert all("value" not in button for button in buttons)


def test_a_private_message_comes_back_with_what_stands_in_it() -> None:
    """Slack sends no blocks of a message that one person sees, only what its inputs hold."""
    state = {"values": {"uncovered:question": {"value": {"type": "plain_text_input", "value": "as typed"}}}}
    assert held_values({"container": {"is_ephemeral": True}, "state": state}, "uncovered") == {"question": "as typed"}
    blocks = render.message(view(Form("uncovered", "T", (Field("question", "Q", "as shown"),), "S")))["blocks"]
    assert held_values({"message": {"blocks": blocks}, "state": state}, "uncovered") == {"question": "as typed"}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("<@U0BOT> can I post?", "can I post?"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("see <https://example.org|our page> now", "see our page now"),
        ("see <https://example.org>", "see https://example.org"),
        ("in <#C1|general> <!here>", "in #general"),
        ("write <mailto:a@b.org>", "write a@b.org"),
        ("", ""),
    ],
)
def test_messages_are_read_as_written(sent: str, read: str) -> None:
    """Slack's own markup comes off."""
    assert plain_text(sent) == read


@pytest.mark.parametrize(
    "view", [None, [], {"state": 1}, {"state": {"values": {"f:a": 1, "f:b": {"value": {"value": 5}}, 3: {}}}}]
)
def test_any_state_is_read(view: object) -> None:
    """Broken ones give nothing."""
    assert not any(state_values(view, "f").values())
