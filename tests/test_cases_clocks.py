"""The clocks of a case, counted from the day of release."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bound import Bound
from bot.journeys.case_clocks import (
    acknowledgement_due,
    asked_about,
    by_urgency,
    check_ins,
    clocks,
    feedback_due,
    next_due,
    overdue,
    suppressed,
    word_due,
)
from bot.journeys.case_table import Act, State
from bot.journeys.cases import Case, Done
from bot.journeys.report_back import behind
from bot.office_hours import Hours
from bot.views import Text
from tests.caserooms import office

pytestmark = pytest.mark.anonymity

HOURS = Hours(holidays=frozenset({datetime.date(2026, 12, 25), datetime.date(2027, 1, 1)}))
DAY = datetime.date(2026, 11, 30)  # a Monday
DAYS = st.dates(datetime.date(2025, 1, 1), datetime.date(2035, 12, 31))
MOMENTS = st.times(datetime.time(0), datetime.time(23, 59, 59, 999999))


def true_dues(day: datetime.date, time: datetime.time) -> tuple[datetime.datetime, ...]:
    """The same deadlines, counted by the clock on the wall from the very moment, day by day."""
    moment = datetime.datetime.combine(day, time)
    working, word = 0, moment
    while working < 3:
        word += datetime.timedelta(days=1)
        working += HOURS.is_working(word.date())
    months = moment.month + 3
    last = datetime.date(moment.year + months // 12, months % 12 + 1, 1) - datetime.timedelta(days=1)
    feedback = moment.replace(year=last.year, month=last.month, day=min(moment.day, last.day))
    return word, moment + datetime.timedelta(days=7), feedback


@given(DAYS, MOMENTS)
def test_p25_no_due_day_is_later_than_the_true_one(day: datetime.date, time: datetime.time) -> None:
    """For every moment of the day of release, each due day begins no later than the deadline counted from that moment."""
    ours = (word_due(day, HOURS), acknowledgement_due(day), feedback_due(day))
    for due, true in zip(ours, true_dues(day, time), strict=True):
        assert datetime.datetime.combine(due, datetime.time()) <= true


@given(DAYS, MOMENTS, st.sampled_from(["America/Chicago", "Europe/Berlin", "Pacific/Auckland"]))
def test_p25_the_day_of_release_is_the_organisations(day: datetime.date, time: datetime.time, zone: str) -> None:
    """A moment given in UTC falls into the day of its own zone, so that no clock starts a day late."""
    moment = datetime.datetime.combine(day, time, ZoneInfo(zone))
    assert Hours(zone).day(moment.astimezone(datetime.UTC)) == day


def test_working_days_leave_out_weekends_and_holidays() -> None:
    """From Wednesday 23 December 2026, with Christmas a holiday, the third working day is Tuesday 29."""
    assert word_due(datetime.date(2026, 12, 23), HOURS) == datetime.date(2026, 12, 29)
    assert word_due(DAY, HOURS) == datetime.date(2026, 12, 3)


def test_three_months_end_on_a_day_that_there_is() -> None:
    """30 November leads to the last of February, in a leap year too; other days to themselves, over the year."""
    assert feedback_due(DAY) == datetime.date(2027, 2, 28)
    assert feedback_due(datetime.date(2027, 11, 30)) == datetime.date(2028, 2, 29)
    assert feedback_due(datetime.date(2026, 10, 5)) == datetime.date(2027, 1, 5)


def test_the_receipt_page_is_the_acknowledgement() -> None:
    """A case that nobody touched owes a word and feedback; the acknowledgement was the receipt."""
    word, acknowledged, feedback = clocks(Case("c", DAY), HOURS)
    assert (word.met, acknowledged.met, feedback.met) == (None, DAY, None)


def test_a_word_is_due_on_its_day_and_overdue_after_it() -> None:
    """On the due day it can still be done; the day after it is overdue, until it is done."""
    case, due = Case("c", DAY), datetime.date(2026, 12, 3)
    assert not overdue(case, HOURS, due)
    assert overdue(case, HOURS, due + datetime.timedelta(days=1))
    spoken = Case("c", DAY, State.ADDRESSING, "h", trail=(Done(Act.WRITE, "h", due, letter="question"),))
    assert not overdue(spoken, HOURS, due + datetime.timedelta(days=1))
    assert next_due(spoken, HOURS) == datetime.date(2027, 2, 28)
    assert overdue(spoken, HOURS, datetime.date(2027, 3, 1))


def test_a_note_is_no_word_to_the_reporter() -> None:
    """What HR writes for itself stops no clock."""
    case = Case("c", DAY, State.ADDRESSING, "h", trail=(Done(Act.NOTE, "h", DAY), Done(Act.ASSESS, "h", DAY)))
    assert overdue(case, HOURS, datetime.date(2026, 12, 4))


def test_overdue_cases_stand_first() -> None:
    """Overdue, then the nearest day, then what is concluded."""
    old, new = Case("z", DAY), Case("b", datetime.date(2026, 12, 7))
    spoken = Case("a", DAY, State.ADDRESSING, "h", trail=(Done(Act.WRITE, "h", DAY, letter="word"),))
    closed = Case("0", DAY, State.CONCLUDED)
    assert by_urgency([closed, spoken, new, old], HOURS, datetime.date(2026, 12, 8)) == [old, new, spoken, closed]


def test_retaliation_is_asked_about_after_30_60_and_90_days() -> None:
    """The question waits from its day on, and the next one takes its place."""
    assert check_ins(DAY) == (datetime.date(2026, 12, 30), datetime.date(2027, 1, 29), datetime.date(2027, 2, 28))
    days = [asked_about(DAY, DAY + datetime.timedelta(days=count)) for count in (0, 29, 30, 59, 60, 89, 90, 400)]
    assert days == [0, 0, 30, 30, 60, 60, 90, 90]


def test_p21_small_counts_are_not_told() -> None:
    """Below k only that it is fewer; and where one alone is hidden, the smallest other is hidden with it."""
    assert suppressed({"a": 2, "b": 9, "c": 40}, 5) == {"a": "fewer than 5", "b": "not told", "c": "40"}
    assert suppressed({"a": 2, "b": 1, "c": 40}, 5) == {"a": "fewer than 5", "b": "fewer than 5", "c": "40"}
    assert suppressed({"a": 5, "b": 0}, 5) == {"a": "5", "b": "0"}


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 30), min_size=2), st.integers(2, 8))
def test_p21_never_is_exactly_one_count_hidden(counts: dict[str, int], k: int) -> None:
    """Whoever knows the total cannot work out a hidden count, and no count from 1 to k-1 is ever told."""
    told = suppressed(counts, k)
    assert sum(not text.isdigit() for text in told.values()) != 1
    assert all(not told[name].isdigit() for name, count in counts.items() if 0 < count < k)


def test_the_question_about_retaliation_waits_behind_the_receipt() -> None:
    """Nothing is asked in the first 30 days; then whoever comes back is asked, each time, and nothing is sent or kept for it."""
    with office() as room, ThreadPoolExecutor(1) as thread:
        bound = Bound(room.book, thread)
        words = room.reported().words
        asked = []
        for days in (0, 2, 31, 40, 40):
            room.clock.later(days=days)
            room.book.release()
            found = bound.behind(words)
            assert found is not None
            before = list(room.book.store.reports())
            said = " ".join(each.text for each in behind(found).blocks if isinstance(each, Text))
            asked.append(next((days for days in (30, 60, 90) if f"{days} days or more" in said), 0))
            assert list(room.book.store.reports()) == before
    assert asked == [0, 0, 30, 60, 90]
