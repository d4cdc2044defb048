"""Whom a channel asks its platform about, and when: a report's turn asks about nobody who is known, and logs nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import opening_reports
from bot.channels import acquaintances
from bot.channels.teams import roster
from bot.config import Settings
from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.report_settings import ReportSettings, tried_out
from tests.slack_driver import SlackDriver, until
from tests.slack_stand_in import Fault
from tests.teams_driver import TeamsDriver
from tests.test_reports import REPORT
from tests.test_reports_unheard import counted

pytestmark = pytest.mark.anonymity
CHANNELS = ("slack", "teams")
UNTIL_GONE = {"ok": False, "error": "service_unavailable"}


@pytest.fixture
def door(dispatcher: Dispatcher, tmp_path: Path) -> Iterator[Dispatcher]:
    """The dispatcher with reports open, as in local mode."""
    settings = Settings(tmp_path, local=True, reports=tried_out(ReportSettings(local=True)))
    with opening_reports.reports(settings, read_directory(), lambda _: None) as opened:
        yield replace(dispatcher, reports=opened.door)


@pytest.fixture
def alice(channel: str, door: Dispatcher) -> Iterator[Any]:
    """Alice, staff, in the channel."""
    with closing(SlackDriver(door) if channel == "slack" else TeamsDriver(door)) as driver:
        yield driver


def opened(alice: Any, action: str = "open:forms") -> None:
    """The forms are open before her."""
    if isinstance(alice, TeamsDriver):
        alice._dialog("task/fetch", {"action": action})
        return
    before = len(alice.slack.called("views.update"))
    alice.interact({"type": "shortcut", "callback_id": action, "user": {"id": alice.user}})
    alice._wait_for_view(before)
    until(lambda: not alice._channel._listeners.running)


def filed(alice: Any) -> str:
    """What is shown when the form is chosen, filled and sent twice."""
    alice.submit("Next", {"form": "note"})
    alice.submit("Send", REPORT)
    return str(alice.submit("Send", REPORT))


def asked(alice: Any) -> int:
    """How often the platform was asked who somebody is."""
    return len(alice.microsoft.members_asked if isinstance(alice, TeamsDriver) else alice.slack.called("users.info"))


def away(alice: Any) -> None:
    """From now on the platform does not say who anybody is."""
    if isinstance(alice, TeamsDriver):
        alice.microsoft.members_status = 503
    else:
        alice.slack.faults = [Fault("users.info", times=99, status=503, body=UNTIL_GONE)]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("trouble", [lambda _: None, away], ids=["told", "away"])
def test_p13_nobody_is_looked_up_anew_when_a_report_is_sent(
    alice: Any, trouble: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it is written for: what was known when the forms were opened holds, also that the platform did not tell."""
    monkeypatch.setattr(acquaintances, "KEPT", 0.0)
    monkeypatch.setattr(acquaintances, "AGAIN", 0.0)
    trouble(alice)
    opened(alice)
    before = asked(alice)
    assert before
    assert "Seven words" in filed(alice)
    assert asked(alice) == before
    opened(alice)
    assert asked(alice) == before + 1


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("first", ["open:forms", "open:note"])
def test_p5_a_platform_that_does_not_tell_leaves_no_line_and_no_count_of_a_report(
    alice: Any, first: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor where she is not known yet: what is worth a line is told of a turn that may be told."""
    monkeypatch.setattr(acquaintances, "AGAIN", 0.0)
    caplog.set_level(logging.INFO)
    away(alice)
    if first == "open:forms":
        opened(alice)
    caplog.clear()
    before = counted()
    opened(alice, "open:note")
    for _ in range(2):
        alice.submit("Send", REPORT)
    assert asked(alice)
    assert not [each.getMessage() for each in caplog.records if each.name.startswith("bot")]
    assert counted() == before


@pytest.mark.parametrize("channel", CHANNELS)
def test_whom_the_platform_does_not_tell_of_is_not_asked_about_at_once(alice: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for it at each press, and the log says it once at most."""
    caplog.set_level(logging.INFO)
    away(alice)
    opened(alice)
    first = asked(alice)
    opened(alice)
    assert first == asked(alice) == 1
    said = [each for each in caplog.records if each.name in (roster.__name__, "bot.channels.slack.people")]
    assert len(said) == (1 if isinstance(alice, TeamsDriver) else 0)


def test_what_is_known_stands_while_the_platform_is_away() -> None:
    """A guest stays one; whoever is unknown counts as what the platform's silence means to the channel."""
    now = 1000.0
    met: acquaintances.Acquaintances[str] = acquaintances.Acquaintances(lambda: now)
    met.told("visitor", outsider=True, profile=None)
    now += acquaintances.KEPT
    assert met.known("visitor") is None
    assert met.known("visitor", untold=True)
    assert met.failed("visitor").outsider
    assert met.known("visitor")
    assert not met.failed("somebody").outsider
    assert met.failed("somebody", outsider=True).outsider
    assert met.said("visitor")
    assert met.said("somebody") is None
    now += acquaintances.AGAIN
    assert met.known("somebody", untold=True) is None
    now += acquaintances.HELD + 1
    assert met.known("visitor", untold=True) is None
