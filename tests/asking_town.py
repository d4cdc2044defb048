"""A small town whose HR asks for signatures: people, a published policy, a request, and the clock that they live by."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from dataclasses import replace

import policy_kb
from bot.database.sqlite import SQLite
from bot.expanding import Around
from bot.ledger import Ledger, migrations
from bot.office_hours import Hours
from bot.people import Account, Grant, Person
from bot.publishing import Published, changes
from bot.records import Act, Audience, Reminders, Request
from tests import databases

# A Friday, ten in the morning in Chicago.
NOW = datetime.datetime(2026, 11, 20, 16, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 20)
DUE = datetime.date(2026, 12, 4)
HOURS = Hours()
URL = "https://bot.city.example"
HANA = Person("hana", "Hana Ruiz", "hana@city.example", department="HR", role="HR Director", grants=frozenset({Grant.HR}))
ADA = Person("ada", "Ada Clerk", "ada@city.example", department="Clerk", grants=frozenset({Grant.ADMINISTRATOR}))
SAM = Person("sam", "Sam Ortiz", "sam@city.example", department="Parks", role="Supervisor")
ALICE = Person("alice", "Alice Stone", "alice@city.example", department="Parks", role="Ranger", supervisor="sam")
BOB = Person("bob", "Bob Marsh", department="Police", role="Officer")
EVERYBODY = (HANA, ADA, SAM, ALICE, BOB)
REQUEST = Request("r1", "416", "", Audience("everyone"), DUE, NOW, "hana", reminders=Reminders())


def policy() -> Published:
    """The shipped policy as it is published."""
    (found,) = (each for each in policy_kb.read(None).policies if each.id == "416")
    return Published(found, "", changes(None, found), "Ada Clerk", NOW - datetime.timedelta(days=30))


def settle(ledger: Ledger, published: Published, *people: Person, request: Request = REQUEST) -> Request:
    """These people, this policy and this request in a ledger; everybody with an address has a Slack account."""
    asked = replace(request, version=published.policy.version)
    with ledger.transaction(deciding=True):
        if not ledger.policies.get(published.policy.id, published.policy.version):
            ledger.policies.publish(published)
        for person in people:
            ledger.people.put(person)
            if person.email:
                ledger.people.link(Account("slack", "T1", f"U{person.id}"), person.id)
        ledger.requests.add(asked)
    return asked


def laid(database: databases.Handle) -> Ledger:
    """A ledger over this database, with its schema."""
    migrations.migrate(database)
    return Ledger(database)


def in_memory() -> Ledger:
    """A ledger in memory."""
    return laid(SQLite())


_ids = itertools.count(1)


def new_id() -> str:
    """An id that no other test has."""
    return f"id{next(_ids)}"


def around(now: datetime.datetime = NOW, url: str = URL, new: Callable[[], str] = new_id) -> Around:
    """What a refresh is given."""
    return Around(now, HOURS, new, lambda: f"token-{new()}", url)


def at(day: datetime.date, hour: int = 16) -> datetime.datetime:
    """A moment of a day, in UTC."""
    return datetime.datetime.combine(day, datetime.time(hour), datetime.UTC)


def act(ledger: Ledger, request: Request, kind: str, person: str, signed: str = "", now: datetime.datetime = NOW) -> str:
    """Somebody signs, declines, withdraws what they have `signed` ...; the id of the record."""
    facts = {"signed": signed} if signed else {}
    with ledger.transaction(deciding=True):
        return ledger.acts.append(Act(new_id(), kind, now, request.policy, request.version, request.id, facts, person)).id


def outbox(ledger: Ledger) -> dict[str, str]:
    """The notices that wait, by key, with whom they are for."""
    ledger.open()
    rows = ledger.notices._database.rows("SELECT key, address FROM outbox WHERE state = 'waiting' ORDER BY position")
    return {row["key"]: row["address"] for row in rows}


def views(ledger: Ledger) -> dict[str, str]:
    """What the notices that wait say, by key, as JSON."""
    rows = ledger.notices._database.rows("SELECT key, view FROM outbox WHERE state = 'waiting' ORDER BY position")
    return {row["key"]: row["view"] for row in rows}
