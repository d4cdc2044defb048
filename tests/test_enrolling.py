"""What becomes of a staff list in the ledger, over every database: nothing is lost, nobody comes back unnoticed."""

from __future__ import annotations

import datetime
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import enrolling, importing
from bot.enrolling import Occasion, Report
from bot.ledger import Ledger, migrations
from bot.people import Account, Grant, Person
from bot.roll import ListMistakes
from tests.databases import KINDS, opened
from tests.test_importing import FULL, SHORT

TODAY = datetime.date(2026, 11, 20)
NOW = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)


@pytest.fixture(params=KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on each database."""
    with opened(request.param, tmp_path) as database:
        migrations.migrate(database)
        yield Ledger(database)


IDS = itertools.count(1)


def taken(ledger: Ledger, content: str, on: datetime.date = TODAY, **how: bool) -> Report:
    """What becomes of this list."""
    listed = importing.read_people(content.encode(), enrolling.addresses(ledger))
    return enrolling.apply(ledger, listed, Occasion(NOW, on, lambda: f"id{next(IDS)}"), **how)


def person(ledger: Ledger, email: str) -> Person:
    """Who has this address."""
    found = ledger.people.by_email(email)
    assert found
    return found


def test_a_list_is_taken_over(ledger: Ledger) -> None:
    """People come in with supervisors and accounts; the same list again changes nothing."""
    report = taken(ledger, FULL)
    assert [each.email for each in report.added] == ["alice@city.example", "sam@city.example"]
    alice, sam = person(ledger, "alice@city.example"), person(ledger, "sam@city.example")
    assert alice.supervisor == sam.id
    assert alice.id != sam.id
    assert ledger.people.by_account(Account("slack", "T1", "U1")) == alice
    again = taken(ledger, FULL)
    assert (again.added, again.changed, again.separated, len(again.unchanged)) == ((), (), (), 2)
    assert list(ledger.acts.all()) == []


def test_what_a_list_does_not_say_stays(ledger: Ledger) -> None:
    """Columns that are not there, grants, accounts linked elsewhere; an empty cell of a column that is there empties."""
    taken(ledger, FULL)
    before = replace(person(ledger, "alice@city.example"), grants=frozenset({Grant.HR}))
    ledger.people.put(before)
    ledger.people.link(Account("teams", "tenant", "x"), before.id)
    report = taken(ledger, "name,email,role,department\nAlice Lane,alice@city.example,,Police\n")
    now = person(ledger, "alice@city.example")
    assert report.changed == (now,)
    assert now == replace(before, name="Alice Lane", role="", department="Police")
    assert Account("teams", "tenant", "x") in ledger.people.accounts(now.id)
    assert person(ledger, "sam@city.example")


def test_an_account_of_the_list_takes_the_place_of_another(ledger: Ledger) -> None:
    """Of the same platform, and from whomever it was."""
    taken(ledger, "name,email,slack\nAlice Stone,alice@x.org,T1:U1\nBob Marsh,bob@x.org,T1:U2\n")
    report = taken(ledger, "name,email,slack\nAlice Stone,alice@x.org,T1:U2\nBob Marsh,bob@x.org,T1:U1\n")
    assert len(report.changed) == 2
    for email, id in (("alice@x.org", "U2"), ("bob@x.org", "U1")):
        assert ledger.people.accounts(person(ledger, email).id) == [Account("slack", "T1", id)]


def test_who_is_missing_is_told_and_leaves_only_when_asked(ledger: Ledger) -> None:
    """With a record for whoever leaves."""
    taken(ledger, SHORT)
    bob = person(ledger, "bob@city.example")
    list_without = "name,email\nAlice Stone,alice@city.example\n"
    assert taken(ledger, list_without).missing == ()
    assert taken(ledger, list_without, full=True).missing == (bob,)
    assert taken(ledger, list_without, full=True, separate_missing=True, dry_run=True).separated == (
        replace(bob, separated=TODAY),
    )
    assert person(ledger, "bob@city.example") == bob
    report = taken(ledger, list_without, full=True, separate_missing=True)
    assert report.separated == (person(ledger, "bob@city.example"),) == (replace(bob, separated=TODAY),)
    (entry,) = ledger.acts.of_person(bob.id)
    assert (entry.kind, entry.policy) == ("revoked", "416")
    assert json.loads(entry.body)["facts"] == {"because": "416.6.12", "from": "2026-11-20"}
    assert "Bob" not in entry.body
    assert json.loads(entry.personal)["person"]["name"] == "Bob Marsh"
    assert taken(ledger, list_without, full=True, separate_missing=True).separated == ()


def test_a_list_does_not_bring_back_who_has_left(ledger: Ledger) -> None:
    """An old file must not open a gate again; a start on that day or later does, and says so itself."""
    taken(ledger, SHORT)
    taken(ledger, "name,email,separated\nBob Marsh,bob@city.example,2026-11-01\n")
    bob = person(ledger, "bob@city.example")
    assert len(ledger.acts.of_person(bob.id, ["revoked"])) == 1
    report = taken(ledger, "name,email,separated\nBob Marsh,bob@city.example,\n")
    assert report.stays_separated == report.unchanged == (bob,)
    taken(ledger, "name,email,started\nBob Marsh,bob@city.example,2026-12-01\n")
    assert person(ledger, "bob@city.example").separated is None


def test_a_mistake_keeps_everything_out(ledger: Ledger) -> None:
    """Nothing is half-applied."""
    with pytest.raises(ListMistakes):
        taken(ledger, SHORT + "Carl,carl\n")
    ledger.open()
    assert ledger.people.all() == []


def test_thousands_of_people_are_taken_over_in_time(tmp_path: Path) -> None:
    """And again, when nothing has changed."""
    lines = ["name,email,department,supervisor,slack"]
    lines += [f"First{n} Last{n},p{n}@x.org,D{n % 40},{f'p{n // 10}@x.org' if n else ''},U{n:09}" for n in range(2_000)]
    content = "\n".join(lines)
    with opened("file", tmp_path) as database:
        ledger = Ledger(database)
        start = time.perf_counter()
        assert len(taken(ledger, content).added) == 2_000
        assert len(taken(ledger, content).unchanged) == 2_000
        assert time.perf_counter() - start < 30
