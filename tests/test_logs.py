"""Logs hold no message and no person, whoever writes the line and however much is switched on."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.dispatcher import Dispatcher
from bot.logs import LIBRARIES, correlate, log_to, place, quiet
from tests.slack_driver import SlackDriver
from tests.slack_stand_in import Fault, event
from tests.teams_driver import TeamsDriver
from tests.teams_stand_in import Fault as TeamsFault
from tests.teams_stand_in import Person

CANARIES = ("zebrafinch", "U0CANARY", "canary.name", "xoxb-1", "bot-token")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that the program would print at the most talkative level; the loggers are put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    stream = io.StringIO()
    log_to(stream, logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def test_our_lines_are_printed_and_others_words_are_not(lines: io.StringIO) -> None:
    """One JSON object a line; of a library's line only where it came from; of an exception only its type."""
    correlate()
    logging.getLogger("bot.channels").warning("not delivered: %s", "chat.postMessage")
    logging.getLogger("slack_bolt").error("payload %s", "zebrafinch")
    try:
        raise ValueError("zebrafinch")
    except ValueError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved: zebrafinch")
        logging.getLogger("bot.server").exception("listener failed")
    printed = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert printed[0]["said"] == "not delivered: chat.postMessage"
    assert printed[1]["said"].startswith("at test_logs:")
    assert [line.get("exception") for line in printed] == [None, None, "ValueError", "ValueError"]
    assert len({line["id"] for line in printed}) == 1
    assert "zebrafinch" not in lines.getvalue()


def test_place_has_no_words() -> None:
    """Type, file and line."""
    with pytest.raises(KeyError) as raised:
        raise KeyError("zebrafinch")
    assert place(raised.value).startswith("KeyError at test_logs.py:")
    assert place(ValueError("x")) == "ValueError at nowhere"
    assert not quiet().isEnabledFor(logging.CRITICAL)


def test_slack_leaves_nobody_in_the_logs(dispatcher: Dispatcher, lines: io.StringIO) -> None:
    """Questions, forms, failures of Slack and broken payloads, at DEBUG."""
    with closing(SlackDriver(dispatcher, user="U0CANARY")) as driver:
        refused = {"ok": False, "error": "channel_not_found"}
        driver.slack.faults = [Fault("chat.postMessage", status=500), Fault("views.publish", status=200, body=refused)]
        driver.send(event({"type": "app_home_opened", "tab": "home", "user": "U0CANARY", "channel": "D1"}))
        driver.say("how much vacation zebrafinch do i get canary.name")
        driver.submit("Tell HR it’s not covered", {})
        driver.send('{"type": "event_callback", "event": {"type": "zebrafinch", "user": "U0CANARY"}}')
        driver.send('{"zebrafinch": "U0CANARY"')
        driver.interact(
            {"type": "block_actions", "user": {"id": "U0CANARY"}, "actions": [{"action_id": "zebrafinch", "type": "button"}]}
        )
    assert lines.getvalue()
    for canary in CANARIES:
        assert canary not in lines.getvalue()


def test_teams_leaves_nobody_in_the_logs(dispatcher: Dispatcher, lines: io.StringIO) -> None:
    """Questions, forms and failures of the connector, at DEBUG."""
    with closing(TeamsDriver(dispatcher, Person("canary.name"))) as driver:
        driver.microsoft.faults = [TeamsFault(status=500)]
        driver.say("how much vacation zebrafinch do i get")
        driver.submit("Tell HR it’s not covered", {})
        driver.microsoft.faults = [TeamsFault(times=9, status=400)]
        driver.microsoft.posts.clear()
        with pytest.raises(ValueError, match="not enough values"):
            driver.say("zebrafinch")
    assert lines.getvalue()
    for canary in CANARIES:
        assert canary not in lines.getvalue()
