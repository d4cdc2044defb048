"""The line before the work: one at a time, the fresh before those who wait too long already, and nobody for ever."""

from __future__ import annotations

import asyncio

import pytest

from bot.line import FRESH, LONGEST, Line


def test_one_at_a_time_and_in_order() -> None:
    """Nobody goes in while another is in; who comes first goes first."""

    async def run() -> None:
        line, inside, seen = Line(clock=lambda: 0.0), [], []

        async def work(number: int) -> None:
            async with line:
                inside.append(number)
                assert inside == [number]
                await asyncio.sleep(0)
                inside.remove(number)
                seen.append(number)

        await asyncio.gather(*map(work, range(10)))
        assert seen == list(range(10))

    asyncio.run(run())


@pytest.mark.parametrize(("waited", "order"), [(FRESH / 2, "old new"), (FRESH * 2, "new old"), (LONGEST * 2, "old new")])
def test_the_fresh_go_first_but_nobody_waits_for_ever(waited: float, order: str) -> None:
    """Who has waited too long to be answered at once lets others pass, for so many seconds."""

    async def run() -> None:
        now, seen = [0.0], []
        line = Line(clock=lambda: now[0])

        async def work(name: str) -> None:
            async with line:
                seen.append(name)

        async with line:
            old = asyncio.ensure_future(work("old"))
            await asyncio.sleep(0)
            now[0] += waited
            new = asyncio.ensure_future(work("new"))
            await asyncio.sleep(0)
        await asyncio.gather(old, new)
        assert " ".join(seen) == order

    asyncio.run(run())


def test_who_gives_up_holds_up_nobody() -> None:
    """Whether it was waiting, or its turn had just come."""

    async def run() -> None:
        line, seen = Line(), []

        async def work(name: str) -> None:
            async with line:
                seen.append(name)
                await asyncio.sleep(0.01)

        tasks = [asyncio.ensure_future(work(name)) for name in "abcd"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0.005)
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert seen == ["a", "c", "d"]
        async with asyncio.timeout(1), line:
            pass

    asyncio.run(run())


@pytest.mark.parametrize("error", [ValueError, asyncio.CancelledError])
def test_work_that_fails_lets_the_next_in(error: type[BaseException]) -> None:
    """Whatever it fails with."""

    async def run() -> None:
        line = Line()
        with pytest.raises(error):
            async with line:
                raise error
        async with asyncio.timeout(1), line:
            pass

    asyncio.run(run())
