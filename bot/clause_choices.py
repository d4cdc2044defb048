"""The clauses of the policies as something to choose from, for a form that is about one of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import Choice
from policy_kb import Clause, Policy
from policy_kb.clauses import Kind

# Slack's list takes a hundred choices, each of 75 characters.
MOST, LONGEST = 100, 75


def clause_choices(policies: Sequence[Policy]) -> tuple[Choice, ...]:
    """Every clause but definitions, in order, by number and the words that it begins with.

    None where a list cannot hold them, or where two have the same number: then the number is typed.
    """
    listed = [each for policy in policies for each in policy.clauses if each.kind is not Kind.DEFINITION]
    found = tuple(Choice(each.id, _label(each)) for each in listed)
    return found if len({each.value for each in found}) == len(found) <= MOST else ()


def _label(clause: Clause) -> str:
    label = f"{clause.id}  {clause.heading or ' '.join(clause.text.split())}"
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…"
