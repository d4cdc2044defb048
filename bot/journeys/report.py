"""A report without a name: its form, what is said before it is sent, and the receipt. Pure.

Nothing here knows who writes, and nothing can: neither a person nor an account may be imported, even indirectly (P4). Names of
forms and fields say nothing of reports, since platforms may keep them (DECISIONS 25).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.journeys import promise
from bot.journeys.report_hints import hints
from bot.views import OPEN, Block, Button, Choice, Facts, Field, Form, Heading, Text, View, filled, split, view

# The forms: to write, and to come back.
WRITE, BACK = "note", "note_back"
FORMS = (WRITE, BACK)
OPEN_FORMS = f"{OPEN}forms"
SEEN = "seen"
LONGEST = 3000
NONE = "none"
WHEN = {
    "a": "Today or yesterday",
    "b": "This week",
    "c": "This month",
    "d": "Longer ago",
    "e": "Several times",
    "f": "I am not sure",
}
KIND = {
    "a": ("violation", "A posting or page that may break the policy"),
    "b": ("retaliation", "Retaliation for a report, or for helping with one (416.10)"),
    "c": ("other", "Something else"),
}
LATER, AT_ONCE = "a", "b"
_CLAUSE = re.compile(r"\d+(?:\.\d+)*(?:\.[a-z])?")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may read reports, as the form offers them: an id, and a name or office."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the form says of this installation: who may read, how many people could have written it (0: not known), the least
    number that is told (`k`), whether HR alone holds the keys, and whether the City Attorney has approved the promise."""

    readers: Sequence[Reader]
    people: int
    k: int
    sealed: bool
    approved: bool
    # How many report to a supervisor who may be chosen, by the reader's id.
    reporting_to: Mapping[str, int] = field(default_factory=dict)
    # The clauses to choose from; none where the number is typed.
    clauses: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What the form holds, read; the names are those of `bot.casebook`'s submission."""

    kind: str
    clauses: tuple[str, ...] = field(repr=False)
    what: str = field(repr=False)
    where: str = field(repr=False)
    when: str = field(repr=False)
    route: str = field(repr=False)
    involved: tuple[str, ...] = field(repr=False)
    danger: bool = field(repr=False)


def closed(missing: str, reach: Facts) -> View:
    """Reporting is not open here; whom to write to instead."""
    said = (
        "Reports cannot be taken here yet. I have kept nothing of what you wrote, and passed it to nobody; what you type as a "
        "message in Slack or Teams stays in that conversation."
    )
    return view(Text(said), Text("Until then, a report goes to:"), reach, Text(missing) if missing else None)


def pointer() -> View:
    """The one answer to somebody who types a report as a message: kept by the platform, not by us, and here is the form."""
    said = (
        "Please do not write a report as a message: Slack or Teams keeps messages, and your organisation may be able to read "
        "them. I have kept nothing of yours and passed it to nobody.\n"
        "Press Forms and choose “Report without my name”: what you write there is no message."
    )
    return view(Text(said), Button("Forms", OPEN_FORMS))


def opened(terms: Terms) -> View:
    """The empty form."""
    return view(form(terms))


def form(terms: Terms, state: str = "") -> Form:
    """The form in which a report is written."""
    readers = tuple(Choice(each.id, each.name) for each in terms.readers)
    involved = (Choice(NONE, "None of them"), *readers)
    fields = (
        Field("f1", "What is it about?", choices=tuple(Choice(key, label) for key, (_, label) in KIND.items())),
        Field("f2", "What happened? (no need to say who you are)", longest=LONGEST),
        Field("f3", "Where can it be seen? (address of the post or page)", longest=500, optional=True),
        Field("f4", "The clause, if you know it", longest=60, choices=tuple(terms.clauses), optional=True),
        Field("f5", "When did you see it?", choices=tuple(Choice(key, label) for key, label in WHEN.items())),
        Field("f6", "Who is to read it?", choices=readers),
        Field("f7", "Is any of them involved? They get no copy.", choices=involved, several=True),
        Field("f8", "When is it handed over?", choices=_HANDOVER),
    )
    return Form(WRITE, "Write without a name", fields, "Send", state, digested=False)


_HANDOVER = (
    Choice(LATER, "In a later window (nobody sees when you wrote)"),
    Choice(AT_ONCE, "At once: somebody is in danger (shows when)"),
)


def again(terms: Terms, values: dict[str, str], mistakes: Sequence[str] = ()) -> View:
    """Before it is sent: what is missing; or how many people could have written it, what may give its writer away, and what is
    promised. The form is there once more, with what was typed."""
    shown = filled(form(terms, "" if mistakes else SEEN), values)
    if mistakes:
        return view(Text("\n".join(("Not sent yet:", *(f"- {each}" for each in mistakes)))), shown)
    hinted = hints(values.get("f2", "") + "\n" + values.get("f3", ""))
    kept, cannot = promise.lines(sealed=terms.sealed, danger=values.get("f8") == AT_ONCE)
    blocks: list[Block | None] = [
        Heading("Please read before you send"),
        Text(_size(terms.reporting_to.get(values.get("f6", ""), terms.people), terms.k)),
        Text("\n".join(("What may show who you are:", *(f"- {each}" for each in hinted)))) if hinted else None,
        Text("\n".join(("What we promise:", *(f"- {each}" for each in kept)))),
        Text("\n".join(("What we cannot promise:", *(f"- {each}" for each in cannot)))),
        None if terms.approved else Text("The City Attorney has not yet approved these words."),
        Text("Nothing has been sent yet. Change what you like, then press Send once more."),
        shown,
    ]
    return view(*blocks)


def _size(people: int, k: int) -> str:
    """How many people could have written it; never a number below `k` (P21)."""
    if not people:
        return "How many people could have written this is not known yet."
    if people < k:
        return f"Fewer than {k} people could have written this."
    return f"About {people - people % 10 if people >= 20 else people:,} people could have written this."


def read(values: dict[str, str], terms: Terms) -> tuple[Written | None, tuple[str, ...]]:
    """What the form holds; or what is missing, all at once."""
    mistakes = []
    what = values.get("f2", "").strip()
    readers = {each.id for each in terms.readers}
    if values.get("f1", "") not in KIND:
        mistakes.append("Choose what it is about.")
    if not what:
        mistakes.append("Say what happened.")
    if values.get("f5", "") not in WHEN:
        mistakes.append("Choose when you saw it; “I am not sure” is fine.")
    if values.get("f6", "") not in readers:
        mistakes.append("Choose who is to read it.")
    involved = split(values.get("f7", ""))
    if not involved or not set(involved) <= readers | {NONE}:
        mistakes.append("Say whether any of them is involved.")
    elif NONE in involved and len(involved) > 1:
        mistakes.append("Say either that none of them is involved, or who is.")
    if values.get("f8", "") not in (LATER, AT_ONCE):
        mistakes.append("Choose when it is handed over.")
    if mistakes:
        return None, tuple(mistakes)
    clauses = _clauses(values.get("f4", ""), terms)
    where, when = values.get("f3", "").strip()[:500], WHEN[values["f5"]]
    kind, danger = KIND[values["f1"]][0], values["f8"] == AT_ONCE
    return Written(
        kind, clauses, what[:LONGEST], where, when, values["f6"], tuple(each for each in involved if each != NONE), danger
    ), ()


def _clauses(given: str, terms: Terms) -> tuple[str, ...]:
    """The clause that was chosen, or the numbers that were typed."""
    if any(each.value == given for each in terms.clauses):
        return (given,)
    return tuple(dict.fromkeys(_CLAUSE.findall(given)))[:5]


def filed(words: str) -> View:
    """The receipt: shown once, here."""
    return View((Text("Sent."), *receipt(words).blocks))


def receipt(words: str) -> View:
    """The seven words, and what they are for."""
    said = (
        "This is your receipt; it is shown once, here, and nobody can give it to you again. Write it down, on paper or in "
        "your own phone. With it you can read what HR answers, add something, or say that you are treated worse for it."
    )
    come_back = "To come back: Forms, then “Come back with a receipt”; or the page /receipt from your own phone."
    rights = "Nobody may treat you worse for a report made in good belief (416.10)."
    return view(Heading("Your receipt"), Facts((("Seven words", words),)), Text(said), Text(come_back), Text(rights))


def in_a_dialog() -> View:
    """To somebody whose client fills forms in messages: what is written here may stand in none. The words fit any form."""
    return view(Text("This form opens in a dialog only, which your client does not show. Please try Teams on a computer."))


def refused(why: str, terms: Terms, values: dict[str, str]) -> View:
    """It could not be taken just now; nothing was kept, and what was typed is still there."""
    return view(Text(why), filled(form(terms, SEEN), values))
