"""How often somebody may file: counted in memory alone, under a key that is thrown away each hour. It never sees a report.

Nobody can tell from it afterwards who filed: the key is random, kept nowhere, and goes with its counts (P16).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections import Counter
from collections.abc import Callable

# In seconds; so many from one person, and so many in all, within it.
HOUR = 3600.0
EACH = 5
ALL = 60


class Flood:
    """One limiter for one entrance: chat and the web page have one each, so that neither can use up the other's."""

    def __init__(
        self,
        each: int = EACH,
        all: int = ALL,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._each = each
        self._all = all
        self._clock = clock
        self._random = random
        self._turned_away = False
        self._turn()

    def admits(self, who: str) -> bool:
        """Whether one more may be filed, by whoever this names; an empty name stands for nobody in particular."""
        self.forget()
        if self._total >= self._all:
            self._turned_away = True
            return False
        mark = hmac.new(self._key, who.encode("utf-8", "surrogatepass"), hashlib.sha256).digest() if who else b""
        if mark and self._counts[mark] >= self._each:
            return False
        self._counts[mark] += 1
        self._total += 1
        return True

    def forget(self) -> None:
        """Throws the key and its counts away where their hour is over; also when nobody comes (P16)."""
        if self._clock() >= self._until:
            self._turn()

    def told(self) -> bool:
        """Whether everybody was turned away at some time since this was last asked; never how often, when, or who."""
        told, self._turned_away = self._turned_away, False
        return told

    def _turn(self) -> None:
        """A new hour: a new key, and nothing of the hour before."""
        self._key = self._random(32)
        self._counts: Counter[bytes] = Counter()
        self._total = 0
        self._until = self._clock() + HOUR
