"""The order of measuring: what is computed alone, questions alone, questions while reports are filed, many reports at once."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

import aiohttp

import policy_kb
from bot.bench_http.asking import Sample, SlackCommand, ask
from bot.bench_http.child import REPORTS, Surroundings, serving
from bot.bench_http.stand_ins import StandIns
from bot.bench_reports.bare import computed
from bot.bench_reports.filing import Filed, Writer
from bot.config import Settings

T = TypeVar("T")
_SEED = 416
# So many computations tell how long one takes.
_BARE = 100
_WARMING = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How many seconds the steady part takes, how many reports and questions come a second in it, how many reports at once."""

    seconds: float
    filed: float
    asked: float
    burst: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured: seconds of each computation; each Send at its pace; each first Send; questions alone and beside; and
    each of many at once."""

    bare: Sequence[float]
    filed: Sequence[Filed]
    shown: Sequence[float]
    alone: Sequence[Sample]
    beside: Sequence[Sample]
    burst: Sequence[Filed]


async def paced(rate: float, seconds: float, call: Callable[[], Awaitable[T]]) -> list[T]:
    """What so many calls a second come to, each begun at its moment whether or not those before have ended."""
    begun, clock = asyncio.get_running_loop().time(), asyncio.get_running_loop().time
    tasks: list[asyncio.Future[T]] = []
    for number in range(max(1, int(rate * seconds))):
        await asyncio.sleep(max(0.0, begun + number / rate - clock()))
        tasks.append(asyncio.ensure_future(call()))
    return list(await asyncio.gather(*tasks))


class Range:
    """Where it is measured: a server, and the session in which everybody asks and files. `shown` are the first Sends so far."""

    def __init__(self, plan: Plan, url: str, session: aiohttp.ClientSession, stand_ins: StandIns) -> None:
        self._plan, self._url, self._session, self._stand_ins = plan, url, session, stand_ins
        self._asking, self._questions = SlackCommand(stand_ins), _questions()
        self.shown: list[float] = []

    async def ask(self) -> Sample:
        """The next question."""
        return await ask(self._session, self._url, self._asking.call(next(self._questions)), self._asking, self._stand_ins)

    async def file(self) -> Filed:
        """A report, from the empty form to the receipt."""
        writer = Writer(self._session, self._url)
        self.shown.append(await writer.prepare())
        return await writer.send()

    async def warm(self) -> None:
        """What is loaded at first use is there."""
        for _ in range(_WARMING):
            await self.ask()
        await self.file()
        self.shown.clear()

    async def alone(self) -> list[Sample]:
        """Questions at their pace."""
        return await paced(self._plan.asked, self._plan.seconds, self.ask)

    async def beside(self) -> tuple[list[Sample], list[Filed]]:
        """The same while reports are filed at theirs."""
        return await asyncio.gather(self.alone(), paced(self._plan.filed, self._plan.seconds, self.file))

    async def at_once(self) -> list[Filed]:
        """So many who have all seen the promise press Send together."""
        writers = [Writer(self._session, self._url) for _ in range(self._plan.burst)]
        for writer in writers:
            await writer.prepare()
        return await asyncio.gather(*(writer.send() for writer in writers))


async def measure(settings: Settings, plan: Plan, progress: Callable[[str], None]) -> Found:
    """Everything, one after the other.

    Raises OSError where the server does not start.
    """
    async with AsyncExitStack() as stack:
        stand_ins = StandIns()
        await stand_ins.open()
        stack.push_async_callback(stand_ins.close)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        server = await stack.enter_async_context(serving(REPORTS, Surroundings(settings, stand_ins.slack_api, stand_ins.cloud)))
        place = Range(plan, server.url, session, stand_ins)
        await place.warm()
        progress("computing alone")
        bare = await asyncio.to_thread(lambda: list(computed(_BARE)))
        progress("questions alone")
        alone = await place.alone()
        progress("questions beside reports")
        beside, filed = await place.beside()
        progress(f"{plan.burst} reports at once")
        return Found(bare, filed, place.shown, alone, beside, await place.at_once())


def _questions() -> Iterator[str]:
    """Every phrasing once, in an order of its own; then again."""
    texts = sorted({each.text for each in policy_kb.read().phrasings})
    return itertools.cycle(random.Random(_SEED).sample(texts, len(texts)))  # noqa: S311 - an order, no secret
