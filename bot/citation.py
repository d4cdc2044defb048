"""How clauses are quoted and cited: in one way, everywhere."""

from __future__ import annotations

import datetime

from bot.views import Link, Quote
from policy_kb import Clause, Kind, KnowledgeBase, Policy

_SHORT = 180


def date(day: datetime.date) -> str:
    """`12 December 2019`, the same on every platform."""
    return f"{day.day} {day:%B %Y}"


def citation(policy: Policy, clause: Clause) -> str:
    """Number, heading, policy, version and effective date of a clause."""
    name = f"{clause.id} ({clause.heading})" if clause.heading else clause.id
    if clause.kind is Kind.DEFINITION:
        name = f"{clause.parent} (definition of “{clause.heading}”)"
    return f"{name}, {policy.title}, version {policy.version}, effective {date(policy.effective)}"


def quote(knowledge: KnowledgeBase, clause: Clause) -> Quote:
    """The whole clause, with its lead-in where it is a lettered item."""
    policy = knowledge.policy(clause.policy)
    return Quote(clause.text, citation(policy, clause), policy.lead_in(clause), mark(clause))


def quote_within(knowledge: KnowledgeBase, clause: Clause) -> Quote:
    """The whole clause where its section already stands above it."""
    return Quote(clause.text, citation(knowledge.policy(clause.policy), clause), mark=mark(clause))


def mark(clause: Clause) -> str:
    """The letter of a lettered item, `d.`; nothing for other clauses, whose number is in the citation."""
    return f"{clause.id.rpartition('.')[2]}." if clause.kind is Kind.ITEM else ""


def opening(knowledge: KnowledgeBase, clause: Clause) -> Quote:
    """The first words of a clause, enough to choose by; cut at a word, never inside one."""
    text = clause.text.split("\n")[0]
    policy = knowledge.policy(clause.policy)
    if len(text) <= _SHORT:
        return Quote(text, citation(policy, clause), mark=mark(clause), cut=text != clause.text)
    return Quote(text[:_SHORT].rsplit(" ", 1)[0], citation(policy, clause), mark=mark(clause), cut=True)


def source(policy: Policy) -> Link:
    """The link to the official text."""
    return Link(f"Official source: {policy.organisation}, {policy.id} {policy.title}", policy.source)
