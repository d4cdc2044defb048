"""What is kept: frozen rows with plain ids."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A question that no policy answers, kept because the asker pressed for it. No sender, no day.

    `key` is random, so that it tells no order; `week` is an ISO week such as `2026-W47`.
    """

    key: str
    week: str
    question: str = field(repr=False)


Record = Uncovered
