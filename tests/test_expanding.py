"""Who is asked follows the audience: a request's people are kept up to date, and what happened stays."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.audience import Member
from bot.expanding import BATCH, Changes, already, refresh
from bot.journeys.asking import LEFT_AUDIENCE, LEFT_ORGANISATION, SIGNED_ALREADY
from bot.ledger import Ledger
from bot.people import Account, Person
from bot.publishing import Published
from bot.records import Audience, Reminders, Request
from tests import databases
from tests.asking_town import (
    ALICE,
    BOB,
    DUE,
    EVERYBODY,
    NOW,
    REQUEST,
    SAM,
    TODAY,
    act,
    around,
    at,
    in_memory,
    laid,
    new_id,
    outbox,
    policy,
    settle,
    views,
)

DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def published() -> Published:
    """The policy that is signed."""
    return policy()


@pytest.fixture(params=databases.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on each database."""
    with databases.opened(request.param, tmp_path) as database:
        yield laid(database)


def kinds(ledger: Ledger, request: Request) -> list[tuple[str, str]]:
    """What the chain holds about a request: kind and person."""
    return [(entry.kind, entry.person) for entry in ledger.acts.of_request(request.id)]


def asked(ledger: Ledger, request: Request) -> set[str]:
    """Who is asked now."""
    return {each.person for each in ledger.requests.assignments(request.id) if each.ended is None}


def test_everybody_is_asked_and_told_once(ledger: Ledger, published: Published) -> None:
    """A record, a row and a message each; who cannot be written to is asked too, and HR is told of it."""
    request = settle(ledger, published, *EVERYBODY)
    changes = refresh(ledger, "r1", around())
    assert (changes.added, changes.unreachable, changes.total, changes.done) == (5, 1, 5, 5)
    assert asked(ledger, request) == {"hana", "ada", "sam", "alice", "bob"}
    assert sorted(kinds(ledger, request)) == sorted(("assigned", person.id) for person in EVERYBODY)
    sent = outbox(ledger)
    assert sent["ask:r1:alice"] == "person:alice"
    assert "ask:r1:bob" not in sent
    assert sent["unreached:r1:1:0:2026-11-20"] == "person:hana"
    assert refresh(ledger, "r1", around()) == Changes()
    assert len(kinds(ledger, request)) == 5
    assert outbox(ledger) == sent


def test_a13_a_group_change_adds_and_removes_and_history_stays(ledger: Ledger, published: Published) -> None:
    """Whoever changes departments is asked no longer and not reminded; whoever comes is asked; both stay on record."""
    request = settle(ledger, published, *EVERYBODY, request=replace(REQUEST, audience=Audience("department", "Parks")))
    refresh(ledger, "r1", around())
    assert asked(ledger, request) == {"sam", "alice"}
    ledger.people.put(replace(ALICE, department="Police"))
    ledger.people.put(replace(BOB, department="Parks"))
    changes = refresh(ledger, "r1", around(NOW + DAY))
    assert (changes.added, changes.ended) == (1, 1)
    assert asked(ledger, request) == {"sam", "bob"}
    assert "ask:r1:alice" not in outbox(ledger)
    gone = ledger.requests.assignment("r1", "alice")
    assert gone
    assert (gone.ended, gone.why_ended, gone.assigned) == (TODAY + DAY, LEFT_AUDIENCE, TODAY)
    assert ("assigned", "alice") in kinds(ledger, request)
    assert ("ended", "alice") in kinds(ledger, request)
    ledger.people.put(ALICE)
    refresh(ledger, "r1", around(NOW + 3 * DAY))
    assert asked(ledger, request) == {"sam", "bob", "alice"}
    assert "ask:r1:alice:2026-11-23" in outbox(ledger)
    assert [kind for kind, person in kinds(ledger, request) if person == "alice"] == ["assigned", "ended", "assigned"]


def test_a13_whoever_signed_stays_signed(ledger: Ledger, published: Published) -> None:
    """Leaving the audience or the organisation ends what is outstanding, never a signature or a refusal."""
    settled = settle(ledger, published, *EVERYBODY)
    refresh(ledger, "r1", around())
    act(ledger, settled, "signed", "alice")
    act(ledger, settled, "declined", "bob")
    for person in (ALICE, BOB, SAM):
        ledger.people.put(replace(person, separated=TODAY))
    assert refresh(ledger, "r1", around()).ended == 1
    states = {each.person: each.state for each in ledger.requests.status("r1", TODAY)}
    assert states == {"alice": "signed", "bob": "declined", "sam": "ended", "hana": "outstanding", "ada": "outstanding"}
    ended = ledger.requests.assignment("r1", "sam")
    assert ended
    assert ended.why_ended == LEFT_ORGANISATION


def test_a13_a_group_of_a_platform(published: Published) -> None:
    """Its members are found by account or address, the others are listed; while it is not told, it is what was told last."""
    ledger = in_memory()
    request = settle(ledger, published, *EVERYBODY, request=replace(REQUEST, audience=Audience("slack_group", "S1")))
    members = [
        Member(Account("slack", "T1", "Ualice")),
        Member(Account("slack", "T1", "U9"), "SAM@city.example"),
        Member(Account("slack", "T1", "U8")),
        Member(Account("slack", "T1", "U7"), "stranger@else.example"),
    ]
    changes = refresh(ledger, "r1", around(), members)
    assert (changes.added, changes.unknown) == (2, 2)
    kept = ledger.requests.get("r1")
    assert kept
    assert (kept.audience.people, kept.audience.unknown) == (("alice", "sam"), ("slack:U8", "stranger@else.example"))
    assert outbox(ledger)["unreached:r1:0:2:2026-11-20"] == "person:hana"
    assert refresh(ledger, "r1", around(NOW + DAY), members).total == 0
    assert "unreached:r1:0:2:2026-11-21" not in outbox(ledger)
    assert refresh(ledger, "r1", around(NOW + DAY)).total == 0
    assert refresh(ledger, "r1", around(NOW + DAY), members[1:]).ended == 1
    assert asked(ledger, request) == {"sam"}


def test_whoever_signed_this_version_is_not_asked_again(published: Published) -> None:
    """Not even while they are asked by two requests; HR sees them as signed already."""
    ledger = in_memory()
    first = settle(ledger, published, *EVERYBODY)
    second = settle(ledger, published, request=replace(REQUEST, id="r2"))
    signed = act(ledger, first, "signed", "alice")
    refresh(ledger, "r2", around())
    assert asked(ledger, second) == {"hana", "ada", "sam", "bob"}
    assert [person.id for person in already(ledger, second, TODAY)] == ["alice"]
    act(ledger, first, "paper", "bob")
    assert refresh(ledger, "r2", around()).already == 2
    ended = ledger.requests.assignment("r2", "bob")
    assert ended
    assert ended.why_ended == SIGNED_ALREADY
    act(ledger, first, "withdrawn", "alice", signed)
    refresh(ledger, "r2", around())
    assert "alice" in asked(ledger, second)
    act(ledger, second, "signed", "alice")
    assert refresh(ledger, "r2", around()).total == 0


def test_newcomers_have_days_of_their_own(published: Published) -> None:
    """From their start, and never less than everybody; who is asked after the day gets as many from then on."""
    ledger = in_memory()
    soon, later = replace(ALICE, started=TODAY - DAY), replace(BOB, started=DUE + 5 * DAY)
    request = settle(ledger, published, soon, later, SAM, request=replace(REQUEST, due=TODAY + 5 * DAY))
    refresh(ledger, "r1", around())
    due = {each.person: each.due for each in ledger.requests.assignments(request.id)}
    assert due == {"alice": TODAY + 13 * DAY, "sam": TODAY + 5 * DAY}
    refresh(ledger, "r1", around(at(DUE + 5 * DAY)))
    ledger.people.put(Person("new", "Nora New", started=TODAY - 900 * DAY))
    refresh(ledger, "r1", around(at(DUE + 6 * DAY)))
    due = {each.person: each.due for each in ledger.requests.assignments(request.id)}
    assert (due["bob"], due["new"]) == (DUE + 19 * DAY, DUE + 20 * DAY)


def test_leave_gives_as_many_days_more(published: Published) -> None:
    """Once, however often it is looked at; a leave without an end moves the day along, and it stays when the leave ends."""
    ledger = in_memory()
    request = settle(ledger, published, ALICE, SAM)
    refresh(ledger, "r1", around())
    ledger.people.put(replace(ALICE, leave_from=TODAY + DAY, leave_until=TODAY + 10 * DAY))
    ledger.people.put(replace(SAM, leave_from=TODAY + DAY))
    for days in (0, 1, 1, 2, 4):
        refresh(ledger, "r1", around(NOW + days * DAY))
    due = {each.person: each.due for each in ledger.requests.assignments(request.id)}
    assert due == {"alice": DUE + 10 * DAY, "sam": DUE + 4 * DAY}
    ledger.people.put(SAM)
    ledger.people.put(ALICE)
    assert refresh(ledger, "r1", around(NOW + 5 * DAY)).total == 0
    assert {each.person: each.due for each in ledger.requests.assignments(request.id)} == due


def test_a_closed_or_unknown_request_asks_nobody(published: Published) -> None:
    """Nothing is done for it."""
    ledger = in_memory()
    settle(ledger, published, *EVERYBODY)
    ledger.requests.close("r1", TODAY)
    assert refresh(ledger, "r1", around()) == Changes()
    assert refresh(ledger, "nothing", around()) == Changes()
    assert outbox(ledger) == {}


def test_broken_off_anywhere_it_goes_on(ledger: Ledger, published: Published) -> None:
    """Nobody is asked twice, nobody is lost, and between two batches others get in."""
    people = [Person(f"p{number:04}", f"Person {number}", f"p{number}@city.example") for number in range(3 * BATCH + 17)]
    request = settle(ledger, published, *people)

    def stop(changes: Changes) -> None:
        with ledger.transaction(deciding=True):
            ledger.requests.make_link(new_id(), "r1", "p0000", NOW)
        if changes.done:
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            refresh(ledger, "r1", around(), progress=stop)
    assert len(asked(ledger, request)) == 2 * BATCH
    changes = refresh(ledger, "r1", around())
    assert changes.added == BATCH + 17
    ids = sorted(person.id for person in people)
    assert sorted(person for _, person in kinds(ledger, request)) == ids
    assert sorted(outbox(ledger).values()) == [f"person:{id}" for id in ids]


def test_a_batch_that_fails_leaves_nothing_of_itself(published: Published) -> None:
    """Row, record and message of each are kept together or not at all."""
    ledger = in_memory()
    people = [Person(f"p{number}", f"Person {number}", f"p{number}@city.example") for number in range(5)]
    request = settle(ledger, published, *people)
    with pytest.raises(sqlite3.IntegrityError):
        refresh(ledger, "r1", around(new=lambda: "the same"))
    assert (asked(ledger, request), kinds(ledger, request), outbox(ledger)) == (set(), [], {})
    assert refresh(ledger, "r1", around()).added == 5


def test_who_has_only_an_address_gets_a_link(published: Published) -> None:
    """Of its token the digest alone is kept; without an own address of the bot, HR is named instead."""
    ledger = in_memory()
    settle(ledger, published, request=replace(REQUEST, reminders=Reminders()))
    ledger.people.put(replace(ALICE, supervisor=""))
    refresh(ledger, "r1", around(url=""))
    assert "for a link at which you can sign" in views(ledger)["ask:r1:alice"]
    ledger.people.put(replace(BOB, email="bob@city.example"))
    refresh(ledger, "r1", around())
    said = views(ledger)["ask:r1:bob"]
    assert "https://bot.city.example/sign/token-" in said
    (row,) = ledger.notices._database.rows("SELECT * FROM link")
    assert row["person"] == "bob"
    assert "token" not in row["digest"]
