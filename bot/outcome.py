"""All that a journey may decide."""

from __future__ import annotations

from dataclasses import dataclass

from bot.records import Notice, Record
from bot.views import View


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person is shown, what is kept, and who is told of it: all in one transaction."""

    view: View
    records: tuple[Record, ...] = ()
    notices: tuple[Notice, ...] = ()
