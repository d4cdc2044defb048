"""The register of accounts changes: one is entered or closed, somebody may post to it or no longer. Each with its record."""

from __future__ import annotations

import datetime

from bot.enrolling import Occasion
from bot.ledger import Ledger
from bot.people import Person
from bot.records import Act
from bot.sites import Site


def register(ledger: Ledger, name: str, platform: str, owner: Person, occasion: Occasion) -> Site:
    """Enters an account that `owner` answers for. Raises SiteTaken."""
    site = Site(occasion.new_id(), name, platform, owner.id, occasion.on)
    with ledger.transaction(deciding=True):
        ledger.sites.register(site)
        _record(ledger, site, "registered", occasion.on, owner, occasion)
    return site


def allow(ledger: Ledger, site: Site, person: Person, since: datetime.date, occasion: Occasion) -> None:
    """From this day on somebody may post to an account, once they have signed (416.4.3)."""
    with ledger.transaction(deciding=True):
        ledger.sites.allow(site.id, person.id, since)
        _record(ledger, site, "allowed", since, person, occasion)


def disallow(ledger: Ledger, site: Site, person: Person, until: datetime.date, occasion: Occasion) -> None:
    """From this day on somebody may not."""
    with ledger.transaction(deciding=True):
        ledger.sites.disallow(site.id, person.id, until)
        _record(ledger, site, "disallowed", until, person, occasion)


def close(ledger: Ledger, site: Site, on: datetime.date, occasion: Occasion) -> None:
    """From this day on the City does without an account."""
    with ledger.transaction(deciding=True):
        ledger.sites.close(site.id, on)
        _record(ledger, site, "closed", on, None, occasion)


def _record(ledger: Ledger, site: Site, change: str, on: datetime.date, person: Person | None, occasion: Occasion) -> None:
    facts = {"site": site.id, "name": site.name, "platform": site.platform, "change": change, "from": on.isoformat()}
    personal = {"by": occasion.by} | ({"person": person.on_record} if person else {})
    act = Act(occasion.new_id(), "registered", occasion.now, facts=facts, person=person.id if person else "", personal=personal)
    ledger.acts.append(act)
