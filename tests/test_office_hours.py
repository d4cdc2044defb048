"""When people are written to: working days outside quiet hours, by the organisation's own clock."""

from __future__ import annotations

import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import SettingsError, read_settings
from bot.office_hours import Hours, read

UTC = datetime.UTC
CHICAGO = ZoneInfo("America/Chicago")
HOURS = Hours(holidays=frozenset({datetime.date(2026, 11, 26)}))
MOMENTS = st.datetimes(datetime.datetime(2024, 1, 1), datetime.datetime(2030, 1, 1), timezones=st.just(UTC))
TIMES = st.times(timezones=st.none()).map(lambda time: time.replace(microsecond=0))
ANY_HOURS = st.builds(
    Hours,
    st.sampled_from(["America/Chicago", "UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.frozensets(st.integers(0, 6), min_size=1),
    TIMES,
    TIMES,
    st.frozensets(st.dates(datetime.date(2024, 1, 1), datetime.date(2030, 1, 1)), max_size=5),
)


def at(text: str) -> datetime.datetime:
    """A moment by the clock of Chicago."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-20T10:00", "2026-11-20T10:00"),
        ("2026-11-20T07:59", "2026-11-20T08:00"),
        ("2026-11-20T18:00", "2026-11-23T08:00"),
        ("2026-11-21T12:00", "2026-11-23T08:00"),
        ("2026-11-25T23:00", "2026-11-27T08:00"),
        ("2027-03-13T12:00", "2027-03-15T08:00"),
        ("2026-10-31T12:00", "2026-11-02T08:00"),
    ],
)
def test_the_next_moment_that_is_open(now: str, then: str) -> None:
    """Friday evening means Monday morning, a holiday is passed over, and eight is eight when the clocks have changed."""
    assert HOURS.next_open(at(now)) == at(then)


@given(ANY_HOURS, MOMENTS)
def test_a_14_quiet_hours_and_days_without_work_are_kept(hours: Hours, moment: datetime.datetime) -> None:
    """What comes out is open, not before what went in, the same when asked again, and the first such minute."""
    if hours.quiet_from == hours.quiet_until == datetime.time(0):
        hours = Hours(hours.zone, hours.working_days, holidays=hours.holidays)
    found = hours.next_open(moment)
    assert hours.is_open(found)
    assert found >= moment
    assert hours.next_open(found) == found
    if found > moment:
        assert not hours.is_open(moment)
        assert not hours.is_open(max(moment, found - datetime.timedelta(seconds=1)))
        middle = moment + (found - moment) / 2
        assert not hours.is_open(middle)


def test_the_last_working_day_before_a_day() -> None:
    """Before a Monday it is the Friday; before the day after a holiday the day before the holiday."""
    assert HOURS.before(datetime.date(2026, 11, 23)) == datetime.date(2026, 11, 20)
    assert HOURS.before(datetime.date(2026, 11, 27)) == datetime.date(2026, 11, 25)


def test_the_organisation_sets_its_own(tmp_path: Path) -> None:
    """Zone, days, quiet hours and holidays stand in `clausebot.toml`."""
    (tmp_path / "clausebot.toml").write_text(
        '[organisation]\ntime_zone = "Europe/Berlin"\nworking_days = ["Mon", "sunday"]\nquiet_from = "17:30"\n'
        'quiet_until = 09:00:00\nholidays = [2026-12-25, "2026-12-26"]\n',
        "utf-8",
    )
    hours = read_settings({"CLAUSEBOT_DATA_DIR": str(tmp_path)}).hours
    christmas = frozenset({datetime.date(2026, 12, 25), datetime.date(2026, 12, 26)})
    assert hours == Hours("Europe/Berlin", frozenset({0, 6}), datetime.time(17, 30), datetime.time(9), christmas)


def test_all_mistakes_are_listed_at_once(tmp_path: Path) -> None:
    """Each with its key, and what it takes."""
    (tmp_path / "clausebot.toml").write_text(
        '[organisation]\ntime_zone = "Mars/Olympus"\nworking_days = []\nquiet_from = "late"\nquiet_until = 8\n'
        'holidays = ["soon"]\ncolour = "red"\n',
        "utf-8",
    )
    with pytest.raises(SettingsError) as error:
        read_settings({"CLAUSEBOT_DATA_DIR": str(tmp_path)})
    told = str(error.value)
    assert all(
        f"[organisation] {key} is" in told for key in ("time_zone", "working_days", "quiet_from", "quiet_until", "holidays")
    )
    assert "'colour'" in told


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda each: st.lists(each, max_size=2)))
def test_whatever_is_set_is_read_or_listed(value: object) -> None:
    """Nothing that can stand in a TOML file makes it fail otherwise."""
    for key in ("time_zone", "working_days", "quiet_from", "quiet_until", "holidays"):
        hours, mistakes = read({key: value})
        assert mistakes or isinstance(hours, Hours)
    assert read(value)[1]
