"""What was measured, as lines to read, beside what is wanted and beside the bare computation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from statistics import median

from bot.bench_http.load import percentiles
from bot.bench_reports.rounds import Found, Plan

# What is wanted (DECISIONS 26): milliseconds of a Send at p99, of the last of many at once, how much slower a question may be.
FILED = 400.0
BURST = 2500.0
BESIDE = 2.0
_WIDTH = 46


def lines(plan: Plan, found: Found) -> Iterator[str]:
    """Everything, from top to bottom."""
    yield (
        f"{plan.seconds:g} s a measurement, {plan.filed:g} reports and {plan.asked:g} questions a second, over HTTP, SQLite on "
        f"file, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; milliseconds"
    )
    yield f"{'':<{_WIDTH}}      p50      p99"
    bare, filed = percentiles(found.bare), percentiles([each.seconds for each in found.filed])
    yield _row(f"Argon2id and sealing alone, {len(found.bare)} times", bare)
    yield _row("first Send: hints and promises", percentiles(found.shown))
    yield _row(f"second Send: filed, {sum(each.receipt for each in found.filed)} of {len(found.filed)} receipts", filed)
    yield f"{'filed / bare':<{_WIDTH}} {filed[0] / bare[0]:8.2f} {filed[1] / bare[1]:8.2f}"
    yield _judged("filing, p99", filed[1], FILED, good=all(each.receipt for each in found.filed))
    alone, beside = (percentiles([each.answered for each in asked]) for asked in (found.alone, found.beside))
    yield _row(f"{len(found.alone)} questions alone, {sum(each.failed for each in found.alone)} failed", alone)
    yield _row(f"{len(found.beside)} beside reports, {sum(each.failed for each in found.beside)} failed", beside)
    slower = beside[1] / alone[1]
    met = "met" if slower <= BESIDE and not any(each.failed for each in found.beside) else "missed"
    yield f"{'beside / alone, p99':<{_WIDTH}} {slower:8.2f}, wanted at most {BESIDE:g}: {met} (p50 {beside[0] / alone[0]:.2f})"
    yield from _burst(found)


def _burst(found: Found) -> Iterator[str]:
    """Many at once: each is answered or kindly refused, and nobody waits long."""
    took = sorted(each.seconds * 1000 for each in found.burst)
    receipts, refused = sum(each.receipt for each in found.burst), sum(each.refused for each in found.burst)
    yield f"{len(took)} at once: {receipts} receipts, {refused} kindly refused, {len(took) - receipts - refused} neither"
    yield _judged(f"the last of them (median {median(took):.0f})", took[-1], BURST, good=receipts + refused == len(took))


def _row(name: str, found: tuple[float, float]) -> str:
    return f"{name:<{_WIDTH}} {found[0]:8.1f} {found[1]:8.1f}"


def _judged(name: str, value: float, most: float, *, good: bool) -> str:
    met = "met" if value <= most and good else "missed"
    return f"{name:<{_WIDTH}} {value:8.0f} ms, wanted at most {most:.0f}: {met}"
