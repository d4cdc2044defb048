"""What a message is taken to mean: the intent, the clauses to show and how sure we are."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from bot.sensitive import is_sensitive
from intents import Recognition, recognise
from policy_kb import Band, Finding, KnowledgeBase, Match

# Longer messages are read at both ends only; in characters.
LONGEST = 3000
# Questions go to the knowledge base; every other intent is a journey of its own.
QUESTIONS = ("ask", "out_of_scope")
# The clauses that a journey shows, whatever the words of the message were.
ANCHORS = {"disclaimer": ("416.8.5.d",), "request_account": ("416.6.6", "416.6.9")}
# A contact without any clause to name a role is no contact of ours.
NEEDS_CLAUSE = ("contact", *ANCHORS)


class Result(StrEnum):
    """How a message is answered, as `ask --json` says it."""

    ANSWER = "answer"
    CHOICES = "choices"
    NONE = "none"
    JOURNEY = "journey"


@dataclass(frozen=True, slots=True)
class Understanding:
    """A message, understood. `shown` is what a person is shown, `candidates` the five best clauses."""

    text: str = field(repr=False)
    intent: str
    outcome: Result
    shown: tuple[Match, ...]
    candidates: tuple[Match, ...]
    parts: tuple[str, ...]
    confidence: float
    why: str = field(repr=False)
    sensitive: bool = False


def understand(text: str, knowledge: KnowledgeBase) -> Understanding:
    """What this message means. Pure: the same message and data give the same answer."""
    text = printable(text)
    finding = knowledge.find(text)
    recognition = recognise(finding.leanings)
    sensitive = is_sensitive(text, recognition)
    if recognition.intent not in QUESTIONS:
        shown = _journey_clauses(recognition, finding, knowledge)
        if shown or recognition.intent not in NEEDS_CLAUSE:
            return _journey(text, recognition, finding, shown, sensitive)
    return _question(text, finding, sensitive)


def printable(text: str) -> str:
    """The text with a space for every sign that no screen shows: control characters, half characters.

    Of a very long text both ends stay, since a question stands there.
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" else sign for sign in text)


def _journey(text: str, recognition: Recognition, finding: Finding, shown: tuple[Match, ...], sensitive: bool) -> Understanding:
    return Understanding(
        text,
        recognition.intent,
        Result.JOURNEY,
        shown,
        _first(shown, finding.candidates),
        (),
        recognition.confidence,
        f"it reads like “{recognition.intent}”",
        sensitive,
    )


def _first(shown: tuple[Match, ...], candidates: tuple[Match, ...]) -> tuple[Match, ...]:
    """The candidates with what a journey shows in front; scores still fall."""
    clauses = {match.clause for match in shown}
    return (*shown, *(match for match in candidates if match.clause not in clauses))[: len(candidates) or len(shown)]


def _question(text: str, finding: Finding, sensitive: bool) -> Understanding:
    none = finding.band is Band.NONE
    return Understanding(
        text,
        "out_of_scope" if none else "ask",
        Result(finding.band),
        finding.shown,
        finding.candidates,
        finding.parts,
        finding.confidence,
        finding.shown[0].why if finding.shown else "no clause answers this",
        sensitive,
    )


def _journey_clauses(recognition: Recognition, finding: Finding, knowledge: KnowledgeBase) -> tuple[Match, ...]:
    if recognition.intent == "contact":
        return finding.candidates[:1]
    found = (knowledge.clause(id) for id in ANCHORS.get(recognition.intent, ()))
    return tuple(Match(clause, recognition.confidence, "the clause for this") for clause in found if clause)
