"""Somebody in front of a channel, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import click
import pytest

from bot.dispatcher import Dispatcher
from tests.drivers import ConsoleDriver, Driver
from tests.slack_driver import SlackDriver
from tests.teams_driver import TeamsDriver
from tests.web_driver import WebDriver

CHANNELS = ("console", "web", "slack", "teams")
_OVER_HTTP = {"web": WebDriver, "slack": SlackDriver, "teams": TeamsDriver}


@contextmanager
def person(channel: str, door: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """Alice in front of a channel; all but the console over real HTTP."""
    if channel == "console":
        out: list[str] = []
        monkeypatch.setattr(click, "echo", lambda text="", **_: out.append(str(text)))
        yield ConsoleDriver(door, out)
        return
    with closing(_OVER_HTTP[channel](door)) as made:
        yield made
