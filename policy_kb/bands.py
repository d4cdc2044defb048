"""From scores to what is said: a confidence, a band, and shares of the intents. The numbers were fitted with the weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum

from policy_kb.phrased import ASK, OUT_OF_SCOPE, Ranked


class Band(StrEnum):
    """What can be said with honesty."""

    ANSWER = "answer"
    CHOICES = "choices"
    NONE = "none"


def evidence(ranked: Ranked) -> tuple[float, float]:
    """What the confidence is fitted on: the lead over none at all, and over the second."""
    return ranked.margin, ranked.gap


def confidence(ranked: Ranked, numbers: Mapping[str, float]) -> float:
    """How likely the best clause is the right one, 0..1."""
    margin, gap = evidence(ranked)
    return logistic(numbers["right_bias"] + numbers["right_margin"] * margin + numbers["right_gap"] * gap)


def band(ranked: Ranked, numbers: Mapping[str, float]) -> Band:
    """Which of the three it is."""
    if ranked.margin < numbers["none_below"]:
        return Band.NONE
    return Band.ANSWER if confidence(ranked, numbers) >= numbers["answer_from"] else Band.CHOICES


def shares(leanings: Mapping[str, float], numbers: Mapping[str, float]) -> dict[str, float]:
    """A share for each intent, 1 in all. Whether a question is in scope is for the clauses to say, so `ask` stands for both."""
    biased = {name: value for name, value in leanings.items() if name != OUT_OF_SCOPE}
    question = max((leanings[name] for name in (ASK, OUT_OF_SCOPE) if name in leanings), default=0.0)
    biased[ASK] = question + numbers["question_bias"]
    top = max(biased.values())
    raised = {name: math.exp(numbers["leaning_heat"] * (value - top)) for name, value in biased.items()}
    whole = sum(raised.values())
    return {name: value / whole for name, value in raised.items()}


def logistic(value: float) -> float:
    """The logistic function, safe for any value."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, value))))
