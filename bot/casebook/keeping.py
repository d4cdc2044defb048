"""How long cases are kept: what may be deleted, the alarm for what nobody opens, and the deletion. No period here is ours."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bot.casebook.shapes import Case
from bot.casebook.store import Store
from bot.office_hours import months_later
from bot.report_settings import Schedule

# So many days after its release a case that nobody has opened raises an alarm.
UNOPENED_AFTER = datetime.timedelta(days=7)


class Kept(Exception):
    """This case may not be deleted: it is on hold, never opened, not concluded, changed since, or its time has not passed."""


@dataclass(frozen=True, slots=True)
class Disposed:
    """A row of the disposition log: an id of its own, the day, the code."""

    id: str
    day: datetime.date
    schedule: str


class Keeping:
    """The verbs. `schedules` are the organisation's own; `new_id` makes the ids of the log, which are found nowhere else."""

    def __init__(self, store: Store, schedules: Sequence[Schedule], new_id: Callable[[], str]) -> None:
        self._store, self._new_id = store, new_id
        self._schedules = {each.code: each for each in schedules}

    def since(self, case: Case, today: datetime.date) -> datetime.date | None:
        """From which day on a case may be deleted, if it may be now: concluded, opened, not on hold, its time passed (P20).

        The time runs from its conclusion, or from what the reporter added later.
        """
        schedule = self._schedules.get(case.schedule)
        if not (case.concluded and case.opened and schedule and schedule.months) or case.on_hold:
            return None
        since = months_later(max(case.concluded, case.heard), schedule.months)
        return since if since < today else None

    def dispose(self, cases: Collection[Case], today: datetime.date) -> tuple[Disposed, ...]:
        """Deletes these cases, as they were seen, with all that is in them, for good (P19); what the log says of it now.

        Raises Kept, and deletes none, where one may not be deleted, or somebody has changed it or the reporter was heard since.
        """
        if not all(self.since(each, today) for each in cases):
            raise Kept
        made = []
        with self._store.transaction():
            for each in cases:
                if not self._store.delete(each.id, each.version, each.heard):
                    raise Kept
                made.append(Disposed(self._new_id(), today, each.schedule))
                self._store.log_disposed(made[-1].id, today, each.schedule)
        self._store.compact()
        return tuple(made)

    def log(self) -> tuple[Disposed, ...]:
        """The disposition log."""
        rows = self._store.disposed()
        return tuple(Disposed(row["id"], datetime.date.fromisoformat(row["day"]), row["schedule"]) for row in rows)


def unopened(case: Case, today: datetime.date) -> bool:
    """Whether nobody has opened a case although a week has passed: an alarm (P20)."""
    return not case.opened and case.released + UNOPENED_AFTER <= today
