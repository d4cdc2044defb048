"""May somebody post? A table of cases; the default is no."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot import gate
from bot.people import Person
from bot.records import Act
from bot.sites import Allowed, Site
from tests.signoffs import ALICE, BOB, TODAY, Office, Signer, office

ZONE = ZoneInfo("America/Chicago")


@pytest.fixture
def here() -> Iterator[Office]:
    """An office in memory."""
    with office() as made:
        yield made


def facts(here: Office, person: Person | None = ALICE, **more: object) -> gate.Facts:
    """What the gate looks at for somebody."""
    entries = here.ledger.acts.of_person(person.id, gate.READ) if person else []
    return replace(gate.Facts(person, entries, here.published), **more)  # type: ignore[arg-type] # by name


def test_without_a_record_nobody_may_post(here: Office) -> None:
    """Nobody known, nothing in force, not started, left, not signed: each is a no with its own reason."""
    assert "nobody of that name" in gate.may_post(facts(here, None), TODAY, ZONE).because
    assert "no policy was in force" in gate.may_post(facts(here, in_force=None), TODAY, ZONE).because
    later, left = replace(ALICE, started=TODAY + datetime.timedelta(days=1)), replace(ALICE, separated=TODAY)
    assert "not started" in gate.may_post(facts(here, person=later), TODAY, ZONE).because
    assert gate.may_post(facts(here, person=left), TODAY, ZONE).clause == "416.6.12"
    assert "is not signed" in gate.may_post(facts(here), TODAY, ZONE).because
    assert not any(gate.may_post(facts(here, each), TODAY, ZONE).allowed for each in (None, ALICE, BOB, later, left))


def test_a_past_day_is_answered_by_what_was_recorded_then(here: Office) -> None:
    """Signing today clears nobody yesterday, and a withdrawal tomorrow does not undo today."""
    alice = Signer(here)
    alice.sign()
    here.deliver()
    here.clock.move(days=1)
    alice.press_action("signed")
    alice.press("Withdraw this signature")
    alice.submit(reason="no more")
    days = [TODAY - datetime.timedelta(days=1), TODAY, TODAY + datetime.timedelta(days=1)]
    assert [gate.may_post(facts(here), day, ZONE).allowed for day in days] == [False, True, False]


def test_the_day_is_the_organisations(here: Office) -> None:
    """What is signed late in the evening in Missouri counts for that day, although it is the next one in Greenwich."""
    here.clock.move(hours=10)  # 04:00 UTC of the 21st, 22:00 of the 20th in Missouri
    Signer(here).sign()
    here.deliver()
    assert gate.may_post(facts(here), TODAY, ZONE).allowed
    assert not gate.may_post(facts(here), TODAY, ZoneInfo("UTC")).allowed


def test_an_account_must_be_registered_for_the_person(here: Office) -> None:
    """Unknown, closed, not yet open, somebody else's: each is a no; the account that somebody stands for is a yes."""
    Signer(here).sign()
    here.deliver()
    site = Site("s1", "City page", "Facebook", "sam", TODAY, people=(Allowed("alice", TODAY),))
    cases = {
        None: "not registered",
        replace(site, closed=TODAY): "not registered",
        replace(site, registered=TODAY + datetime.timedelta(days=1)): "not registered",
        replace(site, people=(Allowed("bob", TODAY),)): "not among those authorised",
        replace(site, people=(Allowed("alice", TODAY, TODAY),)): "not among those authorised",
    }
    for found, because in cases.items():
        verdict = gate.may_post(facts(here, site=found, named="City page"), TODAY, ZONE)
        assert not verdict.allowed
        assert because in verdict.because
        assert verdict.record
    verdict = gate.may_post(facts(here, site=site, named="City page"), TODAY, ZONE)
    assert verdict.allowed
    assert "City page" in verdict.because


def test_a_revoked_clearance_ends_from_its_day_on(here: Office) -> None:
    """A separation that is recorded beforehand ends the clearance on its day, not at once (416.6.12)."""
    Signer(here).sign()
    here.deliver()
    day = TODAY + datetime.timedelta(days=3)
    with here.ledger.transaction(deciding=True):
        facts_of = {"because": "416.6.12", "from": day.isoformat()}
        here.ledger.acts.append(Act("rev", "revoked", here.clock(), "416", here.published.policy.version, "", facts_of, "alice"))
    assert gate.may_post(facts(here), TODAY, ZONE).allowed
    verdict = gate.may_post(facts(here), day, ZONE)
    assert (verdict.allowed, verdict.record) == (False, "rev")


def test_what_was_carried_over_is_as_final_as_its_signature(here: Office) -> None:
    """A signature whose copy never arrived opens nothing in the next version either."""
    Signer(here).sign()
    signature = here.entries("signed")[0].id
    carried = {"from_version": here.published.policy.version, "signed": signature}
    new = here.publish("416.12", "Nothing that counts.", material=False)
    with here.ledger.transaction(deciding=True):
        here.ledger.acts.append(Act("car", "carried", here.clock(), "416", new.policy.version, "", carried, "alice"))
    assert not gate.may_post(facts(here, in_force=new), TODAY, ZONE).allowed
    here.deliver()
    verdict = gate.may_post(facts(here, in_force=new), TODAY, ZONE)
    assert (verdict.allowed, verdict.record) == (True, "car")
