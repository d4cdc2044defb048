"""On which days somebody is reminded."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.office_hours import Hours
from bot.records import Reminders
from bot.reminding import due_today, escalates_today

HOURS = Hours(holidays=frozenset({datetime.date(2026, 11, 26), datetime.date(2026, 12, 25)}))
# A Monday.
DUE = datetime.date(2026, 11, 30)
PLAN = Reminders()
DAYS = st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31))
PLANS = st.builds(
    Reminders,
    st.lists(st.integers(0, 40), max_size=6).map(tuple),
    st.integers(0, 30),
    st.none() | st.integers(0, 30),
)
ANY_HOURS = st.builds(
    Hours, st.just("UTC"), st.frozensets(st.integers(0, 6), min_size=1), holidays=st.frozensets(DAYS, max_size=6)
)


def days(plan: Reminders, due: datetime.date, hours: Hours) -> list[datetime.date]:
    """All days around a due day on which somebody is reminded."""
    around = (due + datetime.timedelta(days=count) for count in range(-60, 61))
    return [day for day in around if due_today(plan, due, day, hours)]


def test_a14_the_exact_days() -> None:
    """14, 7, 3 and 1 days before and on the day, then every week; a Sunday's goes on Monday, a holiday's on the next day."""
    assert [f"{day:%a %m-%d}" for day in days(PLAN, DUE, HOURS)][:9] == [
        "Mon 11-16",
        "Mon 11-23",
        "Fri 11-27",
        "Mon 11-30",
        "Mon 12-07",
        "Mon 12-14",
        "Mon 12-21",
        "Mon 12-28",
        "Mon 01-04",
    ]


@pytest.mark.parametrize(
    ("plan", "due", "expected"),
    [
        (Reminders((), 0), "2026-11-30", []),
        (Reminders((0,), 0), "2026-11-30", ["11-30"]),
        (Reminders((2, 1, 0), 0), "2026-11-30", ["11-30"]),
        (Reminders((4,), 0), "2026-11-30", ["11-27"]),
        (Reminders((5,), 0), "2026-11-30", ["11-25"]),
        (Reminders((0,), 0), "2026-12-25", ["12-28"]),
        (Reminders((1, 1, 0), 0), "2026-11-19", ["11-18", "11-19"]),
    ],
)
def test_a14_a_table_of_cases(plan: Reminders, due: str, expected: list[str]) -> None:
    """Nothing where nothing is planned; what falls together is sent once; what falls on no working day, on the next."""
    assert [f"{day:%m-%d}" for day in days(plan, datetime.date.fromisoformat(due), HOURS)] == expected


@given(PLANS, DAYS, ANY_HOURS)
def test_a14_only_on_working_days_and_for_each_planned_day_once(plan: Reminders, due: datetime.date, hours: Hours) -> None:
    """The days are those that the plan names, each moved to the next working day, and no others."""
    named = {due - datetime.timedelta(days=before) for before in plan.before}
    named |= {due + datetime.timedelta(days=plan.every * count) for count in range(1, 90) if plan.every}
    moved = set()
    for day in named:
        while not hours.is_working(day):
            day += datetime.timedelta(days=1)
        moved.add(day)
    assert set(days(plan, due, hours)) == {day for day in moved if abs((day - due).days) <= 60}


@given(PLANS, DAYS, ANY_HOURS, st.lists(st.integers(1, 20), min_size=1, max_size=12))
def test_a14_days_on_which_nobody_looked_are_made_good(
    plan: Reminders, due: datetime.date, hours: Hours, steps: list[int]
) -> None:
    """Looked at now and then, each time knowing when last: reminded whenever a planned day has passed meanwhile."""
    last = due - datetime.timedelta(days=50)
    for step in steps:
        today = last + datetime.timedelta(days=step)
        if not hours.is_working(today):
            continue
        passed = any(due_today(plan, due, last + datetime.timedelta(days=count), hours) for count in range(1, step + 1))
        if passed:
            assert due_today(plan, due, today, hours, last)
        last = today


def test_a14_somebody_else_is_told_once() -> None:
    """A week after the day, on a working day; never where the plan says never."""
    around = [DUE + datetime.timedelta(days=count) for count in range(-30, 60)]
    assert [day for day in around if escalates_today(PLAN, DUE, day, HOURS)] == [datetime.date(2026, 12, 7)]
    late = Reminders(escalate=5)
    assert [day for day in around if escalates_today(late, DUE, day, HOURS)] == [datetime.date(2026, 12, 7)]
    assert not any(escalates_today(Reminders(escalate=None), DUE, day, HOURS) for day in around)
    assert escalates_today(PLAN, DUE, datetime.date(2026, 12, 9), HOURS, since=datetime.date(2026, 12, 4))
