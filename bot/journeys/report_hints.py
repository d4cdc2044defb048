"""What in somebody's own words may show who they are: looked for before a report is sent, and told to nobody else. Pure."""

from __future__ import annotations

import re

_HINTS = (
    (re.compile(r"\b(?:i am|i'm|i’m|i was|as) the only\b", re.IGNORECASE), "“the only …”: that may be you alone"),
    (
        re.compile(
            r"\bmy (?:shift|desk|badge|route|patrol|truck|office|classroom|birthday)\b|"
            r"\b(?:night|day|late|early|morning|evening|graveyard|weekend) (?:shift|crew)\b|"
            r"\b(?:desk|room|office|locker|cubicle|bay) (?:number |no\.? ?|# ?)?\d+\b",
            re.IGNORECASE,
        ),
        "your shift, desk, badge or place",
    ),
    (
        re.compile(r"\b(?:employee|badge|staff|unit|car) ?(?:number|no\.?|#|id)? ?#?\d{2,}\b", re.IGNORECASE),
        "a number that belongs to you",
    ),
    (re.compile(r"\+?\d[\d\s().-]{6,}\d"), "a telephone number"),
    (re.compile(r"[^\s@]@[^\s@]+\.\w"), "an e-mail address"),
    (re.compile(r"\b(?:[Mm]y name is|I am|I’m|I'm|[Tt]his is|I,) [A-Z][a-z]+\b"), "perhaps your name"),
    (
        re.compile(r"\b(?:he|she|they|my (?:boss|supervisor|manager)) (?:told|said to|asked|texted|emailed) me\b", re.IGNORECASE),
        "what was said to you alone",
    ),
    (
        re.compile(r"\b(?:only )?(?:he|she|we two|the two of us) and (?:i|me)\b|\bme and (?:him|her)\b", re.IGNORECASE),
        "something that only two people know",
    ),
)


def hints(text: str) -> tuple[str, ...]:
    """What in the words may show who wrote them; found here, and told to nobody else."""
    return tuple(dict.fromkeys(said for pattern, said in _HINTS if pattern.search(text)))
