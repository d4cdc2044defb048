"""A view as an Adaptive Card 1.5. Pure; every card keeps within the size that Teams shows everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, assert_never

from bot.channels import plain
from bot.channels.teams import inputs
from bot.channels.teams.encoding import encoded
from bot.channels.teams.shortening import CUT, cut, shortened
from bot.seals import NoPlaceForState, NotWhole, Seal, carried, refusing
from bot.views import OPEN, Button, Facts, Form, Heading, Link, Quote, Text, View

Json = inputs.Json

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
# Teams takes 28 KB for a card in a search result, the smallest of its limits; some bytes are left for what stands around it.
LARGEST = 27_000
# Teams neither wraps a row of buttons nor their labels, and cuts what does not fit: so many a row, with so many signs in all.
MOST_BUTTONS = 3
ROW_SIGNS = 42
LONGEST_SPOKEN = 1_500
LONGEST_SUMMARY = 200
# How many characters of each text are shown, tried one after the other until the card is small enough.
_LENGTHS = (100_000, 8_000, 4_000, 2_000, 1_000, 400)
_DIALOG_TITLE = "Answer"
# Any sign that Markdown may read, and what begins a list.
_MARKDOWN = re.compile(r"""[^\w\s.,:;?!()“”‘’'"/…–—-]|_|^\s*(?:-|\d+[.)])\s""")


def render(view: View, *, dialog: bool = False, seal: Seal = refusing) -> Json:
    """The card of a view, for a message or for a dialog.

    In a message a form is a button that opens a dialog; in a dialog its fields can be filled, and it carries its state sealed.
    Raises NotWhole where something around a form with a state would be left out, and NoPlaceForState where it cannot be filled.
    """
    if any(form.state for form in view.forms):
        return _whole(view, dialog, seal)
    for longest in _LENGTHS:
        card = _card(shortened(view, longest), dialog)
        if size(card) <= LARGEST:
            return card
    return _beginning(view, dialog)


def drawn(view: View) -> list[Json]:
    """The body of a dialog's card as somebody sees it. This is what a seal digests."""
    return list(_body(view, dialog=True))


def size(card: Json) -> int:
    """The bytes of a card as it is sent."""
    return len(encoded(card))


def summary(view: View) -> str:
    """One line for notifications and the list of chats."""
    blocks = (replace(block, lead_in="") if isinstance(block, Quote) else block for block in view.without_choices().blocks)
    line = " ".join(plain.render(View(tuple(blocks))).split())
    return line if len(line) <= LONGEST_SUMMARY else cut(line, LONGEST_SUMMARY) + CUT


def title(view: View) -> str:
    """The title of a dialog with this view: the form's where it is about that; an answer may also end with a form."""
    about = next((form for form in view.forms if form.state or view.blocks == (form,)), None)
    return about.title if about else _DIALOG_TITLE


def _whole(view: View, dialog: bool, seal: Seal) -> Json:
    """The card of a view whose form has a state."""
    form = _fillable(view, dialog)
    if form is None:
        raise NoPlaceForState
    card = _card(view, dialog, carried(form, drawn(view), seal))
    if size(card) > LARGEST:
        raise NotWhole
    return card


def _fillable(view: View, dialog: bool) -> Form | None:
    """The form whose fields are shown: the only one of a dialog."""
    return view.forms[0] if dialog and len(view.forms) == 1 else None


def _beginning(view: View, dialog: bool) -> Json:
    """As many blocks from the top as there is room for, all texts cut short."""
    blocks = shortened(view, _LENGTHS[-1]).blocks
    note = Text("This is longer than a message may be; the rest is left out here.")
    fits, too_many = 0, len(blocks)
    while too_many - fits > 1:
        half = (fits + too_many) // 2
        small = size(_card(View((*blocks[:half], note)), dialog)) <= LARGEST
        fits, too_many = (half, too_many) if small else (fits, half)
    return _card(View((*blocks[:fits], note)), dialog)


def _card(view: View, dialog: bool, sealed: str = "") -> Json:
    said = plain.render(view.without_choices())[:LONGEST_SPOKEN]
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": "en",
        "msteams": {"width": "Full"},
        # What is spoken may be markup, so nothing in it may look like it.
        "speak": re.sub(r"[<>&]", " ", said),
        "fallbackText": plain.render(view)[:LONGEST_SPOKEN],
        "body": list(_body(view, dialog, sealed)),
    }


def _body(view: View, dialog: bool, sealed: str = "") -> Iterator[Json]:
    """The elements from top to bottom; what can be pressed stands in rows. `sealed` is the state of the form to be filled."""
    fillable = _fillable(view, dialog)
    actions: list[Json] = []
    for block in view.blocks:
        if isinstance(block, Form) and block is fillable:
            yield from _rows(actions)
            yield from (inputs.asked(block, field) for field in block.fields)
            data = {"form": block.id, "state": sealed} if sealed else {"form": block.id}
            actions = [{**_submit(block.submit, data), "style": "positive"}]
        elif isinstance(block, Button | Form):
            yield from inputs.held(block) if isinstance(block, Form) else ()
            actions.append(_action(block, dialog))
        else:
            yield from _rows(actions)
            yield from _element(block)
            actions = []
    yield from _rows(actions)


def _rows(actions: Sequence[Json]) -> Iterator[Json]:
    """The buttons in rows that have room for all of each label."""
    row: list[Json] = []
    for action in actions:
        if row and (len(row) == MOST_BUTTONS or sum(len(each["title"]) for each in [*row, action]) > ROW_SIGNS):
            yield {"type": "ActionSet", "actions": row}
            row = []
        row.append(action)
    if row:
        yield {"type": "ActionSet", "actions": row}


def _element(block: Heading | Text | Quote | Facts | Link) -> Iterator[Json]:
    match block:
        case Heading(text):
            yield _heading(text)
        case Text(text):
            yield from _lines(text)
        case Quote():
            yield {"type": "Container", "style": "emphasis", "items": list(_quote(block))}
        case Facts(pairs):
            for number, (label, value) in enumerate(pairs):
                runs = _run(f"{label}: ", weight="bolder"), _run(value)
                yield _runs(*runs, spacing="small" if number else "medium")
        case Link(label, url):
            yield _runs(_run(label, selectAction={"type": "Action.OpenUrl", "title": label, "url": url}))
        case _:
            assert_never(block)


def _quote(block: Quote) -> Iterator[Json]:
    if block.lead_in:
        yield from _lines(block.lead_in, isSubtle=True)
    yield from _lines(plain.words(block))
    yield _runs(_run(f"— {block.citation}", weight="bolder", size="small"))


def _heading(text: str) -> Json:
    """A heading that screen readers know as one; only a TextBlock can be, and it reads Markdown.

    Teams on telephones shows the backslashes of escaped Markdown, so a text with such signs is set in bold instead.
    """
    if not text or _MARKDOWN.search(text):
        return _runs(_run(text or " ", weight="bolder", size="medium"))
    return {"type": "TextBlock", "text": text, "style": "heading", "size": "medium", "weight": "bolder", "wrap": True}


def _lines(text: str, **looks: Any) -> Iterator[Json]:
    """A paragraph a line, in an element that reads no Markdown; a line break within it would not be shown."""
    for number, line in enumerate(filter(str.strip, text.split("\n"))):
        yield _runs(_run(line, **looks), spacing="small" if number else "default")


def _runs(*runs: Json, spacing: str = "default") -> Json:
    return {"type": "RichTextBlock", "inlines": list(runs), "spacing": spacing}


def _run(text: str, **looks: Any) -> Json:
    return {"type": "TextRun", "text": text, **looks}


def _action(block: Button | Form, dialog: bool) -> Json:
    """A button; in a message, one that brings a form opens a dialog."""
    if isinstance(block, Form):
        data = {"action": f"{OPEN}{block.id}", "value": ""}
        return _submit(block.submit, data) if dialog else _opening(block.submit, data)
    data = {"action": block.action, "value": block.value}
    if dialog:
        return {**_submit(block.label, data), "associatedInputs": "none"}
    if block.action.startswith(OPEN):
        return {**_opening(block.label, data), "associatedInputs": "none"}
    return _pressing(block.label, data)


def _submit(label: str, data: Json) -> Json:
    return {"type": "Action.Submit", "title": label, "data": data}


def _opening(label: str, data: Json) -> Json:
    """A button that opens a dialog, which takes along what the card's hidden fields hold."""
    return _submit(label, {"msteams": {"type": "task/fetch"}, **data})


def _pressing(label: str, data: Json) -> Json:
    """A button that is answered at once, and as a message by clients that do not know such buttons."""
    inputs = {"associatedInputs": "none"}
    pressed = {"type": "Action.Execute", "title": label, "verb": data["action"], "data": data, **inputs}
    return {**pressed, "fallback": {**_submit(label, data), **inputs}}
