"""The case room inside a dialog, through every channel: read and worked on there where it is switched on, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.dispatcher import Dispatcher
from tests.case_chats import CHANNELS, Office, driver, entered, office
from tests.drivers import Driver

pytestmark = pytest.mark.anonymity
WHAT = "The pool page shows a zebrafinch by name."


@pytest.fixture
def here(dispatcher: Dispatcher, tmp_path: Path) -> Iterator[Office]:
    """An office in which cases are shown in chat, with one report that came to light."""
    with office(dispatcher, tmp_path) as made:
        made.reported(WHAT)
        yield made


@pytest.fixture
def hana(channel: str, here: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Hana of HR, in front of a channel."""
    with driver(channel, here.door, monkeypatch) as made:
        yield made


def opened(hana: Driver, here: Office) -> str:
    """The one case, opened."""
    entered(hana)
    return hana.press(f"Open {here.shown().row.label}")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_case_goes_its_way(hana: Driver, here: Office, channel: str) -> None:
    """Listed, read, taken, assessed, answered, noted and concluded, with the same words everywhere, and kept as on the web."""
    shown = entered(hana)
    label = here.shown().row.label
    assert label in shown
    assert "Received, something new. A possible violation" in shown
    shown = hana.press(f"Open {label}")
    assert WHAT in shown
    assert "416.8.5" in shown
    assert "Nobody has done anything yet." in shown
    assert "you" in hana.press("Take this case")
    hana.press("Assess")
    shown = hana.submit("Keep the assessment", {"f1": "Posting", "f2": "b", "f3": "b", "f4": "Nobody is told who holds it."})
    assert "Kept." in shown
    assert "Nobody is told who holds it." in shown
    hana.press("Write to the reporter")
    assert "Which page is it?" in hana.submit("Keep behind the receipt", {"f1": "b", "f2": "Which page is it?"})
    hana.press("Add a note")
    assert "Known to Parks." in hana.submit("Keep the note", {"f1": "Known to Parks."})
    hana.press("Conclude")
    shown = hana.submit("Conclude the case", {"f1": "a", "f2": "It was taken down.", "f3": "Seen."})
    assert "Concluded" in shown
    assert [(each.act, each.by) for each in here.shown().row.case.trail] == [
        (act, "hana") for act in ("take", "assess", "write", "note", "conclude")
    ]
    assert here.shown().opened.entries[1].content["severity"] == "serious"
    assert label in hana.press("All cases")
    assert here.failures.number == 0
