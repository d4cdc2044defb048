"""A town of 200 people who sign and report, drawn alike in every run: what the statistical attacks are tried on."""

# ruff: noqa: S311 - drawn alike in every run
from __future__ import annotations

import datetime
import random

from bot.casebook.submission import PERIODS, Submission
from bot.ledger import Ledger
from bot.records import Act
from bot.report_settings import FALLBACK, HR, Recipient
from tests.canary.attacks import SEED

PEOPLE = 200
BEGUN = datetime.datetime(2026, 11, 19, 15, 2, 11, 123000, tzinfo=datetime.UTC)
READERS = (Recipient("hr", "Hana Ruiz", HR), Recipient("independent", "Ada Clerk", FALLBACK))


class Clock:
    """Goes on by random seconds, at each look."""

    def __init__(self) -> None:
        self.now = BEGUN
        self._chance = random.Random(SEED)

    def __call__(self) -> datetime.datetime:
        return self.now

    def on(self) -> datetime.datetime:
        """Some seconds later."""
        self.now += datetime.timedelta(seconds=self._chance.uniform(1, 8))
        return self.now


def said(chance: random.Random) -> Submission:
    """A report of some length."""
    return Submission("violation", ("416.8.5.a",), "x" * chance.randrange(20, 900), "there", PERIODS[1], HR, (), False)


def sign(ledger: Ledger, at: datetime.datetime, chance: random.Random) -> str:
    """A record of the chain; its id."""
    id = chance.randbytes(8).hex()
    with ledger.transaction(deciding=True):
        ledger.acts.append(Act(id, "signed", at, "416", "v1", facts={"text_sha256": "0", "client": "x" * chance.randrange(90)}))
    return id
