"""The real outbox, before a named stand-in for a channel that refuses one call in ten and writes down what it accepts."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.bench_signoffs.town import CHANNEL
from bot.channels import DeliveryError
from bot.ledger import Ledger
from bot.outbox import Outbox
from bot.pacing import Pacing
from bot.people import Account
from bot.views import View

REFUSED = 0.1
# What was refused is tried again after so many seconds; a real platform is given more time.
_AGAIN = 0.05
_SEED = 416


@dataclass
class Recorder:
    """A channel that accepts at once, or refuses before it has accepted anything."""

    name: str = CHANNEL
    accepted: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311 - the same in every run

    async def send(self, to: Account | str, view: View, key: str, *, again: bool = False) -> None:
        """Writes the key down. Raises DeliveryError one time in ten."""
        del to, view, again
        if self._chance.random() < REFUSED:
            self.refused += 1
            raise DeliveryError("send: HTTP 503", permanent=False)
        self.accepted[key] += 1


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many notices arrived, how many of them more than once, how many not at all, how many calls were refused; seconds."""

    arrived: int
    repeated: int
    lost: int
    refused: int
    seconds: float


def delivered(ledger: Ledger) -> Delivered:
    """Delivers everything that waits, as fast as the stand-in takes it. The ledger is used in one other thread meanwhile."""
    recorder, waiting, begun = Recorder(), ledger.notices.counts(time.time()).waiting, time.perf_counter()
    asyncio.run(_deliver(ledger, recorder))
    seconds = time.perf_counter() - begun
    repeated = sum(count > 1 for count in recorder.accepted.values())
    return Delivered(len(recorder.accepted), repeated, waiting - len(recorder.accepted), recorder.refused, seconds)


async def _deliver(ledger: Ledger, recorder: Recorder) -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:
        outbox = Outbox(ledger, thread, str, [recorder], pacing=Pacing({}), next_attempt=lambda *_: _AGAIN, every=_AGAIN)
        await outbox.start()
        while await loop.run_in_executor(thread, _waiting, ledger):
            await asyncio.sleep(0.2)
        await outbox.stop()


def _waiting(ledger: Ledger) -> int:
    return ledger.notices.counts(time.time()).waiting
