"""The clauses as something to choose from."""

from __future__ import annotations

from dataclasses import replace

from bot.clause_choices import LONGEST, clause_choices
from policy_kb import KnowledgeBase
from policy_kb.clauses import Kind


def test_every_clause_can_be_chosen_by_number_and_beginning(knowledge: KnowledgeBase) -> None:
    """In order; definitions are no duties. Nothing is longer than a list takes."""
    found = clause_choices(knowledge.policies)
    listed = [each.id for policy in knowledge.policies for each in policy.clauses if each.kind is not Kind.DEFINITION]
    assert [each.value for each in found] == listed
    by = {each.value: each.label for each in found}
    assert by["416.9.1"] == "416.9.1  Reporting Violations"
    assert by["416.8.5.f"].startswith("416.8.5.f  Employees may not use social media while on work time")
    assert by["416.8.5.f"].endswith("…")
    assert all(len(each.label) <= LONGEST for each in found)


def test_numbers_are_typed_where_no_list_can_hold_them(knowledge: KnowledgeBase) -> None:
    """Because two policies have the same ones, or there are too many."""
    policy = knowledge.policies[0]
    other = replace(policy, id="other", clauses=tuple(replace(each, id=f"o{each.id}") for each in policy.clauses))
    assert clause_choices([policy, policy]) == ()
    assert clause_choices([policy, other]) == ()
    assert len(clause_choices([other])) == len(clause_choices([policy]))
