"""What may be deleted of the cases, and their deletion: for each reader what they see, and nothing of others. Runs in the
casebook's thread."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.case_shapes import Reader, Row
from bot.casebook.keeping import Disposed, Kept
from bot.caseroom import Caseroom
from bot.journeys.case_refusals import NotToBeDeleted
from bot.report_settings import Schedule


@dataclass(frozen=True, slots=True)
class Proposed:
    """A case that may be deleted from a day on, by a line of the retention schedule."""

    row: Row = field(repr=False)
    schedule: Schedule
    since: datetime.date


@dataclass(frozen=True, slots=True)
class Due:
    """What may be deleted, the longest due first; `schedules` are the organisation's own, maybe none."""

    cases: tuple[Proposed, ...]
    schedules: tuple[Schedule, ...]


@dataclass(frozen=True)
class CaseKeeping:
    """Over the case room. Whoever may read a case may have it deleted, once it is due."""

    room: Caseroom

    def due(self, actor: Reader, readers: Sequence[Reader]) -> Due:
        """What this reader may have deleted: proposed, and never done by itself.

        Raises Locked, KeyLost, KeyElsewhere and DatabaseGone.
        """
        keeping, today, schedules = self.room.book.keeping, self.room.today(), self.room.book.settings.retention
        by_code = {each.code: each for each in schedules}
        found = [
            Proposed(row, by_code[row.case.schedule], since)
            for row in self.room.listed(actor, readers)
            if (since := keeping.since(row.case, today))
        ]
        return Due(tuple(sorted(found, key=lambda each: (each.since, each.row.case.id))), schedules)

    def dispose(self, actor: Reader, readers: Sequence[Reader], versions: Mapping[str, int]) -> tuple[Disposed, ...]:
        """Deletes these cases for good, by id with the version that was seen; what the disposition log says of it.

        Raises NotToBeDeleted, and deletes none, where one is not there for this reader, not due, or has changed; Locked,
        KeyElsewhere and DatabaseGone.
        """
        listed = self.room.listed(actor, readers)
        found = [row.case for row in listed if versions.get(row.case.id) == row.case.version]
        if len(found) != len(versions):
            raise NotToBeDeleted
        try:
            return self.room.book.keeping.dispose(found, self.room.today())
        except Kept:
            raise NotToBeDeleted from None
