"""What was met before: the same delivery twice is one turn. In memory, for a minute; nothing of it is ever stored."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# Longer than any platform waits before it asks again; in seconds.
KEPT = 60.0
MOST = 10_000


class Once(Generic[T]):
    """Answers by the platform's own id of a delivery, which must name the person too."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._met: OrderedDict[str, tuple[float, asyncio.Future[T]]] = OrderedDict()

    async def answer(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        """What `make` gives; a second call with the same key waits for the first one's answer and gets the same.

        A failed first call is forgotten, so that trying again helps. Without a key every call counts as new.
        """
        if not key:
            return await make()
        self._forget_old()
        met = self._met.get(key)
        if met:
            return await asyncio.shield(met[1])
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._met[key] = (self._clock(), future)
        try:
            made = await make()
        except BaseException:
            self._met.pop(key, None)
            future.cancel()
            raise
        future.set_result(made)
        return made

    def met(self, key: str) -> bool:
        """Whether `answer` is being made, or was, for this key."""
        return key in self._met

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT
        while self._met and (len(self._met) >= MOST or next(iter(self._met.values()))[0] < oldest):
            self._met.popitem(last=False)
