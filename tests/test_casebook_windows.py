"""When reports come to light: P6, P8, P25."""

from __future__ import annotations

import datetime
import random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.casebook.windows import Window, Windows
from bot.office_hours import Hours
from bot.report_settings import HOLD, WINDOWS

pytestmark = pytest.mark.anonymity
ZONE = ZoneInfo("America/Chicago")
USUAL = Windows(WINDOWS, Hours())
MOMENTS = st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2027, 12, 31), timezones=st.just(datetime.UTC))


@given(MOMENTS, st.floats(*HOLD))
@example(datetime.datetime(2026, 3, 8, 7, 59, tzinfo=datetime.UTC), 2.0)
@example(datetime.datetime(2026, 11, 1, 6, 30, tzinfo=datetime.UTC), 26.0)
def test_p8_a_report_rests_as_long_as_drawn_and_then_until_the_next_window(moment: datetime.datetime, hold: float) -> None:
    """Never before its rest is over, at 09:00 or 15:00 by the organisation's clock, and at the first such time."""
    window = USUAL.after(moment, hold)
    at = USUAL.moment(window)
    over = moment + datetime.timedelta(hours=hold)
    assert over <= at <= over + datetime.timedelta(hours=19)
    assert f"{at.astimezone(ZONE):%H:%M:%S.%f}" == f"{window.name}:00.000000"
    assert USUAL.reached(at) == window
    assert USUAL.reached(at - datetime.timedelta(microseconds=1)) < window


def test_p8_every_second_between_two_windows_leads_to_the_same_ones() -> None:
    """With the same draw, when exactly somebody wrote does not show in when it comes to light."""
    first = datetime.datetime(2026, 11, 19, 9, tzinfo=ZONE).astimezone(datetime.UTC)
    seconds = (first + datetime.timedelta(seconds=each) for each in range(1, 6 * 3600 + 1, 7))
    assert {USUAL.after(each) for each in seconds} == {Window(datetime.date(2026, 11, 19), "15:00")}


def test_p8_the_rest_is_drawn_by_chance_and_spreads_over_several_windows() -> None:
    """One moment of writing can come to light at any of the next windows."""
    moment, chance = datetime.datetime(2026, 11, 19, 20, 2, tzinfo=datetime.UTC), random.Random(1)  # noqa: S311 - a fixed seed
    found = {USUAL.after(moment, chance.uniform(*HOLD)) for _ in range(200)}
    assert sorted(each.name for each in found) == ["09:00", "09:00", "15:00"]


def test_windows_on_working_days_only_pass_over_the_others() -> None:
    """Where the settings say so, a Friday evening's report waits for Monday, or for the day after a holiday."""
    hours = Hours(holidays=frozenset({datetime.date(2026, 11, 23)}))
    friday = datetime.datetime(2026, 11, 20, 23, tzinfo=datetime.UTC)
    assert Windows(WINDOWS, hours, working_days_only=True).after(friday) == Window(datetime.date(2026, 11, 24), "09:00")
    assert USUAL.after(friday) == Window(datetime.date(2026, 11, 21), "09:00")
    monday = friday + datetime.timedelta(days=3)
    assert Windows(WINDOWS, hours, working_days_only=True).reached(monday) == Window(datetime.date(2026, 11, 20), "15:00")


@pytest.mark.parametrize(("day", "utc"), [("2026-03-07", 15), ("2026-03-08", 14), ("2026-10-31", 14), ("2026-11-01", 15)])
def test_windows_keep_to_the_clock_on_the_wall(day: str, utc: int) -> None:
    """Nine is nine, before and after the clocks change."""
    assert USUAL.moment(Window(datetime.date.fromisoformat(day), "09:00")).hour == utc


def test_p6_a_window_holds_nothing_finer_than_its_name() -> None:
    """What is kept of time is a day and a name."""
    window = USUAL.after(datetime.datetime(2026, 11, 19, 20, 2, 11, 123000, tzinfo=datetime.UTC), 3.21)
    assert (str(window.day), window.name) == ("2026-11-20", "09:00")
