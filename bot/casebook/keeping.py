"""How long cases are kept: schedule, legal hold, what may be deleted, and the deletion. No period here is ours."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bot.casebook.store import Store
from bot.database import Row
from bot.office_hours import months_later
from bot.report_settings import Schedule

# So many days after its release a case that nobody has opened raises an alarm.
UNOPENED_AFTER = 7


class NoSuchSchedule(Exception):
    """The retention schedule has no such code; it stands under [[reports.retention]] of clausebot.toml."""


class Kept(Exception):
    """This case may not be deleted: it is on hold, was never opened, is not concluded, or its time has not passed."""


@dataclass(frozen=True, slots=True)
class Due:
    """A concluded case whose time has passed: its id, code, and the day from which it may be deleted."""

    id: str
    schedule: str
    since: datetime.date


@dataclass(frozen=True, slots=True)
class Disposed:
    """A row of the disposition log: an id of its own, the day, the code."""

    id: str
    day: datetime.date
    schedule: str


class Keeping:
    """The verbs. `schedules` are the organisation's own."""

    def __init__(self, store: Store, schedules: Sequence[Schedule], new_id: Callable[[], str]) -> None:
        self._store, self._new_id = store, new_id
        self._schedules = {each.code: each for each in schedules}

    def schedule(self, id: str, code: str) -> bool:
        """Gives a case its retention code. Raises NoSuchSchedule."""
        if code not in self._schedules:
            raise NoSuchSchedule
        return self._store.mark(id, "schedule", code)

    def hold(self, id: str, *, on: bool) -> bool:
        """Puts a legal hold on a case, or ends it; False where that changes nothing."""
        return self._store.mark(id, "on_hold", int(on))

    def due(self, today: datetime.date) -> tuple[Due, ...]:
        """What may be deleted now, proposed and not done: concluded, opened, not on hold, its time passed (P20)."""
        found = (self._due(row, today) for row in self._store.reports())
        return tuple(each for each in found if each)

    def unopened(self, today: datetime.date) -> int:
        """How many cases nobody has opened although a week has passed: an alarm, and they are never deleted."""
        late = today - datetime.timedelta(days=UNOPENED_AFTER)
        return sum(not row["opened"] and datetime.date.fromisoformat(row["day"]) <= late for row in self._store.reports())

    def dispose(self, ids: Collection[str], today: datetime.date) -> None:
        """Deletes these cases with all that is in them, for good. Raises Kept, and deletes none, where one may not be."""
        due = {each.id: each.schedule for each in self.due(today)}
        if not set(ids) <= due.keys():
            raise Kept
        self._store.dispose({id: due[id] for id in ids}, today, self._new_id)

    def log(self) -> tuple[Disposed, ...]:
        """The disposition log."""
        rows = self._store.disposed()
        return tuple(Disposed(row["id"], datetime.date.fromisoformat(row["day"]), row["schedule"]) for row in rows)

    def _due(self, row: Row, today: datetime.date) -> Due | None:
        schedule = self._schedules.get(row["schedule"])
        if not (row["concluded"] and row["opened"] and schedule and schedule.months) or row["on_hold"]:
            return None
        since = months_later(datetime.date.fromisoformat(row["concluded"]), schedule.months)
        return Due(row["id"], schedule.code, since) if since < today else None
