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
        questions, asking, shown = _questions(), SlackCommand(stand_ins), list[float]()

        async def asked() -> Sample:
            return await ask(session, server.url, asking.call(next(questions)), asking, stand_ins)

        async def filed() -> Filed:
            writer = Writer(session, server.url)
            shown.append(await writer.prepare())
            return await writer.send()

        for _ in range(_WARMING):
            await asked()
        await filed()
        progress("computing alone")
        bare = list(await asyncio.to_thread(lambda: list(computed(_BARE))))
        progress("questions alone")
        alone = await paced(plan.asked, plan.seconds, asked)
        progress("questions beside reports")
        beside, steady = await asyncio.gather(paced(plan.asked, plan.seconds, asked), paced(plan.filed, plan.seconds, filed))
        progress(f"{plan.burst} reports at once")
        writers = [Writer(session, server.url) for _ in range(plan.burst)]
        for writer in writers:
            await writer.prepare()
        burst = await asyncio.gather(*(writer.send() for writer in writers))
        return Found(bare, steady, shown, alone, beside, burst)


def _questions() -> Iterator[str]:
    """Every phrasing once, in an order of its own; then again."""
    texts = sorted({each.text for each in policy_kb.read().phrasings})
    return itertools.cycle(random.Random(_SEED).sample(texts, len(texts)))  # noqa: S311 - an order, no secret
