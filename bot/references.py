"""Clauses as a button carries them: policy, version and id, so that an old button is noticed."""

from __future__ import annotations

import json
from collections.abc import Iterable

from policy_kb import Clause, KnowledgeBase


class PolicyChanged(Exception):
    """The policy has changed since this was shown. Please ask again."""


def write(knowledge: KnowledgeBase, clauses: Iterable[Clause]) -> str:
    """These clauses as one text."""
    return json.dumps([[each.policy, knowledge.policy(each.policy).version, each.id] for each in clauses])


def read(knowledge: KnowledgeBase, value: str) -> tuple[Clause, ...]:
    """The clauses in this text.

    Raises PolicyChanged where one of them belongs to another version than today's.
    """
    found = []
    for policy_id, version, id in json.loads(value) if value else ():
        policy = knowledge.policies_by_id.get(policy_id)
        clause = policy.clause(id) if policy and policy.version == version else None
        if clause is None:
            raise PolicyChanged
        found.append(clause)
    return tuple(found)
