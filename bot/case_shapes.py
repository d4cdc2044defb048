"""What the case room gives to pages and commands, and why it refuses."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.casebook import shapes
from bot.journeys.case_clocks import Clock
from bot.journeys.case_refusals import Refused
from bot.journeys.case_table import Act, State
from bot.journeys.cases import Case, Decided, Done
from bot.report_settings import Schedule


class Locked(Exception):
    """The reports are locked. Whoever knows the passphrase can open them for half an hour."""


class WrongPassphrase(Exception):
    """This is not the passphrase. Nothing was opened."""


class KeyLost(Exception):
    """The key that opens your reports is lost, so none can be shown. HR's copy brings it back: clausebot keys recover FILE"""


class LastReader(Refused):
    """Nobody else could read this case then, so it stays as it is. Have somebody independent named first (clausebot keys add)."""


class NoReceipt(Refused):
    """No receipt can be made for this case here: it would reach somebody who gave the case up, or nobody at all."""


class TooLongToKeep(Refused):
    """This is more than can be kept in one piece, so nothing was kept. Please shorten it, or send it in parts."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who receives reports: their id and name in the directory, and the recipients whose key they may use."""

    id: str
    name: str = field(repr=False)
    recipients: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list, as one reader sees it; `holder` is the name of whoever works on it, `due` the nearest day owed.
    `unopened` says that nobody has opened it although a week has passed."""

    case: shapes.Case = field(repr=False)
    standing: Case
    holder: str = field(repr=False)
    mine: bool
    overdue: bool
    due: datetime.date | None
    unopened: bool

    @property
    def label(self) -> str:
        """What it is called: random, and the same for everybody."""
        return f"Case {self.case.id[:6]}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A case, opened: what is in it, what is owed, what its reader can do with it, to whom it can go, and where that reader can
    link it, with what.

    `check_ins` are the questions about retaliation: after how many days, from which day on, and whether it waits already;
    `names` are those of everybody who receives reports, by id; `schedules` are the organisation's own retention schedule.
    """

    row: Row
    opened: shapes.Opened = field(repr=False)
    clocks: tuple[Clock, ...]
    check_ins: tuple[tuple[int, datetime.date, bool], ...]
    offered: tuple[Act, ...]
    colleagues: tuple[Reader, ...] = field(repr=False)
    others: tuple[Row, ...] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    today: datetime.date
    schedules: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done, and the words of a receipt that was made for a witness: for the eyes of whoever did it, once."""

    decided: Decided
    words: str = field(default="", repr=False)


def standing(case: shapes.Case) -> Case:
    """What the journey decides by: nothing of what was written."""
    trail = tuple(Done(Act(each.act), each.by, each.day, each.to, each.letter) for each in case.trail)
    recused = frozenset(each.by for each in trail if each.act is Act.RECUSE)
    return Case(case.id, case.released, State(case.state), case.holder, recused, case.version, trail, case.on_hold, case.schedule)
