"""Everybody is asked at once and told by the real outbox, through a channel that refuses one call in ten: each is told once."""

from __future__ import annotations

import datetime
import os
from contextlib import closing
from pathlib import Path

from bot.bench_signoffs import town
from bot.bench_signoffs.asking import ask
from bot.bench_signoffs.delivering import delivered
from bot.database.sqlite import SQLite

TOLD = int(os.environ.get("CLAUSEBOT_TOLD", "300"))


def test_everybody_is_told_exactly_once(tmp_path: Path) -> None:
    """300 people, or CLAUSEBOT_TOLD; HR, who asks, is asked too."""
    with closing(SQLite(tmp_path / "ledger.sqlite")) as handle:
        ledger = town.settle(handle, TOLD)
        asked = ask(ledger, lambda _: None)
        found = delivered(ledger)
    told = f"{asked.people:,} people asked in {asked.seconds:.1f} s, {found.arrived:,} notices arrived in {found.seconds:.0f} s"
    print(f"\n{datetime.date.today()}: {told}: {found.refused} refused, {found.lost} lost, {found.repeated} repeated")  # noqa: T201
    assert asked.people == found.arrived == TOLD + 1
    assert found.refused > TOLD / 20
    assert (found.lost, found.repeated) == (0, 0)
