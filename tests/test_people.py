"""The directory of people: the contract of its verbs, over every database."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import names
from bot.database.sqlite import SQLite
from bot.ledger import Ledger, migrations
from bot.ledger.people import EmailTaken
from bot.people import Account, Employment, Grant, Person
from tests.databases import KINDS, opened

TODAY = datetime.date(2026, 11, 20)
DAY = datetime.timedelta(days=1)
ALICE = Person(
    "a1",
    "Alice Q. Stone",
    "alice@city.example",
    "Ali Stone",
    ("Alice Marsh-Stone", "Áine Stone"),
    "Recreation Specialist",
    "Parks",
    "s1",
    Employment.AGENT,
    datetime.date(2020, 2, 1),
    TODAY,
    TODAY + DAY,
    datetime.date(2027, 1, 1),
    frozenset({Grant.HR, Grant.CLERK}),
)
BOB = Person("b1", "Bob Marsh", "bob@city.example", department="Police")
CALLED = (
    ("Mary Jane Smith", "", ()),
    ("Mary Jane", "MJ", ("Smith, Mary",)),
    ("Jane O'Brien-Smith", "", ()),
    ("Will May", "Will", ("Bill Smith Jr",)),
    ("Marsh, Bob, MD", "", ("O'Brien",)),
)
WORDS = "mary jane smith mj o'brien o'brien-smith obrien will may bill jr marsh bob md officer mr cleared. is, Smith's".split()
SAM = Person("s1", "Sam Ortiz", "sam@city.example", department="Parks")


@pytest.fixture(params=KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with Alice, Bob and Sam, on each database."""
    with opened(request.param, tmp_path) as database:
        migrations.migrate(database)
        ledger = Ledger(database)
        with ledger.transaction():
            for person in (ALICE, BOB, SAM):
                ledger.people.put(person)
        yield ledger


def test_who_is_put_comes_back_whole(ledger: Ledger) -> None:
    """Every field, grants included; by id and by e-mail in any case; nobody else."""
    assert ledger.people.get("a1") == ALICE
    assert ledger.people.by_email(" Alice@City.EXAMPLE ") == ALICE
    assert ledger.people.get("nobody") is None
    assert ledger.people.by_email("nobody@city.example") is None
    assert ledger.people.by_email("") is None


def test_putting_again_changes(ledger: Ledger) -> None:
    """The same id is the same person: nothing of before is left."""
    changed = Person("a1", "Alice Stone", "ALICE.STONE@city.example", grants=frozenset({Grant.CLERK}))
    with ledger.transaction():
        ledger.people.put(changed)
    assert ledger.people.get("a1") == replace(changed, email="alice.stone@city.example")
    assert len(ledger.people.all()) == 3


def test_an_address_belongs_to_one_person(ledger: Ledger) -> None:
    """In any case; those without one are many."""
    with pytest.raises(EmailTaken), ledger.transaction():
        ledger.people.put(Person("c1", "Carl Marsh", "BOB@city.example"))
    assert ledger.people.get("c1") is None
    with ledger.transaction():
        ledger.people.put(Person("c1", "Carl Marsh"))
        ledger.people.put(Person("c2", "Cora Marsh"))
    assert [each.email for each in ledger.people.named("carl marsh and cora marsh")] == ["", ""]


def test_accounts_join_at_one_person(ledger: Ledger) -> None:
    """Slack and Teams; an account is one person's, the last one linked."""
    slack, teams = Account("slack", "T1", "U1"), Account("teams", "tenant", "aad")
    with ledger.transaction():
        ledger.people.link(teams, "a1")
        ledger.people.link(slack, "b1")
        ledger.people.link(slack, "a1")
    assert ledger.people.by_account(slack) == ledger.people.by_account(teams) == ALICE
    assert ledger.people.accounts("a1") == [slack, teams]
    assert ledger.people.accounts("b1") == []
    assert ledger.people.linked() == {slack: "a1", teams: "a1"}
    with ledger.transaction():
        ledger.people.unlink(slack)
    assert ledger.people.by_account(slack) is None
    assert ledger.people.by_account(Account("slack", "tenant", "aad")) is None


def test_an_account_of_another_organisation_is_another_account(ledger: Ledger) -> None:
    """Unless it was entered without its organisation; the exact one goes first."""
    with ledger.transaction():
        ledger.people.link(Account("slack", "T1", "U1"), "a1")
    assert ledger.people.by_account(Account("slack", "T2", "U1")) is None
    with ledger.transaction():
        ledger.people.link(Account("slack", "", "U1"), "b1")
    assert ledger.people.by_account(Account("slack", "T2", "U1")) == BOB
    assert ledger.people.by_account(Account("slack", "T1", "U1")) == ALICE


def test_who_belongs_on_a_day(ledger: Ledger) -> None:
    """From the first day to the day before separation, as `Person.belongs` says; without a day, everybody who ever did."""
    assert ledger.people.all() == [ALICE, BOB, SAM]
    for day in (ALICE.started, ALICE.separated):
        assert day
        for near in (day - DAY, day, day + DAY):
            belonging = [each for each in (ALICE, BOB, SAM) if each.belongs(near)]
            assert ledger.people.all(near) == belonging


def test_grants(ledger: Ledger) -> None:
    """Given, taken, given twice; separation ends them by itself."""
    with ledger.transaction():
        ledger.people.grant("b1", Grant.HR)
        ledger.people.grant("b1", Grant.HR)
    assert [each.id for each in ledger.people.holders(Grant.HR, TODAY)] == ["a1", "b1"]
    assert [each.id for each in ledger.people.holders(Grant.HR, datetime.date(2027, 1, 1))] == ["b1"]
    assert ledger.people.holders(Grant.ADMINISTRATOR, TODAY) == []
    (alice, bob) = ledger.people.holders(Grant.HR, TODAY)
    assert alice == ALICE
    assert bob.may(Grant.HR, TODAY)
    with ledger.transaction():
        ledger.people.revoke("b1", Grant.HR)
        ledger.people.revoke("b1", Grant.CLERK)
    assert ledger.people.get("b1") == BOB


def test_reports_are_direct(ledger: Ledger) -> None:
    """Who names somebody as supervisor, as long as they belong; without a supervisor is nobody's report."""
    assert ledger.people.reports_of("s1", TODAY) == [ALICE]
    assert ledger.people.reports_of("s1", datetime.date(2027, 1, 1)) == []
    assert ledger.people.reports_of("a1", TODAY) == []
    assert ledger.people.reports_of("", TODAY) == []


def test_a_text_names_people(ledger: Ledger) -> None:
    """As `bot.names.named` finds them."""
    assert ledger.people.named("is aine stone cleared to post?") == [ALICE]
    assert ledger.people.named("is anybody cleared to post?") == []
    assert ledger.people.named("is sam cleared, and Officer Marsh?") == [SAM, BOB]


def test_who_is_renamed_is_found_by_the_new_name_alone(ledger: Ledger) -> None:
    """Also where nothing else of them changes."""
    with ledger.transaction():
        ledger.people.put(replace(BOB, name="Rob Field"))
    assert [ledger.people.named(f"is {each} cleared") for each in ("bob marsh", "bob")] == [[], []]
    assert [each.id for each in ledger.people.named("is rob field cleared")] == ["b1"]


@given(st.lists(st.sampled_from(WORDS), max_size=12))
@settings(max_examples=150, deadline=None)
def test_whoever_is_named_is_found_in_the_database(words: list[str]) -> None:
    """The same people in the same order as among all."""
    text = " ".join(words)
    with closing(SQLite()) as handle:
        ledger = Ledger(handle)
        with ledger.transaction():
            for number, (name, preferred, aliases) in enumerate(CALLED):
                ledger.people.put(Person(str(number), name, preferred=preferred, aliases=aliases))
        assert ledger.people.named(text) == names.named(text, ledger.people.all())


def test_one_among_ten_thousand_is_found_soon(ledger: Ledger) -> None:
    """Where all share a first name; in a question, and in the longest text. On PostgreSQL, which is slow to fill, a thousand."""
    with ledger.transaction():
        for number in range(1_000 if ledger._database.dialect == "postgres" else 10_000):
            ledger.people.put(Person(str(number), f"Robin Last{number}"))
    for text, limit in (("is robin last7 cleared to post?", 0.02), ("is robin last7 cleared? " + "a word " * 500, 0.3)):
        took = []
        for _ in range(5):
            start = time.perf_counter()
            assert [each.id for each in ledger.people.named(text)] == ["7"]
            took.append(time.perf_counter() - start)
        assert min(took) < limit


def test_all_or_nothing(ledger: Ledger) -> None:
    """What fails half-way keeps nothing of itself."""
    people = [Person("d1", "Dora Lane", "dora@city.example"), Person("d2", "Dora Lane", "dora@city.example")]
    with pytest.raises(EmailTaken), ledger.transaction():
        list(map(ledger.people.put, people))
    assert ledger.people.by_email("dora@city.example") is None
