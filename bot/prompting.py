"""Reminds those who have not signed, and tells supervisors or the administrator of who is late: for one day, in batches.

Each message has a key of request, person and day, so that it is written once however often the day is gone through; whoever has
signed by the moment of writing gets none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.expanding import BATCH, Around, asking_of, keep
from bot.journeys.asking import Asking, Told, Way, escalated, reminded
from bot.ledger import Ledger
from bot.people import Grant, Person
from bot.records import Notice, Status
from bot.reminding import due_today, escalates_today


@dataclass(frozen=True, slots=True)
class Prompted:
    """How many were reminded, and how many supervisors and administrators were told."""

    reminded: int = 0
    escalated: int = 0


def prompting(
    ledger: Ledger, request: str, around: Around, since: datetime.date | None = None, *, by_hand: bool = False
) -> Iterator[Prompted]:
    """Goes through a request in steps, one transaction between two values that come out.

    `since` is the last day for which this was done. `by_hand`: everybody who has not signed is reminded now, whatever the plan
    says, and nobody else is told.
    """
    asking = _asking(ledger, request, around)
    if asking is None:
        return
    outstanding = [each for each in ledger.requests.status(request, around.today) if each.state == "outstanding"]
    ids = _reminded(ledger, asking, outstanding, around, since) if not by_hand else [each.person for each in outstanding]
    ways, count = ledger.requests.ways(), 0
    for start in range(0, len(ids), BATCH):
        with ledger.transaction(deciding=True):
            count += _remind(ledger, asking, ids[start : start + BATCH], ways, around, by_hand=by_hand)
        yield Prompted(count)
    if not by_hand:
        yield Prompted(count, _escalate(ledger, asking, outstanding, ways, around, since))


def _asking(ledger: Ledger, request: str, around: Around) -> Asking | None:
    with ledger.transaction():
        found = ledger.requests.get(request)
        return asking_of(ledger, found, around) if found and found.asks(around.today) else None


def _reminded(
    ledger: Ledger, asking: Asking, outstanding: Sequence[Status], around: Around, since: datetime.date | None
) -> list[str]:
    """Whom the plan reminds today."""
    plan, today = asking.request.reminders, around.today
    asked = {each.person: each.assigned for each in ledger.requests.assignments(asking.request.id)}
    return [
        each.person
        for each in outstanding
        if due_today(plan, each.due, today, around.hours, since, asked.get(each.person, today))
    ]


def _remind(ledger: Ledger, asking: Asking, ids: Sequence[str], ways: Mapping[str, str], around: Around, *, by_hand: bool) -> int:
    """Reminds some, but for those who have signed or left meanwhile; how many could be told."""
    request = asking.request.id
    asked, settled = ledger.requests.asked_among(request, ids), ledger.requests.settled(request, ids)
    left = [asked[id] for id in ids if id in asked and asked[id].ended is None and id not in settled]
    told = [
        reminded(asking, each, Way(ways.get(each.person, ""), around.new_token()), around.now, by_hand=by_hand) for each in left
    ]
    keep(ledger, told, around)
    return sum(bool(each.notices) for each in told)


def _escalate(
    ledger: Ledger,
    asking: Asking,
    outstanding: Sequence[Status],
    ways: Mapping[str, str],
    around: Around,
    since: datetime.date | None,
) -> int:
    """Tells whoever is to know of the late ones, each only of their own."""
    plan, today = asking.request.reminders, around.today
    late = [each for each in outstanding if each.overdue and escalates_today(plan, each.due, today, around.hours, since)]
    if not late:
        return 0
    with ledger.transaction(deciding=True):
        settled = ledger.requests.settled(asking.request.id, [each.person for each in late])
        people = {person.id: person for person in ledger.people.all(today)}
        others = [person.id for person in ledger.people.holders(Grant.ADMINISTRATOR, today)] or [asking.request.asked_by]
        notices = _named([each for each in late if each.person not in settled], people, ways, others, asking, around)
        keep(ledger, [Told(notices=notices)], around)
        return len(notices)


def _named(
    late: Sequence[Status],
    people: Mapping[str, Person],
    ways: Mapping[str, str],
    others: Sequence[str],
    asking: Asking,
    around: Around,
) -> tuple[Notice, ...]:
    """One message to each who is told: a supervisor of the own people, the administrators of those without one to tell."""
    by_supervisor: dict[str, list[Status]] = {}
    for each in late:
        above = people[each.person].supervisor if each.person in people else ""
        can = above in people and above != each.person and bool(ways.get(above))
        by_supervisor.setdefault(above if can else "", []).append(each)
    rest = by_supervisor.pop("", [])
    found = [escalated(asking, id, own, around.now, supervisor=True) for id, own in by_supervisor.items()]
    found += [escalated(asking, id, rest, around.now, supervisor=False) for id in others if rest and id]
    return tuple(found)
