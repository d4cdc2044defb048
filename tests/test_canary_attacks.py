"""The two statistical attacks: they find what is there to find, and stay at chance where nothing is."""

# ruff: noqa: ARG005, S311 - one shape for all leaks; drawn alike in every run
from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.canary.attacks import SEED, Trace, join, order, traces

pytestmark = pytest.mark.anonymity
PEOPLE = 200


def signed(chance: random.Random, place: int) -> dict[str, float]:
    """What a signature shows: its place in the chain, its time, its size."""
    return {"number": place, "time": 1.7e9 + 60 * place, "size": chance.randrange(900, 1300)}


def reported(chance: random.Random) -> dict[str, float]:
    """What a report shows where all is well: a random key, a bucket's length, a day."""
    return {
        "place": chance.random(),
        "key (order)": chance.randrange(2**48),
        "length": 4096 * 4 ** chance.randrange(2),
        "day": 20_000,
    }


def pairs(leak: Callable[[dict[str, float], dict[str, float], random.Random], None]) -> list[tuple[Trace, Trace]]:
    """200 people who do both, where the leak ties one to the other."""
    chance = random.Random(SEED)
    found = []
    for place in chance.sample(range(PEOPLE), PEOPLE):
        left, right = signed(chance, place), reported(chance)
        leak(left, right, chance)
        found.append((left, right))
    return found


def test_p5_joining_stays_at_chance_where_nothing_ties() -> None:
    """No feature or pair of features does better than chance would."""
    verdict = join(pairs(lambda left, right, chance: None))
    assert verdict.p > 0.01, verdict
    assert verdict.tried >= 9


LEAKS: dict[str, Callable[[dict[str, float], dict[str, float], random.Random], None]] = {
    "same id": lambda left, right, chance: right.update({"key (order)": left.setdefault("id", chance.randrange(2**48))}),
    "same id for six": lambda left, right, chance: (
        right.update({"key (order)": left["id"]}) if left.setdefault("id", left["number"] + 0.5) < 6 else None
    ),
    "time": lambda left, right, chance: right.update({"filed": left["time"] + chance.uniform(0, 30)}),
    "time with a hold of an hour": lambda left, right, chance: right.update({"filed": left["time"] + chance.uniform(0, 3600)}),
    "row order": lambda left, right, chance: right.update({"place": left["number"]}),
    "size": lambda left, right, chance: right.update({"length": left["size"] + chance.randrange(200)}),
    "backwards": lambda left, right, chance: right.update({"place": -left["number"]}),
}


@pytest.mark.parametrize("name", LEAKS)
def test_p5_what_ties_is_found(name: str) -> None:
    """Shared ids, times that are held too shortly, order, size."""
    verdict = join(pairs(LEAKS[name]))
    assert verdict.p < 1e-4, verdict


def test_p5_chance_is_chance() -> None:
    """Over many random worlds p is small no more often than it says: below 0.05 in about one of twenty, with room for luck."""
    low = 0
    for world in range(50):
        chance = random.Random(world)
        low += join([(signed(chance, place), reported(chance)) for place in chance.sample(range(PEOPLE), PEOPLE)]).p < 0.05
    assert low <= 7


def filed(number: int = PEOPLE) -> list[dict[str, float]]:
    """Reports in the order in which they were filed, which nothing of them tells."""
    chance = random.Random(SEED)
    return [reported(chance) for _ in range(number)]


def test_p7_order_stays_at_chance_where_nothing_tells() -> None:
    """Random keys tell nothing."""
    assert order(filed()).p > 0.01


@pytest.mark.parametrize("name", ["appended", "upside down", "in batches", "roughly", "two by two"])
def test_p7_what_tells_the_order_is_found(name: str) -> None:
    """Rows as they came, the other way round, shuffled in small batches only, with jitter, and pairs that stay together."""
    found, chance = filed(), random.Random(SEED)
    twos = chance.sample(range(PEOPLE // 2), PEOPLE // 2)
    for place, trace in enumerate(found):
        trace["place"] = {
            "appended": place,
            "upside down": -place,
            "in batches": place // 10 * 10 + chance.random() * 10,
            "roughly": place + chance.uniform(-80, 80),
            "two by two": 2 * twos[place // 2] + place % 2,
        }[name]
    verdict = order(found)
    assert verdict.p < 0.001, verdict


@pytest.mark.parametrize("hidden", [True, False])
def test_p7_on_a_real_file(hidden: bool, tmp_path: Path) -> None:
    """Rows by a random key tell nothing of their order, rows by number do, although their keys are random too."""
    path, chance = tmp_path / "reports.sqlite", random.Random(SEED)
    keys = [chance.randbytes(16).hex() for _ in range(PEOPLE)]
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE reports (key TEXT PRIMARY KEY, body BLOB)" + " WITHOUT ROWID" * hidden)
        if hidden:
            database.execute("PRAGMA secure_delete = ON")
        database.executemany("INSERT INTO reports VALUES (?, ?)", [(key, chance.randbytes(64)) for key in keys])
        database.commit()
        database.execute("VACUUM")
    found = traces(path, "reports", "key")
    verdict = order([found[key] for key in keys])
    assert (verdict.p > 0.01) is hidden, verdict
