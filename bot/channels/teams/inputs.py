"""The fields of a form as a card's inputs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.views import Field, Form

Json = dict[str, Any]

# A text as long as this is asked for in a field of several lines.
_ONE_LINE = 200
# More choices than this stand in a list that is opened.
_MOST_SHOWN = 10


def held(form: Form) -> Iterator[Json]:
    """What a form holds to begin with travels in hidden fields, never in the data of a button."""
    for field in form.fields:
        if field.value:
            yield {"type": "Input.Text", "id": f"{form.id}.{field.name}", "isVisible": False, "value": field.value}


def asked(form: Form, field: Field) -> Json:
    """The input for a field, named after the form and the field."""
    shown: Json = {"id": f"{form.id}.{field.name}", "label": field.label, "isRequired": not field.optional}
    if field.choices:
        choices = [{"title": choice.label, "value": choice.value} for choice in field.choices]
        chosen = {"value": field.value} if field.value else {}
        wrong = {} if field.optional else {"errorMessage": "Please choose one."}
        style = "expanded" if len(choices) <= _MOST_SHOWN or field.several else "compact"
        several = {"isMultiSelect": True} if field.several else {}
        return {"type": "Input.ChoiceSet", **shown, "style": style, **several, "choices": choices, **wrong, **chosen}
    return {
        "type": "Input.Text",
        **shown,
        "isMultiline": field.longest > _ONE_LINE,
        "maxLength": field.longest,
        **({} if field.optional else {"errorMessage": "Please fill this in."}),
        "value": field.value,
    }
