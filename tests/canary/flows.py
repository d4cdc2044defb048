"""What somebody does, as data. A flow is a line of steps; texts in braces are facts of the canary, or `{receipt}`.

To add a flow, add it to FLOWS: which entry points it goes through, what must leave no trace, its steps. `Fill` names the button
that sends the form, and its fields by name; `files` go with it on the pages. The step that begins with `sends=True` is the one
whose moment must not be found anywhere. `Receipt` reads the receipt off what is shown; from then on `{receipt}` stands for it,
and the search looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.drill.page import RECEIPT as WORDS
from tests.canary.office import ANSWERED, ASKED

SLACK, TEAMS, WEB = "slack", "teams", "web"
CHATS = (SLACK, TEAMS)
IDENTITY, TEXTS, TIME = "identity", "text", "time"
NOTHING_LEFT = frozenset({IDENTITY, TEXTS, TIME})


@dataclass(frozen=True)
class Say:
    """Writes a message to the bot."""

    text: str


@dataclass(frozen=True)
class Open:
    """Opens a form as a shortcut or a button does."""

    form: str


@dataclass(frozen=True)
class Press:
    """Presses the button with this label."""

    label: str


@dataclass(frozen=True)
class Fill:
    """Fills in the form whose button has this label, and sends it."""

    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    sends: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forge:
    """Sends a form that nobody was shown, as a broken client or somebody who tries things would."""

    form: str
    values: Mapping[str, str]
    sends: bool = True


@dataclass(frozen=True)
class Visit:
    """Opens an address of the web pages, as a telephone does that nobody knows."""

    path: str
    status: int = 200


@dataclass(frozen=True)
class Receipt:
    """Reads the receipt off what is shown: `words` finds it, in its first group."""

    words: re.Pattern[str]


@dataclass(frozen=True)
class Sees:
    """Looks whether these words are shown."""

    words: str


@dataclass(frozen=True)
class Waits:
    """Goes away until a window has come, and HR has worked on what came to light."""


Step = Say | Open | Press | Fill | Forge | Visit | Receipt | Sees | Waits


@dataclass(frozen=True)
class Flow:
    """Steps, the entry points that they go through, what must leave no trace, and words of the last answer if all is well."""

    name: str
    at: tuple[str, ...]
    hides: frozenset[str]
    steps: tuple[Step, ...]
    shows: str = ""


_DRAFT = "Proud of the {what} team at {where}, off at noon, says {also}."
FLOWS = (
    Flow(
        "checks a draft",
        (SLACK, TEAMS, WEB),
        NOTHING_LEFT,
        (
            Open("forms"),
            Fill("Next", {"form": "draft"}),
            Fill("Show the clauses", {"account": "personal", "draft": _DRAFT}, sends=True),
        ),
        "Nothing of your draft was kept",
    ),
    Flow("opens the forms", (SLACK, TEAMS, WEB), NOTHING_LEFT, (Open("forms"),), "What would you like to do?"),
    Flow(
        "asks",
        (SLACK, TEAMS, WEB),
        frozenset({TEXTS}),
        (Say("May I use Instagram during work if {what} of {where} writes {also}?"),),
    ),
    Flow(
        "types a report",
        CHATS,
        frozenset({TEXTS}),
        (Say("I want to report my supervisor for harassment, the {what} at {where} saw {also}"),),
    ),
    Flow(
        "sends a form that is unknown",
        CHATS,
        NOTHING_LEFT,
        (Forge("note_of_another_version", {"f1": "{what}", "f2": "{where}", "f3": "{also}"}),),
        "belongs to another version",
    ),
    Flow(
        "tells HR that it is not covered",
        CHATS,
        frozenset({IDENTITY}),
        (
            Open("forms"),
            Fill("Next", {"form": "uncovered"}),
            Fill("Tell HR it’s not covered", {"question": "{what}"}, sends=True),
        ),
    ),
)
_REPORT = {
    "f1": "a",
    "f2": "My supervisor posts {what} pictures of residents, {also}",
    "f3": "https://social.example/{where}",
    "f4": "416.8.5.a",
    "f5": "b",
    "f6": "hr",
    "f7": "none",
    "f8": "a",
}
_OPEN_NOTE = (Open("forms"), Fill("Next", {"form": "note"}))
_COME_BACK = (Open("forms"), Fill("Next", {"form": "note_back"}))
_FILE = (*_OPEN_NOTE, Fill("Send", _REPORT), Fill("Send", {"f4": "416.8.5.a"}, sends=True), Receipt(WORDS))


def _back(wanted: str, words: str = "", *, sends: bool = False) -> tuple[Step, ...]:
    """Comes back with the receipt."""
    return (*_COME_BACK, Fill("Go on", {"f1": "{receipt}", "f2": wanted, "f3": words}, sends=sends))


_READS = (*_back("a"), Sees(ASKED))
_ADDS = (*_back("b", "Again at {where}: {what}, {also}", sends=True), Sees("Added."))
# From the first form to the conclusion: filed, read and asked about by HR, come back to, gone on with, concluded, and read of.
WHOLE = (
    Flow(
        "goes all the way",
        CHATS,
        NOTHING_LEFT,
        (*_FILE, Waits(), *_READS, *_ADDS, Waits(), *_back("a"), Sees("concluded")),
        ANSWERED,
    ),
    Flow(
        "goes all the way with another receipt",
        CHATS,
        NOTHING_LEFT,
        (*_FILE, *_back("c", sends=True), Receipt(WORDS), Waits(), *_READS, *_ADDS, Waits(), *_back("a"), Sees("concluded")),
        ANSWERED,
    ),
    Flow(
        "is treated worse on the way",
        CHATS,
        NOTHING_LEFT,
        (
            *_FILE,
            Waits(),
            *_READS,
            *_back("d", "Since then {what}, {also}", sends=True),
            Receipt(WORDS),
            Waits(),
            *_READS,
            Waits(),
            *_back("a"),
        ),
        ANSWERED,
    ),
)

# Reports without a name, in the forms of Slack and Teams, each on its own.
REPORTS = (
    Flow("files a report", CHATS, NOTHING_LEFT, _FILE, "Seven words"),
    Flow("files a report and comes back", CHATS, NOTHING_LEFT, (*_FILE, *_back("a")), "Behind your receipt"),
    Flow(
        "adds to a report", CHATS, NOTHING_LEFT, (*_FILE, *_back("b", "Again at {where}: {what}, {also}", sends=True)), "Added."
    ),
    Flow("changes the receipt", CHATS, NOTHING_LEFT, (*_FILE, *_back("c", sends=True), Receipt(WORDS)), "Seven words"),
    Flow(
        "tells of retaliation",
        CHATS,
        NOTHING_LEFT,
        (*_FILE, *_back("d", "Since then {what}, {where}, {also}", sends=True), Receipt(WORDS)),
        "Seven words",
    ),
    Flow(
        "comes back with words that open nothing",
        CHATS,
        NOTHING_LEFT,
        (*_COME_BACK, Fill("Go on", {"f1": "{what} {where} {also}", "f2": "a"}, sends=True)),
        "Nothing lies behind these words",
    ),
    Flow(
        "sees the promise and goes away", CHATS, NOTHING_LEFT, (*_OPEN_NOTE, Fill("Send", _REPORT)), "Please read before you send"
    ),
    Flow(
        "is in danger",
        CHATS,
        frozenset({IDENTITY, TEXTS}),  # that it shows when it was written is said in the form
        (*_OPEN_NOTE, Fill("Send", {**_REPORT, "f8": "b"}), Fill("Send", {"f4": "416.8.5.a"}), Receipt(WORDS)),
        "Seven words",
    ),
)


def _on_pages(flow: Flow) -> Flow:
    """The same on the web pages, where there is nothing to choose before."""
    steps: list[Step] = []
    for step in flow.steps:
        if isinstance(step, Open):
            continue
        opened = step.values.get("form") if isinstance(step, Fill) and step.label == "Next" else None
        steps.append(Visit("/report" if opened == "note" else "/receipt") if opened else step)
    return replace(flow, name=f"{flow.name}, on the page", at=(WEB,), steps=tuple(steps))


def _with_files(flow: Flow) -> Flow:
    """The same with files, which are taken at the second Send."""
    steps = tuple(
        replace(step, files=("jpeg", "pdf", "png")) if isinstance(step, Fill) and step.label == "Send" and step.sends else step
        for step in flow.steps
    )
    return replace(flow, name=f"{flow.name} and with files", steps=steps)


REPORTS += tuple(map(_on_pages, REPORTS))
WHOLE += (*map(_on_pages, WHOLE), _with_files(_on_pages(WHOLE[0])))


def at(entry: str, flows: tuple[Flow, ...] = FLOWS) -> list[Flow]:
    """The flows through an entry point."""
    return [flow for flow in flows if entry in flow.at]
