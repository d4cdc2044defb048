"""Reading what Slack sends: tolerant of any shape, since a payload may be anything; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def dig(body: object, *path: str) -> Any:
    """What stands at this path of nested objects, or None where the path ends early."""
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def text_at(body: object, *path: str) -> str:
    """The text at this path, or an empty one."""
    found = dig(body, *path)
    return found if isinstance(found, str) else ""


def plain_text(text: str) -> str:
    """A message as its writer saw it: mentions gone, links by their label or address, entities as signs."""
    return html.unescape(_REFERENCE.sub(_shown, text)).replace("\xa0", " ").strip()


def _shown(found: re.Match[str]) -> str:
    target, label = found[1], found[2]
    if target.startswith(("@", "!")):
        return " "
    if target.startswith("#"):
        return f"#{label}" if label else " "
    return label or target.removeprefix("mailto:")


def state_values(view: object, form: str) -> dict[str, str]:
    """What was typed or chosen in a form's inputs, by field name; an input left empty gives an empty text."""
    values = {}
    blocks = dig(view, "state", "values")
    for block_id, elements in blocks.items() if isinstance(blocks, Mapping) else ():
        belongs, _, name = str(block_id).partition(":")
        if belongs == form and isinstance(elements, Mapping):
            values[name] = next(filter(None, map(_value, elements.values())), "").strip()
    return values


def _value(element: object) -> str:
    """What one input holds; several choices are joined by commas."""
    chosen = dig(element, "selected_options")
    if isinstance(chosen, list):
        return ",".join(filter(None, (text_at(each, "value") for each in chosen)))
    return text_at(element, "selected_option", "value") or text_at(element, "value")


def blank_fields(view: object, values: Mapping[str, str]) -> list[str]:
    """The names of the fields that were left empty and may not be."""
    blocks = dig(view, "blocks")
    shown = blocks if isinstance(blocks, list) else []
    optional = {text_at(block, "block_id").partition(":")[2] for block in shown if dig(block, "optional") is True}
    return [name for name, value in values.items() if not value and name not in optional]


def held_values(body: object, form: str) -> dict[str, str]:
    """What a form in a message holds: as typed there, or as it was shown. Private messages come without their blocks."""
    blocks = dig(body, "message", "blocks")
    shown = {}
    for block in blocks if isinstance(blocks, list) else ():
        belongs, _, name = text_at(block, "block_id").partition(":")
        if belongs == form:
            shown[name] = html.unescape(text_at(block, "element", "initial_value"))
    typed = {name: value for name, value in state_values(body, form).items() if value}
    return {**shown, **typed}


def team_of(body: object) -> str:
    """The workspace of whoever acts: in a channel shared with others it may be another than the app's."""
    event = dig(body, "event")
    return (
        text_at(event, "user_team")
        or text_at(event, "source_team")
        or text_at(event, "team")
        or text_at(body, "user", "team_id")
        or text_at(body, "team_id")
        or text_at(body, "team", "id")
    )


def enterprise_of(body: object) -> str:
    """The Enterprise Grid organisation that a payload belongs to; empty in channels shared with others."""
    if dig(body, "is_ext_shared_channel"):
        return ""
    authorizations = dig(body, "authorizations")
    first = authorizations[0] if isinstance(authorizations, list) and authorizations else None
    return (
        text_at(body, "enterprise", "id")
        or text_at(body, "enterprise_id")
        or text_at(body, "team", "enterprise_id")
        or text_at(first, "enterprise_id")
    )


def user_of(body: object) -> str:
    """Slack's id of whoever acts, to address the answer; it goes no further than the channel."""
    return text_at(body, "event", "user") or text_at(body, "user", "id") or text_at(body, "user_id")
