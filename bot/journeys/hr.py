"""What HR is shown."""

from __future__ import annotations

from collections.abc import Sequence

from bot.outcome import Outcome
from bot.records import Uncovered
from bot.views import Facts, Heading, Link, Text, View, view

_MOST = 50
# What brings an address of the case room.
CASES_LINK = "cases_link"


def gaps(kept: Sequence[Uncovered]) -> Outcome:
    """The questions that staff said no policy answers, by week, the latest first."""
    if not kept:
        return Outcome(view(Text("No question was kept.")))
    latest = sorted(kept, key=lambda each: each.week, reverse=True)[:_MOST]
    rest = len(kept) - len(latest)
    return Outcome(
        view(
            Heading("Questions that staff told HR are not covered"),
            Facts(tuple((each.week, " ".join(each.question.split())) for each in latest)),
            Text(f"And {rest} older ones; `clausebot gaps` lists them all.") if rest else None,
        )
    )


def case_link(address: str) -> View:
    """The way into the case room: an address that works once, and soon no more."""
    return view(
        Text("This address opens the case room, once, within ten minutes. It is yours alone."), Link("Case room", address)
    )
