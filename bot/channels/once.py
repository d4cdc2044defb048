"""What was met before: the same delivery twice is one turn."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from bot.dispatcher import Dispatcher
from bot.logs import place
from bot.metrics import REPEATED

T = TypeVar("T")

# Longer than any platform waits before it asks for the same answer again; in seconds.
KEPT = 60.0
MOST = 1_000
# How long a turn waits for the ledger to say whether it is new; in seconds.
LEDGER_PATIENCE = 1.0
log = logging.getLogger(__name__)


class _Failed(Exception):
    """The first call failed; whoever waited for it makes the answer anew."""


class Once(Generic[T]):
    """Answers by the platform's own id of a delivery, which must name the person too. In memory, for a minute; never stored.

    Only a digest of the id is held.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._met: OrderedDict[str, tuple[float, asyncio.Future[T]]] = OrderedDict()

    async def answer(self, id: str, make: Callable[[], Awaitable[T]]) -> T:
        """What `make` gives; a second call with the same id waits for the first one's answer and gets the same.

        A failed first call is forgotten, so that trying again helps. Without an id every call counts as new.
        """
        if not id:
            return await make()
        key = _digest(id)
        self._forget_old()
        if key in self._met:
            with suppress(_Failed):
                return await asyncio.shield(self._met[key][1])
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._met[key] = (self._clock(), future)
        try:
            made = await make()
        except BaseException:
            self._met.pop(key, None)
            future.set_exception(_Failed())
            future.exception()  # looked at here, since perhaps nobody waits for it
            raise
        future.set_result(made)
        asyncio.get_running_loop().call_later(KEPT + 1, self._forget_old)  # also where nobody asks anything more
        return made

    def met(self, id: str) -> bool:
        """Whether an answer is being made, or was, for this id."""
        self._forget_old()
        return _digest(id) in self._met

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT
        while self._met and (len(self._met) >= MOST or next(iter(self._met.values()))[0] < oldest):
            self._met.popitem(last=False)


def _digest(id: str) -> str:
    return hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()


class Deliveries:
    """Which deliveries of a channel are new: by memory, and by the ledger, which replicas share.

    Only a digest of the platform's own ids is kept, made with the secret, so that nobody can try ids on it. Never asked about
    a form: filing one must leave no trace elsewhere.
    """

    def __init__(self, door: Dispatcher, channel: str) -> None:
        self._door = door
        self._channel = channel
        self._once: Once[bool] = Once()

    async def is_new(self, *ids: str) -> bool:
        """Whether what these ids name was not met before; what has no id is always new."""
        if not all(ids):
            return True
        key = self._door.tokens.digest("\n".join((self._channel, *ids)))
        new = not self._once.met(key) and await self._once.answer(key, lambda: self._first(key))
        if not new:
            REPEATED.labels(self._channel).inc()
        return new

    async def _first(self, key: str) -> bool:
        """What the ledger says; where it does not in time, memory alone decides: an answer twice is better than none."""
        asked = asyncio.ensure_future(self._door.in_thread(self._door.ledger.first, key, int(time.time())))
        try:
            return await asyncio.wait_for(asyncio.shield(asked), LEDGER_PATIENCE)
        except Exception as error:  # noqa: BLE001 - a ledger that is away must not keep an answer back
            log.warning("the ledger did not say whether a delivery is new: %s", place(error))
            return True
