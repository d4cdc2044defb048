"""A line before work that one at a time can do: those first who can still be answered at once."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

# Who has waited longer than this is acknowledged without an answer anyway, so others go before; in seconds.
FRESH = 0.15
# What comes in and goes out needs the loop to go round several times; so often it does between two who go in.
ROUNDS = 3
# But nobody waits longer than this while others go before; in seconds.
LONGEST = 2.0


class Line:
    """Used like a lock. Between two who go in, the loop takes in and acknowledges what has arrived."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._busy = False
        self._fresh: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._stale: deque[tuple[float, asyncio.Future[None]]] = deque()

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._fresh.append((self._clock(), turn))
        if not self._busy:
            # Not at once: what arrived together is to stand in line together.
            self._busy = True
            loop.call_soon(self._call_next)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._call_next()  # it was this one's turn, and it has left
            raise

    async def __aexit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._go_round(ROUNDS)

    def _go_round(self, rounds: int) -> None:
        """Lets the loop go round so often, then calls the next; at once where nobody waits."""
        if rounds and (self._fresh or self._stale):
            asyncio.get_running_loop().call_soon(self._go_round, rounds - 1)
        else:
            self._call_next()

    def _call_next(self) -> None:
        """Lets in whoever is next; those who gave up waiting are passed over."""
        while waiting := self._next():
            if not waiting.done():
                waiting.set_result(None)
                return
        self._busy = False

    def _next(self) -> asyncio.Future[None] | None:
        now = self._clock()
        while self._fresh and now - self._fresh[0][0] > FRESH:
            self._stale.append(self._fresh.popleft())
        stale_first = self._stale and (not self._fresh or now - self._stale[0][0] > LONGEST)
        line = self._stale if stale_first else self._fresh
        return line.popleft()[1] if line else None
