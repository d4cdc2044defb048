"""Ranks clauses that nobody wrote phrasings for: their own words, and the lexicon that leads from staff's words to theirs."""

from __future__ import annotations

import math
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from policy_kb.bands import Band, logistic
from policy_kb.clauses import Clause, Kind, Policy
from policy_kb.lexicon import Group
from policy_kb.words import STOP_WORDS, stem, tokens

# Chosen on policies of other organisations whose questions the lexicon's author had not seen (docs/adr/0005).
SATURATION, LENGTH_SHARE, MOST_IDF = 1.2, 0.75, 3.0
HEADING, TEXT, PARENT_HEADING, LEAD_IN, SECTION_HEADINGS = 3.0, 1.0, 0.6, 0.4, 0.4
LEXICON_WEIGHT, LEXICON_SATURATION, SUPPORTED_FROM, BOTH = 1.5, 4.0, 0.6, 0.2
REPAIRED = 0.7
SHORTEST_REPAIRED, TWO_SLIPS_FROM = 5, 8
MOST_WORDS = 60
IN_SCOPE = (-0.70, 1.1, -1.9)
RIGHT = (-3.35, 1.5, 1.6, 1.7)
NONE_BELOW, ANSWER_FROM, ANSWER_LEAD = 0.40, 0.70, 0.35

Row = NDArray[np.float64]
Posting = tuple[NDArray[np.intp], Row]
_POSSESSIVE = re.compile(r"['’]s\b")


@dataclass(frozen=True)
class BareRanked:
    """Clauses with scores 0..1, best first, and what can be said with them."""

    clauses: tuple[Clause, ...]
    scores: tuple[float, ...]
    band: Band
    confidence: float


@dataclass(frozen=True)
class _Unit:
    """One word or term of a question: its evidence for each clause, and what is known of it."""

    evidence: Row
    known: bool
    absent: bool


class Bare:
    """An index over clauses with text; `common` says of a stem that it is an ordinary word and no slip."""

    def __init__(
        self, policies: Iterable[Policy], clauses: Sequence[Clause], groups: Iterable[Group], common: Callable[[str], bool]
    ) -> None:
        self._clauses = tuple(clauses)
        self._count = len(clauses)
        self._common = common
        by_policy = {policy.id: policy for policy in policies}
        fields = [_fields(by_policy[clause.policy], clause) for clause in clauses]
        self._own: dict[str, NDArray[np.intp]] = {}
        self._idf: dict[str, float] = {}
        self._postings = self._index(fields)
        self._most = min(math.log(1 + self._count), MOST_IDF)
        self._concepts: list[Posting] = []
        self._terms: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._spelling = self._words_of(clauses)
        for group in groups:
            self._add_group(group)
        self._longest = max(map(len, self._terms), default=1)
        self._by_initial: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._spelling):
            self._by_initial[word[0]].append(word)

    def rank(self, question: str, most: int = 5) -> BareRanked:
        """The best clauses for a question; none where nothing of it occurs in them."""
        units = self._units(question)
        total = np.sum([unit.evidence for unit in units], axis=0) if units else np.zeros(self._count)
        order = _best(total, most)
        if not len(order):
            return BareRanked((), (), Band.NONE, 0.0)
        top, second = total[order[0]], total[order[1]] if len(order) > 1 else 0.0
        strength, lead = top / self._most, (top - second) / top
        absent = sum(unit.absent for unit in units) / len(units)
        right = _logistic(RIGHT, strength, lead, self._coverage(units, order[0]))
        band = Band.CHOICES
        if _logistic(IN_SCOPE, strength, absent) < NONE_BELOW:
            band = Band.NONE
        elif right >= ANSWER_FROM and lead >= ANSWER_LEAD and not absent:
            band = Band.ANSWER
        scores = tuple(float(right * total[at] / top) for at in order)
        return BareRanked(tuple(self._clauses[at] for at in order), scores, band, right)

    def _index(self, fields: list[list[tuple[float, list[str], bool]]]) -> dict[str, Posting]:
        """For each stem the clauses it stands in and how strongly."""
        names: dict[str, int] = {}
        words, rows, strengths, own = array("l"), array("l"), array("d"), array("b")
        average = _average_lengths(fields)
        for row, field in enumerate(fields):
            strength: dict[str, float] = defaultdict(float)
            for (weight, texts, by_length), usual in zip(field, average, strict=True):
                share = weight / (1 - LENGTH_SHARE + LENGTH_SHARE * len(texts) / usual) if by_length else weight
                for word in texts:
                    strength[word] += share
            mine = {*field[0][1], *field[1][1]}  # heading and text are the clause's own
            for word, value in strength.items():
                words.append(names.setdefault(word, len(names)))
                rows.append(row)
                strengths.append(value)
                own.append(word in mine)
        order = np.argsort(np.array(words, np.intp), kind="stable")
        ends = np.cumsum(np.bincount(np.array(words, np.intp), minlength=len(names)))
        of_row, of_strength, of_own = np.array(rows, np.intp)[order], np.array(strengths)[order], np.array(own, bool)[order]
        postings, start = {}, 0
        for word, end in zip(names, ends, strict=True):
            mine_too = of_own[start:end]
            frequency = max(1, int(mine_too.sum()))
            idf = min(MOST_IDF, math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5)))
            x = of_strength[start:end]
            self._idf[word], self._own[word] = idf, of_row[start:end][mine_too]
            postings[word] = (of_row[start:end], idf * x / (x + SATURATION))
            start = int(end)
        return postings

    def _words_of(self, clauses: Sequence[Clause]) -> set[str]:
        return {word for clause in clauses for word in tokens(f"{clause.heading} {clause.text}") if _repairable(word)}

    def _add_group(self, group: Group) -> None:
        """A concept's strength in every clause, by the policies' wording; staff's terms only lead to it."""
        column, support = np.zeros(self._count), 0.0
        for phrase in group.canonical.split(","):
            words = list(dict.fromkeys(_content(phrase)))
            present = [word for word in words if word in self._postings]
            if present:
                whole = sum(self._idf.get(word, math.log(1 + self._count)) for word in words)
                strength, covered = np.zeros(self._count), np.zeros(self._count)
                for word in present:
                    at, value = self._postings[word]
                    strength[at] += value
                    covered[self._own[word]] += self._idf[word]
                support = max(support, float(covered.max()) / whole)
                column += strength * strength / whole
        number = -1  # a concept that the policies do not have; to know that is worth something too
        if support >= SUPPORTED_FROM:
            number = len(self._concepts)
            column = LEXICON_SATURATION * column / (column + LEXICON_SATURATION)
            at = np.flatnonzero(column > 0.02)
            self._concepts.append((at, column[at]))
        for term in (*group.terms, *group.canonical.split(",")):
            words = tokens(term)
            if words and not (len(words) == 1 and words[0] in STOP_WORDS):
                numbers = self._terms[tuple(map(stem, words))]
                if number not in numbers:
                    numbers.append(number)
                self._spelling.update(filter(_repairable, words))

    def _units(self, question: str) -> list[_Unit]:
        """The question's terms and words, each once, by the longest term from the left."""
        words = tokens(_POSSESSIVE.sub("", question))[:MOST_WORDS]
        stemmed, weights = self._repair(words)
        units: dict[object, _Unit] = {}
        at = 0
        while at < len(words):
            length, concepts = self._term(words, stemmed, at)
            inside = [place for place in range(at, at + length) if words[place] not in STOP_WORDS]
            at += length
            if inside or concepts:
                name = (tuple(stemmed[place] for place in inside), tuple(concepts))
                if name not in units:
                    units[name] = self._unit([(stemmed[place], weights[place]) for place in inside], concepts)
        return list(units.values())

    def _repair(self, words: list[str]) -> tuple[list[str], list[float]]:
        """The stems, slips of the keyboard mended, and how much each weighs."""
        stemmed, weights = [], []
        for word in words:
            mended = None if self._is_known(word) else self._mend(word)
            stemmed.append(stem(mended or word))
            weights.append(REPAIRED if mended else 1.0)
        return stemmed, weights

    def _is_known(self, word: str) -> bool:
        root = stem(word)
        return (
            not _repairable(word)
            or len(word) < SHORTEST_REPAIRED
            or word in STOP_WORDS
            or word in self._spelling
            or root in self._postings
            or (root,) in self._terms
            or self._common(root)
        )

    def _mend(self, word: str) -> str | None:
        slips = 1 if len(word) < TWO_SLIPS_FROM else 2
        pool = [other for other in self._by_initial[word[0]] if abs(len(other) - len(word)) <= slips]
        found = process.extractOne(word, pool, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        return found[0] if found else None

    def _term(self, words: list[str], stemmed: list[str], at: int) -> tuple[int, list[int]]:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            concepts = self._terms.get(tuple(stemmed[at : at + length]))
            if concepts and not (length == 1 and words[at] in STOP_WORDS):
                return length, concepts
        return 1, []

    def _unit(self, inside: list[tuple[str, float]], concepts: list[int]) -> _Unit:
        literal, lexical = np.zeros(self._count), np.zeros(self._count)
        for word, weight in inside:
            if word in self._postings:
                at, value = self._postings[word]
                literal[at] += weight * value
        present = [self._concepts[number] for number in concepts if number >= 0]
        for at, value in present:
            lexical[at] = np.maximum(lexical[at], value)
        if len(present) > 1:
            lexical *= 1 - BOTH
            for at, value in present:
                lexical[at] += BOTH * value / len(present)
        lexical *= LEXICON_WEIGHT
        found = np.maximum(literal, lexical) + BOTH * np.minimum(literal, lexical)
        known = bool(present) or any(word in self._postings for word, _ in inside)
        return _Unit(found, known, bool(concepts) and not known)

    def _coverage(self, units: list[_Unit], best: int) -> float:
        """How much of the question's weight the best clause accounts for."""
        weights = [
            max(min(float(unit.evidence.max()), self._most), 0.3 * self._most) if unit.known else self._most for unit in units
        ]
        return sum(min(float(unit.evidence[best]), weight) for unit, weight in zip(units, weights, strict=True)) / sum(weights)


def _fields(policy: Policy, clause: Clause) -> list[tuple[float, list[str], bool]]:
    """Weight, stems and whether length counts: heading, text, and what stands around the clause."""
    above = []
    parent = policy.clause(clause.parent) if clause.parent else None
    while parent:
        above.append(parent)
        parent = policy.clause(parent.parent) if parent.parent else None
    lead_in = above[0].text if above and clause.kind is Kind.ITEM else ""
    return [
        (HEADING, _content(clause.heading), False),
        (TEXT, _content(clause.text), True),
        (PARENT_HEADING, _content(above[0].heading) if above else [], False),
        (LEAD_IN, _content(lead_in), True),
        (SECTION_HEADINGS, [word for each in above[1:] for word in _content(each.heading)], False),
    ]


def _average_lengths(fields: list[list[tuple[float, list[str], bool]]]) -> list[float]:
    """The usual length of each field, at least one word."""
    totals = [sum(len(words) for _, words, _ in places) for places in zip(*fields, strict=True)]
    return [max(1.0, total / len(fields)) for total in totals]


def _content(text: str) -> list[str]:
    return [stem(word) for word in tokens(_POSSESSIVE.sub("", text)) if word not in STOP_WORDS]


def _repairable(word: str) -> bool:
    return len(word) > 3 and word.isalpha() and word.isascii()


def _best(total: Row, most: int) -> NDArray[np.intp]:
    """The highest of these that are above zero, best first; ties by document order."""
    most = min(most, len(total))
    if not most:
        return np.empty(0, np.intp)
    among = np.argpartition(-total, most - 1)[:most]
    among = among[total[among] > 0]
    ordered: NDArray[np.intp] = among[np.lexsort((among, -total[among]))]
    return ordered


def _logistic(weights: tuple[float, ...], *values: float) -> float:
    return logistic(weights[0] + sum(weight * value for weight, value in zip(weights[1:], values, strict=True)))
