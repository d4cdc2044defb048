"""A closed loop: so many people ask, each anew as soon as the last answer is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bot.bench_http.asking import Sample


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: answers a second, waiting in milliseconds, milliseconds of the server's processor for one answer."""

    rate: float
    acknowledged_p50: float
    acknowledged_p99: float
    answered_p50: float
    answered_p99: float
    processor: float
    errors: int


async def closed_loop(
    ask: Callable[[str], Awaitable[Sample]], questions: Iterable[str], seconds: float, concurrent: int
) -> list[Sample]:
    """Every question asked within so many seconds, by so many at once; those under way at the end are waited for."""
    left = iter(questions)
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    samples: list[Sample] = []

    async def worker() -> None:
        while clock() < end and (question := next(left, None)) is not None:
            samples.append(await ask(question))

    await asyncio.gather(*(worker() for _ in range(concurrent)))
    return samples


def measured(samples: Sequence[Sample], begun: float, processor: float) -> Measured:
    """What the samples of one loop come to.

    `begun` is when the loop began; `processor` the seconds of processor time that the server took for all of them.
    """
    good = sum(not each.failed for each in samples)
    # To the last answer, since the server is busy until then.
    rate = good / (max(each.finished for each in samples) - begun)
    acknowledged = percentiles([each.acknowledged for each in samples])
    answered = percentiles([each.answered for each in samples])
    return Measured(rate, *acknowledged, *answered, 1000 * processor / len(samples), len(samples) - good)


def typical(rounds: Sequence[Measured]) -> Measured:
    """The median of each figure, and all errors."""
    acknowledged = median(each.acknowledged_p50 for each in rounds), median(each.acknowledged_p99 for each in rounds)
    answered = median(each.answered_p50 for each in rounds), median(each.answered_p99 for each in rounds)
    rate, processor = median(each.rate for each in rounds), median(each.processor for each in rounds)
    return Measured(rate, *acknowledged, *answered, processor, sum(each.errors for each in rounds))


def percentiles(seconds: Iterable[float]) -> tuple[float, float]:
    """The median and the 99th percentile, in milliseconds."""
    ordered = sorted(seconds)
    places = (len(ordered) // 2, min(len(ordered) - 1, int(len(ordered) * 0.99)))
    first, second = (1000 * ordered[place] for place in places)
    return first, second
