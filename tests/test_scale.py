"""What one person does costs the same however many others there are: it is found by an index of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing

from bot.bench_signoffs import town
from bot.bench_signoffs.asking import ask
from bot.bench_signoffs.signing import record_of, steps
from bot.database import Row
from bot.database.sqlite import SQLite
from bot.journeys.acknowledge import OWED
from bot.people import Sender
from bot.turns import Pressed

# Indexes that lead to rows of many people at once.
SHARED = re.compile(r"USING (?:COVERING )?INDEX record_(?:policy|request)\b")
# The whole of a table; but for its end, and for tables that hold few rows (`one` is who was granted what).
WHOLE = re.compile(r"\bSCAN (?!\d|policy_version\b|statement\b|uncovered\b|one\b)")
LAST = "ORDER BY seq DESC LIMIT 1"


class Listening(SQLite):
    """A database that remembers what it was asked."""

    asked: dict[str, Sequence[object]]

    def __init__(self) -> None:
        super().__init__()
        self.asked = {}

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """The same."""
        self.asked[sql] = params
        return super().rows(sql, params)

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """The same."""
        self.asked[sql] = params
        return super().run(sql, params)


def test_signing_and_asking_look_through_nobody_else() -> None:
    """Every statement of a sign-off, of what somebody owes and has signed, and of the gate."""
    with closing(Listening()) as handle:
        ledger = town.settle(handle, 20)
        request, desk = ask(ledger, lambda _: None).request, town.desk(ledger)
        handle.asked.clear()
        *_, last = steps(desk, 0, request)
        robin = ledger.people.by_account(town.account(0))
        assert robin is not None
        desk.answer(Pressed(OWED), Sender(town.CHANNEL), robin)
        with ledger.transaction():
            desk.standings.kept(robin)
            verdict = desk.standings.verdict(robin, desk.standings.today)
        assert verdict.record == record_of(last)
        plans = {sql: list(handle.rows(f"EXPLAIN QUERY PLAN {sql}", params)) for sql, params in dict(handle.asked).items()}
    assert len(plans) > 20
    for sql, plan in plans.items():
        for step in plan if LAST not in sql else ():
            assert not SHARED.search(step["detail"]), sql
            assert not WHOLE.search(step["detail"]), (sql, step["detail"])
