"""What a report's turn in Slack leaves in logs and metrics when Slack is slow or refuses: nothing (DECISIONS 20)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot import opening_reports
from bot.channels.slack import api, listeners
from bot.config import Settings
from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.opening_reports import Reports
from bot.report_settings import ReportSettings, tried_out
from tests.slack_driver import SlackDriver, until
from tests.slack_stand_in import Fault
from tests.test_reports import REPORT
from tests.test_reports_unheard import counted

pytestmark = pytest.mark.anonymity
REFUSAL = {"ok": False, "error": "view_too_large"}


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[Reports]:
    """Reports are open, as in local mode."""
    settings = Settings(tmp_path, local=True, reports=tried_out(ReportSettings(local=True)))
    with opening_reports.reports(settings, read_directory(), lambda _: None) as opened:
        yield opened


@pytest.fixture
def slack(dispatcher: Dispatcher, reports: Reports) -> Iterator[SlackDriver]:
    """Alice, with the form of a report before her, filled and looked over once; she need only send it."""
    with closing(SlackDriver(replace(dispatcher, reports=reports.door))) as driver:
        driver.interact({"type": "shortcut", "callback_id": "open:forms", "user": {}})
        driver._wait_for_view(0)
        driver.submit("Next", {"form": "note"})
        driver.submit("Send", REPORT)
        yield driver


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the logs say for whoever runs the program."""
    return [f"{each.name} {each.getMessage()}" for each in caplog.records if each.levelno >= logging.WARNING]


def test_p5_a_slow_form_that_slack_does_not_take_leaves_no_line_and_no_count(
    slack: SlackDriver, reports: Reports, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer comes after the acknowledgement, and is refused: that something failed is counted for the day."""
    monkeypatch.setattr(listeners, "FORM_PATIENCE", 0.0)
    slack.slack.faults = [Fault("views.update", times=99, status=200, body=REFUSAL)]
    before = counted()
    caplog.clear()
    slack.submit("Send", REPORT)
    until(lambda: {"status": 200} in slack.slack.called("views.update"))
    until(lambda: not slack._channel._listeners.running)
    assert reports.failures._count == 1
    assert warned(caplog) == []
    assert counted() == before


def test_a_receipt_comes_late_rather_than_never(
    slack: SlackDriver, reports: Reports, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is kept and its receipt stands nowhere else, so Slack is asked for half a minute to show it; uncounted."""
    monkeypatch.setattr(listeners, "FORM_PATIENCE", 0.0)
    monkeypatch.setattr(api, "BACKOFF", 0.001)
    slack.slack.faults = [Fault("views.update", times=5, status=503)]
    before, updates = counted(), len(slack.slack.called("views.update"))
    caplog.clear()
    slack.submit("Send", REPORT)
    assert "Seven words" in slack._wait_for_view(updates + 5)
    assert reports.failures._count == 0
    assert warned(caplog) == []
    assert counted() == before


@pytest.mark.parametrize("refused", [["views.open"], ["views.open", "response_url"], ["views.update"]], ids=" and ".join)
def test_p5_a_dialog_that_slack_does_not_open_leaves_no_line_and_no_count(
    slack: SlackDriver, reports: Reports, caplog: pytest.LogCaptureFixture, refused: list[str]
) -> None:
    """Nor does what is said instead of it, where that does not arrive either."""
    slack.slack.faults = [Fault(each, times=99, status=404, body=REFUSAL) for each in refused]
    before = counted()
    caplog.clear()
    slack.interact(
        {
            "type": "block_actions",
            "user": {"id": slack.user},
            "container": {"type": "message", "is_ephemeral": True},
            "response_url": slack.slack.response_url(),
            "actions": [{"type": "button", "action_id": "open:note", "value": ""}],
        }
    )
    until(lambda: not slack._channel._listeners.running)
    assert reports.failures._count == len(refused)
    assert warned(caplog) == []
    assert counted() == before
