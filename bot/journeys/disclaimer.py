"""The exact sentence that the policy gives as a disclaimer, to copy."""

from __future__ import annotations

import re

from bot import references
from bot.citation import quote, source
from bot.outcome import Outcome
from bot.understanding import Understanding
from bot.views import Button, Quote, Text, view
from policy_kb import KnowledgeBase

_SENTENCE = re.compile(r"“([^”]+)”")


def disclaimer(asked: Understanding, knowledge: KnowledgeBase) -> Outcome:
    """The sentence on its own, then the clause that asks for it (416.8.5.d)."""
    clause = asked.shown[0].clause
    whole = quote(knowledge, clause)
    sentence = _SENTENCE.search(clause.text)
    comments = knowledge.clause("416.8.2")
    return Outcome(
        view(
            Text("To copy, word for word; the policy allows one similar to it:") if sentence else None,
            Quote(sentence[1], whole.citation) if sentence else None,
            Text("Quoted from the policy:"),
            whole,
            source(knowledge.policy(clause.policy)),
            Button("When is it needed? (416.8.2)", "read", references.write(knowledge, [comments])) if comments else None,
            Button("Ask a person", "person", references.write(knowledge, [clause])),
        )
    )
