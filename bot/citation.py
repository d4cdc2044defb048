"""How clauses are quoted and cited: in one way, everywhere."""

from __future__ import annotations

import datetime

from bot.views import Link, Quote
from policy_kb import Clause, KnowledgeBase, Policy

_SHORT = 180


def date(day: datetime.date) -> str:
    """`12 December 2019`, the same on every platform."""
    return f"{day.day} {day:%B %Y}"


def citation(policy: Policy, clause: Clause) -> str:
    """Number, heading, policy, version and effective date of a clause."""
    name = f"{clause.id} ({clause.heading})" if clause.heading and ":" not in clause.id else clause.id
    return f"{name}, {policy.title}, version {policy.version}, effective {date(policy.effective)}"


def quote(knowledge: KnowledgeBase, clause: Clause) -> Quote:
    """The whole clause, with its lead-in where it is a lettered item."""
    policy = knowledge.policy(clause.policy)
    return Quote(clause.text, citation(policy, clause), policy.lead_in(clause))


def opening(knowledge: KnowledgeBase, clause: Clause) -> Quote:
    """The first words of a clause, enough to choose by; cut at a word, never inside one."""
    text = clause.text.split("\n")[0]
    policy = knowledge.policy(clause.policy)
    if len(text) <= _SHORT:
        return Quote(text, citation(policy, clause), cut=text != clause.text)
    return Quote(text[:_SHORT].rsplit(" ", 1)[0], citation(policy, clause), cut=True)


def source(policy: Policy) -> Link:
    """The link to the official text."""
    return Link(f"Official source: {policy.organisation}, {policy.id} {policy.title}", policy.source)
