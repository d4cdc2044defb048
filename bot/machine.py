"""The machine interface: one understanding as JSON. Documented in docs/machine-interface.md and kept stable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from bot.understanding import Understanding
from policy_kb import Match

MALFORMED = 'a line must be a JSON object with a text under "text"'


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

    An input line is a JSON object with a text `text` and any `id`. A malformed one is answered
    with an `error`, and with its id where it has one.
    """
    all_good = True
    for line in lines:
        id, text = _read(line)
        found = as_json(understand(text), id) if text is not None else {"id": id, "error": MALFORMED}
        all_good = all_good and text is not None
        out.write(json.dumps(found, ensure_ascii=True, allow_nan=False) + "\n")
        out.flush()
    return all_good


def _read(line: str) -> tuple[object, str | None]:
    """The id and the text of an input line; no text where it is malformed."""
    try:
        row = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(row, dict):
        return None, None
    text = row.get("text")
    return row.get("id"), text if isinstance(text, str) else None


def _refuse(constant: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(constant)


def _match(match: Match) -> dict[str, Any]:
    clause = match.clause
    return {
        "policy": clause.policy,
        "id": clause.id,
        "heading": clause.heading,
        "text": clause.text,
        "score": round(match.score, 4),
    }
