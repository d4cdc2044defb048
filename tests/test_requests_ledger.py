"""The verbs of requests and of periodic work, over every database."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ledger import Ledger, migrations
from bot.people import Account, Person
from bot.records import Act, Assignment, Audience, Progress, Reminders, Request
from tests import databases

TODAY = datetime.date(2026, 11, 20)
NOW = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)
DUE = datetime.date(2026, 12, 4)
ALICE = Person("alice", "Alice Stone", "alice@city.example", role="Ranger", department="Parks")
BOB = Person("bob", "Bob Marsh", role="Officer", department="Police")
REQUEST = Request(
    "r1",
    "416",
    "v1",
    Audience("list", people=("alice", "bob"), unknown=("slack:U9",)),
    DUE,
    NOW,
    "hana",
    10,
    Reminders((1,), 3, None),
    True,
)


@pytest.fixture(params=databases.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """Two people who are asked by one request; Bob has neither account nor address."""
    with databases.opened(request.param, tmp_path) as database:
        migrations.migrate(database)
        found = Ledger(database)
        with found.transaction():
            for person in (ALICE, BOB):
                found.people.put(person)
            found.requests.add(REQUEST)
            for person in (ALICE, BOB):
                found.requests.assign(Assignment("r1", person.id, DUE, TODAY))
        yield found


def act(kind: str, id: str, person: str = "alice", request: str = "r1", signed: str = "") -> Act:
    """An act about the request; `signed` is the signature that it is about."""
    facts = {"signed": signed} if signed else {}
    return Act(id, kind, NOW + datetime.timedelta(hours=1), "416", "v1", request, facts, person)


def append(ledger: Ledger, *acts: Act) -> None:
    """Keeps them in the chain."""
    with ledger.transaction(deciding=True):
        for each in acts:
            ledger.acts.append(each)


def states(ledger: Ledger, on: datetime.date = TODAY) -> dict[str, str]:
    """How everybody stands."""
    return {each.person: each.state for each in ledger.requests.status("r1", on)}


def test_a_request_comes_back_as_it_was(ledger: Ledger) -> None:
    """With audience, reminders and everything else; an unknown one is none."""
    assert ledger.requests.get("r1") == REQUEST
    assert ledger.requests.all() == [REQUEST]
    assert ledger.requests.get("r2") is None
    named = Audience("slack_group", "S1", ("bob",), ("slack:U1",))
    ledger.requests.name_audience("r1", named)
    assert ledger.requests.get("r1") == replace(REQUEST, audience=named)


def test_a_closed_request_asks_nobody(ledger: Ledger) -> None:
    """From that day on, and it is closed once."""
    assert [each.id for each in ledger.requests.open(TODAY)] == ["r1"]
    assert ledger.requests.close("r1", TODAY)
    assert not ledger.requests.close("r1", TODAY)
    assert ledger.requests.open(TODAY) == []
    assert ledger.requests.owed("alice", TODAY) == []
    assert [each.id for each in ledger.requests.open(TODAY - datetime.timedelta(days=1))] == ["r1"]


def test_somebody_is_asked_once_however_often(ledger: Ledger) -> None:
    """A second time keeps the later day; whoever comes back is asked again in the same row."""
    later = Assignment("r1", "alice", DUE + datetime.timedelta(days=3), TODAY)
    ledger.requests.assign(later)
    assert ledger.requests.assignment("r1", "alice") == later
    assert ledger.requests.end("r1", "alice", TODAY, "left the audience")
    assert not ledger.requests.end("r1", "alice", TODAY, "left the audience")
    assert ledger.requests.assignment("r1", "alice") == replace(later, ended=TODAY, why_ended="left the audience")
    assert states(ledger)["alice"] == "ended"
    assert ledger.requests.owed("alice", TODAY) == []
    ledger.requests.assign(later)
    assert ledger.requests.assignments("r1") == [later, Assignment("r1", "bob", DUE, TODAY)]
    assert ledger.requests.assignment("r1", "nobody") is None


@pytest.mark.parametrize("kind", ["signed", "paper", "carried", "declined"])
def test_what_settles_a_request(ledger: Ledger, kind: str) -> None:
    """A signature of any kind, or declining; it stands in the status with its record and time, and is owed no longer."""
    ((request, assignment),) = ledger.requests.owed("alice", TODAY)
    assert (request, assignment) == (REQUEST, Assignment("r1", "alice", DUE, TODAY))
    append(ledger, act("consented", "a0"), act(kind, "a1"))
    assert ledger.requests.owed("alice", TODAY) == []
    assert [each.id for each, _ in ledger.requests.owed("bob", TODAY)] == ["r1"]
    status = next(each for each in ledger.requests.status("r1", TODAY) if each.person == "alice")
    assert (status.state, status.record, status.settled_at, status.version) == (kind, "a1", act(kind, "a1").at, "v1")
    assert ledger.requests.settled("r1", ["alice", "bob"]) == {"alice"}


def test_only_this_request_is_settled(ledger: Ledger) -> None:
    """A signature that was given to another request settles that one."""
    append(ledger, act("signed", "a1", request="r0"))
    assert states(ledger) == {"alice": "outstanding", "bob": "outstanding"}
    assert len(ledger.requests.owed("alice", TODAY)) == 1
    assert ledger.requests.holding("416", "v1") == {"alice": "r0"}


def test_the_last_act_counts(ledger: Ledger) -> None:
    """Somebody may sign after declining; a withdrawn signature leaves the request open again."""
    append(ledger, act("declined", "a1"), act("signed", "a2"))
    assert states(ledger)["alice"] == "signed"
    append(ledger, act("withdrawn", "a3", request="", signed="another"))
    assert states(ledger)["alice"] == "signed"
    append(ledger, act("withdrawn", "a4", request="", signed="a2"))
    assert states(ledger)["alice"] == "outstanding"
    assert ledger.requests.settled("r1", ["alice", "bob"]) == set()
    assert len(ledger.requests.owed("alice", TODAY)) == 1
    assert ledger.requests.holding("416", "v1") == {}
    append(ledger, act("paper", "a5"), act("carried", "a6", signed="a5"))
    assert states(ledger)["alice"] == "carried"
    assert ledger.requests.holding("416", "v1") == {"alice": "r1"}
    append(ledger, act("withdrawn", "a7", signed="a5"))
    assert states(ledger)["alice"] == "outstanding"


def test_leave_and_being_late(ledger: Ledger) -> None:
    """Late from the day after on; whoever is on leave is not late; who cannot be written to is told apart."""
    with ledger.transaction():
        ledger.people.put(replace(ALICE, leave_from=DUE, leave_until=DUE + datetime.timedelta(days=5)))
    on = DUE + datetime.timedelta(days=1)
    alice, bob = ledger.requests.status("r1", on)
    assert (alice.state, alice.overdue, bob.state, bob.overdue) == ("on leave", False, "outstanding", True)
    assert not ledger.requests.status("r1", DUE)[1].overdue
    assert (alice.reachable, bob.reachable) == (True, False)
    assert ledger.requests.ways() == {"alice": "email", "bob": ""}
    ledger.people.link(Account("slack", "T1", "U1"), "bob")
    assert ledger.requests.ways()["bob"] == "chat"
    assert ledger.requests.status("r1", on)[1].reachable
    assert [each.person for each in ledger.requests.status("r1", DUE + datetime.timedelta(days=6)) if each.overdue] == [
        "alice",
        "bob",
    ]


def test_pages_are_kept_by_version(ledger: Ledger) -> None:
    """In order; going on from one again keeps the last time."""
    first = Progress("r1", "alice", "v1", 2, "d2", "slack", NOW)
    for page in (first, replace(first, page=1), replace(first, rendered="d3"), replace(first, version="v2")):
        ledger.requests.read_page(page)
    assert ledger.requests.pages("r1", "alice", "v1") == [replace(first, page=1), replace(first, rendered="d3")]


def test_a_link_is_used_once_and_in_time(ledger: Ledger) -> None:
    """Nobody uses one that was used, is too old, or was never made."""
    ledger.requests.make_link("d", "r1", "alice", NOW)
    ledger.requests.make_link("e", "r1", "bob", NOW + datetime.timedelta(days=1))
    assert not ledger.requests.use_link("d", NOW)
    assert not ledger.requests.use_link("x", NOW)
    assert ledger.requests.use_link("e", NOW)
    assert not ledger.requests.use_link("e", NOW)
    found = ledger.requests.link("e")
    assert found
    assert (found.request, found.person, found.used_at) == ("r1", "bob", NOW)
    assert ledger.requests.link("x") is None


def test_a_scan_is_found_by_its_digest(ledger: Ledger) -> None:
    """Kept twice it is one."""
    digest = ledger.requests.keep_scan(b"%PDF\x00\xff", "application/pdf")
    assert ledger.requests.keep_scan(b"%PDF\x00\xff", "application/pdf") == digest
    assert ledger.requests.scan(digest) == (b"%PDF\x00\xff", "application/pdf")
    assert ledger.requests.scan("x") is None


def test_one_at_a_time_does_a_work(ledger: Ledger) -> None:
    """Who has it may go on; another gets it when it is given back, or its time is over."""
    assert ledger.leases.take("daily", "one", 0.0, 60.0)
    assert not ledger.leases.take("daily", "two", 59.0, 60.0)
    assert ledger.leases.take("daily", "one", 59.0, 60.0)
    assert ledger.leases.take("other", "two", 59.0, 60.0)
    assert ledger.leases.take("daily", "two", 119.0, 60.0)
    ledger.leases.release("daily", "one")
    assert not ledger.leases.take("daily", "one", 120.0, 60.0)
    ledger.leases.release("daily", "two")
    assert ledger.leases.take("daily", "one", 120.0, 60.0)


def test_a_day_is_done_once(ledger: Ledger) -> None:
    """The last day for which it was done is kept."""
    assert ledger.leases.done("reminders") is None
    ledger.leases.mark("reminders", TODAY)
    ledger.leases.mark("reminders", DUE)
    assert ledger.leases.done("reminders") == DUE
