"""Periodic work, a part of the server: who is asked is kept up to date, reminders go out, and what is done once a day is done.

Of several replicas one works at a time, by a lease in the database. Everything is done in small steps in the ledger's thread, so
that turns get in between, and everything can be broken off: what was done for a day is remembered, the rest is found again.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import Protocol, TypeVar, runtime_checkable

from aiohttp import web

from bot.audience import Member
from bot.channels import LEAVE
from bot.delivery import heard
from bot.expanding import Around, Changes, refreshing
from bot.ledger import DatabaseGone, Ledger
from bot.logs import place
from bot.prompting import Prompted, prompting
from bot.records import Request

# How often it is looked whether there is work, and how long a replica that fell silent keeps the others waiting; in seconds.
EVERY = 60.0
LEASE = 300.0
WORK = "jobs"
LOOKING = "looking for work"
# What is remembered of a request: the last day for which its people, and its reminders, were looked after.
REFRESHED, PROMPTED = "refresh:", "prompt:"
T = TypeVar("T")
# What is done once a day, by name. It is given the time, ids and hours, and is tried again in a minute where it fails.
Daily = tuple[str, Callable[[Around], Awaitable[None]]]
# What knows by itself what is left to do; it is given the time, each round.
Tick = tuple[str, Callable[[datetime.datetime], Awaitable[None]]]
log = logging.getLogger(__name__)


@runtime_checkable
class Groups(Protocol):
    """What a channel tells of the groups of its platform; `kind` is that of the audience."""

    @property
    def kind(self) -> str:
        """`slack_group` or `teams_team`."""

    async def members(self, group: str, known: frozenset[str]) -> Sequence[Member] | None:
        """The members of a group, or None where the platform does not tell. Of accounts that are `known` no address is asked."""


class Jobs:
    """A part of the server that has no route. `around` tells the time; `delivers` is called when there is something to send."""

    routes: Sequence[web.RouteDef] = ()

    def __init__(
        self,
        ledger: Ledger,
        thread: Executor,
        around: Callable[[], Around],
        groups: Sequence[Groups] = (),
        daily: Sequence[Daily] = (),
        ticks: Sequence[Tick] = (),
        *,
        delivers: Callable[[], None] = lambda: None,
        every: float = EVERY,
        lease: float = LEASE,
    ) -> None:
        self._ledger = ledger
        self._thread = thread
        self._around = around
        self._groups = {each.kind: each for each in groups}
        self._daily = daily
        self._ticks = ticks
        self._delivers = delivers
        self._every = every
        self._lease = lease
        self._by = secrets.token_hex(8)
        self._poked = asyncio.Event()
        self._stopping = False
        self._going: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wrong: dict[str, str] = {}

    async def start(self) -> None:
        """Begins to work."""
        self._loop = asyncio.get_running_loop()
        self._going = asyncio.create_task(self._go())

    async def stop(self) -> None:
        """Finishes the step that it is at, and gives the lease back, so that another replica goes on at once."""
        self._stopping = True
        self._poked.set()
        if self._going:
            await asyncio.wait({self._going}, timeout=LEAVE)
            self._going.cancel()
        self._loop = None
        with contextlib.suppress(DatabaseGone):
            await self._in_thread(self._ledger.leases.release, WORK, self._by)

    def poke(self) -> None:
        """Has it looked at once whether there is work, a new request for example; may be called from any thread."""
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop was closed just now
                self._loop.call_soon_threadsafe(self._poked.set)

    def ready(self) -> str:
        """What goes wrong again and again, by the name of the work; that the database is away is told elsewhere."""
        wrong = sorted(self._wrong.keys() - {LOOKING})
        return f"jobs: {', '.join(wrong)}" if wrong else ""

    async def _go(self) -> None:
        while not self._stopping:
            self._poked.clear()
            await self._bordered(LOOKING, self.round)
            await heard(self._poked, self._every)

    async def round(self) -> None:
        """All that there is to do now, if no other replica is at it. Raises DatabaseGone."""
        if not await self._held():
            return
        around = self._around()
        for request in await self._in_thread(self._open, around):
            await self._bordered(f"request {request.id}", functools.partial(self._request, request, around))
        for name, call in self._daily:
            if not self._stopping and await self._due(name, around):
                await self._bordered(name, functools.partial(self._once, name, call, around))
        for name, tick in self._ticks:
            if not self._stopping:
                await self._bordered(name, functools.partial(tick, around.now))

    async def _request(self, request: Request, around: Around) -> None:
        """A request's people first, since who has left is not reminded. Raises GroupNotTold at the end, to be tried again."""
        missing = False
        if await self._due(REFRESHED + request.id, around):
            told = await self._told(request)
            missing = told is None and request.audience.kind in self._groups
            await self._steps(refreshing(self._ledger, request.id, around, told), _asked)
            if not missing:
                await self._mark(REFRESHED + request.id, around)
        if await self._due(PROMPTED + request.id, around):
            since = await self._in_thread(self._ledger.leases.done, PROMPTED + request.id)
            await self._steps(prompting(self._ledger, request.id, around, since), _prompted)
            await self._mark(PROMPTED + request.id, around)
        if missing:
            raise GroupNotTold

    async def _once(self, name: str, call: Callable[[Around], Awaitable[None]], around: Around) -> None:
        await call(around)
        await self._mark(name, around)
        self._delivers()

    async def _told(self, request: Request) -> Sequence[Member] | None:
        """The members of a request's group as its platform names them now."""
        groups = self._groups.get(request.audience.kind)
        if groups is None:
            return None
        linked = await self._in_thread(self._ledger.people.linked)
        return await groups.members(request.audience.value, frozenset(account.id for account in linked))

    async def _steps(self, work: Iterator[T], counted: Callable[[T], int]) -> None:
        """A piece of work, step by step; the lease is kept meanwhile."""
        while (step := await self._in_thread(next, work, None)) is not None:
            if counted(step):
                self._delivers()
            if self._stopping or not await self._held():
                raise _BrokenOff

    async def _bordered(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """One work that fails keeps no other from being done; what is wrong is said once, without content."""
        try:
            await work()
        except _BrokenOff:
            return
        except Exception as error:  # noqa: BLE001 - periodic work ends with the program and not before
            self._failed(name, place(error))
        else:
            self._wrong.pop(name, None)

    def _failed(self, name: str, where: str) -> None:
        if self._wrong.get(name) != where:
            log.warning("%s failed, and is tried again: %s", name, where)
        self._wrong[name] = where

    def _open(self, around: Around) -> list[Request]:
        with self._ledger.transaction():
            return self._ledger.requests.open(around.today)

    async def _held(self) -> bool:
        now = self._around().now.timestamp()
        return await self._in_thread(self._taken, now)

    def _taken(self, now: float) -> bool:
        with self._ledger.transaction():
            return self._ledger.leases.take(WORK, self._by, now, self._lease)

    async def _due(self, name: str, around: Around) -> bool:
        """Whether it is not done for today; what was done for a later day was done by a clock that was wrong."""
        return await self._in_thread(self._ledger.leases.done, name) != around.today

    async def _mark(self, name: str, around: Around) -> None:
        await self._in_thread(self._ledger.leases.mark, name, around.today)

    async def _in_thread(self, call: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *given)


class GroupNotTold(Exception):
    """A platform does not tell who is in a group that is asked to sign; whom it named last is asked until it does."""


class _BrokenOff(Exception):
    """The program stops, or another replica has taken over; the rest is done later, or there."""


def _asked(changes: Changes) -> int:
    return changes.added


def _prompted(prompted: Prompted) -> int:
    return prompted.reminded + prompted.escalated
