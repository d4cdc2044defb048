"""Whom to turn to: the roles of the clause that fits, from the directory."""

from __future__ import annotations

from bot import references
from bot.citation import quote, source
from bot.directory import Directory, Role
from bot.journeys.roles import reach
from bot.outcome import Outcome
from bot.understanding import Understanding
from bot.views import Button, Text, view
from policy_kb import Clause, KnowledgeBase


def contact(asked: Understanding, knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """The role to turn to, the clause that names it, and the next candidates."""
    clause = asked.shown[0].clause
    policy = knowledge.policy(clause.policy)
    roles = _roles(asked.text, clause, directory)
    rest = references.write(knowledge, [match.clause for match in asked.candidates if match.clause != clause])
    return Outcome(
        view(
            *(reach(role, directory) for role in roles),
            Text("Quoted from the policy:"),
            quote(knowledge, clause),
            source(policy),
            Button("Not what I meant", "other", rest),
        )
    )


def _roles(text: str, clause: Clause, directory: Directory) -> tuple[Role, ...]:
    """The roles that the clause names, one that the asker named first; the default where there is none."""
    named, meant = directory.named_in(clause.text), directory.meant_in(text)
    both = tuple(role for role in named if role in meant)
    return (both + tuple(role for role in named if role not in both))[:3] or meant[:1] or (directory.default,)
