"""What comes in: the content of one turn, never its sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote a message."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button; `value` is the signed value that the button carried."""

    action: str
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Submitted:
    """Somebody sent a form; `values` has one text per field name, `state` is what the form carried, already checked.

    `rendered` is the digest of what the channel had drawn around the form, in its own format; empty where it carried no state.
    """

    form: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    state: str = field(default="", repr=False)
    rendered: str = ""


Turn = Said | Pressed | Submitted
