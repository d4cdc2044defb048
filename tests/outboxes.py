"""An outbox over a real ledger, and a named stand-in for a channel that records what it is given and can refuse."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.channels import DeliveryError, Sending
from bot.ledger import Ledger
from bot.outbox import Outbox
from bot.pacing import Pacing
from bot.people import Account, Grant, Person
from bot.records import Notice
from bot.views import Block, Text, view

TODAY = datetime.date(2026, 11, 20)
# A Friday in the City's office hours.
NOW = datetime.datetime(2026, 11, 20, 16, tzinfo=datetime.UTC)
LONG_AGO = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
ALICE = Person("alice", "Alice Stone", "alice@city.example", department="Parks")
BOB = Person("bob", "Bob Marsh", department="Police")
HANA = Person("hana", "Hana Ruiz", "hana@city.example", grants=frozenset({Grant.HR}))


@dataclass
class Recorder:
    """A channel that writes down what it accepts. `refuse` is asked before each; it may raise."""

    name: str = "slack"
    refuse: Callable[[str], None] = lambda _: None
    sent: list[tuple[str, Any, str, bool]] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event | None = None

    async def send(self, to: Account | str, view: Any, key: str, *, again: bool = False) -> None:
        """Accepts a message, or refuses it before it is accepted."""
        self.refuse(key)
        self.begun.set()
        if self.held:
            await self.held.wait()
        self.sent.append((to if isinstance(to, str) else to.id, view, key, again))

    @property
    def keys(self) -> list[str]:
        """The keys of what was accepted, in order."""
        return [key for _, _, key, _ in self.sent]


def refusing(permanent: bool = False, times: int = 10**9, retry_after: float | None = None) -> Callable[[str], None]:
    """Refuses so many times, before anything is accepted."""
    left = [times]

    def refuse(_: str) -> None:
        if left[0] > 0:
            left[0] -= 1
            raise DeliveryError("send: HTTP 400" if permanent else "send: HTTP 500", permanent=permanent, retry_after=retry_after)

    return refuse


def at_once(attempts: int, _retry_after: float | None, _key: str) -> float | None:
    """The next attempt soon, and at most nine."""
    return 0.01 if attempts < 9 else None


def clock() -> Callable[[], float]:
    """Time from NOW on."""
    begun = time.monotonic()
    return lambda: NOW.timestamp() + time.monotonic() - begun


def notice(
    key: str, to: str = "slack:C1", *blocks: Block, at: datetime.datetime = LONG_AGO, cause: str = "", topic: str = ""
) -> Notice:
    """A notice that has long been due."""
    return Notice(key, to, view(*(blocks or (Text(f"zebrafinch {key}"),))), at, topic, cause)


def put(ledger: Ledger, *notices: Notice) -> None:
    """Commits notices, in this thread."""
    ledger.commit([], TODAY, notices)


def people(ledger: Ledger, *persons: Person, accounts: Sequence[tuple[str, str]] = ()) -> None:
    """Puts people into the directory; `accounts` are channels with the ids of persons."""
    with ledger.transaction():
        for person in persons:
            ledger.people.put(person)
        for channel, person_id in accounts:
            ledger.people.link(Account(channel, "T", f"{channel}-{person_id}"), person_id)


@asynccontextmanager
async def running(ledger: Ledger, thread: Executor, *senders: Sending, **options: Any) -> AsyncIterator[Outbox]:
    """An outbox that works; without waits unless they are asked for."""
    usual: dict[str, Any] = {"pacing": Pacing({}), "next_attempt": at_once, "every": 0.01, "clock": clock(), "lease": 60.0}
    outbox = Outbox(ledger, thread, lambda value: f"signed {value}" if value else "", senders, **{**usual, **options})
    await outbox.start()
    try:
        yield outbox
    finally:
        await outbox.stop()


async def until(wanted: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits until something is so; fails where it is not in time."""
    async with asyncio.timeout(seconds):
        while not wanted():
            await asyncio.sleep(0.005)


def delivered(
    ledger: Ledger, *senders: Sending, done: Callable[[], bool] | None = None, seconds: float = 20.0, **options: Any
) -> None:
    """Runs an outbox until nothing waits any more, or until `done`; the ledger is used in one thread, which is not this one."""

    def nothing_waits() -> bool:
        return ledger.notices.counts(NOW.timestamp()).waiting == 0

    pause = 0.01 if seconds < 60 else 0.5

    async def run() -> None:
        with ThreadPoolExecutor(1) as thread:
            loop = asyncio.get_running_loop()
            async with running(ledger, thread, *senders, **options), asyncio.timeout(seconds):
                while not (done() if done else await loop.run_in_executor(thread, nothing_waits)):
                    # Counting what waits keeps the ledger's thread from other work, the more there is.
                    await asyncio.sleep(pause)

    asyncio.run(run())
