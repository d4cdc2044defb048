"""Times that keep step with what somebody did: a stored or logged moment, or a file that was touched, whenever a flow was sent.

Other work of the process writes times too, and now and then one falls together with a flow. So a place tells when somebody wrote
only if it did so for most of the flows.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.drill.moments import Moment, moments
from bot.drill.places import values
from bot.drill.search import Hit

# In seconds: how long after its answer what a flow writes may still be written, and how exactly clocks of files count.
AFTER = 0.15
BEFORE = 0.02
# This part of the flows, and never fewer than so many.
MOST, FEWEST = 0.6, 3
# What belongs to a database file; copied along, since what was written last may stand only there.
_BESIDE = ("-wal", "-journal", "-shm")


@dataclass(frozen=True)
class Window:
    """From when to when somebody filed (seconds since 1970), by the clock of this machine."""

    start: float
    end: float

    def holds(self, moment: float, grain: float) -> bool:
        """Whether a moment told in steps of `grain` seconds may be in it."""
        return moment + grain >= self.start - BEFORE and moment <= self.end + AFTER


def in_database(path: Path, where: str) -> dict[str, list[Moment]]:
    """The moments in each column of a database."""
    found: dict[str, list[Moment]] = {}
    with tempfile.TemporaryDirectory() as place, closing(sqlite3.connect(copied(path, Path(place)))) as database:
        for table, column, value in values(database):
            raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
            found.setdefault(f"{where} {table}.{column}", []).extend(moments(raw))
    return found


def copied(path: Path, place: Path) -> Path:
    """A copy of a database with what stands beside it."""
    for each in (path, *(path.with_name(path.name + end) for end in _BESIDE)):
        if each.exists():
            shutil.copy(each, place / each.name)
    return place / path.name


def touched(root: Path) -> dict[str, float]:
    """When each file and directory below a directory was changed last, as its own clock says."""
    found = {}
    for path in (root, *root.rglob("*")):
        try:
            found[str(path.relative_to(root))] = path.lstat().st_mtime
        except FileNotFoundError:
            continue
    return found


def in_step(windows: Sequence[Window], told: Mapping[str, Iterable[Moment]], what: str = "moment") -> list[Hit]:
    """The places that tell a moment for most of these flows."""
    needed = max(FEWEST, MOST * len(windows))
    hits = []
    for where, all_told in told.items():
        known = sorted(all_told)
        met = sum(any(window.holds(*each) for each in known) for window in windows)
        if met >= needed:
            hits.append(Hit(what, f"{met} of {len(windows)} flows", where, "keeps step with what was sent"))
    return hits
