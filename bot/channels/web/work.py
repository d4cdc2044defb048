"""A little work that a browser does before it sends, so that one machine cannot send any number (DECISIONS 29). Knows nobody.

The challenge is the same for everybody within an hour. What was solved is remembered for that hour alone, without order or time.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable

from bot.tokens import Tokens

HOUR = 3600
# So many zeros a digest must begin with, in bits: 65,536 tries on average, some tenths of a second on a telephone.
BITS = 16
# After so many in an hour no further ones are taken; the limiter stops far earlier.
MOST = 10_000
_SOLVED = re.compile(r"([0-9a-f]{24})\.([0-9a-f]{16})\.([0-9]{1,10})")


class Work:
    """Gives challenges, and says whether one was solved. `clock` gives seconds since 1970."""

    def __init__(self, tokens: Tokens, clock: Callable[[], float] = time.time, bits: int = BITS) -> None:
        self._tokens = tokens
        self._clock = clock
        self._bits = bits
        self._hour = 0
        self._spent: set[str] = set()
        self._spent_before: set[str] = set()

    @property
    def bits(self) -> int:
        """How many bits of a digest must be zero."""
        return self._bits

    def challenge(self) -> str:
        """What is to be solved within this hour or the next."""
        return self._of(int(self._clock()) // HOUR)

    def done(self, given: str) -> bool:
        """Whether this is a solution that nobody has used yet; it is used now."""
        found = _SOLVED.fullmatch(given)
        hour = int(self._clock()) // HOUR
        if not found or found[1] not in (self._of(hour), self._of(hour - 1)) or zeros(given) < self._bits:
            return False
        self._turn(hour)
        if given in self._spent | self._spent_before or len(self._spent) >= MOST:
            return False
        self._spent.add(given)
        return True

    def _of(self, hour: int) -> str:
        return self._tokens.digest(f"work\n{hour}")[:24]

    def _turn(self, hour: int) -> None:
        """What was solved two hours ago is solved no more, so it need not be remembered."""
        if hour != self._hour:
            self._spent_before = self._spent if hour == self._hour + 1 else set()
            self._spent, self._hour = set(), hour


def zeros(solution: str) -> int:
    """With how many zero bits the digest (SHA-256) of this begins."""
    digest = hashlib.sha256(solution.encode()).digest()
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()
