"""What each process that takes reports does for itself: it counts, forgets, and has HR told where some were turned away."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from bot.casebook import Window
from bot.config import Settings
from bot.database import DatabaseGone
from bot.database.sqlite import SQLite
from bot.dispatcher import Dispatcher
from bot.evidence.canonical import sha256
from bot.flood import Flood
from bot.journeys import promise
from bot.ledger import Ledger
from bot.opening_reports import Counted
from bot.people import Person
from bot.releasing import FLOODED
from bot.report_upkeep import ReportUpkeep
from bot.views import Text
from tests.caserooms import READERS, settings

pytestmark = pytest.mark.anonymity
MORNING = Window(datetime.date(2026, 11, 20), "09:00")
AFTERNOON = Window(datetime.date(2026, 11, 20), "15:00")


@dataclass
class Kept:
    """A process: `window` is the last one that was reached."""

    database: SQLite
    door: Dispatcher
    upkeep: ReportUpkeep
    counted: Counted
    flood: Flood
    window: Window = MORNING
    failures: int = 0

    def round(self) -> None:
        """A minute later."""
        asyncio.run(self.upkeep.round())

    def told(self) -> list[str]:
        """Whom HR's notices are for."""
        rows = self.database.rows("SELECT key FROM outbox ORDER BY key")
        return [row["key"] for row in rows]


@pytest.fixture
def kept(dispatcher: Dispatcher, tmp_path: object) -> Iterator[Kept]:
    """Nobody may write here, so that whoever tries is turned away."""
    here = Settings(tmp_path, reports=settings())  # type: ignore[arg-type] # a path
    database = SQLite()
    ledger = Ledger(database)
    ledger.open()
    dispatcher = replace(dispatcher, ledger=ledger)
    made = Kept(database, dispatcher, None, Counted(here), Flood(all=0))  # type: ignore[arg-type] # comes at once

    def failed() -> None:
        made.failures += 1

    made.upkeep = ReportUpkeep(dispatcher, made.counted, [made.flood], lambda: made.window, lambda: READERS, failed=failed)
    yield made
    dispatcher.thread.submit(database.close).result()


def test_p16_hr_is_told_at_the_next_window_that_some_were_turned_away(kept: Kept) -> None:
    """Once, the same sentence for all, without a number or a moment; nothing where nobody was turned away."""
    kept.window = AFTERNOON
    kept.round()
    assert kept.told() == []
    assert not kept.flood.admits("U0ALICE")
    assert not kept.flood.admits("")
    kept.round()
    assert kept.told() == [], "not before the window, or its moment would tell when somebody tried"
    kept.window = replace(MORNING, day=datetime.date(2026, 11, 21))
    kept.round()
    kept.round()
    assert kept.told() == [f"flooded:2026-11-21:09:00:{each}" for each in ("ada", "hana", "ida")]
    said = " ".join(block.text for block in FLOODED.blocks if isinstance(block, Text))
    assert not any(each.isdigit() for each in said)


def test_what_is_owed_is_told_once_the_ledger_is_back(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that is away at a window loses no alarm."""
    kept.flood.admits("")
    kept.round()
    kept.window = AFTERNOON

    def gone(*_: object) -> None:
        raise DatabaseGone

    with monkeypatch.context() as away:
        away.setattr(kept.door.ledger.notices, "add_all", gone)
        with pytest.raises(DatabaseGone):
            kept.round()
    kept.round()
    assert len(kept.told()) == 3


def test_people_are_counted_each_day(kept: Kept) -> None:
    """By every replica, since the count is kept in memory; people come and go."""
    ledger, day = kept.door.ledger, [datetime.date(2026, 11, 20)]
    object.__setattr__(kept.door, "today", lambda: day[0])
    with ledger.transaction(deciding=True):
        ledger.people.put(Person("sam", "Sam Ortiz", "sam@example.gov"))
    kept.round()
    assert kept.counted.sizes.all == 0
    day[0] += datetime.timedelta(days=1)
    kept.round()
    assert kept.counted.sizes.all == 1


def test_the_form_says_that_the_promise_was_approved(kept: Kept) -> None:
    """Of exactly these words, and of no others."""
    ledger, words = kept.door.ledger, promise.text(sealed=False)
    now = datetime.datetime(2026, 11, 20, 18, tzinfo=datetime.UTC)
    for approved, said in ((promise.text(sealed=True), False), (words, True)):
        with ledger.transaction(deciding=True):
            ledger.policies.approve_statement(sha256(approved.encode()), approved, "Cara Law", now)
        kept.counted.count(ledger, now.date())
        assert kept.counted.approved is said


def test_a_round_that_fails_is_counted_and_leaves_no_line(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is told more than that it failed, with the day's total."""

    def broken(*_: object) -> None:
        raise ValueError("zebrafinch")

    monkeypatch.setattr(kept.counted, "count", broken)
    object.__setattr__(kept.door, "today", lambda: datetime.date(2026, 11, 21))
    asyncio.run(kept.upkeep._bordered())
    assert kept.failures == 1
    assert not caplog.records
