"""The process that signs and delivers is killed at random moments: nothing acknowledged is lost, nothing untrue is announced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.soak_signing import killed

KILLS = int(os.environ.get("CLAUSEBOT_KILLS", "5"))


@pytest.mark.parametrize("kind", ["file", "postgres"])
def test_kill_9_while_signing(kind: str, tmp_path: Path) -> None:
    """5 times, or CLAUSEBOT_KILLS: all that was acknowledged is in a whole chain, each copy came, a death repeats one notice."""
    result = killed(kind, KILLS, tmp_path)
    print(f"\n{result.line(kind)}")  # noqa: T201 - what `make soak` prints
    assert result.kills == KILLS
    assert result.acknowledged > 0
    assert (result.lost, result.twice, result.false, result.undelivered) == (0, 0, 0, 0)
    assert result.wrong == ""
    assert result.repeats <= result.kills
