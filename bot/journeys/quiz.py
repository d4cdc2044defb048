"""A few questions in a policy's own words, to be answered before signing. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.citation import mark
from bot.views import Choice, Field, Form, Quote
from policy_kb import Clause, Kind, Policy

MOST = 3
_OPTIONS = 3
_WORDS = 160


@dataclass(frozen=True, slots=True)
class Question:
    """Which clause says this? `right` is its id, `options` the clauses to choose from."""

    name: str
    asked: str
    right: str
    options: tuple[Clause, ...]


def questions(policy: Policy) -> tuple[Question, ...]:
    """The same few questions for everybody who signs this version; fewer for a policy of few headed clauses."""
    headed = [clause for clause in policy.clauses if clause.heading and len(clause.text) >= _WORDS and clause.parent is not None]
    headed = headed if len(headed) >= _OPTIONS else [clause for clause in policy.clauses if clause.heading and clause.text]
    if len(headed) < _OPTIONS:
        return ()
    mixed = sorted(headed, key=lambda clause: _mixed(policy.version, clause.id))
    return tuple(_question(place, right, headed, policy.version) for place, right in enumerate(mixed[:MOST], 1))


def form(id: str, policy: Policy, state: str) -> Form:
    """All questions as one form."""
    fields = tuple(
        Field(each.name, each.asked, choices=tuple(Choice(option.id, _name(option)) for option in each.options))
        for each in questions(policy)
    )
    return Form(id, "Before you sign", fields, "Answer", state)


def shown(question: Question, policy: Policy) -> Quote:
    """The clause that was asked for."""
    clause = policy.clause(question.right)
    assert clause is not None  # it was taken from this policy
    return Quote(clause.text[:_WORDS].rsplit(" ", 1)[0], _name(clause), mark=mark(clause), cut=True)


def _question(place: int, right: Clause, headed: list[Clause], version: str) -> Question:
    others = sorted((each for each in headed if each.id != right.id), key=lambda each: _mixed(version, right.id, each.id))
    options = sorted([right, *others[: _OPTIONS - 1]], key=lambda each: headed.index(each))
    words = right.text[:_WORDS].replace("\n", " ").rsplit(" ", 1)[0]
    return Question(f"q{place}", f"Where does the policy say: “{words} …”?", right.id, tuple(options))


def _name(clause: Clause) -> str:
    if clause.kind is Kind.DEFINITION:
        return f"{clause.parent} (definition of “{clause.heading}”)"
    return f"{clause.id} {clause.heading}".strip()


def _mixed(*parts: str) -> str:
    """An order that is the same each time and means nothing."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
