"""All that a journey may decide."""

from __future__ import annotations

from dataclasses import dataclass

from bot.records import Record
from bot.views import View


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person is shown and what is kept, in one transaction."""

    view: View
    records: tuple[Record, ...] = ()
