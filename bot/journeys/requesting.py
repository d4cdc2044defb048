"""From what HR fills in, in a form or as options of a command, to a request: all of it, or every mistake at once. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rapidfuzz import process

from bot.audience import FORMS, BadAudience, parse
from bot.citation import date
from bot.people import Grant, Person
from bot.publishing import Published
from bot.records import Act, Audience, Reminders, Request
from bot.views import Choice, Field, Form

T = TypeVar("T")
# The form's id, and its fields, which the command has as options of the same names.
REQUEST = "request"
FIELDS = ("policy", "version", "audience", "due", "days_after_start", "remind", "every", "escalate", "quiz")
# A day further off than this is a slip of the pen.
FURTHEST = datetime.timedelta(days=2 * 366)
_MOST_DAYS = 366
_YES = ("yes", "true", "1", "on")


class NotHR(Exception):
    """Only HR may do this. Whoever installed the bot grants it: clausebot people grant."""


class BadRequest(Exception):
    """The request has mistakes; its message lists every one of them."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True)
class Known:
    """What a request is read against: the day, the versions in force, every version by policy, and the directory."""

    today: datetime.date
    in_force: Sequence[Published]
    versions: Mapping[str, Sequence[str]]
    people: Sequence[Person] = field(repr=False)


def form(known: Known) -> Form:
    """The form in which HR asks."""
    usual = Request("", "", "", Audience("everyone"), known.today, datetime.datetime.min).reminders
    policies = tuple(Choice(each.policy.id, f"{each.policy.id} {each.policy.title}"[:75]) for each in known.in_force)
    fields = (
        Field("policy", "Which policy?", choices=policies),
        Field("audience", f"Who is asked? ({FORMS})", "everyone", 3000),
        Field("due", "Due on (year-month-day, such as 2026-12-04)", longest=10),
        Field("days_after_start", "Days that newcomers have from their first day", "14", 3),
        Field("remind", "Remind so many days before (0 is the day itself)", ",".join(map(str, usual.before)), 60),
        Field("every", "After that, remind every so many days (0: not)", str(usual.every), 3),
        Field("escalate", "Tell supervisors so many days after it (empty: never)", str(usual.escalate), 3, optional=True),
        Field("quiz", "Ask a few questions before signing?", "no", choices=(Choice("no", "No"), Choice("yes", "Yes"))),
    )
    return Form(REQUEST, "Ask for signatures", fields, "Ask them to sign")


def read(
    values: Mapping[str, str], known: Known, actor: Person | None, now: datetime.datetime, id: str, listed: Audience | None = None
) -> Request:
    """The request that these texts (`FIELDS`) make; what is left out is as usual. `listed` stands in for the audience's text.

    Raises NotHR, and BadRequest with every mistake.
    """
    actor = must_be_hr(actor, known.today)
    mistakes: list[str] = []
    published = _caught(mistakes, _policy, values.get("policy", ""), values.get("version", ""), known)
    audience = listed or _caught(mistakes, parse, values.get("audience", ""), known.people)
    due = _caught(mistakes, _due, values.get("due", ""), known.today)
    days = _caught(mistakes, _number, values.get("days_after_start", ""), 14, "the days after the start")
    reminders = _reminders(values, mistakes)
    if mistakes or published is None or audience is None or due is None or days is None or reminders is None:
        raise BadRequest(mistakes)
    policy, quiz = published.policy, values.get("quiz", "").strip().lower() in _YES
    return Request(id, policy.id, policy.version, audience, due, now, actor.id, days, reminders, quiz)


def requested(request: Request, id: str) -> Act:
    """The record that HR asks; who is listed one by one is personal."""
    reminders, audience = request.reminders, request.audience
    facts = {
        "audience": {"kind": audience.kind, "value": audience.value, "listed": len(audience.people)},
        "due": request.due.isoformat(),
        "days_after_start": request.days_after_start,
        "reminders": {"before": list(reminders.before), "every": reminders.every, "escalate": reminders.escalate},
        "quiz": request.quiz,
    }
    personal = {"people": list(audience.people)} if audience.kind == "list" else {}
    return Act(id, "requested", request.created, request.policy, request.version, request.id, facts, request.asked_by, personal)


def closed(request: Request, by: str, now: datetime.datetime, id: str) -> Act:
    """The record that HR asks no longer; `by` is a person's id, or empty where whoever runs the program closed it."""
    return Act(id, "closed", now, request.policy, request.version, request.id, {}, by)


def must_be_hr(actor: Person | None, today: datetime.date) -> Person:
    """The person, who holds HR's grant today. Raises NotHR."""
    if actor is None or not actor.may(Grant.HR, today):
        raise NotHR
    return actor


def _caught(mistakes: list[str], reading: Callable[..., T], *given: object) -> T | None:
    """What was read; where it cannot be, its mistakes are added to the others."""
    try:
        return reading(*given)
    except (BadRequest, BadAudience) as error:
        mistakes += error.mistakes
        return None


def _policy(id: str, version: str, known: Known) -> Published:
    by_id = {each.policy.id.lower(): each for each in known.in_force}
    found, version = by_id.get(id.strip().lower()), version.strip()
    if found is None:
        there = [each for each in known.versions if each.lower() == id.strip().lower()]
        if there:
            raise BadRequest([f"no version of policy {there[0]} is in force yet"])
        names = ", ".join(f"{each.policy.id} ({each.policy.title})" for each in known.in_force) or "none"
        raise BadRequest([f"there is no policy “{id[:80]}”; in force: {names}"])
    current = found.policy.version
    if version in ("", current):
        return found
    versions = known.versions.get(found.policy.id, ())
    if version in versions:
        raise BadRequest([f"version {version} of policy {found.policy.id} is not in force; version {current} is"])
    near = process.extractOne(version[:200], versions, score_cutoff=60)
    hint = f"; did you mean {near[0]}?" if near else f"; version {current} is in force"
    raise BadRequest([f"policy {found.policy.id} has no version “{version[:80]}”{hint}"])


def _due(text: str, today: datetime.date) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise BadRequest(
            [f"the day on which it is due is “{text[:80]}”; write it as year-month-day, such as 2026-12-04"]
        ) from None
    if day < today:
        raise BadRequest([f"the day on which it is due, {date(day)}, has passed"])
    if day - today > FURTHEST:
        raise BadRequest([f"the day on which it is due, {date(day)}, is more than two years off"])
    return day


def _number(text: str, usual: int, what: str) -> int:
    text = text.strip() or str(usual)
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and int(text) <= _MOST_DAYS):
        raise BadRequest([f"{what}: “{text[:40]}” is no number of days from 0 to {_MOST_DAYS}"])
    return int(text)


def _reminders(values: Mapping[str, str], mistakes: list[str]) -> Reminders | None:
    usual = Reminders()
    before = _caught(mistakes, _days, values.get("remind", ""))
    every = _caught(mistakes, _number, values.get("every", ""), usual.every, "reminders after the day")
    told = values.get("escalate", str(usual.escalate)).strip().lower()
    escalate = None
    if told not in ("", "never"):
        escalate = _caught(mistakes, _number, told, 7, "the days until supervisors are told")
    return Reminders(before, every, escalate) if before is not None and every is not None else None


def _days(text: str) -> tuple[int, ...]:
    """The days before, the furthest first, each once; `never` for none."""
    if not text.strip():
        return Reminders().before
    if text.strip().lower() == "never":
        return ()
    mistakes: list[str] = []
    parts = [part.strip() for part in text.split(",")]
    days = [_caught(mistakes, _number, part or "?", 0, "reminders before the day") for part in parts]
    if mistakes:
        raise BadRequest(mistakes)
    return tuple(sorted({day for day in days if day is not None}, reverse=True))
