"""What is recorded, and who is told, when somebody is asked to sign, reminded of it, named as late, or asked no longer. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot import signing_links
from bot.citation import date
from bot.journeys.signing_facts import topic
from bot.office_hours import Hours
from bot.people import Person
from bot.publishing import Published
from bot.records import Act, Assignment, Notice, Record, Request, SigningLink, Status, Withdrawn
from bot.views import OPEN, Block, Button, Facts, Heading, Link, Text, View, view

LEFT_AUDIENCE = "no longer among those who are asked"
LEFT_ORGANISATION = "no longer with the organisation"
SIGNED_ALREADY = "signed this version on another request"
# How people can be written to (`Requests.ways`).
EMAIL = "email"
# So many late people are named in one message; a form or list of every platform takes them.
_NAMED = 40
_HR_GONE = "HR"


@dataclass(frozen=True, slots=True)
class Asking:
    """A request, what it asks to sign, who asks (their name), and by which clock; `url` is the bot's own address, or empty."""

    request: Request
    published: Published
    asker: str = field(repr=False)
    hours: Hours
    url: str = ""

    def told_at(self, now: datetime.datetime) -> datetime.datetime:
        """When somebody may be told of what happens now."""
        return self.hours.next_open(now)


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept, who is told, and the links that they are given: all in one transaction."""

    records: tuple[Record, ...] = ()
    notices: tuple[Notice, ...] = ()
    links: tuple[SigningLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """How one person is written to: `chat`, `email` or not at all, and the token of a link for who has no chat account."""

    by: str
    token: str = field(default="", repr=False)


def due_for(request: Request, person: Person, asked: datetime.date) -> datetime.date:
    """The day by which somebody signs: the request's, and for newcomers so many days after they start.

    Who is asked when that day has passed already gets as many days from then on.
    """
    days = datetime.timedelta(days=request.days_after_start)
    due = max(request.due, person.started + days) if person.started else request.due
    return due if due >= asked else asked + days


def after_leave(asking: Asking, assignment: Assignment, person: Person, on: datetime.date) -> datetime.date:
    """The day by which somebody signs when their leave is taken off; never an earlier one than they have now.

    A leave without an end counts up to today, so that the day moves along with it.
    """
    if person.leave_from is None or person.leave_from > on:
        return assignment.due
    usual = due_for(asking.request, person, assignment.assigned)
    first = max(person.leave_from, assignment.assigned)
    last = person.leave_until or on
    if first > usual or last < first:
        return assignment.due
    return max(assignment.due, usual + (last - first) + datetime.timedelta(days=1))


def asked(
    asking: Asking, person: Person, way: Way, now: datetime.datetime, new_id: Callable[[], str], *, again: bool = False
) -> Told:
    """Somebody is asked: it is recorded, and they are told where they can be. `again` where they were asked and it had ended."""
    request, today = asking.request, asking.hours.day(now)
    assignment = Assignment(request.id, person.id, due_for(request, person, today), today)
    assignment = replace(assignment, due=after_leave(asking, assignment, person, today))
    facts = {"due": assignment.due.isoformat()}
    policy = asking.published.policy
    act = Act(new_id(), "assigned", now, policy.id, policy.version, request.id, facts, person.id)
    key = f"ask:{request.id}:{person.id}" + (f":{today.isoformat()}" if again else "")
    head = (
        Heading(f"Please read and sign: {policy.title}"),
        Text(
            "Read it page by page; you can stop and go on later. You get a copy to keep. You may also sign on paper, or decline."
        ),
    )
    notices, links = _to(asking, assignment, way, key, head, now)
    return Told((act, assignment), notices, links)


def reminded(asking: Asking, assignment: Assignment, way: Way, now: datetime.datetime, *, by_hand: bool = False) -> Told:
    """Somebody is told once more, for this day once; `by_hand` where HR wants it now."""
    today = asking.hours.day(now)
    key = f"{'nudge' if by_hand else 'remind'}:{asking.request.id}:{assignment.person}:{today.isoformat()}"
    title = asking.published.policy.title
    late = assignment.due < today
    head = (
        Heading(f"{'Overdue' if late else 'Reminder'}: {title}"),
        Text(f"{_when(assignment.due, today)} Please read and sign it, or say that you decline, and why."),
    )
    notices, links = _to(asking, assignment, way, key, head, now)
    return Told((), notices, links)


def ended(asking: Asking, person: str, why: str, now: datetime.datetime, new_id: Callable[[], str], was: Assignment) -> Told:
    """Somebody is asked no longer: it is recorded, and what they have not been told yet is not sent any more."""
    policy = asking.published.policy
    act = Act(new_id(), "ended", now, policy.id, policy.version, asking.request.id, {"why": why}, person)
    over = replace(was, ended=asking.hours.day(now), why_ended=why)
    return Told((act, over, Withdrawn(topic(asking.request.id, person))))


def escalated(asking: Asking, to: str, late: Sequence[Status], now: datetime.datetime, *, supervisor: bool) -> Notice:
    """A supervisor, or the administrator, is told who has not signed: people whom they may know of, and nobody else."""
    today = asking.hours.day(now)
    count = len(late)
    whose = (" who reports to you" if count == 1 else " who report to you") if supervisor else ""
    people = f"One person{whose} has" if count == 1 else f"{count} people{whose} have"
    said = f"{people} not signed what was due. Please talk to them; only they can sign."
    named = Facts(tuple((each.name, f"due {date(each.due)}") for each in late[:_NAMED]))
    more = Text(f"And {count - _NAMED} more; HR has the list.") if count > _NAMED else None
    shown = view(
        Heading(f"Not signed yet: {asking.published.policy.title}"), Text(said), named, _facts(asking, asking.request.due), more
    )
    key = f"escalate:{asking.request.id}:{to}:{today.isoformat()}"
    return Notice(key, f"person:{to}", shown, asking.told_at(now), f"escalation:{asking.request.id}:{to}")


def unreached(asking: Asking, unreachable: int, unknown: int, now: datetime.datetime) -> Notice | None:
    """Whoever asks is told that some cannot be written to, or that a group has members whom the directory does not know."""
    request, today = asking.request, asking.hours.day(now)
    lines = []
    if unreachable:
        lines.append(f"{_count(unreachable)} neither a chat account nor an e-mail address. Give them a link or paper.")
    if unknown:
        lines.append(
            f"{_count(unknown, 'member of the group', 'members of the group')} no entry in the directory, and cannot be asked."
        )
    if not lines or not request.asked_by:
        return None
    way = Text(f"The list: clausebot ack status {request.id}")
    shown = view(Heading(f"Some cannot be asked: {asking.published.policy.title}"), Text("\n".join(lines)), way)
    key = f"unreached:{request.id}:{unreachable}:{unknown}:{today.isoformat()}"
    return Notice(key, f"person:{request.asked_by}", shown, asking.told_at(now), f"request:{request.id}")


def _to(
    asking: Asking, assignment: Assignment, way: Way, key: str, head: Sequence[Block], now: datetime.datetime
) -> tuple[tuple[Notice, ...], tuple[SigningLink, ...]]:
    """The message to somebody, and the link in it; nothing for who cannot be written to, whom HR sees in the status."""
    if not way.by:
        return (), ()
    request, person = asking.request, assignment.person
    links: tuple[SigningLink, ...] = ()
    end: tuple[Block, ...] = (Button("Read and sign", f"{OPEN}sign", request.id),)
    if way.by == EMAIL and asking.url and way.token:
        links = (SigningLink(signing_links.digest(way.token), request.id, person, signing_links.until(assignment.due)),)
        only = Text("The link is for you alone. It can be opened often, and signs once.")
        end = (Link("Read and sign", signing_links.address(asking.url, way.token)), only)
    elif way.by == EMAIL:
        end = (Text(f"Ask {asking.asker or _HR_GONE} for a link at which you can sign, or for paper."),)
    shown = View((*head, _facts(asking, assignment.due), *end))
    return (Notice(key, f"person:{person}", shown, asking.told_at(now), topic(request.id, person)),), links


def _facts(asking: Asking, due: datetime.date) -> Facts:
    policy = asking.published.policy
    pairs = [
        ("Policy", f"{policy.id} {policy.title}"),
        ("Version", f"{policy.version}, in force from {date(policy.effective)}"),
        ("Due", date(due)),
        ("Asked by", asking.asker or _HR_GONE),
    ]
    return Facts((*pairs, ("Questions", "a few, from its clauses")) if asking.request.quiz else tuple(pairs))


def _when(due: datetime.date, today: datetime.date) -> str:
    days = (due - today).days
    if days < 0:
        return f"It was due on {date(due)}."
    return {0: "It is due today.", 1: "It is due tomorrow."}.get(days, f"It is due in {days} days, on {date(due)}.")


def _count(number: int, one: str = "person", more: str = "people") -> str:
    return f"1 {one} has" if number == 1 else f"{number} {more} have"
