"""What Slack would refuse in a view or message, by its own Python models and by the limits that those do not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = Mapping[str, Any]

MESSAGE_BLOCKS = 50
FIELD = 2000
OPTION_TEXT = 75
OPTION_VALUE = 150
CHOICES = 10
TYPED = 3000


def problems(payload: Json) -> list[str]:
    """Everything wrong with a view (it has a `type`) or a message (it has not), each with where it stands."""
    blocks: Sequence[Json] = payload.get("blocks", ())
    found = [*(_of_view(payload) if "type" in payload else _of_message(payload)), *_ids(blocks)]
    for place, block in enumerate(blocks):
        found += [f"blocks/{place}: {each}" for each in [*_modelled(block), *_of_block(block)]]
    return found


def _of_view(view: Json) -> Iterator[str]:
    bare = {name: value for name, value in view.items() if name != "blocks"}
    try:
        View(**view).validate_json()
        kept = View(**bare).get_non_null_attributes()
    except (SlackObjectFormationError, TypeError) as error:
        yield str(error)
    else:
        yield from _dropped(bare, kept)
    if view["type"] == "modal" and not view.get("title"):
        yield "a modal needs a title"
    if view["type"] == "modal" and not view.get("submit") and any(block.get("type") == "input" for block in view["blocks"]):
        yield "a modal with inputs needs submit"


def _of_message(message: Json) -> Iterator[str]:
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "a message needs a top-level text, which screen readers and notifications use"
    if len(message.get("blocks", ())) > MESSAGE_BLOCKS:
        yield f"a message has at most {MESSAGE_BLOCKS} blocks"


def _modelled(block: Json) -> Iterator[str]:
    """What the model of the block refuses, or does not know and leaves out."""
    try:
        model = Block.parse(dict(block))
        kept = model.to_dict() if model else None
    except (SlackObjectFormationError, TypeError) as error:
        yield str(error)
        return
    if kept is None:
        yield f"unknown block {block.get('type')!r}"
    else:
        yield from _dropped(block, kept)


def _dropped(given: object, kept: object, path: str = "") -> Iterator[str]:
    """Where a model has less than was given: misspelt, unknown or empty."""
    if isinstance(given, Mapping) and isinstance(kept, Mapping):
        for name, value in given.items():
            yield from _dropped(value, kept.get(name), f"{path}/{name}")
    elif isinstance(given, list) and isinstance(kept, list):
        for place, (value, other) in enumerate(zip(given, kept, strict=True)):
            yield from _dropped(value, other, f"{path}/{place}")
    elif given != kept:
        yield f"{path}: unknown or empty for Slack's models"


def _of_block(block: Json) -> Iterator[str]:
    for field in block.get("fields", ()):
        if len(field["text"]) > FIELD:
            yield f"a field's text has at most {FIELD} characters"
    for element in [block.get("element", {}), block.get("accessory", {}), *block.get("elements", ())]:
        yield from _of_options(element)
        yield from _of_typed(element)


def _of_options(element: Json) -> Iterator[str]:
    options: Sequence[Json] = element.get("options", ())
    if element.get("type") in ("radio_buttons", "checkboxes") and len(options) > CHOICES:
        yield f"{element['type']} has at most {CHOICES} options"
    if any(len(option["text"]["text"]) > OPTION_TEXT for option in options):
        yield f"an option's text has at most {OPTION_TEXT} characters"
    if any(len(option["value"]) > OPTION_VALUE for option in options):
        yield f"an option's value has at most {OPTION_VALUE} characters"
    if "initial_option" in element and element["initial_option"] not in options:
        yield "the initial option is not one of the options"


def _of_typed(element: Json) -> Iterator[str]:
    longest = element.get("max_length", TYPED)
    if longest > TYPED:
        yield f"max_length is at most {TYPED}"
    if len(element.get("initial_value", "")) > longest:
        yield "the initial value is longer than max_length"


def _ids(blocks: Sequence[Json]) -> Iterator[str]:
    yield from _twice("block_id", blocks)
    for place, block in enumerate(blocks):
        for each in _twice("action_id", block.get("elements", ())):
            yield f"blocks/{place}: {each}"


def _twice(name: str, items: Sequence[Json]) -> Iterator[str]:
    ids = [item[name] for item in items if name in item]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield f"{name} {id!r} is used twice"
