"""Reports, until their journey exists: what is coming, and whom to write to now."""

from __future__ import annotations

from collections.abc import Iterable

from bot import references
from bot.directory import Directory
from bot.journeys.roles import reach
from bot.outcome import Outcome
from bot.views import Button, Text, view
from policy_kb import KnowledgeBase

_REPORTING = ("416.9.1", "416.10")


def report(knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """No report can be filed here yet; says so, and where one can."""
    said = (
        "I cannot take reports yet; a form for anonymous reports comes with a later version.\n"
        "I have kept nothing of your message and passed it to nobody; in Slack or Teams it stays in this conversation.\n"
        "Until then, a report goes to:"
    )
    return _later(said, "human-resources-director", _REPORTING, knowledge, directory)


def report_status(knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """No report is held here; says who holds it."""
    said = (
        "I hold no reports yet, so I can neither look one up nor add to it.\n"
        "I have kept nothing of your message. Whoever took your report can tell you more:"
    )
    return _later(said, "human-resources-director", _REPORTING, knowledge, directory)


def _later(said: str, role_id: str, clauses: Iterable[str], knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    found = [clause for id in clauses if (clause := knowledge.clause(id))]
    buttons = (Button(f"Read {clause.id}", "read", references.write(knowledge, [clause])) for clause in found)
    return Outcome(view(Text(said), reach(directory.get(role_id), directory, discreet=True), *buttons))
