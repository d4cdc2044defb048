"""The register of the City's social media accounts ("sites" in 416.5.1), and who may post to each. Pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import NamedTuple


class Allowed(NamedTuple):
    """A person (by id) who may post to a site from `since` on; `until` is the first day on which they no longer may."""

    person: str
    since: datetime.date
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """One account of the City. `owner` is the id of the person who answers for it; `closed` is the first day without it.

    An owner may post only where they stand among `people` too.
    """

    id: str
    name: str
    platform: str
    owner: str
    registered: datetime.date
    closed: datetime.date | None = None
    people: tuple[Allowed, ...] = ()

    def open(self, on: datetime.date) -> bool:
        """Whether the City has this account on this day."""
        return self.registered <= on and (self.closed is None or on < self.closed)

    def allows(self, person: str, on: datetime.date) -> bool:
        """Whether this person stands in the register for this account on this day. Whether they have signed is another matter."""
        return self.open(on) and any(
            each.person == person and each.since <= on and (each.until is None or on < each.until) for each in self.people
        )
