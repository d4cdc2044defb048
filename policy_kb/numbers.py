"""Clause numbers as people type them: "416.8.5(d)", "8.5 d", "section 6.20", "§ 6.13 (g)"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from policy_kb.clauses import Clause, Kind, Policy

_WORD = (
    r"(?:§+|#|\b(?:(?:sub)?sections?|sect?\.?|clauses?|rules?|paragraphs?|para?\.?|articles?|art\.?|no\.|numbers?|items?|parts?))"
)
_DIGITS = r"(?:[a-z]{1,9}-)?\d{1,4}(?:\s?[.\-]\s?\d{1,3}){0,5}"
_LETTER = r"(?:\s*[.\-]?\s*\(\s*(?P<round>[a-z])\s*\)|\s*[.\-]\s*(?P<dotted>[a-z])\b|\s?(?P<bare>[a-z])\b(?!['’]))?"
_TYPED = re.compile(rf"(?P<word>{_WORD}\s*)?(?<![\w.$:/-])(?P<digits>{_DIGITS}){_LETTER}(?![\w:%/])", re.IGNORECASE)
_ASKING = re.compile(
    r"\b(?:what|whats|does|is|the|policy|say|says|said|mean|means|about|show|me|read|open|quote|text|of|full|please|pls|"
    r"tell|explain|look|up|see|go|to|in|for|give|find|wording|verbatim|it|and|or|clause|section|rule)\b|[\W_]+",
    re.IGNORECASE,
)
_LONGEST = 2000


class ClauseNumbers:
    """Finds clauses by number, whatever the habit of writing it."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._policies = [_key(policy.id) for policy in policies]
        self._clauses: dict[str, list[Clause]] = {}
        for policy in policies:
            for clause in policy.clauses:
                if clause.kind is not Kind.DEFINITION:
                    key = _key(clause.id)
                    self._clauses.setdefault(key, []).append(clause)
                    if key.startswith(short := _key(policy.id) + "."):
                        self._clauses.setdefault(key.removeprefix(short), []).append(clause)

    def typed(self, question: str) -> tuple[Clause, ...]:
        """The clauses whose numbers stand in the question, in the order typed, each once.

        A number counts when it names a clause and is written as one: with a word before it ("section 6.20"),
        with the policy's own number ("416.8.5"), with an item's letter ("8.5 d"), or as nearly all of the message
        ("8.5"). "8.5 hours" is no clause. Text after the first 2,000 characters is not read.
        """
        question = question[:_LONGEST]
        alone = not _ASKING.sub("", _TYPED.sub(" ", question))
        found = (clause for match in _TYPED.finditer(question) for clause in self._named(match, alone))
        return tuple(dict.fromkeys(found))

    def _named(self, match: re.Match[str], alone: bool) -> list[Clause]:
        number, bare = _key(match["digits"]), match["bare"]
        letter = match["round"] or match["dotted"] or bare
        if bare and bare in "aiAI" and not alone:  # "section 8.5 a friend told me"
            letter = None
        items = self._clauses.get(f"{number}.{letter.lower()}", []) if letter else []
        own = any(number.startswith(policy + ".") for policy in self._policies)
        if not (match["word"] or own or items or (alone and "." in number)):
            return []
        return items or (self._clauses.get(number, []) if not letter or bare else [])


def _key(number: str) -> str:
    """A number without its punctuation: `HR-2.1` and `hr 2-1` are the same."""
    return ".".join(re.findall(r"[a-z]+|\d+", number.lower()))
