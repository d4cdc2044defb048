"""A root of a day, its line for outsiders, and who has witnessed it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

_LINE = re.compile(r"(\d{4}-\d\d-\d\d) (0|[1-9]\d{0,15}) ([0-9a-f]{64}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Root:
    """The Merkle root over the first `records` entries of the chain, which were all until the end of a day; `head` is the digest
    of the last of them. `made_at` is when it was computed."""

    day: datetime.date
    records: int
    root: str
    head: str
    made_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Witness:
    """What became of a root outside: `name` is slack, teams, file or timestamp; `state` is pending, posted, written, granted,
    failed or none; `detail` is a code of what failed, or the time-stamp's token."""

    day: datetime.date
    name: str
    state: str
    detail: str
    at: datetime.datetime


class NotARoot(ValueError):
    """This is not a line of a root: day, number of records, root and head, with one blank between."""


def line(root: Root) -> str:
    """What is posted, written and time-stamped: day, number of records, root, head."""
    return f"{root.day.isoformat()} {root.records} {root.root} {root.head}"


def read_line(text: str) -> Root:
    """A root from its line; when it was made is not in it, so its day stands for that. Raises NotARoot."""
    found = _LINE.fullmatch(text.strip())
    if not found:
        raise NotARoot(text[:200])
    day, records, digest, head = found.groups()
    try:
        on = datetime.date.fromisoformat(day)
    except ValueError:
        raise NotARoot(text[:200]) from None
    return Root(on, int(records), digest, head, datetime.datetime.combine(on, datetime.time(), datetime.UTC))
