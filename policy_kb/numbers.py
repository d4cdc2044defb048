"""Clause numbers as people type them: "416.8.5(d)", "8.5 d", "section 6.20", "§ 6.13 (g)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policy_kb.clauses import Clause, Kind, Policy

_STRONG = r"§+|\b(?:sub)?sections?|\bsect?\.?|\bclauses?"
_WEAK = r"#|\b(?:rules?|paragraphs?|para?\.?|articles?|art\.?|no\.|numbers?|items?|parts?|policy)"
_DIGITS = r"(?:[a-z]{1,9}-)?\d{1,4}(?:\s?[.\-]\s?\d{1,3}){0,8}"
_LETTER = r"(?:\s*[.\-]?\s*\(\s*(?P<round>[a-z])\s*\)|\s*[.\-]\s*(?P<dotted>[a-z])\b|\s?(?P<bare>[a-z])\b(?!['’]))?"
_TYPED = re.compile(
    rf"(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}))?\s*(?<![\w.$:/-])(?P<digits>{_DIGITS}){_LETTER}(?![\w:%/])", re.IGNORECASE
)
_MORE_LETTERS = re.compile(r"\s*(?:,|and|&|or)\s*\(\s*([a-z])\s*\)", re.IGNORECASE)
_BLANKS = re.compile(r"(?<![\w.])(\d{2,4})\s(\d{1,2})(?:\s(\d{1,2}))?(?![\w.])")
_ASKING = re.compile(
    r"\b(?:what|whats|does|is|the|policy|say|says|said|mean|means|about|show|me|read|open|quote|text|of|full|please|pls|"
    r"tell|explain|look|up|see|go|to|in|for|give|find|wording|verbatim|it|and|or|clause|section|rule|a|an)\b|[\W_]+",
    re.IGNORECASE,
)
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Typed:
    """What a message names by number: `clauses` in the order typed; `alone` where it says nothing else.

    `nearest` is given instead where a message is nothing but a number that no clause has: the clause it comes nearest to.
    """

    clauses: tuple[Clause, ...] = ()
    alone: bool = False
    nearest: Clause | None = None


class ClauseNumbers:
    """Finds clauses by number, whatever the habit of writing it."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = {_key(policy.id): policy for policy in policies}
        self._clauses: dict[str, list[Clause]] = {}
        for policy in policies:
            for clause in policy.clauses:
                if clause.kind is not Kind.DEFINITION:
                    key = _key(clause.id)
                    self._clauses.setdefault(key, []).append(clause)
                    if key.startswith(short := _key(policy.id) + "."):
                        self._clauses.setdefault(key.removeprefix(short), []).append(clause)

    def typed(self, question: str) -> Typed:
        """The clauses whose numbers stand in the question, each once.

        A number counts when it names a clause and is written as one: with a word before it ("section 6.20"), with the
        policy's own number ("416.8.5"), with an item's letter ("8.5 d"), or as nearly all of the message ("8.5", "section 8",
        "policy 416"). "8.5 hours", "number 1" and "item 3" are none. Text after the first 2,000 characters is not read.
        """
        question = _BLANKS.sub(self._dotted, question[:_LONGEST])
        matches = list(_TYPED.finditer(question))
        alone = bool(matches) and not _ASKING.sub("", _MORE_LETTERS.sub(" ", _TYPED.sub(" ", question)))
        found = dict.fromkeys(clause for match in matches for clause in self._named(match, question, alone))
        if found or not alone:
            return Typed(tuple(found), alone)
        return Typed((), True, self._nearest(matches[0]))

    def _dotted(self, match: re.Match[str]) -> str:
        """ "416 8 5" is a number where it begins with a policy's own."""
        parts = [part for part in match.groups() if part]
        return ".".join(parts) if parts[0] in self._policies and _key(".".join(parts)) in self._clauses else match[0]

    def _named(self, match: re.Match[str], question: str, alone: bool) -> Iterator[Clause]:
        number, bare = _key(match["digits"]), match["bare"]
        dotted = "." in number
        letter = match["round"] or match["dotted"] or bare
        if bare and bare in "aiAI" and not alone:  # "section 8.5 a friend told me"
            letter = None
        items = self._clauses.get(f"{number}.{letter.lower()}", []) if letter else []
        own = any(number.startswith(policy + ".") for policy in self._policies)
        if alone and not letter and number in self._policies:
            yield from self._overview(self._policies[number])
        elif (dotted and (match["strong"] or match["weak"] or own or items or alone)) or (match["strong"] and alone):
            yield from items or (self._clauses.get(number, []) if not letter or bare else [])
            yield from self._more(number, question[match.end() :]) if items else ()

    def _more(self, number: str, rest: str) -> Iterator[Clause]:
        """The other letters of "(d), (e) and (f)"."""
        while following := _MORE_LETTERS.match(rest):
            yield from self._clauses.get(f"{number}.{following[1].lower()}", [])
            rest = rest[following.end() :]

    @staticmethod
    def _overview(policy: Policy) -> Iterator[Clause]:
        yield from [clause for clause in policy.clauses if clause.text][:1]

    def _nearest(self, match: re.Match[str]) -> Clause | None:
        """The clause with the longest beginning of a number that no clause has."""
        parts = _key(match["digits"]).split(".")
        if len(parts) == 1 and not match["strong"]:
            return None
        for length in range(len(parts), 0, -1):
            found = self._clauses.get(".".join(parts[:length]))
            if found:
                return found[0]
        policy = self._policies.get(parts[0])
        return next(self._overview(policy), None) if policy else None


def _key(number: str) -> str:
    """A number without its punctuation: `HR-2.1` and `hr 2-1` are the same."""
    return ".".join(re.findall(r"[a-z]+|\d+", number.lower()))
