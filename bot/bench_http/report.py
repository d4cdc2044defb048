"""What was measured, as lines to read: the median of the rounds, beside what is wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from statistics import median

from bot.bench_http.load import Measured, typical
from bot.bench_http.rounds import Compared, Found, Plan

# What is wanted: of the bare throughput, of the acknowledgement (ms), of memory (MB), of starting and stopping (s).
RATIO = 0.8
ACKNOWLEDGED = 250
MEMORY = 250
READY = 4
STOPPED = 10
_WIDTH = 34


def lines(plan: Plan, found: Found) -> Iterator[str]:
    """Everything, from top to bottom."""
    each = f"{plan.seconds:g} s a measurement, {plan.concurrent} at once, medians of {plan.rounds} round{'s' * (plan.rounds > 1)}"
    yield f"{each}; ours and bare in turn, a process each, on {os.cpu_count()} cores; milliseconds"
    yield f"The load generator alone: {found.generator:,.0f} answers/s of a server that does nothing."
    for compared in found.compared:
        yield ""
        yield from _table(compared)
    started = found.started
    yield ""
    yield _judged("resident memory after the load, both on", found.memory, MEMORY, "MB", digits=0)
    yield _judged("clausebot run, start to /readyz", started.ready, READY, "s")
    yield _judged(f"SIGTERM to exit, code {started.code}", started.stopped, STOPPED, "s", good=started.code == 0)


def _table(compared: Compared) -> Iterator[str]:
    ours, bare = ([pair[side] for pair in compared.rounds] for side in (0, 1))
    yield f"{compared.name:<{_WIDTH}} answers/s  ack p50  ack p99  answer p50  answer p99  processor  errors"
    yield _row("ours", typical(ours))
    yield _row(compared.bare, typical(bare))
    ratios = [mine.rate / theirs.rate if theirs.rate else 0.0 for mine, theirs in compared.rounds]
    met = "met" if median(ratios) >= RATIO else "missed"
    saved = median(theirs.processor / mine.processor for mine, theirs in compared.rounds)
    rounds = f"rounds {' '.join(f'{ratio:.2f}' for ratio in ratios)}; by processor time {saved:.2f}"
    yield f"{'ours / bare':<{_WIDTH}} {median(ratios):9.2f}, wanted at least {RATIO}: {met} ({rounds})"
    yield _judged("acknowledgement of ours, p99", typical(ours).acknowledged_p99, ACKNOWLEDGED, "ms", digits=0)


def _row(name: str, one: Measured) -> str:
    return (
        f"{name:<{_WIDTH}} {one.rate:9.1f} {one.acknowledged_p50:8.0f} {one.acknowledged_p99:8.0f} {one.answered_p50:11.0f}"
        f" {one.answered_p99:11.0f} {one.processor:10.2f} {one.errors:7}"
    )


def _judged(name: str, value: float, most: float, unit: str, *, digits: int = 1, good: bool = True) -> str:
    met = "met" if value <= most and good else "missed"
    return f"{name:<{_WIDTH}} {value:9.{digits}f} {unit}, wanted at most {most}: {met}"
