"""Fits the thresholds from lines that the ranker has not seen, by authors that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from policy_kb.bands import confidence, evidence, shares
from policy_kb.phrased import ASK, CLAUSE, NONE, Ranked

# The most that may go wrong among genuine questions: taken for a service intent (most of these show a clause all the
# same), and of the others, refused.
MOST_TAKEN = 0.035
MOST_REFUSED = 0.03
# Of what is answered with one clause, this share must be right.
ANSWERS_RIGHT = 0.97
_HEATS = np.arange(0.4, 4.01, 0.2)
# For a knowledge base with too few lines to fit on: careful round numbers.
CAUTIOUS = {
    "question_bias": 0.5,
    "none_below": 0.0,
    "right_bias": -2.0,
    "right_margin": 2.0,
    "right_gap": 3.0,
    "answer_from": 0.7,
    "leaning_heat": 1.0,
}
FEWEST = 200
# The share of right answers means something from so many answers on.
FEWEST_ANSWERS = 50


@dataclass(frozen=True)
class Held:
    """A held-out line: what the ranker says of it, and what it is."""

    ranked: Ranked
    label: str
    intent: str

    @property
    def right(self) -> bool:
        """Whether the best clause is the line's clause."""
        return bool(self.ranked.labels) and self.ranked.labels[0] == self.label

    @property
    def is_question(self) -> bool:
        """Whether a clause answers it."""
        return self.label.startswith(CLAUSE)


def fit_thresholds(held: Sequence[Held]) -> dict[str, float]:
    """All numbers that bands.py reads; cautious ones where there is too little to fit on."""
    questions = [each for each in held if each.is_question]
    outside = [each for each in held if each.label == NONE]
    if len(questions) < FEWEST or len(outside) < FEWEST // 10:
        return dict(CAUTIOUS)
    numbers = dict(CAUTIOUS)
    numbers["question_bias"] = _question_bias(questions)
    kept = sorted(each.ranked.margin for each in questions if _taken_for_question(each, numbers["question_bias"]))
    numbers["none_below"] = kept[round(MOST_REFUSED * len(kept))]
    numbers |= _right(questions + outside)
    numbers["answer_from"] = _answer_from(questions + outside, numbers)
    numbers["leaning_heat"] = _heat(held, numbers)
    return {name: float(value) for name, value in numbers.items()}


def _taken_for_question(each: Held, bias: float) -> bool:
    found = shares(each.ranked.leanings, {"question_bias": bias, "leaning_heat": 1.0})
    return max(found, key=lambda name: found[name]) == ASK


def _question_bias(questions: Sequence[Held]) -> float:
    """The smallest head start for questions with which few are taken for a service intent."""
    for bias in np.arange(-1.0, 2.01, 0.05):
        if sum(not _taken_for_question(each, bias) for each in questions) <= MOST_TAKEN * len(questions):
            return float(bias)
    return 2.0


def _right(lines: Sequence[Held]) -> dict[str, float]:
    """A logistic model of whether the best clause is right."""
    model = LogisticRegression(C=100.0, max_iter=1000)
    model.fit(np.array([evidence(each.ranked) for each in lines]), np.array([each.right for each in lines]))
    return {"right_bias": model.intercept_[0], "right_margin": model.coef_[0][0], "right_gap": model.coef_[0][1]}


def _answer_from(lines: Sequence[Held], numbers: dict[str, float]) -> float:
    """The lowest confidence from which on answers are right often enough."""
    kept = [each for each in lines if each.ranked.margin >= numbers["none_below"]]
    kept.sort(key=lambda each: -confidence(each.ranked, numbers))
    right = np.cumsum([each.right for each in kept]) / np.arange(1, len(kept) + 1)
    enough = np.flatnonzero((right >= ANSWERS_RIGHT) & (np.arange(len(kept)) >= FEWEST_ANSWERS))
    return confidence(kept[enough[-1]].ranked, numbers) if len(enough) else CAUTIOUS["answer_from"]


def _heat(held: Sequence[Held], numbers: dict[str, float]) -> float:
    """How sharply leanings become shares: the heat with which the true intents are likeliest."""

    def unlikely(heat: float) -> float:
        total = 0.0
        for each in held:
            true = ASK if each.is_question or each.label == NONE else each.intent
            total -= np.log(max(1e-6, shares(each.ranked.leanings, {**numbers, "leaning_heat": heat}).get(true, 0.0)))
        return total

    return float(min(_HEATS, key=unlikely))
