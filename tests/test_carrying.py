"""Signatures that hold for a later version: recorded for each person, in batches that can be interrupted."""

from __future__ import annotations

import asyncio
import datetime
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import carrying, gate, periodic
from bot.carrying import Carried, carry
from bot.config import Settings
from bot.dispatcher import Dispatcher
from bot.ledger import Ledger, migrations
from bot.office_hours import Hours
from bot.people import Person
from bot.publishing import Published
from bot.records import Act, Entry
from tests.databases import KINDS, opened
from tests.versions import DAY, NOW, policy_with, published

ALICE = Person("alice", "Alice Stone", department="Parks")
BOB = Person("bob", "Bob Marsh", department="Police")
GONE = Person("gone", "Greta Long", separated=DAY)
FIRST = published(policy_with({"1": "as it was", "2": "stays"}))
TYPO = published(policy_with({"1": "as it  was", "2": "stays"}, days=31), FIRST.policy, ("1",))
NEW = published(policy_with({"1": "as it  was", "2": "is new"}, days=9999), TYPO.policy)


@pytest.fixture(params=KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """The first version, and two people who belong and one who does not any more."""
    with opened(request.param, tmp_path) as handle:
        migrations.migrate(handle)
        found = Ledger(handle)
        with found.transaction(deciding=True):
            found.policies.publish(FIRST)
            for person in (ALICE, BOB, GONE):
                found.people.put(person)
        yield found


ids = map(str, itertools.count())


def did(ledger: Ledger, person: Person, kind: str, version: str = FIRST.policy.version, **facts: str) -> Entry:
    """Somebody's act on the policy, an hour ago."""
    at = NOW - datetime.timedelta(hours=1)
    with ledger.transaction(deciding=True):
        return ledger.acts.append(Act(next(ids), kind, at, "TRV", version, facts=facts, person=person.id))


def signed(ledger: Ledger, person: Person, version: str = FIRST.policy.version) -> Entry:
    """A signature with its copy."""
    entry = did(ledger, person, "signed", version)
    did(ledger, person, "copied", version, signed=entry.id, how="chat")
    return entry


def publish(ledger: Ledger, *versions: Published) -> None:
    with ledger.transaction(deciding=True):
        for each in versions:
            ledger.policies.publish(each)


def carried(ledger: Ledger) -> list[Entry]:
    return [entry for entry in ledger.acts.all() if entry.kind == "carried"]


def run(ledger: Ledger) -> Carried:
    return carry(ledger, "TRV", NOW, lambda: next(ids))


def test_a_signature_is_carried_over_where_nothing_material_changed(ledger: Ledger) -> None:
    """Once, naming the signature; the gate then says yes for the new version. Who does not belong is left alone."""
    alice = signed(ledger, ALICE)
    signed(ledger, GONE)
    publish(ledger, TYPO)
    assert run(ledger) == Carried(1, 0)
    (entry,) = carried(ledger)
    assert (entry.person, entry.version) == ("alice", TYPO.policy.version)
    assert json.loads(entry.body)["facts"] == {"from_version": FIRST.policy.version, "signed": alice.id}
    entries = ledger.acts.of_person("alice", gate.READ, "TRV")
    facts = gate.Facts(ALICE, entries, ledger.policies.in_force("TRV", NOW.date()))
    assert gate.may_post(facts, NOW.date(), ZoneInfo(Hours().zone)).allowed
    assert run(ledger) == Carried(0, 0)


def test_a6_what_is_material_is_not_carried_over(ledger: Ledger) -> None:
    """They are counted, and their signature holds for the versions in between alone."""
    signed(ledger, ALICE)
    did(ledger, BOB, "paper")
    publish(ledger, TYPO, NEW)
    assert run(ledger) == Carried(2, 2)
    assert {entry.version for entry in carried(ledger)} == {TYPO.policy.version}
    signed(ledger, BOB, NEW.policy.version)
    assert run(ledger) == Carried(0, 1)


def test_only_a_signature_that_holds_is_carried_over(ledger: Ledger) -> None:
    """Not one without a copy, one that was withdrawn, nor one after which the clearance was ended."""
    entry = did(ledger, ALICE, "signed")
    withdrawn = signed(ledger, BOB)
    did(ledger, BOB, "withdrawn", signed=withdrawn.id)
    publish(ledger, TYPO)
    assert run(ledger) == Carried(0, 0)
    did(ledger, ALICE, "copied", signed=entry.id, how="chat")
    assert run(ledger) == Carried(1, 0)


def test_it_is_not_carried_back(ledger: Ledger) -> None:
    """Whoever signed the version to come has not signed the one before it."""
    publish(ledger, TYPO)
    signed(ledger, ALICE, TYPO.policy.version)
    assert run(ledger) == Carried(0, 0)


def test_it_goes_on_where_it_was_interrupted(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is kept whole; the next time carries over the others and no one twice."""
    monkeypatch.setattr(carrying, "BATCH", 2)
    with ledger.transaction(deciding=True):
        for number in range(5):
            ledger.people.put(Person(f"p{number}", f"Person {number}"))
    for number in range(5):
        signed(ledger, Person(f"p{number}", "x"))
    publish(ledger, TYPO)

    class Stopped(Exception):
        """Somebody pressed Ctrl-C."""

    lines: list[str] = []

    def progress(line: str) -> None:
        lines.append(line)
        if len(lines) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        carry(ledger, "TRV", NOW, lambda: next(ids), progress)
    before = len(carried(ledger))
    assert 0 < before < 5
    assert lines[-1] == f"4 people looked at, {before} signatures carried over"
    assert run(ledger) == Carried(5 - before, 0)
    assert len({entry.person for entry in carried(ledger)}) == 5


def test_others_come_to_the_ledger_in_between(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work of each day gives the ledger's thread back after each batch."""
    monkeypatch.setattr(carrying, "BATCH", 1)

    def begun() -> None:
        dispatcher.ledger.open()
        publish(dispatcher.ledger, FIRST, TYPO)
        for person in (ALICE, BOB):
            dispatcher.ledger.people.put(person)
            signed(dispatcher.ledger, person)

    async def ran() -> list[int]:
        jobs = periodic.jobs(dispatcher, Settings(Path("/nowhere")), [], lambda: None)
        (_, carry_over), *_ = jobs._daily
        work = asyncio.ensure_future(carry_over(periodic.around(Settings(Path("/nowhere")))))
        seen = []
        while not work.done():
            seen.append(await dispatcher.in_thread(lambda: len(carried(dispatcher.ledger))))
        await work
        return [*seen, await dispatcher.in_thread(lambda: len(carried(dispatcher.ledger)))]

    dispatcher.thread.submit(begun).result()
    assert {1, 2} <= set(asyncio.run(ran()))


def test_without_a_second_version_nobody_is_looked_at(ledger: Ledger) -> None:
    """Nor for a policy that is not there."""
    signed(ledger, ALICE)
    assert run(ledger) == Carried(0, 0)
    assert carry(ledger, "NONE", NOW, lambda: "x") == Carried(0, 0)
