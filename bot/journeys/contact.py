"""Whom to turn to: the roles of the clause that fits, from the directory."""

from __future__ import annotations

from collections.abc import Sequence

from bot import references
from bot.citation import quote, source
from bot.directory import Directory, Role
from bot.journeys.roles import reach
from bot.outcome import Outcome
from bot.understanding import Understanding
from bot.views import Block, Button, Text, view
from policy_kb import Clause, KnowledgeBase


def contact(asked: Understanding, knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """The role to turn to, the clause that names it, and the next candidates."""
    clauses = [match.clause for match in asked.shown]
    shown = {match.clause for match in asked.shown}
    rest = [match.clause for match in asked.candidates if match.clause not in shown]
    quoted: list[Block] = [Text("Quoted from the policy:"), *(quote(knowledge, clause) for clause in clauses)] if clauses else []
    return Outcome(
        view(
            *(reach(role, directory) for role in _roles(asked.text, clauses, directory)),
            *quoted,
            *(source(knowledge.policy(clause.policy)) for clause in clauses),
            Button("Not what I meant", "other", references.write(knowledge, rest)),
        )
    )


def _roles(text: str, clauses: Sequence[Clause], directory: Directory) -> tuple[Role, ...]:
    """The roles that the clause names, those that the asker named first; else whom the asker named, else the default."""
    meant = directory.meant_in(text)
    named = [role for clause in clauses for role in directory.named_in(clause.text)]
    named.sort(key=lambda role: role not in meant)
    return tuple(named[:3]) or meant[:1] or (directory.default,)
