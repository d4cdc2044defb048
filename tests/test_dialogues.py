"""Every dialogue, played through every channel with the same content coming back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from bot import demonstration
from bot.arrivals import arrived
from bot.dispatcher import Dispatcher
from bot.people import Account
from bot.publishing import Published, changes
from tests.conftest import HERE
from tests.drivers import Driver, flat
from tests.driving import CHANNELS, person
from tests.slack_stand_in import TEAM
from tests.teams_stand_in import TENANT

DIALOGUES = [
    pytest.param(dialogue, channel, id=f"{channel} {path.stem}: {dialogue['name']}")
    for path in sorted((HERE / "dialogues").glob("*.yaml"))
    for dialogue in yaml.safe_load(path.read_text("utf-8"))
    for channel in dialogue.get("only", CHANNELS)
]


@dataclass(frozen=True)
class SignedUp:
    """The ledger of a dialogue, with the people of the local mode in it, known in every channel."""

    dispatcher: Dispatcher

    def deliver(self) -> str:
        """Every notice that is due arrives."""
        self.dispatcher.thread.submit(self._delivered).result()
        return ""

    def _delivered(self) -> None:
        ledger, now = self.dispatcher.ledger, self.dispatcher.now()
        while due := ledger.notices.claim(now.timestamp(), "test", 50, 60):
            for each in due:
                arrived(ledger, each, "test", "test", now, lambda: secrets.token_hex(8))


@pytest.fixture
def signed_up(dispatcher: Dispatcher) -> SignedUp:
    """The policy is in force, and whoever writes is Alice Stone of Parks."""

    def lay() -> None:
        now = dispatcher.now()
        for policy in dispatcher.knowledge.policies:
            dispatcher.ledger.policies.publish(Published(policy, "", changes(None, policy), "as installed", now))
        demonstration.seed(dispatcher.ledger)
        for account in (Account("slack", TEAM, "U0ALICE"), Account("teams", TENANT, "aad-alice")):
            dispatcher.ledger.people.link(account, "demo-staff")

    def laid() -> None:
        with dispatcher.ledger.transaction(deciding=True):
            lay()

    dispatcher.thread.submit(laid).result()
    return SignedUp(dispatcher)


def read_through(driver: Driver) -> str:
    """Goes on from page to page, to the end."""
    for _ in range(30):
        try:
            driver.submit("Next page", {})
        except AssertionError:
            return driver.submit("Go on", {})
    raise AssertionError("the text has no end")


@pytest.fixture
def driver(channel: str, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """A person in front of a channel; all but the console over real HTTP."""
    with person(channel, dispatcher, monkeypatch) as made:
        yield made


@pytest.mark.parametrize(("dialogue", "channel"), DIALOGUES)
def test_dialogue(driver: Driver, dialogue: dict[str, Any], channel: str, signed_up: SignedUp) -> None:
    """What must be seen is seen, what must not is not."""
    for turn in dialogue["turns"]:
        if "say" in turn:
            shown = driver.say(str(turn["say"]))
        elif "read" in turn:
            shown = read_through(driver)
        elif "deliver" in turn:
            shown = signed_up.deliver()
        elif "press" in turn:
            shown = driver.press(turn["press"])
        else:
            shown = driver.submit(turn["submit"], turn.get("with", {}))
        for part in turn.get("see", ()):
            assert flat(part) in shown
        for part in turn.get("not", ()):
            assert flat(part) not in shown


@pytest.mark.parametrize("channel", CHANNELS)
def test_only_what_was_pressed_for_is_kept(driver: Driver, dispatcher: Dispatcher, channel: str) -> None:
    """Asking stores nothing; the button stores the words and the week, nothing else."""
    driver.say("how much vacation do i get after five years here")
    kept = dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result()
    assert kept == []
    driver.submit("Tell HR it’s not covered", {})
    kept = dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result()
    assert [(each.week, each.question) for each in kept] == [("2026-W47", "how much vacation do i get after five years here")]
