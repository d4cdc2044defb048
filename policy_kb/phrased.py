"""Ranks clauses that have phrasings: linear evidence, and how near the nearest phrasing of each clause is."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policy_kb import linear
from policy_kb.linear import Linear
from policy_kb.nearest import Nearest, Neighbour
from policy_kb.words import stem, tokens

# Labels of the fitted model: "clause:POLICY/ID", NONE, "intent:NAME"; columns "=NAME" belong to the second model.
CLAUSE, NONE = "clause:", "none"
ASK, OUT_OF_SCOPE = "ask", "out_of_scope"
NEAREST_WEIGHT = 0.2
# A message of so many words, of which less than this share stands in so many phrasings, is in another language.
FEWEST_FOREIGN, FOREIGN_BELOW, KNOWN_FROM = 4, 0.4, 10
FEWEST_TO_JUDGE = 2000


def clause_label(policy: str, id: str) -> str:
    """The label of a clause in the fitted model."""
    return f"{CLAUSE}{policy}/{id}"


@dataclass(frozen=True)
class Ranked:
    """Clause labels with scores, best first; what speaks for none of them; how much speaks for each intent."""

    labels: tuple[str, ...]
    scores: NDArray[np.float32]
    none: float
    leanings: Mapping[str, float]
    neighbours: Mapping[str, Neighbour]

    @property
    def margin(self) -> float:
        """By how much the best clause is ahead of none at all."""
        return float(self.scores[0]) - self.none

    @property
    def gap(self) -> float:
        """By how much the best clause is ahead of the second, or of none at all where there is no second."""
        return float(self.scores[0] - self.scores[1]) if len(self.scores) > 1 else self.margin


class Phrased:
    """A fitted model with the index of its phrasings."""

    def __init__(self, model: Linear, nearest: Nearest) -> None:
        self.numbers = model.numbers
        self._model = model
        self._nearest = nearest
        columns = model.columns
        self._clauses = np.array([at for at, name in enumerate(columns) if name.startswith(CLAUSE)], np.intp)
        self._names = [columns[at] for at in self._clauses]
        self._at = {columns[at]: place for place, at in enumerate(self._clauses)}
        self._none = columns.index(NONE) if NONE in columns else -1
        self._intents = tuple(name.removeprefix("=") for name in columns if name.startswith("="))
        self._second = np.array([columns.index(f"={name}") for name in self._intents], np.intp)
        self._first = np.array([columns.index(label) if (label := f"intent:{name}") in columns else -1 for name in self._intents])

    @property
    def labels(self) -> Set[str]:
        """The labels of the clauses that have phrasings."""
        return self._at.keys()

    def is_common(self, word: str) -> bool:
        """Whether a stem is an ordinary word: at least two phrasings use it."""
        return self._nearest.frequency(word) >= 2

    def is_foreign(self, text: str) -> bool:
        """Whether hardly a word of a text of some length is one that people here use."""
        words = [stem(word) for word in tokens(text) if word.isalpha()]
        enough = self._nearest.size >= FEWEST_TO_JUDGE and len(words) >= FEWEST_FOREIGN
        return enough and sum(self._nearest.frequency(word) >= KNOWN_FROM for word in words) < FOREIGN_BELOW * len(words)

    @classmethod
    def load(cls, directory: Path) -> Phrased:
        """What training wrote there.

        Raises OSError, KeyError or ValueError where files are missing or damaged.
        """
        return cls(linear.load(directory), Nearest.open(directory / "asked.sqlite"))

    def rank(self, text: str) -> Ranked:
        """All clauses for this text, best first; ties keep the order of the labels."""
        found = self._model.scores(text)
        neighbours = self._nearest.labels(text)
        scores = found[self._clauses]
        none = float(found[self._none]) if self._none >= 0 else -1.0
        for label, neighbour in neighbours.items():
            if label in self._at:
                scores[self._at[label]] += NEAREST_WEIGHT * neighbour.similarity
            elif label == NONE:
                none += NEAREST_WEIGHT * neighbour.similarity
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        return Ranked(
            tuple(self._names[at] for at in order),
            ranked,
            none,
            self._leanings(found, float(ranked[0]) if len(ranked) else -1.0, none),
            neighbours,
        )

    def _leanings(self, found: NDArray[np.float32], best: float, none: float) -> dict[str, float]:
        """Both models' evidence for each intent, in standard deviations, added."""
        first = np.where(self._first >= 0, found[self._first], -1.0)
        for name, score in ((ASK, best), (OUT_OF_SCOPE, none)):
            if name in self._intents:
                first[self._intents.index(name)] = score
        both = _standard(first) + _standard(found[self._second])
        return {name: float(value) for name, value in zip(self._intents, both, strict=True)}


def _standard(values: NDArray[np.float32]) -> NDArray[np.float32]:
    spread: NDArray[np.float32] = (values - values.mean()) / (values.std() + 1e-9)
    return spread
