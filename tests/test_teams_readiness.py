"""When Microsoft's login was away for a while: the bot becomes ready again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.channels.teams import keys, login
from bot.channels.teams.login import LoginFailed
from bot.dispatcher import Dispatcher
from tests.teams_driver import TeamsDriver, until
from tests.teams_stand_in import Person, call, message

QUESTION = "can i scroll instagram while im on the clock"


@pytest.fixture
def alice(dispatcher: Dispatcher) -> Iterator[TeamsDriver]:
    """Alice, staff, in her chat with the bot."""
    with closing(TeamsDriver(dispatcher)) as driver:
        yield driver


def test_a_login_that_failed_for_a_while_heals_by_itself(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that is not ready is sent no call that would make it ask again."""
    monkeypatch.setattr(login, "AGAIN", 0.1)
    answers = iter(["", "", "bot-token"])

    def fetch() -> str:
        token = next(answers)
        if not token:
            raise LoginFailed("temporarily_unavailable")
        return token

    with closing(TeamsDriver(dispatcher, fetch=fetch)) as driver:
        driver.call(message(driver.microsoft, Person(), QUESTION))
        until(lambda: not driver.channel.ready())
        assert next(answers, None) is None
        assert "416.8.5.f" in driver.say(QUESTION)


def test_keys_that_were_away_for_a_while_are_fetched_without_a_call(alice: TeamsDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the bot does not seem ready between two tries."""
    monkeypatch.setattr(keys, "AGAIN", 0.1)
    alice.microsoft.keys_status = 500
    body = message(alice.microsoft, Person(), QUESTION)
    assert call(alice.bot.url, body, alice.microsoft.token()).status_code == 503
    until(lambda: alice.microsoft.keys_asked >= 3 or not alice.channel.ready())
    assert alice.channel.ready()
    alice.microsoft.keys_status = 200
    until(lambda: not alice.channel.ready())
    asked = alice.microsoft.keys_asked
    assert "416.8.5.f" in alice.say(QUESTION)
    assert alice.microsoft.keys_asked == asked
