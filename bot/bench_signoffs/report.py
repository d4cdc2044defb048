"""What was measured, as lines to read, beside what is wanted and beside the bare thing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from statistics import median

from bot.bench_signoffs.asking import Asked
from bot.bench_signoffs.delivering import Delivered
from bot.bench_signoffs.replicas import REPLICAS, Together
from bot.bench_signoffs.signing import Signed

# What is wanted for 10,000 people: seconds to ask them, sign-offs a minute, milliseconds of a Sign at p99, records a second.
ASKED = 30.0
SIGNED = 1000.0
COMMITTED = 50.0
VERIFIED = 20_000.0
_WIDTH = 40


def head(people: int) -> str:
    """What is measured where; who reads a table must know how busy the machine was."""
    return f"{people:,} people, SQLite on file, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"


def asked(found: Asked, bare: float) -> Iterator[str]:
    """How long asking took."""
    good = found.seconds <= ASKED
    yield _line(f"{found.people:,} people asked", f"{found.seconds:.1f} s", f"at most {ASKED:.0f} s", good=good)
    yield _beside(f"as many rows in bare batches {bare:.2f} s", found.seconds / bare)


def delivered(what: str, found: Delivered, bare: Sequence[float]) -> Iterator[str]:
    """How notices arrived."""
    good = not (found.lost or found.repeated)
    told = f"{found.arrived:,} arrived, {found.lost} lost, {found.repeated} repeated"
    yield _line(f"{what} delivered", told, "each exactly once", good=good)
    each = found.seconds / max(1, found.arrived)
    yield _beside(f"{found.refused:,} calls refused; {1 / each:,.0f} a second; a bare INSERT and COMMIT", each / median(bare))


def signed(found: Signed, bare: Sequence[float]) -> Iterator[str]:
    """How people signed."""
    rate, each = len(found.signs) / found.seconds * 60, found.seconds / len(found.signs)
    turns = len(found.turns) / len(found.signs) + 1
    yield _line("sign-offs", f"{rate:,.0f} a minute", f"at least {SIGNED:,.0f}", good=rate >= SIGNED)
    yield _beside(f"{turns:.0f} turns each, {found.processor / found.seconds:.0%} processor; as many bare commits",
                  each / (turns * median(bare)))  # fmt: skip
    late = _at(found.signs, 0.99) * 1000
    told = f"p50 {_at(found.signs, 0.5) * 1000:.1f} ms, p99 {late:.1f} ms"
    yield _line("Sign, from submission to commit", told, f"p99 at most {COMMITTED:.0f} ms", good=late <= COMMITTED)
    own = f"bare INSERT and COMMIT p50 {_at(bare, 0.5) * 1000:.2f} ms, p99 {_at(bare, 0.99) * 1000:.2f} ms; p50"
    yield _beside(own, _at(found.signs, 0.5) / _at(bare, 0.5))


def verified(records: int, seconds: float, bare: float, wrong: str) -> Iterator[str]:
    """How fast the chain was verified."""
    rate = records / seconds
    told = f"{rate:,.0f} records a second" + (f", {wrong}" if wrong else "")
    yield _line(f"verify, {records:,} records", told, f"at least {VERIFIED:,.0f}", good=rate >= VERIFIED and not wrong)
    yield _beside(f"reading and SHA-256 alone {records / bare:,.0f} a second", seconds / bare)


def together(found: Together, people: int, bare: Sequence[float]) -> Iterator[str]:
    """What several processes on PostgreSQL came to."""
    good = not found.wrong and found.signatures == found.people == people
    told = f"{found.signatures:,} signatures, {people - found.people} lost, {found.wrong or 'no fork'}"
    yield _line(f"{REPLICAS} processes on PostgreSQL", told, "no fork, no loss", good=good)
    signs = [each for part in found.signed for each in part.signs]
    rate = found.signatures / found.seconds * 60
    numbers = f"{rate:,.0f} a minute, Sign p50 {_at(signs, 0.5) * 1000:.1f} ms, p99 {_at(signs, 0.99) * 1000:.1f} ms"
    yield _beside(f"{numbers}; a bare INSERT {_at(bare, 0.5) * 1000:.2f} ms, p50", _at(signs, 0.5) / _at(bare, 0.5))


def _line(what: str, found: str, wanted: str, *, good: bool) -> str:
    return f"{what:<{_WIDTH}} {found}; wanted {wanted}: {'met' if good else 'missed'}"


def _beside(what: str, ratio: float) -> str:
    return f"{'':<{_WIDTH}} {what}: {ratio:.1f} times that"


def _at(times: Sequence[float], part: float) -> float:
    """The time that this part of them did not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]
