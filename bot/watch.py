"""Whether a policy has more than one version: only then may somebody have signed another than the one that is quoted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from bot.ledger import DatabaseGone, Ledger
from bot.logs import place
from bot.threads import InThread

# How long what the ledger said counts, in seconds.
KEPT = 60.0
log = logging.getLogger(__name__)


class Watch:
    """Asks the ledger once a minute at most, beside; no answer waits for it."""

    def __init__(self, ledger: Ledger, in_thread: InThread, clock: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._in_thread = in_thread
        self._clock = clock
        self._asked = float("-inf")
        self._asking: asyncio.Task[None] | None = None
        self._needed = False

    def is_needed(self) -> bool:
        """Whether there is anything to look for, as far as the ledger has said."""
        if self._clock() >= self._asked + KEPT and (self._asking is None or self._asking.done()):
            self._asked = self._clock()
            self._asking = asyncio.ensure_future(self.ask())
            self._asking.add_done_callback(_told)
        return self._needed

    async def ask(self) -> None:
        """Asks the ledger; where it is away, what it said last stands."""
        try:
            self._needed = await self._in_thread(self._several)
        except DatabaseGone:
            return

    def _several(self) -> bool:
        with self._ledger.transaction():
            policies = self._ledger.policies
            return any(len(policies.versions(policy)) > 1 for policy in policies.policies())


def _told(asking: asyncio.Task[None]) -> None:
    """What nobody expected is said by its place; no answer waits for it, so nobody else would say it."""
    if not asking.cancelled() and (error := asking.exception()):
        log.error("the ledger could not be asked for versions: %s", place(error))
