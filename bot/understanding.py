"""What a message is taken to mean: the intent, the clauses to show and how sure we are."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from bot.directory import Directory
from bot.sensitive import is_danger, is_sensitive
from intents import Recognition, recognise
from policy_kb import Band, Finding, KnowledgeBase, Match, says_anything

# Longer messages are read at both ends only; in characters.
LONGEST = 3000
# Questions go to the knowledge base; every other intent is a journey of its own.
QUESTIONS = ("ask", "out_of_scope")
# Intents that show no clause need good evidence, since taking a question for one leaves it unanswered.
QUIET = ("report", "report_status", "acknowledge", "ack_status")
# What is said about sign-offs is answered by who asks.
SIGNING = ("acknowledge", "ack_status")
QUIET_FROM = 0.5
# What may be said in small words alone.
WELCOMES = ("greeting", "help")
# The clauses that a journey shows, whatever the words of the message were.
ANCHORS = {"disclaimer": ("416.8.5.d",), "request_account": ("416.6.6", "416.6.9")}


class Aside(StrEnum):
    """What is neither a question nor an intent."""

    DANGER = "somebody may come to harm"
    FRAGMENT = "small words alone"


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
    # Nothing but a clause number was typed; the message is not in English.
    whole: bool = False
    foreign: bool = False
    aside: Aside | None = None


def understand(text: str, knowledge: KnowledgeBase, directory: Directory) -> Understanding:
    """What this message means. Pure: the same message and data give the same answer."""
    text = printable(text)
    finding = knowledge.find(text)
    recognition = recognise(finding.leanings)
    sensitive = is_sensitive(text, recognition)
    if is_danger(text):
        return _aside(text, finding, Aside.DANGER)
    if finding.alone:
        return _question(text, finding, sensitive)
    if _is_fragment(text, finding, recognition):
        return _aside(text, finding, Aside.FRAGMENT)
    if recognition.intent in QUESTIONS or (recognition.intent in QUIET and recognition.confidence < QUIET_FROM):
        return _question(text, finding, sensitive)
    shown = _journey_clauses(text, recognition, finding, knowledge, directory)
    if shown or recognition.intent not in ANCHORS:
        return _journey(text, recognition, finding, shown, sensitive)
    return _question(text, finding, sensitive)


def _is_fragment(text: str, finding: Finding, recognition: Recognition) -> bool:
    """Whether the message is small words alone, or a number that is no clause's."""
    if not text.strip() or finding.foreign or recognition.intent in WELCOMES:
        return False
    # A clause whose number was typed is found with all confidence.
    wordless = not any(map(str.isalpha, text)) and any(map(str.isdecimal, text)) and finding.confidence < 1.0
    return wordless or not says_anything(text)


def _aside(text: str, finding: Finding, aside: Aside) -> Understanding:
    """What is answered with help, whatever else it may mean; nothing of it is ever kept."""
    why = f"it is no question: {aside}"
    return Understanding(text, "help", Result.JOURNEY, (), finding.candidates, (), 1.0, why, sensitive=True, aside=aside)


def printable(text: str) -> str:
    """The text with a space for every sign that no screen shows: control characters, half characters.

    Of a very long text both ends stay, since a question stands there.
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    if text.isprintable():
        return text
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
    lowest = min((match.score for match in shown), default=1.0)
    rest = (Match(each.clause, min(each.score, lowest), each.why) for each in candidates if each.clause not in clauses)
    return (*shown, *rest)[: max(len(candidates), len(shown))]


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
        whole=finding.alone,
        foreign=finding.foreign,
    )


def _journey_clauses(
    text: str, recognition: Recognition, finding: Finding, knowledge: KnowledgeBase, directory: Directory
) -> tuple[Match, ...]:
    if recognition.intent == "contact":
        return _contact_clause(text, finding, knowledge, directory)
    found = (knowledge.clause(id) for id in ANCHORS.get(recognition.intent, ()))
    return tuple(Match(clause, recognition.confidence, "the clause for this") for clause in found if clause)


def _contact_clause(text: str, finding: Finding, knowledge: KnowledgeBase, directory: Directory) -> tuple[Match, ...]:
    """The best candidate that names whom the person asked for; else that role's own clause; else the best candidate."""
    meant = directory.meant_in(text)
    if meant:
        naming = [match for match in finding.candidates if meant[0] in directory.named_in(match.clause.text)]
        own = knowledge.clause(meant[0].clause)
        return tuple(naming[:1]) or ((Match(own, 1.0, f"it names the {meant[0].name}"),) if own else ())
    return finding.candidates[:1] if finding.band is not Band.NONE else ()
