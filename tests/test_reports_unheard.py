"""Logs and metrics are the same whether anybody reports or not, so that nobody ties or orders reports by them (DECISIONS 20)."""

from __future__ import annotations

import io
import json
import logging
import random
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from bot import logs, opening_reports, serving
from bot.config import Settings
from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.flood import Flood
from bot.report_settings import ReportSettings, tried_out
from tests.canary.attacks import SEED
from tests.slack_driver import SlackDriver
from tests.test_reports import REPORT

pytestmark = pytest.mark.anonymity
PEOPLE = 40
QUESTIONS = ("May I use Instagram during work?", "Who decides about a new page?", "How long are posts kept?")
Told = tuple[list[str], dict[str, float]]


@pytest.fixture
def door(dispatcher: Dispatcher, tmp_path: Path) -> Iterator[Dispatcher]:
    """The dispatcher as it is served, with reports open and without limits, since one machine is many people here."""
    settings = Settings(tmp_path, local=True, reports=tried_out(ReportSettings(local=True)))
    with opening_reports.reports(settings, read_directory(), lambda _: None) as here:
        yield replace(dispatcher, reports=here.door, flood=Flood(each=10**9, all=10**9), seen=serving.count)


def told(door: Dispatcher, *, reporting: bool) -> Told:
    """What the logs say at DEBUG, and how the metrics grow, while forty people ask, and perhaps report in between."""
    chance, before = random.Random(SEED), counted()  # noqa: S311 - drawn alike in every run
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.log_to(stream, logging.DEBUG)
    try:
        with closing(SlackDriver(door)) as driver:
            for number in range(PEOPLE):
                driver.user = f"U{number}"
                driver.say(chance.choice(QUESTIONS))
                if chance.random() < 0.5 and reporting:
                    assert "Seven words" in filed(driver)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    said = [f"{line['logger']} {line['level']} {re.sub(r'[0-9.]+ ms', '', line['said'])}" for line in lines]
    return said, {name: value - before.get(name, 0) for name, value in counted().items()}


def filed(driver: SlackDriver) -> str:
    """Opens the forms, chooses, and sends twice; what is shown then."""
    before = len(driver.slack.called("views.update"))
    driver.interact({"type": "shortcut", "callback_id": "open:forms", "user": {}})
    driver._wait_for_view(before)
    driver.submit("Next", {"form": "note"})
    driver.submit("Send", REPORT)
    return driver.submit("Send", REPORT)


def counted() -> dict[str, float]:
    """Every number of ours, but how long things took and when counting began."""
    samples = (each for metric in REGISTRY.collect() for each in metric.samples)
    ours = (each for each in samples if each.name.startswith("clausebot"))
    took = ("_sum", "_bucket", "_created")
    return {f"{each.name} {each.labels}": each.value for each in ours if not each.name.endswith(took)}


def test_p5_p7_logs_and_metrics_are_the_same_whether_anybody_reports(door: Dispatcher) -> None:
    """Not one line and not one count more: whatever is read off them, it says nothing of any report."""
    silent, heard = told(door, reporting=False), told(door, reporting=True)
    assert silent == heard
    assert len(silent[0]) >= PEOPLE
    assert sum(silent[1].values()) >= PEOPLE
