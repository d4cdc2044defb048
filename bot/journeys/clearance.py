"""May somebody post? The gate's verdict in words, to the person, their supervisor and HR alone. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from bot import references
from bot.citation import date, quote, source
from bot.gate import Verdict
from bot.journeys.signing_facts import OPEN_SIGN
from bot.outcome import Outcome
from bot.people import Grant, Person
from bot.views import Block, Button, Facts, Text, View, view
from policy_kb import KnowledgeBase

# What is a question about clearance, and not about signatures.
_CLEARANCE = re.compile(
    r"\b(?:clear(?:ed|ance|ances)?|allowed to post|(?:good|free|ok|okay) to (?:post|go)|may \w+ post)\b", re.IGNORECASE
)
# What asks for more people than one.
_OTHERS = re.compile(r"\b(?:who|my (?:team|crew|people|staff|guys)|everyone|all|which|list)\b", re.IGNORECASE)
# How a question about somebody begins, and what shows that it is about whoever asks.
_SOMEBODY = re.compile(r"\W*(?:is|has|can|may|will)\s+\w+", re.IGNORECASE)
_MYSELF = re.compile(r"\b(?:i|im|me|my|mine|myself|we|us|our)\b", re.IGNORECASE)
STRANGER = "I found no colleague by that name; please give the whole name. For you it is so:"
NOT_YOURS = "I answer that to the person themselves, to their supervisor and to HR alone."
MOST = 30


def is_asked(text: str) -> bool:
    """Whether a message about signatures asks for a clearance."""
    return bool(_CLEARANCE.search(text))


def is_about_others(text: str) -> bool:
    """Whether it asks for the people of whoever asks, not for themselves."""
    return bool(_OTHERS.search(text))


def is_about_a_stranger(text: str) -> bool:
    """Whether a message that names nobody whom the directory knows is about somebody all the same."""
    return bool(_SOMEBODY.match(text)) and not _MYSELF.search(text)


def own(verdict: Verdict, knowledge: KnowledgeBase, on: datetime.date) -> Outcome:
    """The answer to "am I cleared to post?"."""
    said = "Yes: you are cleared to post." if verdict.allowed else "No: you are not cleared to post."
    sign = Button("Read and sign", OPEN_SIGN) if not verdict.allowed and verdict.version else None
    return Outcome(View((Text(said), _because(verdict, on), *_quoted(verdict, knowledge), *filter(None, [sign]))))


def other(person: Person, verdict: Verdict, knowledge: KnowledgeBase, on: datetime.date) -> Outcome:
    """The answer about somebody else, for whom it may be told to."""
    said = f"Yes: {person.shown} is cleared to post." if verdict.allowed else f"No: {person.shown} is not cleared to post."
    return Outcome(View((Text(said), _because(verdict, on), *_quoted(verdict, knowledge))))


def several(found: Sequence[tuple[Person, Verdict]], on: datetime.date) -> Outcome:
    """A line for each, for a supervisor or HR."""
    if not found:
        return Outcome(view(Text("Nobody reports to you in the directory. HR can correct it.")))
    pairs = tuple((person.shown, f"{'yes' if each.allowed else 'no'}: {each.because}") for person, each in found[:MOST])
    rest = f" {len(found) - MOST} more are not shown; ask for one by name." if len(found) > MOST else ""
    return Outcome(view(Text(f"Cleared to post on {date(on)}?{rest}"), Facts(pairs)))


def may_know(actor: Person, person: Person, on: datetime.date) -> bool:
    """Whether somebody may be told of another's clearance: their supervisor, HR, the administrator, themselves."""
    own_or_theirs = person.id == actor.id or (person.supervisor == actor.id and actor.belongs(on))
    return own_or_theirs or actor.may(Grant.HR, on) or actor.may(Grant.ADMINISTRATOR, on)


def refused() -> Outcome:
    """Somebody asks for a colleague whom they do not supervise."""
    return Outcome(view(Text(NOT_YOURS)))


def _because(verdict: Verdict, on: datetime.date) -> Facts:
    pairs = [("Because", verdict.because), ("Day", date(on))]
    return Facts((*pairs, ("Record", verdict.record)) if verdict.record else tuple(pairs))


def _quoted(verdict: Verdict, knowledge: KnowledgeBase) -> list[Block]:
    """The clause that makes it so, word for word."""
    clause = knowledge.clause(verdict.clause) if verdict.clause else None
    if clause is None:
        return []
    policy = knowledge.policy(clause.policy)
    ask = Button("Ask a person", "person", references.write(knowledge, [clause]))
    return [Text("Quoted from the policy:"), quote(knowledge, clause), source(policy), ask]
