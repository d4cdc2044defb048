"""What a form of the page sends, read back: a body becomes a turn, or is refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from bot.channels.web.render import ACTION, FIELD, FORM, LABEL, STANDING, STANDINGS, STATE, VALUE, Done, Seat
from bot.journeys.home import ASK, FORMS, LONGEST
from bot.seals import submitted
from bot.tokens import Tokens
from bot.turns import Pressed, Submitted
from bot.views import Field, Form

# How a form without files is sent.
ENCODED = "application/x-www-form-urlencoded"
_MOST_FIELDS = 50
_LONGEST_LABEL = 200
_LONGEST_NUMBER = 9


class Malformed(Exception):
    """That was not sent by this page, so it was not read. Please start over."""


@dataclass(frozen=True, slots=True)
class Post:
    """One turn with the seat that was chosen for it, and the label of what was pressed."""

    turn: Pressed | Submitted
    seat: Seat
    label: str = field(default="", repr=False)

    @property
    def typed(self) -> Mapping[str, str]:
        """What stood in the form, by field name; nothing where a button was pressed."""
        return self.turn.values if isinstance(self.turn, Submitted) else {}


def read(body: bytes, tokens: Tokens) -> Post:
    """The turn in an encoded form.

    Raises Malformed where a browser would not have sent it so, and ForgedButton where a form's state was not sealed here.
    """
    sent = fields(body)
    seat = next((each for each in STANDINGS if each.id == sent.get(STANDING, STANDINGS[0].id)), None)
    if seat is None or (ACTION in sent) == (FORM in sent):
        raise Malformed
    if ACTION in sent:
        return Post(Pressed(sent[ACTION], sent.get(VALUE, "")), seat, sent.get(LABEL, "")[:_LONGEST_LABEL])
    return Post(submitted(tokens, sent[FORM], _fitting(sent[FORM], typed(sent)), sent.get(STATE, "")), seat)


def form_of(post: Post) -> Form | None:
    """The form that was sent, where it is one of those that always look the same; one with a state only its journey knows."""
    return FORMS.get(post.turn.form) if isinstance(post.turn, Submitted) and not post.turn.state else None


def missing(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """What keeps this form from being sent: by field name, a sentence to stand beside the field."""
    return {field.name: sentence for field in form.fields if (sentence := _mistake(field, values.get(field.name, "")))}


def done(post: Post) -> Done:
    """What the person did, in the words of the page that they did it on."""
    if isinstance(post.turn, Pressed):
        return Done("You chose", post.label) if post.label else Done("You pressed a button")
    form = form_of(post)
    if form is None or not form.fields:
        return Done("You sent a form")
    pairs = tuple((each.label, _as_shown(each, post.typed.get(each.name, ""))) for each in form.fields)
    if len(pairs) > 1:
        return Done("You sent", pairs=pairs)
    opening = "You asked" if form.id == ASK.id else "You chose" if form.fields[0].choices else "You sent"
    return Done(opening, pairs[0][1])


def _as_shown(of: Field, value: str) -> str:
    return ", ".join(each.label for each in of.choices if each.value in replace(of, value=value).held) or value


def _mistake(of: Field, value: str) -> str:
    if of.optional and not value.strip():
        return ""
    if of.choices:
        return "" if replace(of, value=value).held else "Please choose one of these."
    return "" if value.strip() else "This is still empty. Please write it here, then send again."


def fields(body: bytes) -> dict[str, str]:
    """The fields by name, lines ended as the program ends them."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Malformed from None
    sent = {name: text.replace("\r\n", "\n") for name, text in pairs}
    if len(sent) != len(pairs):
        raise Malformed
    return sent


def typed(sent: Mapping[str, str]) -> dict[str, str]:
    """What stood in the form, by field name; each of several choices has a name of its own, FIELD.CHOICE, and they are joined."""
    values: dict[str, str] = {}
    for key, text in sent.items():
        name, _, choice = key.removeprefix(FIELD).partition(".")
        if key.startswith(FIELD):
            values[name] = ",".join(filter(None, (values.get(name, ""), choice))) if choice else text
    return values


def numbered(text: str) -> int | None:
    """The number that a form or an address of ours has there; None for anything else."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def _fitting(form: str, typed: Mapping[str, str]) -> dict[str, str]:
    """The texts, each cut to what its field takes; a browser lets nobody type more."""
    longest = {field.name: field.longest for field in FORMS[form].fields} if form in FORMS else {}
    return {name: text[: longest.get(name, LONGEST)] for name, text in typed.items()}
