"""What comes out of the casebook. No field here can hold who reported."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.casebook.submission import Submission
from bot.casebook.windows import Window

# How the names of captured pages begin.
CAPTURED = "page-"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that came with a report, cleaned before it comes here; or a page that HR captured, as its site sent it."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)

    @property
    def captured(self) -> bool:
        """Whether HR captured it; the names of what came with a report are ours as well, and others."""
        return self.name.startswith(CAPTURED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What HR wrote to the reporter, and on which day."""

    day: datetime.date
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a receipt: the replies, oldest first, and how the case stands; never the report's own text.

    `waits` is the window at which it will be handed over, None once it has been; `released` the day on which it was.
    """

    waits: Window | None
    released: datetime.date | None
    state: str
    concluded: datetime.date | None
    replies: tuple[Reply, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """A row of the audit trail: what somebody of HR did, on which day; never what it said.

    `to` is whom a case was handed to, `letter` what kind of word went to the reporter; each may be empty.
    """

    act: str
    by: str
    day: datetime.date
    to: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One report as a recipient of it sees it. `released` is the only day that is known of it.

    `holder` is the recipient who works on it, or empty; `readers` are the ids of all who can read it; `version` counts changes;
    `on_hold` says that it may not be deleted (legal hold); `schedule` is its retention code, or empty; `linked` is the id of the
    case about which it tells of retaliation, or empty; `heard` the latest day on which something came from the reporter; `opened`
    says that somebody has looked into it.
    """

    id: str
    released: datetime.date
    state: str
    holder: str
    version: int
    on_hold: bool
    schedule: str
    concluded: datetime.date | None
    readers: tuple[str, ...]
    linked: str
    heard: datetime.date
    submission: Submission
    trail: tuple[Done, ...]
    opened: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a case: from the reporter where `by` is empty (`act` is then `added`), else what HR did, with its contents by
    field; `reply` is what the reporter was told."""

    day: datetime.date
    act: str
    by: str
    content: Mapping[str, str] = field(repr=False)
    reply: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case with all that is in it, oldest first."""

    case: Case
    entries: tuple[Entry, ...] = field(repr=False)
    enclosures: tuple[Enclosure, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What an act of HR makes of a case, as `bot.journeys.cases` has decided it.

    `version` is that of the case before it; `content` is sealed to the case's readers, `reply` to the reporter's receipt too.
    `recused` names a reader who can read it no more; `file` is put to those of the case.
    """

    done: Done
    version: int
    state: str
    holder: str
    content: Mapping[str, str] = field(default_factory=dict, repr=False)
    reply: str = field(default="", repr=False)
    recused: str = ""
    concluded: datetime.date | None = None
    on_hold: bool = False
    schedule: str = ""
    file: Enclosure | None = field(default=None, repr=False)
