"""HR asks everybody: one request, and a row, a record and a notice for each person."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bot import app, expanding, hr_desk
from bot.bench_signoffs.town import HANA, around
from bot.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Asked:
    """The request, how many people it asks, and the seconds until all were asked."""

    request: str
    people: int
    seconds: float


def ask(ledger: Ledger, progress: app.Progress) -> Asked:
    """Everybody is asked, HR among them."""
    begun = time.perf_counter()
    known = hr_desk.known(ledger, around().today)
    values = {"policy": known.in_force[0].policy.id, "audience": "everyone", "due": "2026-02-05"}
    request = hr_desk.ask(ledger, values, HANA, around())
    changes = expanding.refresh(
        ledger, request.id, around(), progress=lambda each: progress(f"asked {each.done:,} of {each.total:,}")
    )
    return Asked(request.id, changes.added, time.perf_counter() - begun)
