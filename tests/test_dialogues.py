"""Every dialogue, played through every channel."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import click
import pytest
import yaml

from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.ledger import Ledger
from bot.ledger.sqlite import SQLite
from bot.tokens import Tokens
from policy_kb import KnowledgeBase
from tests.conftest import HERE
from tests.drivers import ConsoleDriver, Driver, all_drivers, flat

DIALOGUES = [
    pytest.param(dialogue, id=f"{path.stem}: {dialogue['name']}")
    for path in sorted((HERE / "dialogues").glob("*.yaml"))
    for dialogue in yaml.safe_load(path.read_text("utf-8"))
]


@pytest.fixture
def dispatcher(knowledge: KnowledgeBase) -> Iterator[Dispatcher]:
    """The real dispatcher over a ledger in memory, on a fixed day."""
    with ThreadPoolExecutor(1) as thread:
        database = SQLite()
        ledger = Ledger(database)
        yield Dispatcher(
            knowledge,
            read_directory(),
            Tokens(b"test"),
            ledger,
            thread,
            today=lambda: datetime.date(2026, 11, 20),
        )
        thread.submit(database.close).result()


@pytest.fixture(params=list(all_drivers()))
def driver(request: pytest.FixtureRequest, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A person in front of each channel."""
    out: list[str] = []
    monkeypatch.setattr(click, "echo", lambda text="", **_: out.append(str(text)))
    return ConsoleDriver(dispatcher, out)


@pytest.mark.parametrize("dialogue", DIALOGUES)
def test_dialogue(driver: Driver, dialogue: dict[str, Any]) -> None:
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


def test_only_what_was_pressed_for_is_kept(driver: Driver, dispatcher: Dispatcher) -> None:
    """Asking stores nothing; the button stores the words and the week, nothing else."""
    driver.say("how much vacation do i get after five years here")
    kept = dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result()
    assert kept == []
    driver.submit("Tell HR this is not covered", {})
    kept = dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result()
    assert [(each.week, each.question) for each in kept] == [("2026-W47", "how much vacation do i get after five years here")]
