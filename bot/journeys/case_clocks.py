"""The clocks of a case: by when the reporter is owed a word, feedback, and a question about retaliation. Pure.

All count from the day of release, the only day that is known. Days count from the start of that day, so that a coarse day makes
us early, never late (property P25).
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.journeys.case_table import Act, State
from bot.journeys.cases import Case, Done
from bot.office_hours import Hours, months_later

# A word of a person; then what Directive (EU) 2019/1937, article 9(1), asks for, as a measure to keep to: acknowledgement within
# 7 days, feedback within 3 months.
WORKING_DAYS, ACKNOWLEDGED, MONTHS = 3, 7, 3
# Retaliation (416.10) is asked about after so many days; the question waits behind the receipt.
CHECK_INS = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Clock:
    """Something owed by a day; `met` is the day on which it was done, None while it is not."""

    name: str
    due: datetime.date
    met: datetime.date | None = None

    def overdue(self, today: datetime.date) -> bool:
        """Whether the day has passed and it is not done."""
        return self.met is None and today > self.due


def word_due(released: datetime.date, hours: Hours) -> datetime.date:
    """The third working day after a day."""
    days = (released + datetime.timedelta(days=count) for count in itertools.count(1))
    return next(itertools.islice(filter(hours.is_working, days), WORKING_DAYS - 1, None))


def acknowledgement_due(released: datetime.date) -> datetime.date:
    """Seven days after a day."""
    return released + datetime.timedelta(days=ACKNOWLEDGED)


def feedback_due(released: datetime.date) -> datetime.date:
    """The same day three months later, or the last of that month where it has no such day."""
    return months_later(released, MONTHS)


def clocks(case: Case, hours: Hours) -> tuple[Clock, Clock, Clock]:
    """What the reporter of a case is owed: a word, an acknowledgement, feedback.

    The receipt page is the acknowledgement: who has a receipt has had it, so that clock is met on the first day.
    """
    words = [each.day for each in case.trail if _is_word(each)]
    feedback = [each.day for each in case.trail if each.letter == "feedback"]
    return (
        Clock("A personal word", word_due(case.released, hours), min(words, default=None)),
        Clock("Acknowledgement", acknowledgement_due(case.released), case.released),
        Clock("Feedback", feedback_due(case.released), min(feedback, default=None)),
    )


def overdue(case: Case, hours: Hours, today: datetime.date) -> bool:
    """Whether something is owed to the reporter of a case past its day. A concluded case has had its feedback."""
    return case.state is not State.CONCLUDED and any(each.overdue(today) for each in clocks(case, hours))


def next_due(case: Case, hours: Hours) -> datetime.date | None:
    """The nearest day by which something is owed that is not done; None where nothing is."""
    return min((each.due for each in clocks(case, hours) if each.met is None), default=None)


def check_ins(released: datetime.date) -> tuple[datetime.date, ...]:
    """The days from which the reporter is asked behind the receipt whether they met with retaliation."""
    return tuple(released + datetime.timedelta(days=days) for days in CHECK_INS)


def asked_about(released: datetime.date, today: datetime.date) -> int:
    """Which of the questions about retaliation waits behind the receipt: 30, 60 or 90 days, the latest; 0 before the first."""
    return max((days for days, day in zip(CHECK_INS, check_ins(released), strict=True) if day <= today), default=0)


def suppressed(counts: Mapping[str, int], k: int) -> dict[str, str]:
    """Counts as they may be told to others: below `k` as `fewer than k` (P21). Give no total beside them.

    Where one count alone is hidden, the smallest other is `not told` either, so that a total known from elsewhere does not
    give it away (secondary suppression).
    """
    few = {name for name, count in counts.items() if 0 < count < k}
    others = sorted((count, name) for name, count in counts.items() if name not in few)
    beside = others[0][1] if len(few) == 1 and others else None
    return {
        name: f"fewer than {k}" if name in few else "not told" if name == beside else str(count) for name, count in counts.items()
    }


def _is_word(done: Done) -> bool:
    return done.act is Act.WRITE or done.act is Act.CONCLUDE


def by_urgency(cases: Iterable[Case], hours: Hours, today: datetime.date) -> list[Case]:
    """Overdue first, then by the nearest day, concluded last; cases of one day stand in the order of their random ids."""

    def rank(case: Case) -> tuple[bool, bool, datetime.date, str]:
        concluded = case.state is State.CONCLUDED
        return concluded, not overdue(case, hours, today), next_due(case, hours) or case.released, case.id

    return sorted(cases, key=rank)
