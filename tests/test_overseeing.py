"""HR asks for signatures and watches them, in each channel; and nobody else can, whatever their button said."""

from __future__ import annotations

import asyncio
import gc
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from bot import demonstration
from bot.dispatcher import Dispatcher
from bot.expanding import Around, refresh
from bot.journeys.overseeing import Overseen, at_home
from bot.journeys.requesting import NotHR
from bot.people import Account, Sender
from bot.publishing import Published, changes
from bot.records import Act, Audience, Request, Status
from bot.turns import Pressed, Said, Submitted
from bot.watch import Watch
from tests.drivers import Driver
from tests.slack_driver import SlackDriver
from tests.slack_stand_in import TEAM
from tests.teams_driver import TeamsDriver
from tests.teams_stand_in import TENANT, Person
from tests.web_driver import WebDriver

CHANNELS = ("web", "slack", "teams")
ACCOUNTS = {
    "demo-hr": (Account("slack", TEAM, "U0HANA"), Account("teams", TENANT, "aad-hana")),
    "demo-staff": (Account("slack", TEAM, "U0ALICE"), Account("teams", TENANT, "aad-alice")),
}


@pytest.fixture
def peopled(dispatcher: Dispatcher) -> Dispatcher:
    """The policy is in force, and the people of the local mode are known in every channel."""

    def lay() -> None:
        with dispatcher.ledger.transaction(deciding=True):
            for policy in dispatcher.knowledge.policies:
                dispatcher.ledger.policies.publish(Published(policy, "", changes(None, policy), "as installed", dispatcher.now()))
            demonstration.seed(dispatcher.ledger)
            for person, accounts in ACCOUNTS.items():
                for account in accounts:
                    dispatcher.ledger.people.link(account, person)

    dispatcher.thread.submit(lay).result()
    return dispatcher


@pytest.fixture
def hana(peopled: Dispatcher, channel: str) -> Iterator[Driver]:
    """Hana of HR, in front of a channel."""
    made: Any = {
        "web": lambda: WebDriver(peopled, "hr"),
        "slack": lambda: SlackDriver(peopled, "U0HANA"),
        "teams": lambda: TeamsDriver(peopled, Person("hana")),
    }[channel]()
    with closing(made):
        yield made


def open_sign_offs(hana: Driver) -> str:
    """Where HR gets to all sign-offs from a message."""
    assert "Sign-offs of all" in hana.say("show me who has not signed yet")
    return hana.press("Sign-offs of all")


@pytest.mark.parametrize("channel", CHANNELS)
def test_hr_asks_and_watches(hana: Driver, peopled: Dispatcher, channel: str) -> None:
    """From the overview to the form, with its mistakes told at once, to the request with its numbers, to closing it."""
    assert "Nobody is asked to sign anything" in open_sign_offs(hana)
    assert "Which policy?" in hana.press("Ask for signatures")
    wrong = hana.submit("Ask them to sign", {"policy": "416", "audience": "department: Parcs", "due": "2020-01-01"})
    assert "Not sent yet" in wrong
    assert "has passed" in wrong
    assert "did you mean" in wrong.lower()
    asked = hana.submit("Ask them to sign", {"policy": "416", "audience": "everyone", "due": "2026-12-11"})
    assert "everyone: 4 people today" in asked

    def refreshed() -> None:
        (request,) = peopled.ledger.requests.open(peopled.today())
        around = Around(peopled.now(), peopled.hours, lambda: secrets.token_hex(8), lambda: secrets.token_hex(8))
        refresh(peopled.ledger, request.id, around)

    peopled.thread.submit(refreshed).result()
    shown = hana.press("Show this request")
    assert "0 of 4 signed" in shown
    assert "Parks" in shown
    assert "Alice Stone" in hana.press("Who is outstanding")
    hana.press("Back to the request")
    assert "4 people are reminded" in hana.press("Remind them now")
    hana.press("Back to the request")
    assert "Closed" in hana.press("Close this request")


def test_only_hr_may(peopled: Dispatcher) -> None:
    """Staff, a supervisor, nobody, and HR after their separation press in vain; nothing is kept."""
    kinds = ("signoffs", "open:request", "signoff", "signoff_who", "signoff_remind", "signoff_close")
    turns = [*(Pressed(kind, "r1") for kind in kinds), Submitted("request", {"policy": "416", "audience": "everyone"})]

    def tried() -> None:
        for id in ("demo-staff", "demo-supervisor", "nobody"):
            for turn in turns:
                with pytest.raises(NotHR):
                    peopled.overseer.answer(turn, peopled.ledger.people.get(id))
        assert peopled.ledger.requests.all() == []

    peopled.thread.submit(tried).result()


@pytest.mark.parametrize("channel", ["slack"])
def test_staff_who_forge_hrs_button_are_told(peopled: Dispatcher, channel: str) -> None:
    """A button that HR was shown, signed by this very program, does nothing in other hands."""
    forged = Pressed("signoffs", peopled.tokens.sign("x"))
    sender = Sender("slack", account=Account("slack", TEAM, "U0ALICE"))
    shown = asyncio.run(peopled.handle(forged, sender))
    assert "Only HR may do this" in str(shown)


def test_home_counts_as_outstanding_who_has_neither_signed_nor_declined(peopled: Dispatcher) -> None:
    """Like the status and the CSV; who has declined is named on the line above."""
    policy, now = peopled.knowledge.policies[0], peopled.now()
    request = Request("r1", policy.id, policy.version, Audience("everyone"), now.date(), now)
    states = ("outstanding", "declined", "signed", "on leave")
    rows = [Status(state, "", "Parks", "", state, now.date(), policy.version) for state in states]
    shown = at_home([Overseen(request, Published(policy, "", changes(None, policy), "as installed", now), rows)])
    assert "('Outstanding in Parks', '1')" in str(shown)
    assert "1 of 4 signed, 1 declined, 1 on leave" in str(shown)


def test_an_answer_says_that_another_version_was_signed(peopled: Dispatcher) -> None:
    """Whoever signed the version before is told above the clause; whoever signed nothing, or this one, is not."""
    (policy,) = peopled.knowledge.policies
    earlier = replace(policy, effective=policy.effective.replace(year=2018))

    def signed_before() -> None:
        with peopled.ledger.transaction(deciding=True):
            peopled.ledger.policies.publish(Published(earlier, "", changes(None, earlier), "Carla Voss", peopled.now()))
        with peopled.ledger.transaction(deciding=True):
            facts = {"client": "slack"}
            peopled.ledger.acts.append(Act("s1", "signed", peopled.now(), "416", earlier.version, "", facts, "demo-staff"))

    peopled.thread.submit(signed_before).result()
    asyncio.run(peopled._watch.ask())
    asked = Said("who do i have to send reporters to?")
    alice, hana = (Sender("slack", account=Account("slack", TEAM, id)) for id in ("U0ALICE", "U0HANA"))
    assert f"You signed version {earlier.version}" in str(asyncio.run(peopled.handle(asked, alice)))
    assert "You signed version" not in str(asyncio.run(peopled.handle(asked, hana)))
    assert "You signed version" not in str(asyncio.run(peopled.handle(asked, Sender("slack"))))


def test_a_ledger_that_cannot_be_asked_for_versions_is_told_of(peopled: Dispatcher, caplog: pytest.LogCaptureFixture) -> None:
    """By the place alone, once; what was said last stands, and nothing is left behind for the loop to complain of."""
    complaints: list[dict[str, object]] = []

    async def failing(_: object) -> None:
        raise ValueError("zebrafinch")

    async def ask() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
        watch = Watch(peopled.ledger, failing)
        assert not watch.is_needed()
        await asyncio.sleep(0.01)
        del watch
        gc.collect()

    asyncio.run(ask())
    assert complaints == []
    assert "could not be asked for versions: ValueError at test_overseeing.py" in caplog.text
    assert "zebrafinch" not in caplog.text
