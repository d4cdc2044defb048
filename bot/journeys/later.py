"""Reports and sign-offs, until their journeys exist: what is coming, and whom to write to now."""

from __future__ import annotations

from collections.abc import Iterable

from bot import references
from bot.directory import Directory
from bot.journeys.roles import reach
from bot.outcome import Outcome
from bot.views import Button, Text, view
from policy_kb import KnowledgeBase

_REPORTING = ("416.9.1", "416.10")
_SIGNING = ("416.4.3",)


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


def acknowledge(knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """Nothing can be signed here yet; a message is no signature."""
    said = (
        "You cannot sign here yet; the form comes with a later version. Writing that you agree is no signature, and I kept "
        "nothing of it.\nUntil then, sign with:"
    )
    return _later(said, "human-resources", _SIGNING, knowledge, directory)


def ack_status(knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    """No signatures are held here yet."""
    said = "I hold no signatures yet, so I cannot say who has signed. Ask:"
    return _later(said, "human-resources", _SIGNING, knowledge, directory)


def _later(said: str, role_id: str, clauses: Iterable[str], knowledge: KnowledgeBase, directory: Directory) -> Outcome:
    found = [clause for id in clauses if (clause := knowledge.clause(id))]
    buttons = (Button(f"Read {clause.id}", "read", references.write(knowledge, [clause])) for clause in found)
    return Outcome(view(Text(said), reach(directory.get(role_id), directory, discreet=True), *buttons))
