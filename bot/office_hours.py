"""The organisation's own time: its zone, its working days, and the hours in which nobody is written to unasked. Pure."""

from __future__ import annotations

import calendar
import datetime
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ZONE = "America/Chicago"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_IN_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KEYS = ("time_zone", "working_days", "quiet_from", "quiet_until", "holidays")


@dataclass(frozen=True, slots=True)
class Hours:
    """When people may be written to: on working days, outside quiet hours, by the clock of `zone`.

    `working_days` count from Monday, 0. It is quiet from `quiet_from` on and no longer at `quiet_until`, over midnight where the
    first is later; never where both are the same.
    """

    zone: str = ZONE
    working_days: frozenset[int] = frozenset(range(5))
    quiet_from: datetime.time = datetime.time(18)
    quiet_until: datetime.time = datetime.time(8)
    holidays: frozenset[datetime.date] = frozenset()

    def always(self) -> Hours:
        """The same zone, and nobody waits for a working day: for trying things out."""
        return Hours(self.zone, frozenset(range(7)), datetime.time(0), datetime.time(0))

    def day(self, moment: datetime.datetime) -> datetime.date:
        """The organisation's day at a moment."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def is_working(self, day: datetime.date) -> bool:
        """Whether work is done on a day."""
        return day.weekday() in self.working_days and day not in self.holidays

    def before(self, day: datetime.date) -> datetime.date:
        """The last working day before a day."""
        return next(each for each in _from(day, -1) if each != day and self.is_working(each))

    def is_open(self, moment: datetime.datetime) -> bool:
        """Whether people may be written to at a moment."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return self.is_working(local.date()) and not self._is_quiet(local.time())

    def next_open(self, moment: datetime.datetime) -> datetime.datetime:
        """The moment itself where people may be written to then, else the next one from which they may; in UTC."""
        if self.is_open(moment):
            return moment.astimezone(datetime.UTC)
        return next(each for each in self._openings(self.day(moment)) if each >= moment and self.is_open(each))

    def _is_quiet(self, time: datetime.time) -> bool:
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= time < self.quiet_until
        return time >= self.quiet_from or time < self.quiet_until

    def _openings(self, first: datetime.date) -> Iterator[datetime.datetime]:
        """When a day begins, or its quiet hours end, from this day on. An hour that comes twice in a night ends twice."""
        zone = ZoneInfo(self.zone)
        for day in _from(first, 1):
            times = itertools.product(sorted({datetime.time(0), self.quiet_until}), (0, 1))
            local = (datetime.datetime.combine(day, time, zone).replace(fold=fold) for time, fold in times)
            yield from sorted(each.astimezone(datetime.UTC) for each in local)


def read(table: object, file: str = "clausebot.toml") -> tuple[Hours, list[str]]:
    """The hours that a `[organisation]` table sets, with every mistake in it; what it leaves out stays as it is."""
    if not isinstance(table, dict):
        return Hours(), [f"{file}: [organisation] is no table"]
    mistakes = [f"{file}: [organisation] has no {key!r}; it takes {', '.join(_KEYS)}" for key in table if key not in _KEYS]
    usual, found = Hours(), {}
    for key, (name, reader) in _READERS.items():
        try:
            found[name] = reader(table[key]) if key in table else getattr(usual, name)
        except (ValueError, TypeError, KeyError, ZoneInfoNotFoundError, OSError):
            mistakes.append(f"{file}: [organisation] {key} is {table[key]!r}; {_WANTED[key]}")
    return (usual if mistakes else Hours(**found)), mistakes


def _zone(given: Any) -> str:
    ZoneInfo(given)
    return str(given)


def _days(given: Any) -> frozenset[int]:
    days = [str(day).lower() for day in given]
    if not days or isinstance(given, str):
        raise ValueError
    return frozenset((WEEKDAYS.index if len(day) == 3 else _IN_FULL.index)(day) for day in days)


def _time(given: Any) -> datetime.time:
    time = given if isinstance(given, datetime.time) else datetime.time.fromisoformat(given)
    if time.tzinfo:
        raise ValueError
    return time


def _dates(given: Any) -> frozenset[datetime.date]:
    if isinstance(given, str):
        raise TypeError
    return frozenset(map(_date, given))


def _date(given: Any) -> datetime.date:
    if isinstance(given, datetime.datetime):
        raise TypeError
    return given if isinstance(given, datetime.date) else datetime.date.fromisoformat(given)


_READERS: Mapping[str, tuple[str, Any]] = {
    "time_zone": ("zone", _zone),
    "working_days": ("working_days", _days),
    "quiet_from": ("quiet_from", _time),
    "quiet_until": ("quiet_until", _time),
    "holidays": ("holidays", _dates),
}
_WANTED = {
    "time_zone": 'it must be a zone such as "America/Chicago"',
    "working_days": 'it must list days such as ["mon", "tue"], one at least',
    "quiet_from": 'it must be a time of day such as "18:00"',
    "quiet_until": 'it must be a time of day such as "08:00"',
    "holidays": "it must list days such as [2026-12-25]",
}


def _from(day: datetime.date, step: int) -> Iterator[datetime.date]:
    """The days from this one on, forwards or backwards."""
    return (day + datetime.timedelta(days=step * count) for count in itertools.count())


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
