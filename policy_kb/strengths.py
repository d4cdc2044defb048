"""How strongly words and concepts stand in clauses: BM25 over a clause's fields, kept as postings."""

from __future__ import annotations

import math
import re
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policy_kb.clauses import Clause, Kind, Policy
from policy_kb.lexicon import Group
from policy_kb.words import STOP_WORDS, stem, tokens

# Chosen on policies of other organisations whose questions the lexicon's author had not seen (docs/adr/0005).
SATURATION, LENGTH_SHARE, MOST_IDF = 1.2, 0.75, 3.0
HEADING, TEXT, PARENT_HEADING, LEAD_IN, SECTION_HEADINGS, ASKED = 3.0, 1.0, 0.6, 0.4, 0.4, 1.0
CONCEPT_SATURATION, SUPPORTED_FROM, NOTICED_FROM = 4.0, 0.6, 0.02

Row = NDArray[np.float64]
Places = NDArray[np.intp]
Posting = tuple[Places, Row]
_POSSESSIVE = re.compile(r"['’]s\b")


@dataclass(frozen=True, slots=True)
class Field:
    """The stems of one part of a clause, what they weigh, and whether a long part weighs less a word."""

    weight: float
    words: list[str]
    by_length: bool = False


def fields(policy: Policy, clause: Clause, asked: Sequence[str]) -> tuple[Field, ...]:
    """Heading and text, which are the clause's own, then what stands around it and how it was asked for."""
    above = []
    parent = policy.clause(clause.parent) if clause.parent else None
    while parent:
        above.append(parent)
        parent = policy.clause(parent.parent) if parent.parent else None
    lead_in = above[0].text if above and clause.kind is Kind.ITEM else ""
    return (
        Field(HEADING, content(clause.heading)),
        Field(TEXT, content(clause.text), by_length=True),
        Field(PARENT_HEADING, content(above[0].heading) if above else []),
        Field(LEAD_IN, content(lead_in), by_length=True),
        Field(SECTION_HEADINGS, [word for each in above[1:] for word in content(each.heading)]),
        Field(ASKED, [word for text in asked for word in content(text)]),
    )


def words_of(text: str) -> list[str]:
    """The words of a text, without the ending of a possessive."""
    return tokens(_POSSESSIVE.sub("", text))


def content(text: str) -> list[str]:
    """The stems of the words that say something of the matter."""
    return [stem(word) for word in words_of(text) if word not in STOP_WORDS]


class Strengths:
    """Postings of `count` clauses: for each stem the rows it stands in and how strongly."""

    def __init__(self, clauses: Sequence[Sequence[Field]]) -> None:
        self.count = len(clauses)
        self.most = min(math.log(1 + self.count), MOST_IDF)
        self._postings: dict[str, Posting] = {}
        self._own: dict[str, Places] = {}
        self._idf: dict[str, float] = {}
        self._index(clauses)

    def __contains__(self, word: str) -> bool:
        return word in self._postings

    def of(self, word: str) -> Posting:
        """The rows and strengths of a stem that occurs."""
        return self._postings[word]

    def of_concept(self, group: Group) -> Posting | None:
        """A concept's strength by the policies' wording of it; None where no clause of theirs speaks of it."""
        column, support = np.zeros(self.count), 0.0
        for phrase in group.canonical.split(","):
            words = list(dict.fromkeys(content(phrase)))
            present = [word for word in words if word in self]
            if present:
                whole = sum(self._idf.get(word, math.log(1 + self.count)) for word in words)
                strength, covered = np.zeros(self.count), np.zeros(self.count)
                for word in present:
                    rows, values = self._postings[word]
                    strength[rows] += values
                    covered[self._own[word]] += self._idf[word]
                support = max(support, float(covered.max()) / whole)
                column += strength * strength / whole
        if support < SUPPORTED_FROM:
            return None
        column = CONCEPT_SATURATION * column / (column + CONCEPT_SATURATION)
        noticed = np.flatnonzero(column > NOTICED_FROM)
        return noticed, column[noticed]

    def _index(self, clauses: Sequence[Sequence[Field]]) -> None:
        names, word, row, strength, own = _occurrences(clauses)
        order = np.argsort(word, kind="stable")
        ends = np.cumsum(np.bincount(word, minlength=len(names)))
        row, strength, own = row[order], strength[order], own[order]
        start = 0
        for name, end in zip(names, ends, strict=True):
            mine, x = own[start:end], strength[start:end]
            frequency = max(1, int(mine.sum()))
            idf = min(MOST_IDF, math.log(1 + (self.count - frequency + 0.5) / (frequency + 0.5)))
            self._idf[name], self._own[name] = idf, row[start:end][mine]
            self._postings[name] = (row[start:end], idf * x / (x + SATURATION))
            start = int(end)


def _occurrences(
    clauses: Sequence[Sequence[Field]],
) -> tuple[dict[str, int], Places, Places, Row, NDArray[np.bool_]]:
    """All (stem, clause) pairs as flat arrays, small enough for a hundred thousand clauses."""
    names: dict[str, int] = {}
    words, rows, strengths, own = array("l"), array("l"), array("d"), array("b")
    usual = [max(1.0, sum(len(part.words) for part in parts) / len(clauses)) for parts in zip(*clauses, strict=True)]
    for row, parts in enumerate(clauses):
        strength: dict[str, float] = defaultdict(float)
        for part, length in zip(parts, usual, strict=True):
            share = 1 - LENGTH_SHARE + LENGTH_SHARE * len(part.words) / length if part.by_length else 1.0
            for word in part.words:
                strength[word] += part.weight / share
        mine = {*parts[0].words, *parts[1].words}
        for word, value in strength.items():
            words.append(names.setdefault(word, len(names)))
            rows.append(row)
            strengths.append(value)
            own.append(word in mine)
    return names, np.array(words, np.intp), np.array(rows, np.intp), np.array(strengths), np.array(own, bool)
