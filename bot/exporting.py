"""How people stand to a request, counted and as files for other programs: CSV that spreadsheets open safely, and JSON. Pure."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.records import Json, Status

COLUMNS = ("name", "email", "department", "role", "state", "due", "overdue", "settled_at", "record", "version")
# The states in which somebody has agreed to what was asked.
COMPLETE = frozenset({"signed", "paper", "carried"})
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV Injection); some do after blanks or a quote.
_FORMULA = re.compile(r'[\s"\ufeff\u200b]*[=+\-@\t\r\n＝＋－＠]')
# Excel takes a file for UTF-8 only where it begins with this.
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Count:
    """How many people stand how. `asked` leaves out whom the request no longer asks; `overdue` are among the outstanding."""

    asked: int
    signed: int
    paper: int
    carried: int
    declined: int
    on_leave: int
    outstanding: int
    overdue: int
    ended: int

    @property
    def complete(self) -> str:
        """The share that has agreed: signed, on paper, or carried over."""
        return percent(self.signed + self.paper + self.carried, self.asked)


def percent(part: int, whole: int) -> str:
    """A share as whole percent, rounded down, so that 100% says that nobody is missing; a dash where there is nobody."""
    return f"{part * 100 // whole}%" if whole else "–"


def count(rows: Iterable[Status]) -> Count:
    """Counts people by state."""
    rows = list(rows)
    states = Counter(row.state for row in rows)
    return Count(
        asked=len(rows) - states["ended"],
        signed=states["signed"],
        paper=states["paper"],
        carried=states["carried"],
        declined=states["declined"],
        on_leave=states["on leave"],
        outstanding=states["outstanding"],
        overdue=sum(row.overdue for row in rows),
        ended=states["ended"],
    )


def as_csv(rows: Iterable[Status]) -> str:
    """The rows as CSV (RFC 4180) with a line of headings, to be written as UTF-8: it begins with a byte order mark for Excel.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    written = io.StringIO(newline="")
    write = csv.writer(written, lineterminator="\r\n")
    write.writerow(COLUMNS)
    for row in rows:
        write.writerow([neutral(_text(value)) for value in _fields(row).values()])
    return _MARK + written.getvalue()


def as_json(rows: Iterable[Status]) -> str:
    """The rows as a JSON list, every text as it is; what is not there is null."""
    return json.dumps([_fields(row) for row in rows], ensure_ascii=False, indent=2) + "\n"


def neutral(cell: str) -> str:
    """The cell so that no spreadsheet computes it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def by_day(rows: Sequence[Status], zone: datetime.tzinfo = datetime.UTC) -> list[tuple[datetime.date, int]]:
    """How many had agreed by the end of each day on which somebody did, oldest first; days are those of this zone."""
    settled = [row.settled_at for row in rows if row.state in COMPLETE and row.settled_at]
    counted = sorted(Counter(at.astimezone(zone).date() for at in settled).items())
    return list(zip((day for day, _ in counted), accumulate(many for _, many in counted), strict=True))


def _fields(row: Status) -> dict[str, Json]:
    """By column, in their order."""
    settled = (
        row.settled_at.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if row.settled_at else None
    )
    plain: dict[str, Json] = {"due": row.due.isoformat(), "settled_at": settled, "record": row.record or None}
    return {column: plain[column] if column in plain else getattr(row, column) for column in COLUMNS}


def _text(value: Json) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
    return str(value)
