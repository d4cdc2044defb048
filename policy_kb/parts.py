"""A message with several questions, cut into them."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[?!.;])[\"”')]*\s+|\n+")
_FRESH = re.compile(
    r"(?:,?\s+(?:and|also|plus|&)\s+(?:also\s+|then\s+)?)(?=(?:can|could|may|do|does|is|are|am|who|what|when|where|how|which|must|should)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|\b(?:can|could|may|do|does|did|is|are|am|was|will|would|who|whom|whose|what|whats|when|where|how|which|why|must|should|"
    r"have|has|allowed|okay|ok)\b",
    re.IGNORECASE,
)
FEWEST_WORDS = 4
MOST_PARTS = 3


def questions(text: str) -> tuple[str, ...]:
    """The questions of a message, two or three; empty where it is one question, however long its story."""
    if len(text) > 600:
        return ()
    sentences = [part for sentence in _END.split(text) for part in _FRESH.split(sentence)]
    asking = [part.strip(" ,;-") for part in sentences if len(part.split()) >= FEWEST_WORDS and _ASKS.search(part)]
    return tuple(asking) if 2 <= len(asking) <= MOST_PARTS and len(asking) == len([s for s in sentences if s.strip()]) else ()
