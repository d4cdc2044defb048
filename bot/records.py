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


@dataclass(frozen=True, slots=True)
class Reference:
    """Where somebody can be written to: the channel's own id of the person, and its conversation as JSON."""

    channel: str
    person: str = field(repr=False)
    conversation: str = field(repr=False)


Record = Uncovered
