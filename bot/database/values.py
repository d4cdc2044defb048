"""How days are kept in the databases: as ISO texts, or NULL where there is none."""

from __future__ import annotations

import datetime


def day_as_text(day: datetime.date | None) -> str | None:
    """`2026-11-30`, or None."""
    return day.isoformat() if day else None


def day_from_text(text: str | None) -> datetime.date | None:
    """The same, read back; an empty text is none either."""
    return datetime.date.fromisoformat(text) if text else None
