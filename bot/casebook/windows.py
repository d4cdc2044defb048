"""When reports are handed over: fixed times of day, after a rest drawn by chance. Pure.

What is kept of time is a window, a day and a name; nothing here or elsewhere in the casebook is finer (P6).
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.office_hours import Hours


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A day of the organisation, and the name of a time on it, such as `09:00`. Later windows are greater."""

    day: datetime.date
    name: str


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of an organisation: these times on every day, or on its working days only, in its zone.

    Any moment given is aware; those that come back are in UTC.
    """

    times: tuple[datetime.time, ...]
    hours: Hours
    working_days_only: bool = False

    def after(self, moment: datetime.datetime, hold: float = 0.0) -> Window:
        """The first window at or after a moment and a rest of `hold` hours, which was drawn by chance (P8)."""
        earliest = moment.astimezone(datetime.UTC) + datetime.timedelta(hours=hold)
        return next(window for window in self._from(self._day(earliest)) if self.moment(window) >= earliest)

    def reached(self, moment: datetime.datetime) -> Window:
        """The last window at or before a moment."""
        days = (self._day(moment) - datetime.timedelta(days=count) for count in itertools.count())
        return next(window for day in days for window in reversed(list(self._on(day))) if self.moment(window) <= moment)

    def moment(self, window: Window) -> datetime.datetime:
        """When a window is. A time that the clocks leave out comes an hour later; of one that comes twice, the first counts."""
        zone = ZoneInfo(self.hours.zone)
        return datetime.datetime.combine(window.day, datetime.time.fromisoformat(window.name), zone).astimezone(datetime.UTC)

    def day(self, moment: datetime.datetime) -> datetime.date:
        """The organisation's day."""
        return self._day(moment)

    def _day(self, moment: datetime.datetime) -> datetime.date:
        return self.hours.day(moment)

    def _from(self, day: datetime.date) -> Iterator[Window]:
        for count in itertools.count():
            yield from self._on(day + datetime.timedelta(days=count))

    def _on(self, day: datetime.date) -> Sequence[Window]:
        if self.working_days_only and not self.hours.is_working(day):
            return ()
        return [Window(day, f"{time:%H:%M}") for time in sorted(self.times)]
