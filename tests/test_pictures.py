"""The documents' screenshots can be drawn anew from real answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot import app
from bot.config import Settings
from tests import pictures

WORDS = "Employees may not use social media while on work time"


def test_screenshots(settings: Settings, tmp_path: Path) -> None:
    """Slack, Teams and the local page show the same quote and the same form, and no page has a problem."""
    with app.dispatcher(settings) as door:
        drawn = pictures.draw(asyncio.run(pictures.views(door)), tmp_path)
    assert [problem for picture in drawn.values() for problem in picture.problems] == []
    seen = {name: " ".join(picture.text.split()) for name, picture in drawn.items()}
    for name in ("slack-answer", "teams-answer", "local-page"):
        assert WORDS in seen[name]
        assert pictures.QUESTION in seen[name]
    for name in ("slack-modal", "teams-dialog"):
        assert "Check a draft" in seen[name]
        assert "Where is it to be posted?" in seen[name]
    assert "In force" in seen["slack-home"]
    assert {path.stem for path in tmp_path.glob("*.png")} == set(drawn)
