"""The checks of Block Kit find planted mistakes, so that none of them passes whatever is rendered."""

from __future__ import annotations

from typing import Any

import pytest

from tests import validators

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str = "Yes", value: str = "yes") -> Json:
    return {"text": plain(text), "value": value}


def asking(element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": "q", "label": plain("Question"), "element": {"action_id": "value", **element}, **more}


TYPED = asking({"type": "plain_text_input"})


def pressing(**more: Any) -> Json:
    return {"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain("Go"), **more}]}


def message(*blocks: Json, **more: Any) -> Json:
    return {"text": "Said", "blocks": list(blocks), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": list(blocks), **more}


QUOTED = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Quoted *as is*", "style": {"italic": True}}]}
    ],
}
SOUND = {
    "message": message({"type": "section", "text": plain("Said")}, QUOTED, pressing(value="signed"), response_type="ephemeral"),
    "modal": modal({"type": "header", "text": plain("Head")}, TYPED, {"type": "context", "elements": [plain("small")]}),
    "a dialog that only goes on": modal({"type": "section", "text": plain("Said")}, private_metadata="sealed"),
    "an input that may be left empty": modal(asking({"type": "plain_text_input"}, optional=True)),
    "home": {"type": "home", "blocks": [asking({"type": "radio_buttons", "options": [option()], "initial_option": option()})]},
}
WRONG_TYPES = {
    "an unknown block": message({"type": "sektion", "text": plain("x")}),
    "a misspelt property": message({"type": "section", "text": plain("x"), "blok_id": "x"}),
    "a misspelt property deep inside": modal(asking({"type": "plain_text_input", "multi_line": True})),
    "markup where plain text must stand": modal(TYPED, title={"type": "mrkdwn", "text": "x"}),
    "a misspelt property of a view": modal(TYPED, submits=plain("x")),
    "no blocks": {"text": "x"},
    "optional as a word": modal(asking({"type": "plain_text_input"}, optional="yes")),
    "a label missing": modal({"type": "input", "element": TYPED["element"]}),
}
WRONG_MODELS = {
    "an unknown block": message({"type": "sektion", "text": plain("x")}),
    "an unknown element": message({"type": "actions", "elements": [{"type": "buton", "text": plain("x")}]}),
    "a misspelt property": message({"type": "section", "text": plain("x"), "blok_id": "x"}),
    "a misspelt property deep inside": message(pressing(valu="x")),
    "a misspelt property of a view": modal(TYPED, submits=plain("x")),
    "a title of 25 characters": modal(TYPED, title=plain("x" * 25)),
    "no title": {"type": "modal", "submit": plain("Send"), "blocks": [TYPED]},
    "101 blocks": modal(*[{"type": "divider"}] * 101),
    "51 blocks in a message": message(*[{"type": "divider"}] * 51),
    "an input without submit": {"type": "modal", "title": plain("Title"), "blocks": [TYPED]},
    "submit on Home": {"type": "home", "submit": plain("Send"), "blocks": [TYPED]},
    "private metadata too long": modal(TYPED, private_metadata="x" * 3001),
    "a message without text": {"blocks": [pressing()]},
    "a message whose text is blank": message(pressing(), text=" "),
    "an empty section": message({"type": "section", "text": plain("")}),
    "a section too long": message({"type": "section", "text": plain("x" * 3001)}),
    "a field too long": message({"type": "section", "fields": [plain("x" * 2001)]}),
    "a header too long": message({"type": "header", "text": plain("x" * 151)}),
    "a button's text too long": message(pressing(text=plain("x" * 76))),
    "a button's value too long": message(pressing(value="x" * 2001)),
    "an action id too long": message(pressing(action_id="x" * 256)),
    "an action id twice": message({"type": "actions", "elements": pressing()["elements"] * 2}),
    "a block id twice": modal(TYPED, TYPED),
    "actions without any": message({"type": "actions", "elements": []}),
    "a label too long": modal({**TYPED, "label": plain("x" * 2001)}),
    "a select without options": modal(asking({"type": "static_select"})),
    "eleven radio buttons": modal(asking({"type": "radio_buttons", "options": [option(value=str(n)) for n in range(11)]})),
    "an option's text too long": modal(asking({"type": "radio_buttons", "options": [option("x" * 76)]})),
    "an option's value too long": modal(asking({"type": "radio_buttons", "options": [option(value="x" * 151)]})),
    "a choice that is none": modal(
        asking({"type": "radio_buttons", "options": [option()], "initial_option": option("No", "no")})
    ),
    "longest too long": modal(asking({"type": "plain_text_input", "max_length": 3001})),
    "more than the longest": modal(asking({"type": "plain_text_input", "max_length": 2, "initial_value": "xyz"})),
}


@pytest.fixture(scope="module")
def types() -> dict[str, list[str]]:
    """What Slack's types say of all views and messages of this module, asked once."""
    return validators.blocks_problems(SOUND | WRONG_TYPES)


@pytest.mark.parametrize("name", SOUND)
def test_sound_payload(name: str, types: dict[str, list[str]]) -> None:
    """A view or message without a mistake passes both of Slack's checks."""
    assert types[name] == []
    assert validators.slack_model_problems(SOUND[name]) == []


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_types_find(name: str, types: dict[str, list[str]]) -> None:
    """Slack's types find a mistake of shape."""
    assert types[name]


@pytest.mark.parametrize("name", WRONG_MODELS)
def test_models_find(name: str) -> None:
    """Slack's models, with our limits, find a mistake of shape, length, count or rule."""
    assert len(validators.slack_model_problems(WRONG_MODELS[name])) == 1
