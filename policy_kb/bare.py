"""Ranks clauses without phrasings to learn from: by their words, and by the lexicon from staff's words to theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from policy_kb.bands import Band, logistic
from policy_kb.clauses import Clause, Policy
from policy_kb.lexicon import Group
from policy_kb.spelling import Spelling
from policy_kb.strengths import Places, Posting, Row, Strengths, fields, words_of
from policy_kb.words import STOP_WORDS, stem, tokens

# Chosen like the constants of strengths.py. The last three tuples are logistic models: bias, then a weight each for
# strength and absent concepts (in scope), for strength, lead and coverage (right).
CONCEPT_WEIGHT, BOTH, MENDED = 1.5, 0.2, 0.7
LEAST_WEIGHT = 0.3
MOST_WORDS = 60
IN_SCOPE = (-0.70, 1.1, -1.9)
RIGHT = (-3.35, 1.5, 1.6, 1.7)
NONE_BELOW, ANSWER_FROM, ANSWER_LEAD = 0.40, 0.70, 0.35


@dataclass(frozen=True)
class BareRanked:
    """Clauses with scores 0..1, best first, and what can be said with them."""

    clauses: tuple[Clause, ...]
    scores: tuple[float, ...]
    band: Band


@dataclass(frozen=True)
class _Unit:
    """One word or term of a question: its evidence for each clause, and what is known of it."""

    evidence: Row
    known: bool
    absent: bool


class Bare:
    """An index over clauses with text.

    `common` says of a stem that it is an ordinary word and no slip; `asked` has the few phrasings of each clause.
    """

    def __init__(
        self,
        policies: Iterable[Policy],
        clauses: Sequence[Clause],
        groups: Iterable[Group],
        common: Callable[[str], bool],
        asked: Sequence[Sequence[str]] = (),
    ) -> None:
        self._clauses = tuple(clauses)
        by_policy = {policy.id: policy for policy in policies}
        lines = asked or [()] * len(clauses)
        self._strengths = Strengths(
            [fields(by_policy[clause.policy], clause, texts) for clause, texts in zip(clauses, lines, strict=True)]
        )
        self._concepts: list[Posting] = []
        self._terms: dict[tuple[str, ...], list[int]] = defaultdict(list)
        spelt = {word for clause in clauses for word in tokens(f"{clause.heading} {clause.text}")}
        for group in groups:
            spelt.update(self._add(group))
        self._longest = max(map(len, self._terms), default=1)
        self._spelling = Spelling(spelt, lambda word: self._occurs(word) or common(stem(word)))

    def rank(self, question: str, most: int = 5) -> BareRanked:
        """The best clauses for a question; none where nothing of it occurs in them."""
        units = self._units(question)
        total = np.sum([unit.evidence for unit in units], axis=0) if units else np.zeros(len(self._clauses))
        order = _best(total, most)
        if not len(order):
            return BareRanked((), (), Band.NONE)
        top, second = total[order[0]], total[order[1]] if len(order) > 1 else 0.0
        strength, lead = top / self._strengths.most, (top - second) / top
        absent = sum(unit.absent for unit in units) / len(units)
        right = _model(RIGHT, strength, lead, self._coverage(units, order[0]))
        band = Band.CHOICES
        if _model(IN_SCOPE, strength, absent) < NONE_BELOW:
            band = Band.NONE
        elif right >= ANSWER_FROM and lead >= ANSWER_LEAD and not absent:
            band = Band.ANSWER
        return BareRanked(tuple(self._clauses[at] for at in order), tuple(float(right * total[at] / top) for at in order), band)

    def _add(self, group: Group) -> set[str]:
        """Adds a concept under all its terms, and gives the words of these back; -1 stands for one that the policies lack."""
        posting = self._strengths.of_concept(group)
        number = -1 if posting is None else len(self._concepts)
        if posting is not None:
            self._concepts.append(posting)
        spelt: set[str] = set()
        for term in (*group.terms, *group.canonical.split(",")):
            words = tokens(term)
            if words and not (len(words) == 1 and words[0] in STOP_WORDS):
                numbers = self._terms[tuple(map(stem, words))]
                if number not in numbers:
                    numbers.append(number)
                spelt.update(words)
        return spelt

    def _occurs(self, word: str) -> bool:
        return word in STOP_WORDS or stem(word) in self._strengths or (stem(word),) in self._terms

    def _units(self, question: str) -> list[_Unit]:
        """The question's terms and words, each once, by the longest term from the left."""
        words = words_of(question)[:MOST_WORDS]
        mended = [self._spelling.mended(word) for word in words]
        stems = [stem(better or word) for word, better in zip(words, mended, strict=True)]
        units: dict[object, _Unit] = {}
        at = 0
        while at < len(words):
            length, concepts = self._term(words, stems, at)
            inside = [place for place in range(at, at + length) if words[place] not in STOP_WORDS]
            at += length
            name = (tuple(stems[place] for place in inside), tuple(concepts))
            if (inside or concepts) and name not in units:
                units[name] = self._unit([(stems[place], MENDED if mended[place] else 1.0) for place in inside], concepts)
        return list(units.values())

    def _term(self, words: list[str], stems: list[str], at: int) -> tuple[int, list[int]]:
        """How many words the longest term here has, and the concepts it stands for."""
        for length in range(min(self._longest, len(words) - at), 0, -1):
            concepts = self._terms.get(tuple(stems[at : at + length]))
            if concepts and not (length == 1 and words[at] in STOP_WORDS):
                return length, concepts
        return 1, []

    def _unit(self, inside: list[tuple[str, float]], concepts: list[int]) -> _Unit:
        """The stronger of a unit's own words and its concepts counts, and a little of the weaker."""
        literal, lexical = np.zeros(len(self._clauses)), np.zeros(len(self._clauses))
        occurring = [(word, weight) for word, weight in inside if word in self._strengths]
        for word, weight in occurring:
            rows, values = self._strengths.of(word)
            literal[rows] += weight * values
        present = [self._concepts[number] for number in concepts if number >= 0]
        for rows, values in present:
            lexical[rows] = np.maximum(lexical[rows], values)
        if len(present) > 1:
            lexical *= 1 - BOTH
            for rows, values in present:
                lexical[rows] += BOTH * values / len(present)
        lexical *= CONCEPT_WEIGHT
        evidence = np.maximum(literal, lexical) + BOTH * np.minimum(literal, lexical)
        known = bool(present or occurring)
        return _Unit(evidence, known, bool(concepts) and not known)

    def _coverage(self, units: list[_Unit], best: int) -> float:
        """How much of the question's weight the best clause accounts for, 0..1."""
        most = self._strengths.most
        weights = [max(min(float(unit.evidence.max()), most), LEAST_WEIGHT * most) if unit.known else most for unit in units]
        return sum(min(float(unit.evidence[best]), weight) for unit, weight in zip(units, weights, strict=True)) / sum(weights)


def _best(total: Row, most: int) -> Places:
    """The highest of these that are above zero, best first; ties by document order."""
    most = min(most, len(total))
    if not most:
        return np.empty(0, np.intp)
    among = np.argpartition(-total, most - 1)[:most]
    among = among[total[among] > 0]
    ordered: Places = among[np.lexsort((among, -total[among]))]
    return ordered


def _model(weights: tuple[float, ...], *values: float) -> float:
    return logistic(weights[0] + sum(weight * value for weight, value in zip(weights[1:], values, strict=True)))
