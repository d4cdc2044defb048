"""Hello, what this bot can do, and a word where somebody may be in danger."""

from __future__ import annotations

import re

from bot.directory import Directory
from bot.journeys.home import in_force
from bot.journeys.roles import reach
from bot.outcome import Outcome
from bot.views import OPEN, Button, Text, view
from policy_kb import KnowledgeBase

_PARTING = re.compile(r"\b(?:thank\w*|thx|ty|tysm|cheers|bye|goodbye|good night|later|see ya|cya|appreciate\w*)\b", re.IGNORECASE)
# Examples for the policies that we know; others give theirs by their own headings.
_EXAMPLES = {
    "416": (
        "Can I check Instagram at work?",
        "Who approves a new page for our department?",
        "Give me the disclaimer.",
        "416.8.5 (d)",
    )
}
MOST_EXAMPLES = 4


def greeting(text: str, knowledge: KnowledgeBase) -> Outcome:
    """A short hello with what to do next, or a word to somebody who thanks or leaves."""
    if _PARTING.search(text):
        return Outcome(view(Text("You are welcome. Ask again any time.")))
    titles = ", ".join(f"{policy.title} ({policy.id})" for policy in knowledge.policies)
    return Outcome(view(Text(f"Hello. Ask me about the {titles}, in your own words. “help” shows examples.")))


def fragment() -> Outcome:
    """Small words alone; every message is read by itself."""
    return Outcome(view(Text("Ask me a whole question, please: I read each message by itself. “help” shows examples.")))


def danger(directory: Directory) -> Outcome:
    """Where to turn when somebody may come to harm (in the USA: 911, and the 988 Suicide and Crisis Lifeline)."""
    said = (
        "If you or somebody else is in danger, call 911 now.\n"
        "If you think of hurting yourself, call or text 988, day or night; somebody will listen.\n"
        "I am only a program that quotes policies, and I have kept nothing of what you wrote. At work, you can turn to:"
    )
    return Outcome(view(Text(said), reach(directory.default, directory, discreet=True)))


def help(knowledge: KnowledgeBase) -> Outcome:
    """What can be asked, the policies in force, and what is not kept."""
    return Outcome(
        view(
            Text(
                "I find the clause of the written policy that answers your question and quote it word for word, with its number, "
                "version and date. If none answers, I say so and name whom to ask. I never explain it in my own words."
            ),
            Text("\n".join(["For example:", *(f"- {example}" for example in examples(knowledge))])),
            in_force(knowledge),
            Button("Forms", f"{OPEN}forms"),
            Text(
                "I keep nothing of what you ask, unless you press “Tell HR it’s not covered”. What you write in Slack or Teams "
                "stays there like any message, and your organisation may be able to read it."
            ),
        )
    )


def examples(knowledge: KnowledgeBase) -> list[str]:
    """A few things to ask of these policies."""
    found = [example for policy in knowledge.policies for example in _EXAMPLES.get(policy.id, ())]
    for policy in knowledge.policies:
        headed = [clause for clause in policy.clauses if clause.heading and clause.text]
        found += [f"What about {clause.heading.lower()}?" for clause in headed[:2]] + [clause.id for clause in headed[:1]]
    return found[:MOST_EXAMPLES]
