"""Rows of the casebook as its verbs take and give them; what is in them is sealed before."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from bot.casebook.windows import Window

# Kept of the installation: the window whose release is still to be told of; and, followed by a mark drawn by chance, that a
# report was handed over at once and is still to be told of.
OWED, ALARM = "owed", "alarm:"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A report as it is kept: nothing in it can be read here. `own` is for the receipt's owner."""

    id: str
    lookup: str = field(repr=False)
    public: str = field(repr=False)
    own: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    enclosed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a look-up digest; `waits` is the window that it waits for, `day` that of its release."""

    id: str
    waits: Window | None
    day: datetime.date | None
    public: str = field(repr=False)
    own: bytes = field(repr=False)
    state: str
    concluded: datetime.date | None


@dataclass(frozen=True, slots=True)
class Word:
    """Something in a case; `place` is the version that it made, 0 for what came from the reporter."""

    id: str
    day: datetime.date
    place: int
    sealed: bytes = field(repr=False)
    reply: bytes = field(repr=False)


def named(window: Window) -> str:
    """A window as it is kept in one text; later windows have greater ones."""
    return f"{window.day.isoformat()} {window.name}"
