"""`clausebot policy publish` at a terminal, where it can ask."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

from bot import app
from tests.versions import TRAVEL, Place

ROOT = Path(__file__).parent.parent


def test_at_a_terminal_it_asks(tmp_path: Path) -> None:
    """For each changed clause, for the approver, and once more before it publishes."""
    new = TRAVEL.replace("effective: 2024-02-01", "effective: 2024-11-01").replace("for a year", "for two years")
    place = Place(tmp_path, new.replace("the cheapest", "the greenest"))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "policy", "publish", str(place.file), "--policies", str(place.policies), "--material", "3"],
        cwd=ROOT,
        env={**os.environ, "CLAUSEBOT_DATA_DIR": str(place.settings.state)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = ""
    for question, answer in (("2.b: is the change material", "n"), ("Approved by", "Ada Clerk"), ("Publish version", "y")):
        shown += _until(ours, question)
        os.write(ours, f"{answer}\n".encode())
    assert process.wait(60) == 0
    os.close(ours)
    assert "3: is the change" not in shown
    assert "\x1b[31m[- a year.-]\x1b[0m\x1b[32m{+ two years.+}" in shown
    with app.ledger(place.settings) as ledger:
        last = ledger.policies.versions("TRV")[-1]
    assert last.approved_by == "Ada Clerk"
    assert {each.clause: each.material for each in last.changes} == {"2.b": False, "3": True}


def _until(terminal: int, question: str) -> str:
    """What is shown until this question."""
    shown, end = "", time.monotonic() + 60
    while question not in shown and time.monotonic() < end:
        shown += os.read(terminal, 4096).decode()
    return shown
