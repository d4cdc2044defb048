"""The state of a form, sealed on its way out together with the digest of what was drawn around it.

So that whoever signs signs what was shown, the channel digests the very JSON, HTML or text that it renders, and the digest
travels in the form itself; a form that comes back with another state, or none of ours, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from bot.evidence.canonical import canonical, sha256
from bot.tokens import ForgedButton, Tokens
from bot.turns import Submitted
from bot.views import Form

# Tells a sealed state from the value of a button, which the same secret signs.
_KIND = "form"


class NoPlaceForState(ValueError):
    """A form with a state stands where its state would be lost; only a dialog or a page has a place for it."""


class NotWhole(ValueError):
    """A form with a state would be shown with something left out; what is signed is shown whole or not at all."""


class Seal(Protocol):
    """Gives the sealed state for a form's state and what was drawn around it; `form` is the id of the form that carries it."""

    def __call__(self, state: str, drawn: object, form: str = "") -> str: ...


def carried(form: Form, drawn: object, seal: Seal) -> str:
    """What a form carries: its state, sealed with what was drawn around it."""
    return seal(form.state, drawn if form.digested else "", form.id)


def sealing(tokens: Tokens) -> Seal:
    """Seals with this program's secret. What was drawn is a text, or JSON of texts and whole numbers."""

    def seal(state: str, drawn: object, form: str = "") -> str:
        return tokens.sign(json.dumps([_KIND, form, state, digest(drawn)])) if state else ""

    return seal


def refusing(state: str, drawn: object, form: str = "") -> str:
    """The seal where no state is possible. Raises NoPlaceForState where there is one."""
    del drawn, form
    if state:
        raise NoPlaceForState
    return ""


def unsealed(tokens: Tokens, sealed: str, form: str = "") -> tuple[str, str]:
    """The state and the digest of what was drawn; two empty texts for a form that carried none.

    Raises ForgedButton where it was not sealed here, or for another form.
    """
    if not sealed:
        return "", ""
    try:
        kind, own, state, drawn = json.loads(tokens.read(sealed))
    except (ValueError, TypeError):
        raise ForgedButton from None
    if (kind, own) != (_KIND, form):
        raise ForgedButton
    return str(state), str(drawn)


def submitted(tokens: Tokens, form: str, values: Mapping[str, str], sealed: str) -> Submitted:
    """A form that came back, its state checked. Raises ForgedButton."""
    state, rendered = unsealed(tokens, sealed, form)
    return Submitted(form, values, state, rendered)


def digest(drawn: object) -> str:
    """SHA-256 (hex) of a text as UTF-8, or of JSON in its canonical form (RFC 8785)."""
    return sha256(drawn.encode("utf-8", "surrogatepass") if isinstance(drawn, str) else canonical(drawn))
