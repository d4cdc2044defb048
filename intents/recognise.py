"""The best intent for a message, with how sure we are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a message seems to want. `confidence` is 0..1; `shares` has one for every intent."""

    intent: str
    confidence: float
    shares: Mapping[str, float] = field(default_factory=dict)

    def share(self, *names: str) -> float:
        """How much of the evidence is for these intents together, 0..1."""
        return sum(self.shares.get(name, 0.0) for name in names)


def recognise(shares: Mapping[str, float]) -> Recognition:
    """The intent with the largest share; `ask` where there is no evidence for any, so that no question is stolen."""
    if not shares:
        return Recognition("ask", 1.0)
    best = max(shares, key=lambda name: (shares[name], name))
    return Recognition(best, shares[best], shares)
