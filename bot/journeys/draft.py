"""Which clauses a draft touches: a list, never a verdict. Nothing of the draft is kept."""

from __future__ import annotations

from bot.outcome import Outcome
from bot.views import Text, view
from policy_kb import KnowledgeBase


def check(account: str, draft: str, knowledge: KnowledgeBase) -> Outcome:
    """The clauses that the draft touches, with the words that triggered each."""
    del account, draft, knowledge
    return Outcome(view(Text("Not yet.")))
