"""Reminders and escalations: on their days, in office hours, once, and no longer after signing."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from bot.expanding import refresh
from bot.ledger import Ledger
from bot.prompting import Prompted, prompting
from bot.publishing import Published
from bot.records import Reminders
from tests.asking_town import (
    ADA,
    ALICE,
    BOB,
    DUE,
    EVERYBODY,
    REQUEST,
    SAM,
    act,
    around,
    at,
    in_memory,
    outbox,
    policy,
    settle,
    views,
)

DAY = datetime.timedelta(days=1)
# In the middle of the night in Chicago.
NIGHT = 7


@pytest.fixture(scope="module")
def published() -> Published:
    """The policy that is signed."""
    return policy()


def prompt(ledger: Ledger, day: datetime.date, since: datetime.date | None = None, *, by_hand: bool = False) -> Prompted:
    """All of a day's reminders for the request."""
    return list(prompting(ledger, "r1", around(at(day, NIGHT)), since, by_hand=by_hand))[-1]


def keys(ledger: Ledger, begin: str) -> list[str]:
    """The keys of what waits, those that begin so."""
    return [key for key in outbox(ledger) if key.startswith(begin)]


def test_a14_on_its_days_once_and_in_office_hours(published: Published) -> None:
    """A week before: everybody who can be told and has not signed, once, at eight in the morning."""
    ledger = in_memory()
    request = settle(ledger, published, *EVERYBODY)
    refresh(ledger, "r1", around())
    act(ledger, request, "signed", "sam")
    act(ledger, request, "declined", "ada")
    assert prompt(ledger, DUE - 8 * DAY) == Prompted()
    assert prompt(ledger, DUE - 7 * DAY) == Prompted(2)
    assert prompt(ledger, DUE - 7 * DAY) == Prompted(2)
    assert sorted(keys(ledger, "remind:")) == ["remind:r1:alice:2026-11-27", "remind:r1:hana:2026-11-27"]
    sql = "SELECT not_before FROM outbox WHERE key LIKE 'remind:%'"
    times = {datetime.datetime.fromtimestamp(row["not_before"], datetime.UTC) for row in ledger.notices._database.rows(sql)}
    assert times == {datetime.datetime(2026, 11, 27, 14, tzinfo=datetime.UTC)}
    assert "It is due in 7 days, on 4 December 2026." in views(ledger)["remind:r1:alice:2026-11-27"]


def test_a14_nobody_is_reminded_after_signing(published: Published) -> None:
    """Nor on leave, nor once the request is closed; a withdrawn signature is asked for again."""
    ledger = in_memory()
    request = settle(ledger, published, ALICE, SAM)
    refresh(ledger, "r1", around())
    ledger.people.put(replace(SAM, leave_from=DUE - 20 * DAY))
    signed = act(ledger, request, "signed", "alice")
    assert prompt(ledger, DUE) == Prompted()
    act(ledger, request, "withdrawn", "alice", signed)
    assert prompt(ledger, DUE) == Prompted(1)
    ledger.requests.close("r1", DUE)
    assert list(prompting(ledger, "r1", around(at(DUE + 7 * DAY)))) == []


def test_a14_every_week_after_the_day(published: Published) -> None:
    """And what fell on days on which nothing ran is made good by one."""
    ledger = in_memory()
    settle(ledger, published, ALICE, request=replace(REQUEST, reminders=Reminders(escalate=None)))
    refresh(ledger, "r1", around())
    for count in range(1, 30):
        list(prompting(ledger, "r1", around(at(DUE + count * DAY, NIGHT))))
    assert [key[-5:] for key in keys(ledger, "remind:")] == ["12-11", "12-18", "12-25", "01-01"]
    assert prompt(ledger, DUE + 31 * DAY, since=DUE + 29 * DAY) == Prompted()
    assert prompt(ledger, DUE + 38 * DAY, since=DUE + 29 * DAY) == Prompted(1)
    assert "It was due on 4 December 2026." in views(ledger)["remind:r1:alice:2026-12-11"]


def test_a14_who_was_asked_today_is_not_reminded_today(published: Published) -> None:
    """Asking is a reminder too."""
    ledger = in_memory()
    settle(ledger, published, ALICE, request=replace(REQUEST, due=DUE - 14 * DAY))
    refresh(ledger, "r1", around())
    assert prompt(ledger, DUE - 14 * DAY) == Prompted()


def test_a14_a_supervisor_is_told_of_their_own(published: Published) -> None:
    """And the administrator of those without one who can be told; nobody of anybody else's."""
    ledger = in_memory()
    bob = replace(BOB, supervisor="gone")
    settle(ledger, published, SAM, ADA, ALICE, bob, replace(ALICE, id="ann", name="Ann Lake", email="ann@city.example"))
    refresh(ledger, "r1", around())
    assert prompt(ledger, DUE + 6 * DAY) == Prompted()
    assert prompt(ledger, DUE + 7 * DAY) == Prompted(4, 2)
    assert prompt(ledger, DUE + 7 * DAY) == Prompted(4, 2)
    told = {key: view for key, view in views(ledger).items() if key.startswith("escalate:")}
    assert set(told) == {"escalate:r1:sam:2026-12-11", "escalate:r1:ada:2026-12-11"}
    own, rest = told["escalate:r1:sam:2026-12-11"], told["escalate:r1:ada:2026-12-11"]
    assert "2 people who report to you have not signed" in own
    assert "Alice Stone" in own
    assert "Ann Lake" in own
    assert "Bob Marsh" not in own
    assert "Bob Marsh" in rest
    assert "Alice Stone" not in rest
    assert prompt(ledger, DUE + 8 * DAY, since=DUE + 7 * DAY) == Prompted()


def test_a14_without_an_administrator_whoever_asked_is_told(published: Published) -> None:
    """Somebody always knows."""
    ledger = in_memory()
    settle(ledger, published, *(person for person in EVERYBODY if person is not ADA))
    refresh(ledger, "r1", around())
    prompt(ledger, DUE + 7 * DAY)
    assert set(keys(ledger, "escalate:")) == {"escalate:r1:sam:2026-12-11", "escalate:r1:hana:2026-12-11"}


def test_hr_reminds_by_hand(published: Published) -> None:
    """Everybody who has not signed, whatever the plan says, once a day; nobody else is told of it."""
    ledger = in_memory()
    settle(ledger, published, *EVERYBODY)
    refresh(ledger, "r1", around())
    assert prompt(ledger, DUE + 7 * DAY, by_hand=True) == Prompted(4)
    assert prompt(ledger, DUE + 7 * DAY, by_hand=True) == Prompted(4)
    assert len(keys(ledger, "nudge:")) == 4
    assert keys(ledger, "escalate:") == []
