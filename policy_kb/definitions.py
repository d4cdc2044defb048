"""Which defined terms a clause uses, so that their meaning can be shown under it."""

from __future__ import annotations

import re

from policy_kb.clauses import Clause, Policy


def definitions_used(policy: Policy, clause: Clause) -> tuple[Clause, ...]:
    """The definitions of the terms in this clause, the most specific first; never the clause itself.

    A term within a longer one ("Social Media" in "Social Media Administrator") counts only on its own.
    """
    text = clause.text
    found = []
    for term in sorted(policy.definitions, key=lambda each: -len(each.heading)):
        text, uses = _pattern(term.heading).subn(" ", text)
        if uses and term.id != clause.id:
            found.append(term)
    return tuple(found)


def _pattern(term: str) -> re.Pattern[str]:
    """The term in the singular or plural, with either side of a slash: `Site/Account`, `sites`, `account`."""
    words = term.split()
    forms = [" ".join(words)]
    if "/" in words[-1]:
        forms += [" ".join([*words[:-1], side]) for side in words[-1].split("/")]
    stems = (re.escape(form.removesuffix("s")) for form in forms)
    return re.compile(rf"\b(?:{'|'.join(stems)})s?\b", re.IGNORECASE)
