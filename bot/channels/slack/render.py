"""A view as Block Kit: for a message, a dialog ("modal") or the app's Home. Pure.

User and policy text goes into plain text and rich text objects, which know no markup, so that nothing in it can mention,
link or format. Limits are those of docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import assert_never

from bot.channels import plain
from bot.channels.slack import texts
from bot.channels.slack.inputs import asked
from bot.seals import NotWhole, Seal, carried, refusing
from bot.views import OPEN, Block, Button, Facts, Form, Heading, Link, Quote, Text, View

Json = texts.Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Slack refuses a message whose blocks hold more text than about 13,000 characters.
MESSAGE_TEXT = 12_000
VIEW_TEXT = 60_000
HEADER = 150
TITLE = 24
METADATA = 3000
BUTTONS_A_ROW = 5
FALLBACK = 3000
TITLE_ELSE = "Answer"
NOTHING = "–"
MORE = "There is more than fits here. Ask for a clause by its number, or read it at the official source."


class StateTooLong(ValueError):
    """The state of a form is longer than a dialog takes."""


class Surface(Enum):
    """Where a view is shown."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


def message(view: View) -> Json:
    """The view as a message: blocks, and the top-level text that notifications and screen readers use."""
    text = plain.render(view)
    return {"text": _fallback(text), "blocks": _blocks(view, Surface.MESSAGE, text)}


def shared(view: View) -> Json:
    """The view for everybody in a channel: nothing to press."""
    return message(view.without_choices())


def is_quote(message: Json) -> bool:
    """Whether a message quotes a clause; a refusal does not."""
    return any(part["type"] == "rich_text_quote" for block in message["blocks"] for part in block.get("elements", ()))


def modal(view: View, seal: Seal = refusing) -> Json:
    """The view as a dialog. Its first form is the dialog's own, with a button to send it, and carries its state sealed.

    Raises NotWhole where something around a form with a state would be left out, StateTooLong, and NoPlaceForState where
    another form than the first has one.
    """
    form = view.forms[0] if view.forms else None
    shown = drawn(view)
    sealed = carried(form, shown, seal) if form and form.state else ""
    if len(sealed) > METADATA:
        raise StateTooLong
    return {
        "type": "modal",
        "callback_id": form.id if form else "view",
        "close": texts.plain("Cancel" if form and _is_its_own(form, view) else "Close", TITLE),
        **shown,
        **({"private_metadata": sealed} if sealed else {}),
    }


def drawn(view: View) -> Json:
    """What somebody sees of a dialog: its title, its blocks and the button that sends it. This is what a seal digests."""
    form = view.forms[0] if view.forms else None
    shown = {
        "title": texts.plain(form.title if form and _is_its_own(form, view) else TITLE_ELSE, TITLE),
        "blocks": _blocks(view, Surface.MODAL, plain.render(view)),
    }
    return {**shown, "submit": texts.plain(form.submit, TITLE)} if form else shown


def _is_its_own(form: Form, view: View) -> bool:
    """Whether the dialog is about the form; an answer may also end with one."""
    return view.blocks == (form,) or bool(form.state)


def home(view: View) -> Json:
    """The view as the app's Home; its forms stand in it, each with its button."""
    return {"type": "home", "blocks": _blocks(view, Surface.HOME, plain.render(view))}


def waiting(name: str) -> Json:
    """The dialog that is opened at once, before there is anything to show; it is found again by this name."""
    return {
        "type": "modal",
        "external_id": name,
        "callback_id": "waiting",
        "title": texts.plain(TITLE_ELSE, TITLE),
        "close": texts.plain("Close", TITLE),
        "blocks": [texts.section("One moment …")],
    }


def _fallback(text: str) -> str:
    """A view's plain text in which nothing is markup for Slack."""
    return html.escape(text if len(text) <= FALLBACK else f"{texts.cut(text, FALLBACK)} …", quote=False)


def _blocks(view: View, surface: Surface, text: str) -> list[Json]:
    """All blocks of a view, whose plain text is `text`, cut with a plain word where Slack would refuse them."""
    blocks = [*_numbered(_grouped(view.blocks, surface, first=view.forms[0] if view.forms else None))]
    most, longest = (MESSAGE_BLOCKS, MESSAGE_TEXT) if surface is Surface.MESSAGE else (VIEW_BLOCKS, VIEW_TEXT)
    if len(blocks) <= most and len(text) < longest // 4:
        return blocks  # far from any limit, as nearly always
    kept = _fitting(blocks, most, longest)
    if kept == len(blocks):
        return blocks
    if any(form.state for form in view.forms):
        raise NotWhole
    return [*blocks[:kept], texts.section(MORE)]


def _fitting(blocks: Sequence[Json], most: int, longest: int) -> int:
    """How many of the blocks may be shown."""
    total = 0
    for place, block in enumerate(blocks):
        total += texts.length(block)
        if total > longest or (place == most - 1 and len(blocks) > most):
            return place
    return len(blocks)


def _grouped(blocks: Sequence[Block], surface: Surface, first: Form | None) -> Iterator[Json]:
    """Block by block; buttons that stand together share a row."""
    row: list[Button] = []
    before: Block | None = None
    for block in blocks:
        if isinstance(block, Button):
            row.append(block)
            continue
        if isinstance(block, Form) and not _stands_open(block, surface, first):
            refusing(block.state, ())
            yield from _rows(row)
            row = [Button(block.submit, f"{OPEN}{block.id}")]
            yield from _held(block)
            continue
        yield from _rows(row)
        row = []
        if isinstance(block, Facts) and isinstance(before, Facts):
            yield {"type": "divider"}
        yield from _block(block, surface)
        before = block
    yield from _rows(row)


def _stands_open(form: Form, surface: Surface, first: Form | None) -> bool:
    """Whether a form's inputs are shown; a message shows a button instead that opens a dialog."""
    return surface is Surface.HOME or (surface is Surface.MODAL and form is first)


def _block(block: Block, surface: Surface) -> Iterator[Json]:
    match block:
        case Heading(text):
            yield {"type": "header", "text": texts.plain(text, HEADER)}
        case Text(text):
            yield from map(texts.section, texts.pieces(text, texts.SECTION))
        case Quote():
            yield from _quote(block)
        case Facts(pairs):
            yield from _facts(pairs)
        case Link(label, url):
            yield texts.rich({"type": "rich_text_section", "elements": [{"type": "link", "url": url, "text": label}]})
        case Form():
            yield from _inputs(block, surface)
        case Button():
            yield from _rows([block])
        case _:
            assert_never(block)


def _quote(quote: Quote) -> Iterator[Json]:
    """The policy's words with a bar beside them, and under them where they stand."""
    lead = [{"type": "text", "text": f"{quote.lead_in}\n\n", "style": {"italic": True}}] if quote.lead_in else []
    pieces = texts.pieces(plain.words(quote), texts.SECTION)
    for place, piece in enumerate(pieces):
        elements = [*(lead if place == 0 else []), {"type": "text", "text": piece}]
        yield texts.rich({"type": "rich_text_quote", "elements": elements})
    yield {"type": "context", "elements": [texts.plain(quote.citation, texts.CONTEXT)]}


def _facts(pairs: Sequence[tuple[str, str]]) -> Iterator[Json]:
    """A line for each, its label in bold."""
    lines: list[Json] = []
    for place, (label, value) in enumerate(pairs):
        end = "\n" if place < len(pairs) - 1 else ""
        lines += [
            {"type": "text", "text": f"{label}: ", "style": {"bold": True}},
            {"type": "text", "text": f"{value or NOTHING}{end}"},
        ]
    if lines:
        yield texts.rich({"type": "rich_text_section", "elements": lines})


def _rows(buttons: Sequence[Button]) -> Iterator[Json]:
    for start in range(0, len(buttons), BUTTONS_A_ROW):
        yield {"type": "actions", "elements": [_button(each) for each in buttons[start : start + BUTTONS_A_ROW]]}


def _button(button: Button) -> Json:
    shown: Json = {"type": "button", "action_id": button.action, "text": texts.plain(button.label, texts.LABEL)}
    return {**shown, "value": button.value} if button.value else shown


def _held(form: Form) -> Iterator[Json]:
    """What a form holds to begin with, shown before its button; the dialog is filled from what stands there."""
    for field in form.fields:
        if field.value and not field.choices:
            yield asked(form, field)


def _inputs(form: Form, surface: Surface) -> Iterator[Json]:
    for field in form.fields:
        yield asked(form, field)
    if surface is Surface.HOME:
        refusing(form.state, ())
        yield {"type": "actions", "elements": [{**_button(Button(form.submit, f"submit:{form.id}")), "style": "primary"}]}


def _numbered(blocks: Iterator[Json]) -> Iterator[Json]:
    """Action ids made different from each other, as Slack asks; what stands after the sign only tells them apart."""
    number = 0
    for block in blocks:
        for element in block["elements"] if block["type"] == "actions" else ():
            element["action_id"] = f"{element['action_id']}#{number}"
            number += 1
        yield block
