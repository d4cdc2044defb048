"""Many at once before the door of reports: each is answered, or turned away in time, kindly, with all that was typed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from bot.attachments import Attachment
from bot.journeys.report import BACK, SEEN, WRITE, Written
from bot.journeys.report_back import Behind
from bot.reporting import CROWDED, Reporting
from bot.turns import Submitted
from bot.views import Text, View
from tests.report_page import REPORT, WORDS, Book

pytestmark = pytest.mark.anonymity
SLOW = 0.1
PATIENCE = 0.35


@dataclass
class SlowBook(Book):
    """Takes its time with each."""

    def file(self, written: Written, attachments: Sequence[Attachment] = ()) -> str:
        time.sleep(SLOW)
        return super().file(written, attachments)

    def behind(self, receipt: str) -> Behind | None:
        time.sleep(SLOW)
        return super().behind(receipt)


def sent(turn: Submitted, times: int) -> tuple[list[tuple[View, float]], SlowBook]:
    """So many at once, with the seconds that each waited; and the book."""
    book, failed = SlowBook(), list[int]()

    async def each(door: Reporting) -> tuple[View, float]:
        begun = time.monotonic()
        return await door.answer(turn), time.monotonic() - begun

    async def every() -> list[tuple[View, float]]:
        with ThreadPoolExecutor(1) as thread:
            door = Reporting(book, thread, failed=lambda: failed.append(1), patience=PATIENCE)
            return list(await asyncio.gather(*(each(door) for _ in range(times))))

    found = asyncio.run(every())
    assert failed == [], "to be turned away is no failure"
    return found, book


def is_turned_away(view: View) -> bool:
    return Text(CROWDED) in view.blocks


def test_who_would_wait_too_long_is_turned_away_with_what_was_typed() -> None:
    """Those who come in time get a receipt; of the others nothing is kept, now or later, and the form is there as it was."""
    found, book = sent(Submitted(WRITE, REPORT, SEEN), 12)
    away = [view for view, _ in found if is_turned_away(view)]
    assert 0 < len(away) < 12
    assert len(book.kept) == 12 - len(away)
    assert all(WORDS in repr(view) for view, _ in found if not is_turned_away(view))
    for view in away:
        (form,) = view.forms
        assert {each.name: each.value for each in form.fields}["f2"] == REPORT["f2"]
        assert form.state == SEEN
    assert max(seconds for _, seconds in found) < PATIENCE + 3 * SLOW


def test_whoever_comes_back_is_turned_away_alike() -> None:
    """A receipt is not put back into the form."""
    found, _ = sent(Submitted(BACK, {"f1": WORDS, "f2": "a", "f3": ""}), 12)
    away = [view for view, _ in found if is_turned_away(view)]
    assert 0 < len(away) < 12
    assert WORDS not in repr(away)
