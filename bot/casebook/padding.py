"""Contents filled up to a few sizes, so that a size says next to nothing (P9). Pure."""

from __future__ import annotations

from collections.abc import Sequence

KIB = 1024
# What somebody writes, and the files that come with a report.
BODIES = (4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB)
FILES = (64 * KIB, 256 * KIB, 1024 * KIB, 4096 * KIB, 16384 * KIB)
_HEAD = 4


class TooLong(Exception):
    """This is more than can be kept in one piece. Please shorten it, or send it in parts."""


class NotPadded(Exception):
    """What was opened is not what was sealed here."""


def pad(content: bytes, buckets: Sequence[int] = BODIES) -> bytes:
    """The content after its length, filled up with zeros to the first bucket (bytes) that takes it. Raises TooLong."""
    for size in buckets:
        if len(content) + _HEAD <= size:
            return (len(content).to_bytes(_HEAD, "big") + content).ljust(size, b"\0")
    raise TooLong


def unpad(padded: bytes) -> bytes:
    """The content again. Raises NotPadded where `pad` has not made it."""
    end = _HEAD + int.from_bytes(padded[:_HEAD], "big")
    if padded[end:].strip(b"\0") or end > len(padded) or len(padded) not in {*BODIES, *FILES}:
        raise NotPadded
    return padded[_HEAD:end]
