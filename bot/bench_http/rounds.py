"""The order of measuring: in each round ours and bare in turn, on the same questions, so that both are disturbed alike."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp

import policy_kb
from bot.bench_http.asking import Asking, Sample, SlackCommand, TeamsMessage, ask
from bot.bench_http.child import BARE, EMPTY, OURS, Server, Surroundings, serving
from bot.bench_http.load import Measured, closed_loop, measured
from bot.bench_http.stand_ins import StandIns
from bot.bench_http.starting import Started, start_and_stop
from bot.config import Settings

_SEED = 416
# How long a server is warmed up before it is measured for the first time, in seconds.
_WARMING = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How many seconds each measurement takes, how many ask at once, how often each server is measured."""

    seconds: float
    concurrent: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One way of asking: the measurements of ours and of bare, in rounds."""

    name: str
    bare: str
    rounds: tuple[tuple[Measured, Measured], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was measured: `generator` is how many answers a second the load can reach, `memory` megabytes."""

    generator: float
    compared: tuple[Compared, ...]
    memory: float
    started: Started


class Range:
    """Where it is measured: the stand-ins, and one session that sends all questions."""

    def __init__(self, plan: Plan, stand_ins: StandIns, session: aiohttp.ClientSession, progress: Callable[[str], None]) -> None:
        self._plan = plan
        self._stand_ins = stand_ins
        self._session = session
        self._progress = progress
        self._texts = sorted({each.text for each in policy_kb.read().phrasings})

    async def generator(self, server: Server) -> float:
        """How many answers a second can be asked for at most."""
        self._progress("the load generator alone")
        asking = SlackCommand(self._stand_ins)
        await self._warm(server, asking)
        return (await self._measured(server, asking, 0, self._plan.seconds)).rate

    async def compare(self, asking: Asking, ours: Server, bare: Server) -> Compared:
        """All rounds of one way of asking; who comes first changes from round to round."""
        for server in (ours, bare):
            await self._warm(server, asking)
        rounds = []
        for number in range(1, self._plan.rounds + 1):
            self._progress(f"{asking.name}: round {number} of {self._plan.rounds}")
            order = (ours, bare) if number % 2 else (bare, ours)
            found = {server: await self._measured(server, asking, number, self._plan.seconds) for server in order}
            rounds.append((found[ours], found[bare]))
        return Compared(asking.name, asking.bare, tuple(rounds))

    async def _warm(self, server: Server, asking: Asking) -> None:
        await self._measured(server, asking, 0, min(_WARMING, self._plan.seconds))

    async def _measured(self, server: Server, asking: Asking, number: int, seconds: float) -> Measured:
        async def asked(question: str) -> Sample:
            return await ask(self._session, server.url, asking.call(question), asking, self._stand_ins)

        before, begun = await server.usage(), asyncio.get_running_loop().time()
        samples = await closed_loop(asked, self._questions(number), seconds, self._plan.concurrent)
        after = await server.usage()
        return measured(samples, begun, after.processor - before.processor)

    def _questions(self, number: int) -> Sequence[str]:
        """Every phrasing once, in an order of this round's own."""
        return random.Random(_SEED + number).sample(self._texts, len(self._texts))  # noqa: S311 - an order, no secret


async def measure(settings: Settings, plan: Plan, progress: Callable[[str], None]) -> Found:
    """Everything, one after the other.

    Raises OSError where a server does not start.
    """
    async with AsyncExitStack() as stack:
        stand_ins = StandIns()
        await stand_ins.open()
        stack.push_async_callback(stand_ins.close)
        connections = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connections))
        surroundings = Surroundings(settings, stand_ins.slack_api, stand_ins.cloud)
        place = Range(plan, stand_ins, session, progress)
        async with serving(EMPTY, surroundings) as empty:
            generator = await place.generator(empty)
        async with serving(OURS, surroundings) as ours, serving(BARE, surroundings) as bare:
            compared = [await place.compare(asking(stand_ins), ours, bare) for asking in (SlackCommand, TeamsMessage)]
            memory = (await ours.usage()).memory
        progress("starting and stopping")
        return Found(generator, tuple(compared), memory, await start_and_stop(surroundings))
