"""The machine interface: one understanding as JSON. Documented in docs/machine-interface.md and kept stable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from bot.understanding import Understanding
from policy_kb import Match


def as_json(asked: Understanding, id: object = None) -> dict[str, Any]:
    """The answer to one message, as a JSON object."""
    return {
        "id": id,
        "intent": asked.intent,
        "outcome": str(asked.outcome),
        "clauses": [_match(match) for match in asked.shown],
        "candidates": [_match(match) for match in asked.candidates],
        "confidence": round(asked.confidence, 4),
        "why": asked.why,
    }


def answer_lines(lines: Iterable[str], out: TextIO, understand: Callable[[str], Understanding]) -> bool:
    """One output line for each input line, in order, flushed; False where a line was malformed.

    An input line is a JSON object with a text `text` and any `id`. A malformed one is answered with an `error`.
    """
    all_good = True
    for line in lines:
        try:
            row = json.loads(line)
            text = row["text"]
            if not isinstance(text, str):
                raise TypeError
            found = as_json(understand(text), row.get("id"))
        except (ValueError, KeyError, TypeError, RecursionError):
            all_good = False
            found = {"id": None, "error": 'a line must be a JSON object with a text under "text"'}
        out.write(json.dumps(found, ensure_ascii=True) + "\n")
        out.flush()
    return all_good


def _match(match: Match) -> dict[str, Any]:
    clause = match.clause
    return {
        "policy": clause.policy,
        "id": clause.id,
        "heading": clause.heading,
        "text": clause.text,
        "score": round(match.score, 4),
    }
