"""What HR sees of sign-offs: every request with its numbers, who is outstanding, and the form that asks for one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.audience import described
from bot.citation import date
from bot.exporting import COMPLETE
from bot.journeys.acknowledge import Address
from bot.journeys.home import OVERVIEW
from bot.journeys.reading import title
from bot.journeys.requesting import REQUEST
from bot.publishing import Published
from bot.records import Request, Status
from bot.views import OPEN, Block, Button, Facts, Form, Heading, Link, Text, View, filled, view

ONE, WHO, REMIND, CLOSE = "signoff", "signoff_who", "signoff_remind", "signoff_close"
OPEN_ASK = f"{OPEN}{REQUEST}"
MOST_AT_HOME, MOST_REQUESTS, MOST_PEOPLE = 2, 8, 60
MOST_DEPARTMENTS = 10


@dataclass(frozen=True, slots=True)
class Overseen:
    """A request, what it asks to sign, and how everybody stands to it."""

    request: Request
    published: Published
    statuses: Sequence[Status]

    @property
    def rows(self) -> list[Status]:
        """Everybody who is still asked, or has settled it."""
        return [each for each in self.statuses if each.state != "ended"]


def overview(overseen: Sequence[Overseen], older: int = 0) -> View:
    """Open requests, the latest first, with their numbers; how many older ones there are besides."""
    blocks: list[Block] = [Heading("Sign-offs")]
    if not overseen:
        blocks.append(Text("Nobody is asked to sign anything at the moment."))
    for each in reversed(overseen):
        blocks += [_numbers(each), Button(f"Show request {each.request.id[:6]}", ONE, each.request.id)]
    if older:
        blocks.append(Text(f"{older} older ones are not shown; “clausebot ack status” lists all."))
    return View((*blocks, Button("Ask for signatures", OPEN_ASK)))


def at_home(overseen: Sequence[Overseen]) -> View:
    """The latest requests, short: how each stands, and where people are missing."""
    blocks: list[Block] = [Heading("Sign-offs")] if overseen else []
    for each in reversed(overseen[-MOST_AT_HOME:]):
        missing = _missing(each)
        blocks += [_numbers(each), *([Facts(missing)] if missing else [])]
        blocks.append(Button(f"Show request {each.request.id[:6]}", ONE, each.request.id))
    return View(tuple(blocks))


def one(overseen: Overseen, address: Address) -> View:
    """One request: its numbers, department by department, and what can be done about it."""
    id = overseen.request.id
    departments = sorted({each.department for each in overseen.rows})
    pairs = tuple(
        (name or "No department", _line([each for each in overseen.rows if each.department == name])) for name in departments
    )
    papers = {"report": "Completion report (PDF)", "csv": "Everybody as CSV, for a spreadsheet", "json": "Everybody as JSON"}
    links = [Link(label, url) for kind, label in papers.items() if (url := address(id, kind))]
    buttons = (
        Button("Who is outstanding", WHO, id),
        Button("Remind them now", REMIND, id),
        Button("Close this request", CLOSE, id),
        Button("All sign-offs", OVERVIEW),
    )
    return View((_numbers(overseen), Heading("By department"), Facts(pairs), *links, *buttons))


def outstanding(overseen: Overseen) -> View:
    """Who has not signed, department by department; who is late, on leave or has declined is said to be so."""
    open = [each for each in overseen.rows if each.state not in COMPLETE]
    back = Button("Back to the request", ONE, overseen.request.id)
    if not open:
        return view(Text("Nobody is outstanding."), back)
    rest = f" The first {MOST_PEOPLE} of {len(open)}; the CSV has all." if len(open) > MOST_PEOPLE else ""
    said = Text(f"Not signed: {title(overseen.published)}.{rest}")
    return view(Heading("Outstanding"), said, Facts(tuple((each.name, _standing(each)) for each in open[:MOST_PEOPLE])), back)


def reminded(overseen: Overseen, count: int) -> View:
    """How many are reminded."""
    people = "Nobody is" if not count else "One person is" if count == 1 else f"{count} people are"
    said = f"{people} reminded now, or when the working day begins. Nobody is reminded by hand twice on one day."
    return view(Text(said), Button("Back to the request", ONE, overseen.request.id))


def closed(overseen: Overseen) -> View:
    """A request that asks no longer; what was signed stays."""
    said = f"Closed: nobody is asked or reminded any more. {_line(overseen.rows)}. What was signed stays."
    return view(Text(said), Button("All sign-offs", OVERVIEW))


def form(shown: Form, values: Mapping[str, str] | None = None, mistakes: Sequence[str] = ()) -> View:
    """The form that asks for signatures; with what is wrong above it, and what was typed still in it."""
    wrong = Text("\n".join(("Not sent yet:", *(f"- {each}" for each in mistakes)))) if mistakes else None
    return view(wrong, filled(shown, values or {}))


def asked(request: Request, published: Published, count: int) -> View:
    """The request is kept; those whom it asks are told as soon as they may be."""
    facts = Facts(
        (
            ("Policy", title(published)),
            ("Asked", f"{described(request.audience)}: {count} {'person' if count == 1 else 'people'} today"),
            ("Due", date(request.due)),
            ("Request", request.id),
        )
    )
    said = "Asked. Everybody is told as soon as the working day allows, and reminded until they have signed."
    return view(Text(said), facts, Button("Show this request", ONE, request.id))


def _numbers(overseen: Overseen) -> Facts:
    request = overseen.request
    return Facts(
        (
            ("Policy", title(overseen.published)),
            ("Asked", described(request.audience)),
            ("Due", date(request.due)),
            ("So far", _line(overseen.rows)),
        )
    )


def _missing(overseen: Overseen) -> tuple[tuple[str, str], ...]:
    """The departments in which most are outstanding."""
    open = Counter(each.department or "No department" for each in overseen.rows if each.state == "outstanding")
    return tuple((f"Outstanding in {name}", str(count)) for name, count in open.most_common(MOST_DEPARTMENTS))


def _line(statuses: Sequence[Status]) -> str:
    """`3 of 5 signed, 1 declined, 1 overdue`."""
    states = Counter(each.state for each in statuses)
    parts = [f"{sum(states[state] for state in COMPLETE)} of {len(statuses)} signed"]
    parts += [f"{states[state]} {state}" for state in ("declined", "on leave") if states[state]]
    late = sum(each.overdue for each in statuses)
    return ", ".join([*parts, f"{late} overdue"] if late else parts)


def _standing(status: Status) -> str:
    place = f" · {status.department}" if status.department else ""
    late = ", overdue" if status.overdue else ""
    return f"{status.state}{late}, due {date(status.due)}{place}"
