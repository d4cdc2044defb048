"""The two attacks on a ledger and a casebook in PostgreSQL, with all that the cluster keeps of a row beside it (DECISIONS 21).

200 people sign, and each reports within five minutes of it. What PostgreSQL tells before a window is told here too: that is what
the attacks find, and what the rewriting at each window ends.
"""

# ruff: noqa: S311 - drawn alike in every run
from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.casebook import Casebook, Receipt, rewriting
from bot.casebook.keys import SALT_FILE
from bot.casebook.starting import casebook
from bot.database.postgres import Postgres
from bot.ledger import Ledger, migrations
from bot.office_hours import Hours
from bot.report_settings import ReportSettings
from tests.canary.attacks import SEED, Trace, join, order
from tests.canary.postgres import traces
from tests.canary.town import BEGUN, PEOPLE, READERS, Clock, said, sign
from tests.casebooks import next_moment, quick_receipt
from tests.databases import schema

pytestmark = pytest.mark.anonymity


@dataclass
class Town:
    """What each person left, in the order in which they reported: in the ledger; and in the casebook before and after a window
    at which their report still waits, and after the one at which it came to light; the same of what they added."""

    signed: Sequence[Trace]
    fresh: Sequence[Trace]
    waiting: Sequence[Trace]
    released: Sequence[Trace]
    added: Sequence[Trace]
    words: Sequence[Trace]


@dataclass
class Filing:
    """Somebody's receipt, and the ids of their report and of what they added."""

    receipt: Receipt
    report: str
    word: str = ""


@contextmanager
def settled(place: Path, clock: Clock, chance: random.Random) -> Iterator[tuple[Ledger, Postgres, Casebook, Postgres]]:
    """A ledger and a casebook with their databases. These count transactions together here, which helps whoever joins them."""
    (place / SALT_FILE).write_bytes(b"salt of this test")
    with schema() as ledger_url, schema() as url, closing(Postgres(ledger_url)) as handle:
        # All rest past the next window, so that one window finds them waiting and a later one lets all come to light.
        settings = ReportSettings(recipients=READERS, local=True, hold=(20.0, 26.0), database_url=url)
        made = casebook(settings, place, Hours(), clock)
        book = replace(made, chance=chance, new_id=lambda: chance.randbytes(16).hex())
        here = book.store._database
        assert isinstance(here, Postgres)
        with closing(book.store):
            migrations.migrate(handle)
            list(here.rows("SELECT setseed(0.416)"))  # one thread has one connection, which draws alike from here on
            yield Ledger(handle), handle, book, here


def built(place: Path) -> Town:
    """The town, on whatever casebook there is now."""
    chance, clock = random.Random(SEED), Clock()
    with settled(place, clock, chance) as (ledger, handle, book, here):
        signed, filed = acted(ledger, book, clock, chance)
        fresh = traces(here, "waiting", "id")
        clock.now = next_moment(book)
        assert not book.release()
        waiting = traces(here, "waiting", "id")
        clock.now += datetime.timedelta(days=3)
        assert book.release()
        released = traces(here, "report", "id")
        add(book, filed, clock)
        added = traces(here, "waiting_word", "id")
        clock.now += datetime.timedelta(days=3)
        assert book.release()
        words, rows = traces(here, "word", "id"), traces(handle, "record", "id")
    reports, additions = [each.report for each in filed.values()], [each.word for each in filed.values()]
    found = [[kept[id] for id in reports] for kept in (fresh, waiting, released)]
    found += [[kept[id] for id in additions] for kept in (added, words)]
    return Town([rows[signed[who]] for who in filed], *found)


def acted(ledger: Ledger, book: Casebook, clock: Clock, chance: random.Random) -> tuple[dict[int, str], dict[int, Filing]]:
    """Everybody signs within some hours, and reports within five minutes of it; by person, what they left, in their order."""
    signs = [(BEGUN + datetime.timedelta(seconds=chance.uniform(0, 9000)), "signs", who) for who in range(PEOPLE)]
    reports = [(at + datetime.timedelta(seconds=chance.uniform(5, 300)), "reports", who) for at, _, who in signs]
    signed: dict[int, str] = {}
    filed: dict[int, Filing] = {}
    for at, what, who in sorted([*signs, *reports]):
        clock.now = at
        if what == "signs":
            signed[who] = sign(ledger, at, chance)
        else:
            filed[who] = report(book, chance)
    return signed, filed


def report(book: Casebook, chance: random.Random) -> Filing:
    """A report, with a digest that is drawn alike in each run."""
    own = replace(quick_receipt(), lookup=f"{chance.getrandbits(256):064x}")
    ids: list[str] = []
    noting(book, ids).file(said(chance), own)
    return Filing(own, ids[0])


def add(book: Casebook, filed: dict[int, Filing], clock: Clock) -> None:
    """Everybody adds something, in the order in which they had reported."""
    for each in filed.values():
        clock.on()
        ids: list[str] = []
        assert noting(book, ids).add(each.receipt, "And again.")
        each.word = ids[0]


def noting(book: Casebook, ids: list[str]) -> Casebook:
    """The same casebook, whose new ids are noted."""
    draw = book.new_id

    def noted() -> str:
        ids.append(draw())
        return ids[-1]

    return replace(book, new_id=noted)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town on the casebook as it is."""
    return built(tmp_path_factory.mktemp("town"))


KEPT: dict[str, Callable[[Town], Sequence[Trace]]] = {
    "waiting": lambda town: town.waiting,
    "released": lambda town: town.released,
    "words": lambda town: town.words,
}


# What age draws for each file, which no seed sets: there chance must be given more room, or it would fail now and then.
AGE = {"own (length)", "sealed (length)", "reply (length)"}
BY_CHANCE = 1e-5


@pytest.mark.parametrize("kept", KEPT)
def test_p5_p7_after_a_window_nothing_ties_and_nothing_orders(town: Town, kept: str) -> None:
    """Neither keys and columns, nor transactions, places, numbers of long values and the times of files; nor lengths."""
    signed, found = town.signed, KEPT[kept](town)
    for names, most in ((set(found[0]) - AGE, 0.01), (AGE, BY_CHANCE)):
        seen = [{name: trace[name] for name in names if name in trace} for trace in found]
        joined, ordered = join(list(zip(signed, seen, strict=True))), order(seen)
        assert joined.p > most, joined
        assert ordered.p > most, ordered


def test_p5_p7_before_a_window_postgres_tells_and_the_attacks_hear_it(town: Town) -> None:
    """They have teeth: a live administrator between two windows joins and orders all of it, as SECURITY.md says."""
    for found in (town.fresh, town.added):
        assert {"xmin", "line", "sealed (number)", "sealed (line)"} <= set(found[0])
        assert order(found).p < 1e-6
        assert join(list(zip(town.signed, found, strict=True))).p < 1e-6


def test_p5_p7_without_the_rewriting_the_attacks_succeed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A casebook that rewrites nothing, and moves rows as they come, is found out: by what waits, came to light and was added."""
    run = Postgres.run

    def in_order(self: Postgres, sql: str, params: Sequence[object] = ()) -> int:
        return run(self, sql.replace("ORDER BY random()", "ORDER BY ctid"), params)

    monkeypatch.setattr(Postgres, "run", in_order)
    monkeypatch.setattr(rewriting, "shuffle", lambda _: None)
    weak = built(tmp_path)
    for kept in KEPT.values():
        assert order(kept(weak)).p < 1e-6
        assert join(list(zip(weak.signed, kept(weak), strict=True))).p < 1e-6
