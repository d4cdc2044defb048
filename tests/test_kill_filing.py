"""The process that files reports and works at windows is killed at random moments: no receipt that was shown opens nothing, no
report is there twice, and whatever came to light is told of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.soak_filing import killed

pytestmark = pytest.mark.anonymity
KILLS = int(os.environ.get("CLAUSEBOT_KILLS", "8"))


@pytest.mark.parametrize("kind", ["file", "postgres"])
def test_kill_9_while_filing(kind: str, tmp_path: Path) -> None:
    """8 times, or CLAUSEBOT_KILLS: each shown receipt opens its report, which is there once; no notice of a window is lost."""
    result = killed(kind, KILLS, tmp_path)
    print(f"\n{result.line(kind)}")  # noqa: T201 - what `make soak` prints
    assert result.kills == KILLS
    assert min(result.shown, result.windows) > 0
    assert result.stored >= result.shown
    assert (result.lost, result.twice, result.untold, result.undelivered) == (0, 0, 0, 0)
    assert result.repeats <= result.kills
