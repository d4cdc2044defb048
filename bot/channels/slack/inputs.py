"""The fields of a form as Slack's inputs. Pure."""

from __future__ import annotations

from bot.channels.slack import texts
from bot.views import Field, Form

Json = texts.Json

ONE_LINE = 200
# https://docs.slack.dev/reference/block-kit/block-elements/radio-button-group-element, and checkboxes-element
MOST_SHOWN = 10


def asked(form: Form, field: Field) -> Json:
    """The input for a field, whose block is named after the form and the field."""
    shown = {
        "type": "input",
        "block_id": f"{form.id}:{field.name}",
        "label": texts.plain(field.label, texts.CONTEXT),
        "element": _choices(field) if field.choices else _input(field),
    }
    return {**shown, "optional": True} if field.optional else shown


def _input(field: Field) -> Json:
    longest = min(field.longest, texts.SECTION)
    shown: Json = {"type": "plain_text_input", "action_id": "value", "max_length": longest, "multiline": longest > ONE_LINE}
    return {**shown, "initial_value": field.value[:longest]} if field.value else shown


def _choices(field: Field) -> Json:
    """Radio buttons or checkboxes, or a list where there are more choices than Slack takes of these."""
    options = {choice.value: {"text": texts.plain(choice.label, texts.LABEL), "value": choice.value} for choice in field.choices}
    few, many = ("checkboxes", "multi_static_select") if field.several else ("radio_buttons", "static_select")
    kind = few if len(options) <= MOST_SHOWN else many
    shown: Json = {"type": kind, "action_id": "value", "options": list(options.values())}
    held = [options[each] for each in field.held]
    if not held:
        return shown
    return {**shown, "initial_options": held} if field.several else {**shown, "initial_option": held[0]}
