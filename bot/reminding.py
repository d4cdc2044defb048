"""On which days somebody is reminded, and on which somebody else is told. Pure.

A day that is no working day passes what was meant for it on to the next working day; however much comes together there, it is one
reminder.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator

from bot.office_hours import Hours
from bot.records import Reminders


def due_today(
    plan: Reminders,
    due: datetime.date,
    today: datetime.date,
    hours: Hours,
    since: datetime.date | None = None,
    asked: datetime.date | None = None,
) -> bool:
    """Whether who has not signed what is due on `due` is reminded today.

    `since` is the last day for which reminders were sent; what fell on a day on which nobody looked is made good. What fell
    before they were `asked`, or on that very day, is passed over: asking is a reminder too.
    """
    return _falls(_days(plan, due), today, hours, since, asked)


def escalates_today(
    plan: Reminders, due: datetime.date, today: datetime.date, hours: Hours, since: datetime.date | None = None
) -> bool:
    """Whether the supervisor, or the administrator, is told today that somebody has not signed."""
    if plan.escalate is None:
        return False
    return _falls(iter([due + datetime.timedelta(days=plan.escalate)]), today, hours, since)


def _falls(
    days: Iterator[datetime.date],
    today: datetime.date,
    hours: Hours,
    since: datetime.date | None,
    asked: datetime.date | None = None,
) -> bool:
    """Whether one of these days, which come in order, has come since what was sent last."""
    if not hours.is_working(today):
        return False
    last = max(min(hours.before(today), since or datetime.date.max), asked or datetime.date.min)
    return any(last < day for day in itertools.takewhile(lambda day: day <= today, days))


def _days(plan: Reminders, due: datetime.date) -> Iterator[datetime.date]:
    """The days that the plan names, in order: before the day, on it, then every so many days after it."""
    yield from (due - datetime.timedelta(days=days) for days in sorted(set(plan.before), reverse=True))
    if plan.every:
        yield from (due + datetime.timedelta(days=plan.every * count) for count in itertools.count(1))
