"""Nobody can tie reports to signatures: P4, P5."""

from __future__ import annotations

import datetime
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.casebook.starting import FILE
from bot.database import Row
from bot.database.postgres import Postgres
from tests.casebooks import KINDS, Opened, next_moment, opened, quick_receipt, report

pytestmark = pytest.mark.anonymity
PEOPLE = 200
# One hit is what chance gives on average. Some twenty orders are tried, and in one of them seven or more come about once in 500
# runs; what cannot be seeded is what age draws.
CHANCE = 6
KNOWN = ("id", "lookup", "public", "day", "state", "version")


@pytest.mark.parametrize("kind", KINDS)
def test_p5_who_signs_and_reports_within_minutes_cannot_be_joined(kind: str, tmp_path: Path) -> None:
    """Two hundred people sign, at known seconds of one morning, and report within five minutes of it. Whoever has both stores and
    pairs them by any column, order of rows or pages, size or transaction finds no more pairs than chance."""
    chance = random.Random(416)  # noqa: S311 - a fixed seed
    start = datetime.datetime(2026, 11, 19, 15, 5, tzinfo=datetime.UTC)
    signed = sorted(start + datetime.timedelta(seconds=chance.uniform(0, 9000)) for _ in range(PEOPLE))
    reported = sorted((moment + datetime.timedelta(seconds=chance.uniform(5, 300)), who) for who, moment in enumerate(signed))
    whose = {}
    with opened(tmp_path, kind) as here:
        for moment, who in reported:
            here.clock.now = moment
            new = replace(quick_receipt(), lookup=f"{chance.getrandbits(256):064x}")
            book = replace(here.book, new_id=lambda: f"{chance.getrandbits(128):032x}")
            book.file(report(what="x" * chance.randrange(10, 3000), involved=chance.choice([(), ("hana",)])), new)
            whose[new.lookup] = who
        for _ in range(4):
            here.clock.now = next_moment(here.book)
            here.book.release()
        rows = [dict(each) for each in here.book.store._database.rows("SELECT * FROM report")]
        assert len(rows) == PEOPLE
        orders = {name: sorted(rows, key=key) for name, key in _keys(here, rows).items()}
    hits = {name: _hits([whose[str(row["lookup"])] for row in order]) for name, order in orders.items()}
    backwards = {name: _hits([whose[str(row["lookup"])] for row in reversed(order)]) for name, order in orders.items()}
    assert max(*hits.values(), *backwards.values()) <= CHANCE, (hits, backwards)
    assert _hits([who for _, who in sorted(zip(signed, range(PEOPLE), strict=True))]) == PEOPLE, "an order would be noticed"


def _hits(found: Sequence[int]) -> int:
    """How many of them are paired rightly, when the n-th row is taken for the report of the n-th who signed."""
    return sum(who == place for place, who in enumerate(found))


def _keys(here: Opened, rows: list[Row]) -> dict[str, Callable[[Row], tuple[object, ...]]]:
    """By name, what rows can be put in order by; what does not decide is left in the order in which the rows come."""
    place = {str(row["id"]): number for number, row in enumerate(rows)}
    keys: dict[str, Callable[[Row], tuple[object, ...]]] = {
        name: lambda row, name=name: (str(row[name]), place[str(row["id"])])  # type: ignore[misc] # mypy and defaults
        for name in KNOWN
    }
    keys["rows"] = lambda row: (place[str(row["id"])],)
    keys["sealed"] = lambda row: (bytes(row["sealed"]),)
    keys["size"] = lambda row: (len(row["sealed"]), place[str(row["id"])])
    keys["own"] = lambda row: (len(row["own"]), place[str(row["id"])])
    database = here.book.store._database
    if isinstance(database, Postgres):
        made = {
            row["id"]: (int(row["x"]), row["c"])
            for row in database.rows("SELECT id, xmin::text AS x, ctid::text AS c FROM report")
        }
        keys["transaction"] = lambda row: made[row["id"]]
    else:
        content = (here.place / FILE).read_bytes()
        keys["page"] = lambda row: (content.find(bytes(row["sealed"])[-24:]),)
    return keys


def test_p4_the_casebook_loads_neither_people_nor_ledger_nor_platform() -> None:
    """A process that does all that a casebook can has not loaded any module that knows somebody."""
    program = "import sys, bot.casebook.starting, bot.casebook.opening; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split())
    assert "bot.casebook" in loaded
    forbidden = (
        "bot.people",
        "bot.ledger",
        "bot.journeys",
        "bot.channels",
        "bot.records",
        "slack_",
        "botbuilder",
        "botframework",
    )
    assert not [name for name in loaded for each in forbidden if name.startswith(each)]
    assert not loaded & {"aiohttp", "requests", "logging.handlers", "prometheus_client"}
