"""What failed of reports is told once a day, as a number."""

from __future__ import annotations

import asyncio
import datetime
import re

import pytest

from bot.daily_total import DailyTotal
from bot.office_hours import Hours

pytestmark = pytest.mark.anonymity
# 17:30 in Parkville.
EVENING = datetime.datetime(2026, 11, 19, 23, 30, tzinfo=datetime.UTC)


def test_the_total_waits_for_the_end_of_the_day() -> None:
    """The organisation's day, not that of the machine."""
    assert DailyTotal(Hours(), lambda: EVENING).wait() == 6.5 * 3600


def test_failures_are_one_number_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """No line when something fails; one when the day ends, and another, with the rest, when the program does."""
    total = DailyTotal(Hours(), lambda: EVENING)

    async def run() -> None:
        await total.start()
        for _ in range(3):
            total.add()
        assert caplog.records == []
        total.say()
        total.add()
        await total.stop()
        total.say()

    asyncio.run(run())
    assert [re.findall(r"\d+", each.getMessage()) for each in caplog.records] == [["3"], ["1"]]
