"""What a platform said of people: whether they are guests, and their addresses. In memory for a while, stored nowhere."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from bot.people import Profile

K = TypeVar("K", bound=Hashable)

# In seconds: how long what was said counts, and when a platform that did not tell is asked again.
KEPT = 600.0
AGAIN = 60.0
# And how long it is held after that for turns of which nothing may be told, a report's or a case's: a call to the platform when a
# report is sent would tell of it, so what was known when its form was opened holds while it is written.
HELD = 3600.0
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Met:
    """What a platform said of somebody, or, if it is `silent`, that it did not; it counts until then, by the clock."""

    until: float
    outsider: bool
    profile: Profile | None = field(repr=False)
    silent: bool = False


class Acquaintances(Generic[K]):
    """Whom the bot has met, by what the platform knows them by."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._met: OrderedDict[K, Met] = OrderedDict()

    def known(self, key: K, *, untold: bool = False) -> Met | None:
        """What counts of somebody; to an `untold` turn also what has grown old. None where the platform must be asked.

        An old silence that made somebody an outsider does not count: it would keep staff from reporting.
        """
        oldest = self._clock() - HELD
        while self._met and next(iter(self._met.values())).until < oldest:
            self._met.popitem(last=False)
        met = self._met.get(key)
        if met is None or self._clock() < met.until:
            return met
        return met if untold and not (met.silent and met.outsider) else None

    def said(self, key: K) -> Met | None:
        """What the platform did say of somebody and counts still: whoever asks for an address a second time asks it again."""
        met = self.known(key)
        return None if met is None or met.silent else met

    def told(self, key: K, *, outsider: bool, profile: Profile | None) -> Met:
        """Keeps what the platform has said."""
        return self._keep(key, Met(self._clock() + KEPT, outsider, profile))

    def failed(self, key: K, *, outsider: bool = False) -> Met:
        """Keeps that the platform did not tell: what was known before stands, unless its silence makes somebody an outsider."""
        met, until = self._met.get(key), self._clock() + AGAIN
        return self._keep(key, replace(met, until=until) if met and not outsider else Met(until, outsider, None, silent=True))

    def _keep(self, key: K, met: Met) -> Met:
        if key not in self._met and len(self._met) >= MOST:
            self._met.popitem(last=False)
        self._met[key] = met
        self._met.move_to_end(key)
        return met
