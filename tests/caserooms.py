"""A casebook with its case room for tests: real sealing, a real database, a clock that stands until it is told to go on."""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.casebook import Casebook, Receipt, Submission, keys
from bot.casebook.opening import Ring
from bot.casebook.room import Opener
from bot.casebook.starting import MIGRATIONS, PRAGMAS
from bot.casebook.store import Store
from bot.casebook.windows import Windows
from bot.caseroom import Acted, Caseroom, Reader, Shown
from bot.database import migrating
from bot.journeys.case_table import Act
from bot.journeys.cases import Wanted
from bot.office_hours import Hours
from bot.report_settings import Recipient, ReportSettings, Schedule
from tests.databases import opened

# A Monday, 10:00 in Chicago: after the window of 09:00.
NOW = datetime.datetime(2026, 11, 30, 16, 0, tzinfo=datetime.UTC)
HOURS = Hours()
HANA, IDA, ADA, TOM = (
    Reader("hana", "Hana Ruiz", frozenset({"hr"})),
    Reader("ida", "Ida Berg", frozenset({"hr-two"})),
    Reader("ada", "Ada Clerk", frozenset({"independent"})),
    Reader("tom", "Tom Vale"),
)
READERS = (ADA, HANA, IDA)
SECRET = "The page says what only the night crew knows."  # noqa: S105 - what somebody reports
RETENTION = (Schedule("GS-1", "Complaints", 24), Schedule("GS-2"))
RECEIPT_SALT = b"salt of the tests"


@dataclass
class Clock:
    """Stands still until told."""

    moment: datetime.datetime = NOW

    def __call__(self) -> datetime.datetime:
        return self.moment

    def later(self, **more: float) -> None:
        """Lets time go by."""
        self.moment += datetime.timedelta(**more)


@dataclass
class Room:
    """The case room of an office, and the reporters before it."""

    book: Casebook
    clock: Clock
    caseroom: Caseroom
    readers: tuple[Reader, ...] = READERS
    receipts: list[Receipt] = field(default_factory=list)

    def reported(self, what: str = SECRET, *, involved: tuple[str, ...] = (), route: str = "hr", danger: bool = False) -> Receipt:
        """A report, filed now."""
        given = Submission("violation", ("416.8.5.a",), what, "https://social.example/1", "This week", route, involved, danger)
        receipt = self.book.draw()
        self.book.file(given, receipt)
        self.receipts.append(receipt)
        return receipt

    def released(self) -> None:
        """Two days later everything that was filed has come to light."""
        self.clock.later(days=2)
        self.book.release()

    def concluded(self, id: str = "", code: str = "GS-1", reader: Reader = HANA) -> str:
        """A case gone all its way, with its retention code; its id."""
        id = id or self.case(reader)
        self.act(Act.TAKE, reader, id)
        self.act(Act.ASSESS, reader, id, category="Posting", severity="minor", risk="low")
        self.act(Act.SCHEDULE, reader, id, schedule=code)
        self.act(Act.CONCLUDE, reader, id, outcome="substantiated", text="Taken down.")
        return id

    def case(self, reader: Reader = HANA) -> str:
        """The id of the first case that this reader sees."""
        return self.caseroom.listed(reader, self.readers)[0].case.id

    def shown(self, reader: Reader = HANA, id: str = "") -> Shown:
        """That case, opened."""
        return self.caseroom.opened(reader, self.readers, id or self.case(reader))

    def act(self, act: Act, reader: Reader = HANA, id: str = "", to: str = "", version: int | None = None, **texts: str) -> Acted:
        """Something done with that case as it stands."""
        id = id or self.case(reader)
        seen = self.shown(reader, id).row.case.version if version is None else version
        return self.caseroom.act(reader, self.readers, id, Wanted(act, seen, texts, to))


def settings(level: str = "embedded", notice: str = "every window") -> ReportSettings:
    """Two of HR, and somebody independent; cases are kept two years, or without end."""
    people = (
        Recipient("hr", "Hana Ruiz", "hr", email="hana@city.example"),
        Recipient("hr-two", "Ida Berg", "hr", email="ida@city.example"),
        Recipient("independent", "Ada Clerk", "fallback", email="ada@city.example"),
    )
    return ReportSettings(level=level, notice=notice, recipients=people, retention=RETENTION)


@contextmanager
def office(
    kind: str = "memory", place: Path | None = None, chosen: ReportSettings | None = None, opener: Opener | None = None
) -> Iterator[Room]:
    """An office with an empty casebook on a database of this kind."""
    with opened(kind, place or Path(), PRAGMAS) as database:
        migrating.migrate(database, MIGRATIONS)
        given, clock = chosen or settings(), Clock()
        ring = {each.id: (keys.made(),) for each in given.recipients}
        publics = keys.publics(ring)
        people = tuple(replace(each, key=publics[each.id]) for each in given.recipients)
        given = replace(given, recipients=people)
        ids = (f"{number * 7919 % 0xFFFFFF:06x}{'0' * 26}" for number in itertools.count(1))
        book = Casebook(
            Store(database),
            given,
            people,
            RECEIPT_SALT,
            Windows(given.windows, HOURS, given.working_days_only),
            None if given.level == "sealed" else opener or Ring(ring),
            clock,
            random.Random(5),  # noqa: S311 - the same each time
            lambda: next(ids),
        )
        yield Room(book, clock, Caseroom(book, HOURS, lambda: HOURS.day(clock())))
