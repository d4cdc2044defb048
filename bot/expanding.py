"""Keeps the people of a request up to date: who belongs to its audience now is asked, who no longer does is asked no longer.

Creating a request writes one row; everything else is this, done again each day and whenever something has changed. It goes in
batches, each a transaction of its own, so that others get in between and it can be broken off anywhere: what is left is found
again by the next one, and nobody is asked twice.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.audience import Member, members, resolved
from bot.journeys.asking import (
    LEFT_AUDIENCE,
    LEFT_ORGANISATION,
    SIGNED_ALREADY,
    Asking,
    Told,
    Way,
    after_leave,
    asked,
    ended,
    unreached,
)
from bot.ledger import Ledger
from bot.office_hours import Hours
from bot.people import Person
from bot.records import Assignment, Audience, Request

# So many people at most are asked in one transaction.
BATCH = 200
GROUPS = ("slack_group", "teams_team")


@dataclass(frozen=True)
class Around:
    """What a refresh may not make itself: the time, ids and tokens, the organisation's hours and the bot's own address."""

    now: datetime.datetime
    hours: Hours
    new_id: Callable[[], str] = field(repr=False)
    new_token: Callable[[], str] = field(repr=False)
    url: str = ""

    @property
    def today(self) -> datetime.date:
        """The organisation's day."""
        return self.hours.day(self.now)


@dataclass(frozen=True, slots=True)
class Changes:
    """How far a refresh is: people asked, asked no longer, given more time; how many there are to go through, and how many were.

    `already` hold a signature from another request and are not asked; `unreachable` are asked and cannot be written to;
    `unknown` are in the group and not in the directory.
    """

    added: int = 0
    ended: int = 0
    moved: int = 0
    already: int = 0
    unreachable: int = 0
    unknown: int = 0
    total: int = 0
    done: int = 0


@dataclass(frozen=True)
class _Plan:
    """What a refresh has found to do: by person, whether they are added, ended (and why) or moved. Nothing of it is believed
    before it is looked at again.
    """

    asking: Asking
    work: Sequence[tuple[str, str, str]]
    people: Mapping[str, Person]
    ways: Mapping[str, str]


def refresh(
    ledger: Ledger,
    request: str,
    around: Around,
    told: Sequence[Member] | None = None,
    progress: Callable[[Changes], None] = lambda _: None,
) -> Changes:
    """Brings the people of a request up to date. `told` are the members of its group as the platform names them now, or None
    where it does not. `progress` is called after each batch.
    """
    changes = Changes()
    for changes in refreshing(ledger, request, around, told):
        progress(changes)
    return changes


def refreshing(ledger: Ledger, request: str, around: Around, told: Sequence[Member] | None = None) -> Iterator[Changes]:
    """The same in steps: one batch, one transaction, between two values that come out."""
    named = _named(ledger, request, around, told)
    if named is None:
        return
    asking, audience = named
    plan, changes = _planned(ledger, asking, audience, around)
    yield changes
    for start in range(0, len(plan.work), BATCH):
        with ledger.transaction(deciding=True):
            if _open(ledger, request, around) is None:
                return
            changes = _counted(changes, _batch(ledger, plan, plan.work[start : start + BATCH], around))
        yield changes
    _tell_hr(ledger, asking, changes, around)


def already(ledger: Ledger, request: Request, on: datetime.date) -> list[Person]:
    """Who belongs to the audience and is not asked, since they hold a signature of this version from another request."""
    holding, asked_here = _holding(ledger, request, on), ledger.requests.assignments(request.id)
    people = ledger.people.all(on)
    ids = members(request.audience, people, on) & holding.keys()
    here = {each.person for each in asked_here if each.ended is None}
    return [person for person in people if person.id in ids and person.id not in here]


def keep(ledger: Ledger, told: Sequence[Told], around: Around) -> None:
    """Keeps what was decided, within the transaction in which it was."""
    records = [record for each in told for record in each.records]
    ledger.commit(records, around.today, [notice for each in told for notice in each.notices])
    for link in (link for each in told for link in each.links):
        ledger.requests.make_link(link.digest, link.request, link.person, link.until)


def asking_of(ledger: Ledger, request: Request, around: Around) -> Asking | None:
    """What must be known of a request to ask people; None where its version is not published."""
    published = ledger.policies.get(request.policy, request.version)
    asker = ledger.people.get(request.asked_by) if request.asked_by else None
    return Asking(request, published, asker.shown if asker else "", around.hours, around.url) if published else None


def _open(ledger: Ledger, request: str, around: Around) -> Request | None:
    found = ledger.requests.get(request)
    return found if found and found.asks(around.today) else None


def _named(ledger: Ledger, request: str, around: Around, told: Sequence[Member] | None) -> tuple[Asking, Audience] | None:
    """The request as it stands, with its group as the platform names it now; None where it asks nobody any more."""
    with ledger.transaction(deciding=True):
        found = _open(ledger, request, around)
        asking = asking_of(ledger, found, around) if found else None
        if found is None or asking is None:
            return None
        if told is None or found.audience.kind not in GROUPS:
            return asking, found.audience
        audience = resolved(found.audience, told, ledger.people.linked(), ledger.people.all())
        if audience != found.audience:
            ledger.requests.name_audience(request, audience)
        return asking, audience


def _planned(ledger: Ledger, asking: Asking, audience: Audience, around: Around) -> tuple[_Plan, Changes]:
    request, today = asking.request, around.today
    with ledger.transaction():
        people = {person.id: person for person in ledger.people.all()}
        now_asked = {each.person: each for each in ledger.requests.assignments(request.id) if each.ended is None}
        settled = ledger.requests.settled(request.id, list(now_asked))
        holding = _holding(ledger, request, today)
        ways = ledger.requests.ways()
    wanted = members(audience, people.values(), today)
    elsewhere = {id for id, by in holding.items() if by != request.id} - settled
    end = sorted(now_asked.keys() - settled - (wanted - elsewhere))
    stay = (now_asked.keys() - settled) & (wanted - elsewhere)
    move = sorted(id for id in stay if after_leave(asking, now_asked[id], people[id], today) > now_asked[id].due)
    work = [("added", id, "") for id in sorted(wanted - now_asked.keys() - elsewhere)]
    work += [("ended", id, _why(people.get(id), wanted, today)) for id in end]
    work += [("moved", id, "") for id in move]
    changes = Changes(already=len(wanted & elsewhere), unknown=len(audience.unknown), total=len(work))
    return _Plan(asking, work, people, ways), changes


def _holding(ledger: Ledger, request: Request, on: datetime.date) -> dict[str, str]:
    """Who holds the version that is asked for, or the one in force now, which would be signed in its place."""
    in_force = ledger.policies.in_force(request.policy, on)
    versions = {request.version, in_force.policy.version if in_force else request.version}
    return {id: by for version in versions for id, by in ledger.requests.holding(request.policy, version).items()}


def _why(person: Person | None, wanted: frozenset[str], today: datetime.date) -> str:
    if person is None or not person.belongs(today):
        return LEFT_ORGANISATION
    return SIGNED_ALREADY if person.id in wanted else LEFT_AUDIENCE


def _batch(ledger: Ledger, plan: _Plan, work: Sequence[tuple[str, str, str]], around: Around) -> list[tuple[str, Told | None]]:
    """What is done for some people, and kept; within the transaction in which it is decided."""
    request, ids = plan.asking.request.id, [id for _, id, _ in work]
    before, settled = ledger.requests.asked_among(request, ids), ledger.requests.settled(request, ids)
    found = []
    for what, id, why in work:
        told = _decided(plan, what, id, why, before.get(id), around) if id not in settled else None
        found.append((what, told))
    keep(ledger, [told for _, told in found if told], around)
    return found


def _decided(plan: _Plan, what: str, id: str, why: str, before: Assignment | None, around: Around) -> Told | None:
    """What is done for one person as they stand now; None where it has been done meanwhile."""
    asked_now = before is not None and before.ended is None
    if what == "added":
        way = Way(plan.ways.get(id, ""), around.new_token())
        return None if asked_now else asked(plan.asking, plan.people[id], way, around.now, around.new_id, again=bool(before))
    if before is None or not asked_now:
        return None
    if what == "ended":
        return ended(plan.asking, id, why, around.now, around.new_id, before)
    due = after_leave(plan.asking, before, plan.people[id], around.today)
    return Told((replace(before, due=due),)) if due > before.due else None


def _counted(changes: Changes, found: Sequence[tuple[str, Told | None]]) -> Changes:
    kept = [(what, told) for what, told in found if told]
    each = {name: getattr(changes, name) + sum(what == name for what, _ in kept) for name in ("added", "ended", "moved")}
    unreachable = changes.unreachable + sum(what == "added" and not told.notices for what, told in kept)
    return replace(changes, done=changes.done + len(found), unreachable=unreachable, **each)


def _tell_hr(ledger: Ledger, asking: Asking, changes: Changes, around: Around) -> None:
    """Once everybody is asked; whoever asks is told only where something is new."""
    unknown = changes.unknown if set(_now(ledger, asking).unknown) - set(asking.request.audience.unknown) else 0
    notice = unreached(asking, changes.unreachable, unknown, around.now)
    if notice:
        with ledger.transaction():
            ledger.notices.add(notice)


def _now(ledger: Ledger, asking: Asking) -> Audience:
    found = ledger.requests.get(asking.request.id)
    return found.audience if found else asking.request.audience
