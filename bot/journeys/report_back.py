"""Coming back with a receipt: what can be done behind it, and what lies there. Pure, and as nameless as `report`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.journeys.report import BACK, LONGEST, receipt
from bot.views import Block, Choice, Facts, Field, Form, Heading, Quote, Text, View, view

READ, ADD, CHANGE, RETALIATION = "a", "b", "c", "d"
WORDS_LEFT = "You wrote something, and chose to read. Choose “Add something” to send it, or take the words out to read."


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a receipt: how the case stands, and what HR wrote, oldest first, each with its day. `asked` is after how
    many days whoever reported is asked whether they are treated worse for it; 0 where they are not asked yet."""

    state: str
    replies: Sequence[tuple[str, str]] = field(repr=False)
    asked: int = 0


def back(mistake: str = "", chosen: str = READ, text: str = "") -> View:
    """The form for whoever comes back; the receipt is never put back into it."""
    choices = (
        Choice(READ, "Read what HR answers"),
        Choice(ADD, "Add something"),
        Choice(RETALIATION, "Say that I am treated worse for it"),
        Choice(CHANGE, "Get a new receipt; this one stops"),
    )
    fields = (
        Field("f1", "Your receipt: seven words", longest=200),
        Field("f2", "What would you like to do?", chosen, choices=choices),
        Field("f3", "Your words, to add or to say", text, LONGEST, optional=True),
    )
    return view(Text(mistake) if mistake else None, Form(BACK, "Come back", fields, "Go on", digested=False))


# One answer for a receipt that is malformed, unknown, changed or deleted (P12).
UNKNOWN = (
    "Nothing lies behind these words. Please look at each of the seven once more. A receipt that was changed, or whose case was "
    "deleted by schedule, opens nothing either."
)


def behind(found: Behind) -> View:
    """How it stands and what HR wrote; the report itself is not shown again."""
    replies: list[Block] = [Quote(words, f"HR, {day}") for day, words in found.replies]
    none = Text("HR has not written anything yet.") if not replies else None
    asked = Text(_ASKED.format(found.asked)) if found.asked else None
    return view(Heading("Behind your receipt"), Facts((("State", found.state),)), *replies, none, asked, _MORE)


_ASKED = (
    "{} days or more have gone by since your report came to light. Has anybody treated you worse for it, or for helping with "
    "it? Nobody may (416.10). If so, come back with the same receipt and choose “Say that I am treated worse for it”."
)


_MORE = Text("To add something, come back with the same receipt. Nobody was told that you looked.")


def added() -> View:
    """What was added is handed over with the next window."""
    return view(Text("Added. HR finds it after a later window; nobody is told when you wrote."))


def told_of_retaliation(words: str) -> View:
    """A report of its own, linked to the first for those who may read both."""
    return View((Text("Taken as a report of its own, linked to the first. It has a receipt of its own:"), *receipt(words).blocks))


def changed(words: str) -> View:
    """The new receipt; the old one opens nothing any more."""
    return View((Text("Changed. The old receipt opens nothing any more."), *receipt(words).blocks[:3]))
