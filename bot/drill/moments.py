"""Moments that stand in a text or a value. Pure."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterator

_ISO = re.compile(rb"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?")
_NUMBER = re.compile(rb"(?<![\d.])(1\d{9})(?:\.(\d+)|(\d{3}|\d{6}|\d{9}))?(?![\d])")
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[167][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

# A moment and how coarsely it is told, in seconds.
Moment = tuple[float, float]


def moments(data: bytes) -> Iterator[Moment]:
    """Every moment of these years that stands in a text, as a date with its time, as seconds, or within an id."""
    for day, time, part in _ISO.findall(data):
        try:
            told = datetime.datetime.fromisoformat(f"{day.decode()}T{time.decode()}+00:00").timestamp()
        except ValueError:
            continue
        yield (told + float(b"0." + part), 0.001) if part else (told, 1.0)
    for whole, part, finer in _NUMBER.findall(data):
        digits = part or finer
        yield float(whole + b"." + (digits or b"0")), 10.0 ** -min(len(digits), 3)
    for found in _UUID.findall(data.lower()):
        yield _in_id(uuid.UUID(found.decode())), 0.01


def _in_id(id: uuid.UUID) -> float:
    """The moment in an id of version 1, 6 or 7."""
    if id.version == 7:
        return (id.int >> 80) / 1000
    ticks = id.time
    if id.version == 6:
        ticks = (id.int >> 96 << 28) | ((id.int >> 80 & 0xFFFF) << 12) | (id.int >> 64 & 0x0FFF)
    return ticks / 1e7 - 12219292800
