"""Every dialogue, played through every channel with the same content coming back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import click
import pytest
import yaml

from bot.dispatcher import Dispatcher
from tests.conftest import HERE
from tests.drivers import ConsoleDriver, Driver, flat
from tests.slack_driver import SlackDriver
from tests.teams_driver import TeamsDriver
from tests.web_driver import WebDriver

CHANNELS = ("console", "web", "slack", "teams")
DIALOGUES = [
    pytest.param(dialogue, channel, id=f"{channel} {path.stem}: {dialogue['name']}")
    for path in sorted((HERE / "dialogues").glob("*.yaml"))
    for dialogue in yaml.safe_load(path.read_text("utf-8"))
    for channel in dialogue.get("only", CHANNELS)
]


@pytest.fixture
def driver(channel: str, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """A person in front of a channel; all but the console over real HTTP."""
    if channel == "console":
        out: list[str] = []
        monkeypatch.setattr(click, "echo", lambda text="", **_: out.append(str(text)))
        yield ConsoleDriver(dispatcher, out)
        return
    made = {"web": WebDriver, "slack": SlackDriver, "teams": TeamsDriver}[channel](dispatcher)
    with closing(made):
        yield made


@pytest.mark.parametrize(("dialogue", "channel"), DIALOGUES)
def test_dialogue(driver: Driver, dialogue: dict[str, Any], channel: str) -> None:
    """What must be seen is seen, what must not is not."""
    for turn in dialogue["turns"]:
        if "say" in turn:
            shown = driver.say(str(turn["say"]))
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
