"""The way of one notice: to the first channel that reaches its person, and what became of it back into the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from bot import arrivals, views_json
from bot.arrivals import Target
from bot.channels import DeliveryError, Sending
from bot.ledger import DatabaseGone, Ledger
from bot.ledger.notices import Claimed
from bot.logs import place
from bot.pacing import Pacing
from bot.people import Account
from bot.views import Form, View

T = TypeVar("T")
NextAttempt = Callable[[int, float | None, str], float | None]
# A longer wait than this for a channel's turn is spent in the ledger, for any replica to take up; in seconds.
PATIENCE = 30.0
# However long a platform asks to wait, it is asked again after this; in seconds.
LONGEST_HOLD = 600.0
# After so many different notices in a row, or calls that hung, a channel is left alone for so long (in seconds): those that
# wait for it give their places to others, and lose no attempt.
IN_A_ROW = 5
OUTAGE = 2 * PATIENCE
# How long a database that is away is left alone; in seconds.
AWAY = 2.0
log = logging.getLogger(__name__)


class _NotNow(Exception):
    """It is not tried now but in so many seconds, and that counts as no attempt."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds


class Deliveries:
    """Delivers notices that `by` has claimed; each channel sends one at a time, and the next only once that is settled.

    `sending` is how long one call may take, in seconds; when `stopping` is set, nothing more is begun.
    """

    def __init__(
        self,
        ledger: Ledger,
        thread: Executor,
        sign: Callable[[str], str],
        senders: Sequence[Sending],
        pacing: Pacing,
        next_attempt: NextAttempt,
        by: str,
        clock: Callable[[], float],
        sending: float,
    ) -> None:
        self._ledger = ledger
        self._thread = thread
        self._sign = sign
        self._senders = {each.name: each for each in senders}
        self._pacing = pacing
        self._next_attempt = next_attempt
        self._by = by
        self._clock = clock
        self._sending = sending
        self._lanes: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # By channel, what failed since something was last accepted.
        self._failed_lately: defaultdict[str, set[str]] = defaultdict(set)
        self.stopping = asyncio.Event()

    async def deliver(self, notice: Claimed, until: float) -> None:
        """Sends one notice, and says in the ledger what became of it. Its lease ends at `until`."""
        try:
            await self._tried(notice, until)
        except DatabaseGone:
            log.warning("the database is away, so what became of a notice is not kept; it is taken up again")
        except Exception as error:  # noqa: BLE001 - one notice must not keep others back; its lease ends by itself
            log.error("what became of a notice could not be kept: %s", place(error))

    async def _tried(self, notice: Claimed, until: float) -> None:
        """One attempt. A mistake of ours counts as one too, so that it comes to an end."""
        try:
            await self._reach(notice, self._dressed(notice), until - self._sending)
        except _NotNow as later:
            await self._kept(self._ledger.notices.release, [notice.key], self._by, self._clock() + later.seconds)
        except DeliveryError as error:
            await self._failed(notice, error)
        except DatabaseGone:
            raise
        except Exception as error:  # noqa: BLE001 - as said above
            log.error("a notice could not be worked on: %s", place(error))
            await self._failed(notice, DeliveryError(f"not worked on: {type(error).__name__}", permanent=False))

    def _dressed(self, notice: Claimed) -> View:
        """The view as it is sent: without forms, which nobody could fill there, and with its buttons signed."""
        try:
            view = views_json.load(notice.view)
        except views_json.UnknownBlock:
            # A newer replica may know it.
            raise DeliveryError("view: UnknownBlock", permanent=False) from None
        return View(tuple(each for each in view.blocks if not isinstance(each, Form))).with_values(self._sign)

    async def _reach(self, notice: Claimed, view: View, latest: float) -> None:
        """Tries the ways to whom it is for, one after the other; at the last attempt also past those that may work later.

        Raises DeliveryError where none is left, or where one may work later.
        """
        last = self._next_attempt(notice.attempts, None, notice.key) is None
        failure = DeliveryError("no way to reach them", permanent=True)
        for target in await self._kept(arrivals.targets, self._ledger, notice.to):
            if target[0] not in self._senders:
                continue
            try:
                await self._through(target, notice, view, latest)
            except DeliveryError as error:
                if not (error.permanent or last):
                    raise
                failure = error
            else:
                return
        raise failure

    async def _through(self, target: Target, notice: Claimed, view: View, latest: float) -> None:
        """Sends through one channel when its turn has come, and settles before the next one goes."""
        channel, account = target
        await self._turn(target, latest)
        async with self._lanes[channel]:
            await self._turn(target, latest)
            self._pacing.sent(channel, _conversation(account))
            await self._send(target, notice, view)
            await self._settled(notice, channel)

    async def _turn(self, target: Target, latest: float) -> None:
        """Waits until the channel may be written to. Raises _NotNow where that is too long, or the program stops."""
        wait = self._pacing.wait(target[0], _conversation(target[1]))
        if wait > PATIENCE or self._clock() + wait > latest:
            raise _NotNow(wait)
        if self.stopping.is_set() or (wait and await heard(self.stopping, wait)):
            raise _NotNow

    async def _send(self, target: Target, notice: Claimed, view: View) -> None:
        """Raises DeliveryError for whatever fails."""
        channel, account = target
        try:
            async with asyncio.timeout(self._sending):
                await self._senders[channel].send(account, view, notice.key, again=notice.attempts > 1)
        except DeliveryError as error:
            if error.retry_after:
                self._pacing.hold(channel, min(error.retry_after, LONGEST_HOLD))
            elif not error.permanent:
                self._doubt(channel, notice.key)
            raise
        except TimeoutError:
            self._doubt(channel, f"{notice.key} {notice.attempts}")
            raise DeliveryError(f"{channel}: no answer in time", permanent=False) from None
        except Exception as error:  # noqa: BLE001 - whatever a channel stumbles over, the notice is tried again
            log.error("a notice was not sent: %s", place(error))
            raise DeliveryError(f"{channel}: {type(error).__name__}", permanent=False) from None
        self._failed_lately.pop(channel, None)

    def _doubt(self, channel: str, what: str) -> None:
        """One more has failed; where several did and nothing was accepted, it is the channel that is ill."""
        failed = self._failed_lately[channel]
        failed.add(what)
        if len(failed) >= IN_A_ROW:
            self._pacing.hold(channel, OUTAGE)

    async def _settled(self, notice: Claimed, channel: str) -> None:
        """What was sent is never sent again because it could not be recorded: it is shown among the dead instead."""
        at = self._moment()
        try:
            await self._kept(arrivals.arrived, self._ledger, notice, self._by, channel, at, lambda: secrets.token_hex(8))
        except DatabaseGone:
            raise
        except Exception as error:  # noqa: BLE001 - as said above
            log.error("the arrival of a notice was not recorded: %s", place(error))
            code = f"sent, but not recorded: {type(error).__name__}"
            await self._kept(self._ledger.notices.bury, notice.key, self._by, code, at.timestamp())

    async def _failed(self, notice: Claimed, error: DeliveryError) -> None:
        wait = None if error.permanent else self._next_attempt(notice.attempts, error.retry_after, notice.key)
        if wait is None:
            log.warning("a notice could not be delivered: %s", error)
            await self._kept(arrivals.died, self._ledger, notice, self._by, str(error), self._moment())
        else:
            await self._kept(self._ledger.notices.fail, notice.key, self._by, self._clock() + wait, str(error))

    async def _kept(self, call: Callable[..., T], *args: object) -> T:
        """Calls a verb of the ledger, again while the database is away; gives up when the program stops."""
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, call, *args)
            except DatabaseGone:
                if await heard(self.stopping, AWAY):
                    raise

    def _moment(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._clock(), datetime.UTC)


def _conversation(account: Account | str) -> str:
    return account if isinstance(account, str) else account.id


async def heard(event: asyncio.Event, seconds: float) -> bool:
    """Whether an event comes within so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
