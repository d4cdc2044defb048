"""What HR is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.outcome import Outcome
from bot.records import Uncovered
from bot.turns import Pressed, Said, Submitted, Turn
from bot.views import OPEN, Button, Facts, Heading, Link, Text, View, view

_MOST = 50
# What brings an address of the case room.
CASES_LINK = "cases_link"
_ROOM = re.compile(r"(?:please,? )?(?:(?:open|show|enter|go to)(?: me)? )?(?:the |my )?case ?room[.!?]*", re.IGNORECASE)


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


def wants_cases(turn: Turn) -> bool:
    """Whether somebody presses for the case room, or says that they want to go there, and nothing else."""
    match turn:
        case Pressed(action):
            return action == CASES_LINK
        case Said(text) | Submitted("ask", {"question": text}):
            return _ROOM.fullmatch(text.strip()) is not None
    return False


def case_link(address: str, *, forms: bool = False) -> View:
    """The way into the case room: an address that works once, and soon no more; with `forms` also the button of all forms, among
    which it can be chosen to stay here."""
    here = "\nTo read here instead, in a dialog that is no message, press Forms and choose “Case room”." if forms else ""
    return view(
        Text(f"This address opens the case room, once, within ten minutes. It is yours alone.{here}"),
        Link("Case room", address),
        Button("Forms", f"{OPEN}forms") if forms else None,
    )
