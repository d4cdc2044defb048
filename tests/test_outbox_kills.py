"""The process that delivers is killed at random moments: nothing is lost, and each death repeats one notice at most."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.soak_outbox import killed

KILLS = int(os.environ.get("CLAUSEBOT_KILLS", "5"))


@pytest.mark.parametrize("kind", ["file", "postgres"])
def test_kill_9(kind: str, tmp_path: Path) -> None:
    """5 times, or CLAUSEBOT_KILLS; every copy that arrived is recorded once."""
    result = killed(kind, KILLS, tmp_path)
    assert result.kills == KILLS
    assert result.lost == 0
    assert result.repeats <= result.kills
    assert result.recorded == result.copies
