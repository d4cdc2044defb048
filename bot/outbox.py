"""The delivery loop: claims notices, has them sent by whatever reaches their people, and settles them.

Delivery is at least once. What a channel refused before it was accepted never doubles. A notice that was accepted when the
process died is sent once more when its lease has ended: one a channel for each death, since each channel sends one at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from aiohttp import web

from bot import arrivals, backoff
from bot.channels import LEAVE, Sending
from bot.delivery import AWAY, Deliveries, NextAttempt, heard
from bot.ledger import DatabaseGone, Ledger
from bot.ledger.notices import Claimed, Counts
from bot.logs import place
from bot.office_hours import Hours
from bot.pacing import Pacing

# In seconds: how often the outbox is looked into unasked; how long a claimed notice is this replica's alone; how long one
# sending may take; how often notices are counted, and how often HR is thought of and old rows are deleted.
EVERY = 1.0
LEASE = 300.0
SENDING = 120.0
COUNTING = 5.0
TENDING = 600.0
# What has been due for longer than this is told in /readyz; in seconds.
LATE = 600.0
# So many notices are claimed at once.
AT_ONCE = 32
log = logging.getLogger(__name__)


class Outbox:
    """A part of the server that has no route. `sign` makes a button's value unforgeable; `thread` is the ledger's.

    `hours` are when HR is told of what died; `pacing` is how fast each channel may be written to; `next_attempt` says when
    what failed is tried again; a notice is claimed for `lease` seconds; `clock` tells seconds since 1970.
    """

    routes: Sequence[web.RouteDef] = ()

    def __init__(
        self,
        ledger: Ledger,
        thread: Executor,
        sign: Callable[[str], str],
        senders: Sequence[Sending],
        *,
        hours: Hours | None = None,
        pacing: Pacing | None = None,
        next_attempt: NextAttempt = backoff.next_attempt,
        lease: float = LEASE,
        every: float = EVERY,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ledger = ledger
        self._thread = thread
        self._hours = hours or Hours()
        self._lease = lease
        self._every = every
        self._clock = clock
        self._by = secrets.token_hex(8)
        sending = min(SENDING, lease / 2)
        self._deliveries = Deliveries(
            ledger, thread, sign, senders, pacing or Pacing(), next_attempt, self._by, clock, sending=sending
        )
        self._running: dict[str, asyncio.Task[None]] = {}
        self._poked = asyncio.Event()
        self._going: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tended = self._counted = float("-inf")
        self._counts = Counts(0, 0, 0, 0.0)
        self._wrong = ""

    async def start(self) -> None:
        """Begins to deliver."""
        self._loop = asyncio.get_running_loop()
        self._going = asyncio.create_task(self._go())

    async def stop(self) -> None:
        """Begins no more; lets what is being sent arrive, and gives the rest back."""
        self._loop = None
        self._deliveries.stopping.set()
        self._poked.set()
        if self._going:
            await asyncio.wait({self._going, *self._running.values()}, timeout=LEAVE)
            late = {task for task in (self._going, *self._running.values()) if not task.done()}
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1.0)

    def poke(self) -> None:
        """Has the outbox looked into at once; may be called from any thread."""
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop was closed just now
                self._loop.call_soon_threadsafe(self._poked.set)

    def ready(self) -> str:
        """What whoever runs the program should know: how many notices died, and how long the oldest has been due."""
        told = []
        if self._counts.dead:
            told.append(f"{self._counts.dead} notice{'s' * (self._counts.dead > 1)} could not be delivered")
        if self._counts.oldest_due_age > LATE:
            told.append(f"the oldest notice has waited {_long(self._counts.oldest_due_age)}")
        return f"outbox: {', '.join(told)}" if told else ""

    async def _go(self) -> None:
        """Round after round; a database that is away is waited for, and what nobody expected ends one round only."""
        while not self._deliveries.stopping.is_set():
            try:
                more = await self._round()
            except DatabaseGone:
                await self._pause("the outbox waits for the database")
            except Exception as error:  # noqa: BLE001 - the delivery loop ends with the program and not before
                await self._pause(f"the outbox cannot be looked into: {place(error)}")
            else:
                self._wrong = ""
                await self._rest(more=more)

    async def _pause(self, wrong: str) -> None:
        """Leaves the database alone for a while; what is wrong is said once."""
        if wrong != self._wrong:
            log.warning("%s", wrong)
        self._wrong = wrong
        await heard(self._deliveries.stopping, AWAY)

    async def _round(self) -> bool:
        """Claims what there is room for, and begins to send it; whether there may be more."""
        self._poked.clear()
        loop, now = asyncio.get_running_loop(), self._clock()
        if not 0 <= now - self._tended < TENDING:
            self._tended = now
            await loop.run_in_executor(self._thread, self._tend, now)
        room = AT_ONCE - len(self._running)
        found = await loop.run_in_executor(self._thread, self._claim, now, room)
        for notice in found:
            # One that is still being settled here, its lease over, is not begun a second time.
            if notice.key not in self._running:
                task = asyncio.create_task(self._deliveries.deliver(notice, now + self._lease))
                self._running[notice.key] = task
                task.add_done_callback(functools.partial(self._done, notice.key))
        return len(found) == room

    def _done(self, key: str, _: asyncio.Task[None]) -> None:
        del self._running[key]

    def _tend(self, now: float) -> None:
        with self._ledger.transaction():
            arrivals.tell_of_dead(self._ledger, self._hours, datetime.datetime.fromtimestamp(now, datetime.UTC))
            self._ledger.notices.purge(now)

    def _claim(self, now: float, most: int) -> list[Claimed]:
        with self._ledger.transaction():
            if not 0 <= now - self._counted < COUNTING:
                self._counts, self._counted = self._ledger.notices.counts(now), now
            return self._ledger.notices.claim(now, self._by, most, self._lease)

    async def _rest(self, *, more: bool) -> None:
        """Waits until there is room; unless there is `more` at once, until something has gone, a poke, or the time is over."""
        while len(self._running) > AT_ONCE // 2 and not self._deliveries.stopping.is_set():
            await asyncio.wait(self._running.values(), timeout=self._every, return_when=asyncio.FIRST_COMPLETED)
        if not more:
            poked = asyncio.ensure_future(self._poked.wait())
            await asyncio.wait({poked, *self._running.values()}, timeout=self._every, return_when=asyncio.FIRST_COMPLETED)
            poked.cancel()


def _long(seconds: float) -> str:
    """A time in the largest unit that it fills."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'s' * (number > 1)}"
    return f"{int(seconds)} seconds"
