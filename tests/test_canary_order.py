"""The two attacks on a real ledger and a real casebook: 200 people sign and report, each in an order of their own (P5, P7)."""

# ruff: noqa: S311 - drawn alike in every run
from __future__ import annotations

import datetime
import random
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from bot.casebook import Casebook, receipt
from bot.casebook.keys import SALT_FILE
from bot.casebook.starting import FILE, casebook
from bot.database.sqlite import SQLite
from bot.ledger import Ledger, migrations
from bot.office_hours import Hours
from bot.report_settings import ReportSettings
from tests.canary.attacks import SEED, Trace, join, order, traces
from tests.canary.town import PEOPLE, READERS, Clock, said, sign

pytestmark = pytest.mark.anonymity


@dataclass
class Town:
    """200 people in the order in which they reported, what each left in the ledger, and in the casebook before and after its
    release; and when each file was changed last at that time."""

    signed: list[Trace]
    waiting: list[Trace]
    released: list[Trace]
    changed: set[float]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Everybody signs and reports, in an order drawn by chance, within some 50 minutes."""
    place, chance, clock = tmp_path_factory.mktemp("town"), random.Random(SEED), Clock()
    # No hold: all are to come to light at the same window, since order within a window is what is attacked.
    settings = ReportSettings(recipients=READERS, local=True, hold=(2.0, 2.0))
    (place / SALT_FILE).write_bytes(b"salt of this test")
    book = drawn_alike(casebook(settings, place, Hours(), clock), chance)
    path, changed, signed, filed = place / "ledger.sqlite", set(), {}, {}
    with closing(SQLite(path)) as handle, closing(book.store):
        migrations.migrate(handle)
        ledger = Ledger(handle)
        acts = [("signs", person) for person in range(PEOPLE)] + [("reports", person) for person in range(PEOPLE)]
        for what, person in chance.sample(acts, len(acts)):
            if what == "signs":
                signed[person] = sign(ledger, clock.on(), chance)
            else:
                filed[person] = report(book, clock, chance)
                changed.add((place / FILE).stat().st_mtime)
        waiting = traces(place / FILE, "waiting", "lookup")
        clock.now += datetime.timedelta(days=3)
        assert book.release()
        released = traces(place / FILE, "report", "lookup")
        rows = traces(path, "record", "id")
    people = list(filed)
    assert len(released) == PEOPLE
    return Town(
        [rows[signed[person]] for person in people],
        [waiting[filed[person]] for person in people],
        [released[filed[person]] for person in people],
        changed,
    )


def drawn_alike(book: Casebook, chance: random.Random) -> Casebook:
    """The same casebook, drawing the same in every run: a test that asks for p > 0.01 would else fail once in a hundred runs."""
    database = book.store._database
    assert isinstance(database, SQLite)
    assert database._connection
    database._connection.create_function("random", 0, lambda: chance.getrandbits(63))
    return replace(book, chance=chance, new_id=lambda: chance.randbytes(16).hex())


def report(book: Casebook, clock: Clock, chance: random.Random) -> str:
    """A report; its look-up digest, which its writer knows."""
    clock.on()
    words = receipt.new_words(chance.choice)
    own = receipt.derive(words, book.salt, words)
    book.file(said(chance), own)
    return own.lookup


def test_p5_nothing_in_the_ledger_finds_a_report(town: Town) -> None:
    """Before and after the release: ids, row order, places in the file, times, sizes."""
    for kept in (town.waiting, town.released):
        verdict = join(list(zip(town.signed, kept, strict=True)))
        assert verdict.p > 0.01, verdict


def test_p5_what_a_signature_shows_is_seen_by_the_attacker(town: Town) -> None:
    """The attack has teeth: with the time of filing in its hands it would succeed."""
    leaky = [{**kept, "filed": float(place)} for place, kept in enumerate(town.released)]
    assert order(leaky).p < 1e-6
    assert {"seq", "at (moment)", "digest (order)"} <= set(town.signed[0])


def test_p6_files_say_no_more_than_the_window_before(town: Town) -> None:
    """Whenever somebody reported, the file's own time was the same."""
    assert len(town.changed) == 1


def test_p7_released_reports_have_no_order(town: Town) -> None:
    """Neither keys nor rows nor places in the file tell in which order they were written."""
    verdict = order(town.released)
    assert verdict.p > 0.01, verdict


def test_p7_waiting_reports_have_no_order(town: Town) -> None:
    """The same before they are released: whoever copies the file between two windows."""
    verdict = order(town.waiting)
    assert verdict.p > 0.01, verdict
