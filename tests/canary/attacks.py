"""Can reports be tied to people (P5), or put into the order in which they were written (P7)? Statistics over what lies there.

An attacker sees *traces*: for each record numbers that can be read off it (`feature: number`), such as its place in the file, its
row number, its id as a number, its size, a time. `join` and `order` are given the traces together with the truth, which the
attacker does not have, and say how probable it is that chance alone does as well. A small `p` is a leak; P5 and P7 ask for more
than 0.01, corrected for all that was tried, with a fixed seed.

To use them on a real run: file for N people (who also sign), then `traces(path, table, key)` reads what lies in a database, in
the order in which it lies there; put each person's two traces into one line of `pairs`, or the traces into the order in which
they were filed.
"""

from __future__ import annotations

import math
import random
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.drill.moments import moments
from tests.canary.clocks import copied

SEED = 416
# How often order is drawn anew to know what chance does.
DRAWS = 2_000
# So many bytes of a random value stand in a file once.
_PIECE = 16
Trace = Mapping[str, float]


@dataclass(frozen=True)
class Verdict:
    """The best that an attacker did: with which features, and how probable that is by chance after so many tries."""

    p: float
    how: str
    tried: int

    def __str__(self) -> str:
        return f"p = {self.p:.3g} by {self.how} ({self.tried} tried)"


def join(pairs: Sequence[tuple[Trace, Trace]]) -> Verdict:
    """Whether a person's first trace (a signature, a log line, a metric) finds their second (a report).

    Every feature of one side against every feature of the other: do they rise and fall together, and if both lists are sorted
    by them and laid side by side, how many find their own? Also whether any two values are the same for a person alone.
    """
    tried: list[tuple[float, str]] = []
    for mine in _features([left for left, _ in pairs]):
        for other in _features([right for _, right in pairs]):
            xs, ys = [left[mine] for left, _ in pairs], [right[other] for _, right in pairs]
            how = f"{mine} with {other}"
            tried += [(_together(xs, ys), f"{how} (rank)"), (_matched(xs, ys), f"{how} (side by side)")]
            tried.append((_same(xs, ys), f"{how} (equal)"))
    return _worst(tried)


def order(filed: Sequence[Trace]) -> Verdict:
    """Whether what lies there tells in which order it was filed; `filed` is in that order.

    Each feature: does it rise or fall with the order, and do reports filed one after the other lie beside each other?
    """
    tried: list[tuple[float, str]] = []
    places = [float(place) for place in range(len(filed))]
    for name in _features(filed):
        values = [trace[name] for trace in filed]
        tried += [(_together(places, values), f"{name} (rank)"), (_beside(values), f"{name} (neighbours)")]
    return _worst(tried)


def _features(found: Sequence[Trace]) -> list[str]:
    """The features that every trace has, and that tell any two apart."""
    names = set.intersection(*(set(trace) for trace in found)) if found else set()
    return sorted(name for name in names if len({trace[name] for trace in found}) > 1)


def _worst(tried: Sequence[tuple[float, str]]) -> Verdict:
    if not tried:
        return Verdict(1.0, "nothing to compare", 0)
    p, how = min(tried)
    return Verdict(min(1.0, p * len(tried)), how, len(tried))


def _together(xs: Sequence[float], ys: Sequence[float]) -> float:
    """How probable so strong a rank correlation (Spearman) is by chance, in either direction."""
    left, right = _ranks(xs), _ranks(ys)
    number, mean = len(left), (len(left) - 1) / 2
    spread = math.sqrt(sum((x - mean) ** 2 for x in left) * sum((y - mean) ** 2 for y in right))
    if not spread:
        return 1.0
    rho = sum((x - mean) * (y - mean) for x, y in zip(left, right, strict=True)) / spread
    return math.erfc(abs(rho) * math.sqrt(number - 1) / math.sqrt(2))


def _matched(xs: Sequence[float], ys: Sequence[float]) -> float:
    """How probable it is that so many find their own when both are sorted: by chance about one does, however many there are."""
    chance = random.Random(SEED)  # noqa: S311 - which of equals comes first; the same in every run
    left = sorted(range(len(xs)), key=lambda each: (xs[each], chance.random()))
    right = sorted(range(len(ys)), key=lambda each: (ys[each], chance.random()))
    own = sum(one == other for one, other in zip(left, right, strict=True))
    return _at_least(own, 1.0)


def _same(xs: Sequence[float], ys: Sequence[float]) -> float:
    """How probable it is that so many have a value in common that nobody else has; none has by chance where values are ids."""
    rare = [x for x in set(xs) if xs.count(x) == 1 and ys.count(x) == 1]
    own = sum(x == y for x, y in zip(xs, ys, strict=True) if x in rare)
    return _at_least(own, max(len(rare), 1) / len(xs))


def _at_least(number: int, expected: float) -> float:
    """How probable it is that so many or more come about where so many are expected (Poisson)."""
    if not number:
        return 1.0
    more = (math.exp(each * math.log(expected) - expected - math.lgamma(each + 1)) for each in range(number, number + 100))
    return min(1.0, sum(more))


def _beside(values: Sequence[float]) -> float:
    """How probable it is that what was filed one after the other lies so near (or so far), by drawing orders anew."""
    import numpy as np

    ranks = np.array(_ranks(values))
    draw = np.random.default_rng(SEED)
    drawn = np.array([np.abs(np.diff(draw.permutation(ranks))).mean() for _ in range(DRAWS)])
    away = abs(np.abs(np.diff(ranks)).mean() - drawn.mean()) / (drawn.std() or 1.0)
    return math.erfc(float(away) / math.sqrt(2))


def _ranks(values: Sequence[float]) -> list[float]:
    """Each value's place when sorted; equal values share the middle of theirs."""
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values)):
        places.setdefault(value, []).append(place)
    return [sum(places[value]) / len(places[value]) for value in values]


def traces(path: Path, table: str, key: str) -> dict[str, dict[str, float]]:
    """What can be read off each row of a table of a database file, by the row's key.

    Its place in the order in which rows come, its row number where there is one, and of each column: its number or moment, its
    length, its beginning as a number, and where in the file it stands (in an index first, in the row last).
    """
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as place:
        copy = copied(path, Path(place))
        raw = copy.read_bytes()
        with closing(sqlite3.connect(copy)) as database:
            database.row_factory = sqlite3.Row
            for number, row in enumerate(_rows(database, table)):
                seen = {"place": float(number)}
                for name in row.keys():  # noqa: SIM118 - a Row is no mapping
                    seen |= numbers(name, row[name]) | _where(name, row[name], raw)
                found[str(row[key])] = seen
    return found


def _rows(database: sqlite3.Connection, table: str) -> list[sqlite3.Row]:
    try:
        return database.execute(f'SELECT rowid AS "row number", * FROM "{table}"').fetchall()  # noqa: S608 - our own name
    except sqlite3.OperationalError:
        return database.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - our own name


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _where(name: str, value: object, raw: bytes) -> dict[str, float]:
    """Where in the file a value that is like no other stands. Long ones lie in pieces, so pieces of it are looked for."""
    whole = _bytes(value) if isinstance(value, bytes | str) else b""
    for start in (len(whole) // 2, len(whole) // 3, max(0, len(whole) - _PIECE)) if len(whole) >= _PIECE else ():
        piece = whole[start : start + _PIECE]
        first = raw.find(piece)
        if first >= 0:
            return {f"{name} (first in the file)": float(first), f"{name} (last in the file)": float(raw.rfind(piece))}
    return {}


def numbers(name: str, value: object) -> dict[str, float]:
    """The numbers in one value."""
    if value is None:
        return {}
    if isinstance(value, int | float):
        return {name: float(value)}
    raw = _bytes(value)
    told = next((moment for moment, _ in moments(raw)), None)
    more = {f"{name} (moment)": told} if told is not None else {}
    return {f"{name} (length)": float(len(raw)), f"{name} (order)": float(int.from_bytes(raw[:6].ljust(6), "big")), **more}
