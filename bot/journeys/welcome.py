"""Hello, and what this bot can do."""

from __future__ import annotations

import re

from bot.citation import date
from bot.outcome import Outcome
from bot.views import Facts, Text, view
from policy_kb import KnowledgeBase

_PARTING = re.compile(r"\b(?:thank\w*|thx|ty|tysm|cheers|bye|goodbye|good night|later|see ya|cya|appreciate\w*)\b", re.IGNORECASE)
_EXAMPLES = "Can I check Instagram at work?\nWho approves a new page for our department?\nGive me the disclaimer.\n416.8.5 (d)"


def greeting(text: str, knowledge: KnowledgeBase) -> Outcome:
    """A short hello with what to do next, or a word to somebody who thanks or leaves."""
    if _PARTING.search(text):
        return Outcome(view(Text("You are welcome. Ask again any time.")))
    titles = ", ".join(f"{policy.title} ({policy.id})" for policy in knowledge.policies)
    return Outcome(view(Text(f"Hello. Ask me about the {titles}, in your own words. “help” shows examples.")))


def help(knowledge: KnowledgeBase) -> Outcome:
    """What can be asked, the policies in force, and what is not kept."""
    return Outcome(
        view(
            Text(
                "I find the clause of the written policy that answers your question and quote it word for word, with its number, "
                "version and date. If none answers, I say so and name whom to ask. I never guess."
            ),
            Text(f"For example:\n{_EXAMPLES}"),
            Facts(
                tuple(
                    (f"{policy.id} {policy.title}", f"version {policy.version}, effective {date(policy.effective)}")
                    for policy in knowledge.policies
                )
            ),
            Text("I keep nothing of what you ask, unless you press “Tell HR this is not covered”."),
        )
    )
