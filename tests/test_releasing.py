"""Work of the windows: what is due comes to light, and everybody who receives reports is told the same."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot import views_json
from bot.casebook import Submission
from bot.casebook.owing import Owing
from bot.caseroom import Caseroom, KeyElsewhere, Locked, Reader
from bot.database import DatabaseGone
from bot.database.sqlite import SQLite
from bot.journeys.case_table import Act
from bot.ledger import Ledger
from bot.releasing import AT_ONCE, AT_WINDOW, OVERDUE, UNOPENED, Releasing
from bot.views import Text, View
from tests.casebooks import next_moment
from tests.caserooms import HANA, IDA, NOW, READERS, SECRET, Room, office, settings
from tests.databases import opened

pytestmark = pytest.mark.anonymity

DANGER = Submission("violation", (), SECRET, "", "This week", "hr", (), danger=True)
# How often there is a round here, so that a day is over soon.
ACTIVE = datetime.timedelta(minutes=15)


async def _here(call: Callable[..., Any], *given: object) -> Any:
    return call(*given)


@dataclass
class Working:
    """The work of an office, with its ledger; `told` are the notices so far: key, person, text, when."""

    room: Room
    ledger: Ledger
    database: SQLite
    work: Releasing
    pokes: list[int] = field(default_factory=list)

    def tick(self) -> None:
        """One round."""
        asyncio.run(self.work.tick(self.room.clock()))

    def rounds(self, until: datetime.datetime) -> None:
        """Every quarter of an hour, until then."""
        while self.room.clock() < until:
            self.tick()
            self.room.clock.moment += ACTIVE

    @property
    def told(self) -> list[tuple[str, str, str, float]]:
        """What stands in the outbox, in order."""
        rows = self.database.rows("SELECT key, address, view, not_before FROM outbox ORDER BY key")
        return [(row["key"], row["address"], row["view"], row["not_before"]) for row in rows]


@contextmanager
def working(notice: str = "every window", readers: tuple[Reader, ...] = READERS) -> Iterator[Working]:
    """An office whose work is done here and now."""
    with office(chosen=settings(notice=notice)) as room, opened("memory", None) as database:  # type: ignore[arg-type] # no file
        ledger = Ledger(database)
        ledger.open()
        made = Working(room, ledger, database, None)  # type: ignore[arg-type] # comes at once
        made.work = Releasing(room.caseroom, lambda: readers, ledger, _here, _here, delivers=lambda: made.pokes.append(1))
        yield made


def words(view: View) -> str:
    """The text of a notice."""
    return " ".join(block.text for block in view.blocks if isinstance(block, Text))


def cases(room: Room) -> int:
    """How many Hana sees."""
    return len(room.caseroom.listed(HANA, READERS))


def test_p8_whenever_something_is_filed_it_comes_to_light_at_a_window() -> None:
    """For a report at any second between two windows, with the same rest, case and notice appear at one and the same round."""
    between = [datetime.timedelta(seconds=second) for second in (1, 59, 60, 3_601, 7_777, 17_999)]
    instants, notices = set(), []
    for after in between:
        with working() as made:
            made.room.clock.moment = NOW - datetime.timedelta(hours=1) + after  # after the window of 09:00
            made.room.book.chance.uniform = lambda *_: 7.0  # type: ignore[method-assign] # past the window of 15:00
            made.room.reported()
            made.room.clock.moment = NOW.replace(hour=20, minute=30)
            while not cases(made.room):
                made.tick()
                made.room.clock.moment += ACTIVE
            instants.add(made.room.clock.moment - ACTIVE)
            notices.append(made.told)
    assert instants == {datetime.datetime(2026, 12, 1, 15, 0, tzinfo=datetime.UTC)}
    assert all(each == notices[0] for each in notices)


def test_p8_the_rest_is_drawn_and_not_made_of_what_is_said() -> None:
    """The generator is asked for each report alike, between the least and the most; the words are not in it."""
    asked = []
    with working() as made:
        made.room.book.chance.uniform = lambda least, most: asked.append((least, most)) or 3.0  # type: ignore[method-assign, func-returns-value]
        for what in ("a", SECRET, "x" * 5000):
            made.room.reported(what)
    assert asked == [(2.0, 26.0)] * 3


def test_p14_the_notice_is_the_same_whether_there_is_anything_or_not() -> None:
    """Over three days, with many reports or none, the outbox holds the same rows to the last byte."""
    found = []
    for number in (0, 1, 5):
        with working() as made:
            for count in range(number):
                made.room.reported(f"CANARY {count}", involved=("hr",) if count % 2 else ())
            made.rounds(NOW + datetime.timedelta(days=2))
            assert cases(made.room) == number - number // 2
            found.append(made.told)
    assert found[0] == found[1] == found[2]
    assert len({view for _, _, view, _ in found[0]}) == 1
    assert "CANARY" not in repr(found)


def test_p14_everybody_of_every_route_is_told_at_every_window() -> None:
    """Two windows a day, three people; each row is of its window and person, due at the window's own moment."""
    windows = ("window:2026-11-30:09:00", "window:2026-11-30:15:00", "window:2026-12-01:09:00")
    with working() as made:
        made.rounds(NOW + datetime.timedelta(days=1))
        keys = [key for key, *_ in made.told]
        moments = sorted({moment for *_, moment in made.told})
    assert keys == [f"{window}:{person}" for window in windows for person in ("ada", "hana", "ida")]
    assert moments == [
        datetime.datetime(2026, 11, 30, 15, tzinfo=datetime.UTC).timestamp(),
        datetime.datetime(2026, 11, 30, 21, tzinfo=datetime.UTC).timestamp(),
        datetime.datetime(2026, 12, 1, 15, tzinfo=datetime.UTC).timestamp(),
    ]


@pytest.mark.parametrize("view", [AT_WINDOW, AT_ONCE, OVERDUE, UNOPENED])
def test_p14_no_notice_has_a_number_or_an_address(view: View) -> None:
    """Constant words and one button without a value."""
    assert not any(sign.isdigit() for sign in words(view))
    assert [(each.action, each.value) for each in view.buttons] == [("cases_link", "")]
    assert len(view.blocks) == 2


def test_by_a_setting_a_notice_follows_a_release_only() -> None:
    """Nothing at a window without one; the same words at a window with one."""
    with working("after a release") as made:
        made.rounds(NOW + datetime.timedelta(hours=8))
        started = len(made.told)
        made.rounds(NOW + datetime.timedelta(days=2))
        assert len(made.told) == started
        made.room.reported()
        made.rounds(NOW + datetime.timedelta(days=4))
        assert len(made.told) == started + 3
        assert {view for _, _, view, _ in made.told} == {json_of(made, AT_WINDOW)}


def json_of(made: Working, view: View) -> str:
    """A view as the outbox keeps it."""
    return views_json.dump(view)


@pytest.mark.parametrize("notice", ["every window", "after a release"])
def test_a_notice_outlives_a_ledger_that_is_away(notice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the release went well and the notice could not be kept, it is kept at a later round, once."""
    with working(notice) as made:
        made.tick()
        before = len(made.told)
        made.room.reported()
        made.room.clock.later(days=2)
        with monkeypatch.context() as away:

            def gone(notices: object) -> int:
                raise DatabaseGone

            away.setattr(made.ledger.notices, "add_all", gone)
            with pytest.raises(DatabaseGone):
                made.tick()
        assert (cases(made.room), len(made.told)) == (1, before)
        made.tick()
        made.tick()
        assert len(made.told) == before + 3


@pytest.mark.parametrize("notice", ["every window", "after a release"])
def test_a_notice_outlives_the_program(notice: str) -> None:
    """Killed between release and notice, the program tells of it after its next start; started again after that, it does not."""
    with working(notice) as made:
        made.tick()
        before = len(made.told)
        made.room.reported()
        made.room.clock.later(days=2)
        made.room.book.release()  # and then it died
        for _ in range(2):
            made.work = Releasing(made.room.caseroom, lambda: READERS, made.ledger, _here, _here)
            made.tick()
            assert len(made.told) == before + 3


def test_a_notice_outlives_the_replica_that_released() -> None:
    """It has looked in before, and takes over where the one that released was stopped: it tells, and nobody tells twice."""
    with working("after a release") as made:
        other = Releasing(made.room.caseroom, lambda: READERS, made.ledger, _here, _here)
        for _ in range(2):
            made.tick()
            asyncio.run(other.tick(made.room.clock()))
            before = len(made.told)
            made.room.reported()
            made.room.clock.later(days=2)
            made.room.book.release()  # by a third one, which was stopped then
            asyncio.run(other.tick(made.room.clock()))
            made.tick()
            assert len(made.told) == before + 3


def test_where_nothing_came_to_light_a_start_is_told_to_nobody() -> None:
    """What is owed is kept, so that it need not be guessed."""
    with working("after a release") as made:
        made.tick()
        assert made.told == []


def test_a_window_that_passes_while_another_is_worked_at_is_told_of() -> None:
    """A round belongs to one window: it neither releases nor settles the next one, whose notice would else be lost by a death."""
    with working("after a release") as made:
        made.room.book.chance.uniform = lambda *_: 2.0  # type: ignore[method-assign]
        made.room.reported()
        made.room.clock.moment = due = next_moment(made.room.book)
        made.room.clock.later(seconds=-1.5)

        async def passing(call: Callable[..., Any], *given: object) -> Any:
            made.room.clock.later(seconds=0.4)
            return call(*given)

        made.work = Releasing(made.room.caseroom, lambda: READERS, made.ledger, passing, _here)
        made.tick()
        assert made.room.clock() > due
        assert cases(made.room) == 0
        made.room.book.release()  # and then it died
        made.work = Releasing(made.room.caseroom, lambda: READERS, made.ledger, _here, _here)
        made.tick()
        assert cases(made.room) == 1
        assert [key for key, *_ in made.told if ":15:00:" in key] != []


def test_danger_is_handed_over_at_once_and_told_to_those_who_read_it_alone() -> None:
    """The one exception: the case is there before any window, and whoever is involved is not told."""
    with working() as made:
        given = replace(DANGER, involved=("hr",))
        assert made.room.book.file(given, made.room.book.draw(), mark="id") is None
        asyncio.run(made.work.at_once("id", "hr", ["hr"]))
        assert [(key, address) for key, address, *_ in made.told] == [("at-once:id:ida", "person:ida")]
        assert "danger" in words(AT_ONCE)
        assert SECRET not in repr(made.told)
        assert made.pokes == [1]


def test_danger_is_told_as_soon_as_the_ledger_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the ledger is away it is tried again; it is told once."""
    with working() as made:
        add, tries = made.ledger.notices.add_all, [DatabaseGone(), DatabaseGone()]

        def sometimes(notices: Any) -> int:
            if tries:
                raise tries.pop()
            return add(notices)

        monkeypatch.setattr(made.ledger.notices, "add_all", sometimes)
        made.work = Releasing(made.room.caseroom, lambda: READERS, made.ledger, _here, _here, again=0)
        asyncio.run(made.work.at_once("id", "hr", ["hr", "hr-two"]))
        assert [key for key, *_ in made.told] == ["at-once:id:ada"]


def alarms(made: Working) -> list[tuple[str, str]]:
    """Whom a notice told that did not belong to a window, and in which words."""
    return [(address, view) for key, address, view, _ in made.told if not key.startswith("window:")]


def test_danger_that_a_death_kept_from_being_told_is_told_after_the_next_start() -> None:
    """To those who may read it and nobody else; once, and not before whoever filed it had a round's time to tell."""
    with working() as made:
        made.tick()
        made.room.reported(involved=("hr",), danger=True)  # and then it died
        made.work = Releasing(made.room.caseroom, lambda: READERS, made.ledger, _here, _here)
        made.tick()
        assert alarms(made) == []
        for _ in range(3):
            made.tick()
            assert alarms(made) == [("person:ida", json_of(made, AT_ONCE))]


def test_danger_that_was_told_is_not_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither after it went well, nor where the process died just after its notices were kept."""
    with working() as made:
        made.room.book.file(danger := replace(DANGER, involved=("hr",)), made.room.book.draw(), mark="one")
        asyncio.run(made.work.at_once("one", "hr", ["hr"]))
        made.rounds(made.room.clock() + 3 * ACTIVE)
        assert len(alarms(made)) == 1
        made.room.book.file(danger, made.room.book.draw(), mark="two")
        with monkeypatch.context() as dying:
            dying.setattr(Owing, "alarm_told", killed)
            with pytest.raises(KeyboardInterrupt):
                asyncio.run(made.work.at_once("two", "hr", ["hr"]))
        made.rounds(made.room.clock() + 3 * ACTIVE)
        assert len(alarms(made)) == 2


def killed(*_: object) -> None:
    """The process ends here."""
    raise KeyboardInterrupt


def test_danger_that_somebody_has_looked_into_meanwhile_is_told_no_more() -> None:
    """Nobody needs to be called to what is being read."""
    with working() as made:
        made.room.reported(danger=True)
        made.room.shown()
        made.rounds(made.room.clock() + 3 * ACTIVE)
        assert alarms(made) == []
        assert made.room.book.owing.alarms() == ()


def test_p10_danger_that_nobody_here_can_read_is_told_to_all_in_the_words_of_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the reports are locked, and in level sealed, it is not known whose it is: all are told to look, and nobody more."""
    for refusal in (Locked, KeyElsewhere):
        with working() as made:
            made.room.reported(involved=("hr",), danger=True)

            def closed(*_: object, why: type[Exception] = refusal) -> None:
                raise why

            monkeypatch.setattr(Caseroom, "listed", closed)
            made.rounds(made.room.clock() + 4 * ACTIVE)
            same = json_of(made, AT_WINDOW)
            assert alarms(made) == [(f"person:{each}", same) for each in ("ada", "hana", "ida")]


def test_what_is_overdue_is_told_once_a_day_to_whoever_sees_it() -> None:
    """A constant sentence, no count: to both of HR for what both see, to one alone for what leaves the other out."""
    with working() as made:
        made.room.reported(involved=("hr",))
        made.rounds(NOW + datetime.timedelta(days=9))
        keys = [key for key, *_ in made.told if key.startswith("overdue")]
        assert keys
        assert all(key.endswith(":ida") for key in keys)
        assert len(keys) == len(set(keys))
        made.room.reported("Another.")
        made.rounds(NOW + datetime.timedelta(days=18))
        late = [key for key, *_ in made.told if key.startswith("overdue:2026-12-18")]
        assert late == ["overdue:2026-12-18:hana", "overdue:2026-12-18:ida"]


def test_a_word_to_the_reporter_ends_the_alarm() -> None:
    """Nothing is overdue any more, so nobody is told."""
    with working() as made:
        made.room.reported()
        made.room.released()
        made.room.act(Act.TAKE)
        made.room.act(Act.WRITE, letter="word", text="We have it.")
        made.rounds(NOW + datetime.timedelta(days=12))
        assert not [key for key, *_ in made.told if key.startswith("overdue")]


def test_p20_what_nobody_opened_for_a_week_is_told_once_a_day_to_whoever_may_read_it() -> None:
    """From the seventh day after its release on, in a constant sentence, however many there are; until somebody opens them."""
    with working() as made:
        made.room.reported(involved=("hr",))
        made.room.reported("Another", involved=("hr",))
        made.rounds(NOW + datetime.timedelta(days=13))
        rows = [row for row in made.told if row[0].startswith("unopened")]
        assert {view for _, _, view, _ in rows} == {json_of(made, UNOPENED)}
        (day,) = {row.case.released for row in made.room.caseroom.listed(IDA, READERS)}
        days = [day + datetime.timedelta(days=number) for number in range(7, 14)]
        assert [key for key, *_ in rows] == [f"unopened:{each}:ida" for each in days if each <= made.room.caseroom.today()]
        for row in made.room.caseroom.listed(IDA, READERS):
            made.room.shown(IDA, row.case.id)
        made.rounds(NOW + datetime.timedelta(days=16))
        assert len([key for key, *_ in made.told if key.startswith("unopened")]) == len(rows)


def test_p10_where_nobody_can_be_known_nobody_is_told_of_what_was_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the reports are locked, and in level sealed, there is neither notice nor failure."""
    for refusal in (Locked, KeyElsewhere):
        with working() as made:
            made.room.reported()

            def closed(*_: object, why: type[Exception] = refusal) -> None:
                raise why

            monkeypatch.setattr(Caseroom, "listed", closed)
            made.rounds(NOW + datetime.timedelta(days=12))
            assert {key.partition(":")[0] for key, *_ in made.told} == {"window"}


def test_between_two_windows_nothing_is_asked() -> None:
    """A round inside a window whose work is done touches neither database."""
    with working() as made:
        made.tick()
        made.room.book.store.release = None  # type: ignore[assignment, method-assign]
        made.ledger.notices.add_all = None  # type: ignore[assignment, method-assign]
        made.room.clock.later(hours=4, minutes=58)
        made.tick()
