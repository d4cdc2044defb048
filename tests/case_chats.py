"""HR in front of a channel, with the real casebook and case room behind the door, and a clock that stands until it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from bot.case_access import CaseAccess
from bot.casebook import Casebook, Submission
from bot.casebook.starting import casebook
from bot.caseroom import Caseroom, Reader, Shown
from bot.config import Settings
from bot.dispatcher import Dispatcher
from bot.journeys.case_table import Act
from bot.journeys.cases import Wanted
from bot.office_hours import Hours
from bot.opening_reports import Counted, Reports
from bot.people import Account, Person
from bot.reporting import Reporting
from bot.serving_reports import cases_in_chat
from tests.casebooks import OPEN, PEOPLE, Clock, report
from tests.drivers import Driver
from tests.slack_stand_in import TEAM
from tests.teams_stand_in import TENANT
from tests.teams_stand_in import Person as TeamsPerson

T = TypeVar("T")
URL = "https://bot.example"
# Who sits in front of each channel: the account that its driver has.
ACCOUNTS = (
    Account("console", "local", "staff"),
    Account("web", "local", "staff"),
    Account("slack", TEAM, "U0ALICE"),
    Account("teams", TENANT, f"aad-{TeamsPerson().name}"),
)


@dataclass
class Failures:
    """Counts what failed."""

    number: int = 0

    def add(self) -> None:
        """One more."""
        self.number += 1


@dataclass
class Office:
    """The door with a case room behind it. Calls of the casebook go to its own thread."""

    door: Dispatcher
    book: Casebook
    room: Caseroom
    access: CaseAccess
    clock: Clock
    thread: Executor = field(repr=False)
    failures: Failures

    def in_book(self, call: Callable[..., T], *given: Any) -> T:
        """Calls something in the casebook's thread."""
        return self.thread.submit(call, *given).result()

    def in_ledger(self, call: Callable[..., T], *given: Any) -> T:
        """Calls something in the ledger's thread."""
        return self.door.thread.submit(call, *given).result()

    def reported(self, what: str, **other: Any) -> None:
        """A report that came to light two days later."""
        given: Submission = report(**{"what": what, "clauses": ("416.8.5",), **other})
        new = self.book.draw()
        self.in_book(self.book.file, given, new)
        self.clock.forward(days=2)
        self.in_book(self.book.release)

    def readers(self) -> tuple[Reader, ...]:
        """Everybody who receives reports."""
        return self.in_ledger(self.access.readers)

    def reader(self, id: str) -> Reader:
        """One of them."""
        return next(each for each in self.readers() if each.id == id)

    def shown(self, reader: str = "joan") -> Shown:
        """The first case that somebody sees, opened."""
        (row, *_) = self.in_book(self.room.listed, self.reader(reader), self.readers())
        return self.in_book(self.room.opened, self.reader(reader), self.readers(), row.case.id)

    def act(self, act: Act, reader: str = "joan", **texts: str) -> None:
        """Something that somebody does with it on the web meanwhile."""
        case = self.shown(reader).row.case
        self.in_book(self.room.act, self.reader(reader), self.readers(), case.id, Wanted(act, case.version, texts))

    def without(self, person: str) -> None:
        """Whoever receives reports as this recipient receives none any more."""
        people = tuple(each for each in self.book.people if each.id != person)
        book = replace(self.book, people=people)
        assert self.door.cases
        assert self.door.cases.dialogs
        dialogs = replace(self.door.cases.dialogs, room=replace(self.room, book=book))
        self.door.cases = replace(self.door.cases, dialogs=dialogs)

    def links(self) -> int:
        """How many addresses of the case room were given out."""
        database = self.door.ledger._database
        return self.in_ledger(lambda: len(list(database.rows("SELECT * FROM link"))))

    def belongs_to(self, person: str) -> None:
        """The accounts of all channels are this person's from now on."""

        def linked() -> None:
            with self.door.ledger.transaction(deciding=True):
                for each in ACCOUNTS:
                    self.door.ledger.people.link(each, person)

        self.in_ledger(linked)


@contextmanager
def office(dispatcher: Dispatcher, place: Path, *, shown: bool = True) -> Iterator[Office]:
    """Hana and Joan of HR, Ada who is independent, and Bob of staff; Hana sits in front of every channel."""
    clock, settings = Clock(), replace(OPEN, recipients=PEOPLE)
    with ThreadPoolExecutor(1, "casebook") as thread:
        book = thread.submit(casebook, settings, place, Hours(), clock).result()
        failures = Failures()
        door = replace(dispatcher, now=clock, url=URL, reports=Reporting(failed=failures.add))
        access = CaseAccess(door.ledger, door.tokens, URL, settings.recipients, clock, door.today)
        room = Caseroom(book, Hours(), door.today)
        here = Reports(door.reporting, Counted(Settings(place)), failures, book, thread)  # type: ignore[arg-type] # counts alike
        door.cases = cases_in_chat(door, here, room, access, shown=shown)
        made = Office(door, book, room, access, clock, thread, failures)
        made.in_ledger(_staffed, door)
        made.belongs_to("hana")
        yield made
        thread.submit(book.store.close).result()


def _staffed(door: Dispatcher) -> None:
    with door.ledger.transaction(deciding=True):
        for recipient in PEOPLE:
            door.ledger.people.put(Person(recipient.id, recipient.name, recipient.email))
        door.ledger.people.put(Person("bob", "Bob Marsh", "bob@example.gov"))


def entered(driver: Driver) -> str:
    """From a message to the neutral button, and in its dialog to the case room; what is shown there."""
    assert "opens the case room, once" in driver.say("open the case room")
    driver.press("Forms")
    return driver.submit("Next", {"form": "room"})
