"""How long to wait before a notice is tried again. Pure: no clock, no chance."""

from __future__ import annotations

import hashlib

# In seconds.
FIRST = 5.0
LONGEST = 4 * 3600.0
# A platform that asks for more than this has not meant it.
LONGEST_ASKED = 24 * 3600.0
SHORTEST = 1.0
# The waits between so many attempts come to about two days (46 hours, or a little more).
ATTEMPTS = 23
# Added at most, as a part of the wait, so that what failed together does not come back together.
JITTER = 0.1


def next_attempt(attempts: int, retry_after: float | None = None, key: str = "") -> float | None:
    """The seconds to wait after so many attempts, the first being 1; None where it is time to give up.

    Each wait is twice the one before, up to four hours; never shorter than what the platform asks for (`retry_after`,
    seconds). What is added so that not all come at once depends on `key` alone.
    """
    if attempts >= ATTEMPTS:
        return None
    wait = min(LONGEST, FIRST * 2.0 ** (max(1, attempts) - 1))
    asked = min(LONGEST_ASKED, retry_after) if retry_after is not None else 0.0
    return max(SHORTEST, wait, asked) * (1 + JITTER * _part(f"{key} {attempts}"))


def _part(text: str) -> float:
    """A number from 0 to 1 that looks like chance, and is always the same for a text."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") / 0xFFFFFFFF
