"""Guests in Teams, of whom activities do not say that they are: what the roster is asked, and what follows from it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.channels import acquaintances
from bot.channels.teams import roster
from bot.dispatcher import Dispatcher
from tests.teams_driver import TeamsDriver, visible
from tests.teams_stand_in import Json, Person, activity, invoke, message

QUESTION = "can i scroll instagram while im on the clock"
ANSWER = "416.8.5.f"
BOB = Person("bob")
IN_CHANNEL = Person(kind="channel")
VISITOR = Person("visitor")
OPEN_FORM = {"action": "open:uncovered"}


@pytest.fixture
def alice(dispatcher: Dispatcher) -> Iterator[TeamsDriver]:
    """Alice, staff, in her chat with the bot."""
    with closing(TeamsDriver(dispatcher)) as driver:
        yield driver


@pytest.mark.parametrize(
    "member",
    [
        {"userRole": "guest"},
        {"userRole": "anonymous"},
        {"userPrincipalName": "visitor_other.example#EXT#@city.example"},
        {"tenantId": "99999999-9999-9999-9999-999999999999"},
    ],
    ids=lambda member: next(iter(member)),
)
def test_a_guest_is_known_by_the_roster(alice: TeamsDriver, dispatcher: Dispatcher, member: Json) -> None:
    """An activity does not say it. No form by any way, nothing kept, and one question to Teams for all of it."""
    alice.microsoft.members["29:visitor"] = member
    for name, data in (
        ("task/fetch", OPEN_FORM),
        ("task/submit", {"form": "uncovered", "uncovered.question": "how many days off"}),
        ("composeExtension/submitAction", {"form": "draft", "draft.draft": "vote for me"}),
    ):
        assert "Forms are for staff" in str(alice.call(invoke(alice.microsoft, VISITOR, name, {"data": data})))
    marked = {"commandId": "draft", "messagePayload": {}}
    assert "Forms are for staff" in str(alice.call(invoke(alice.microsoft, VISITOR, "composeExtension/fetchTask", marked)))
    alice.call(activity(alice.microsoft, VISITOR, "installationUpdate", action="add"))
    alice.call(message(alice.microsoft, VISITOR, QUESTION))
    home, answer = [visible(each["attachments"][0]["content"]) for each in alice.microsoft.sent_to("a:visitor")]
    assert "Forms" not in home
    assert ANSWER in answer
    ledger, thread = dispatcher.ledger, dispatcher.thread
    assert thread.submit(ledger.uncovered, dispatcher.today()).result() == []
    assert thread.submit(ledger.references, "teams").result() == []
    assert alice.microsoft.members_asked == [("a:visitor", "29:visitor")]


def test_a_member_of_the_tenant_is_looked_up_for_forms(alice: TeamsDriver) -> None:
    """And is staff; a question in a channel asks Teams nothing."""
    alice.call(message(alice.microsoft, IN_CHANNEL, QUESTION))
    assert alice.microsoft.members_asked == []
    assert "Tell HR" in str(alice.call(invoke(alice.microsoft, IN_CHANNEL, "task/fetch", {"data": OPEN_FORM})))
    assert alice.microsoft.members_asked == [(IN_CHANNEL.conversation, "29:alice")]


@pytest.mark.parametrize("status", [403, 404])
def test_a_closed_roster_makes_members_staff(alice: TeamsDriver, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """With one warning, which names nobody."""
    alice.microsoft.members_status = status
    for person in (Person(), BOB):
        shown = alice.call(invoke(alice.microsoft, person, "task/fetch", {"data": OPEN_FORM}))
        assert "Your question, as HR will see it" in str(shown)
    assert caplog.text.count("Teams does not tell who is a guest") == 1
    assert "alice" not in caplog.text


@pytest.mark.parametrize(("status", "delay"), [(200, 20.0), (429, 0.0), (503, 0.0)])
def test_a_roster_that_fails_is_asked_again(
    alice: TeamsDriver, monkeypatch: pytest.MonkeyPatch, status: int, delay: float
) -> None:
    """A little later. Nobody waits long for it; members count as staff until it answers."""
    monkeypatch.setattr(roster, "TIMEOUT", 0.2)
    monkeypatch.setattr(acquaintances, "AGAIN", 0.0)
    alice.microsoft.members["29:visitor"] = {"userRole": "guest"}
    alice.microsoft.members_status, alice.microsoft.members_delay = status, delay
    body = invoke(alice.microsoft, VISITOR, "task/fetch", {"data": OPEN_FORM})
    start = time.monotonic()
    assert "Your question, as HR will see it" in str(alice.call(body))
    assert time.monotonic() - start < 2.0
    alice.microsoft.members_status, alice.microsoft.members_delay = 200, 0.0
    assert "Forms are for staff" in str(alice.call(body))
