"""A new official page: what the policy asks for, and whom to write to."""

from __future__ import annotations

from bot import references
from bot.citation import quote, source
from bot.directory import Directory
from bot.journeys.roles import reach
from bot.outcome import Outcome
from bot.understanding import Understanding
from bot.views import Button, Text, view
from policy_kb import KnowledgeBase


def request_account(asked: Understanding, knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """The clauses on new accounts and the role that approves them; the form comes with a later version."""
    clauses = [match.clause for match in asked.shown]
    roles = directory.named_in(clauses[-1].text)[:1]
    return Outcome(
        view(
            Text("A form for this comes with a later version. Until then, write to:"),
            *(reach(role, directory) for role in roles),
            Text("Quoted from the policy:"),
            *(quote(knowledge, clause) for clause in clauses),
            source(knowledge.policy(clauses[0].policy)),
            Button("Ask a person", "person", references.write(knowledge, clauses[-1:])),
        )
    )
