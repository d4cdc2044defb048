"""Retention, legal hold and deletion at the door of the case room: P19 and P20, over SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bot.case_keeping import CaseKeeping
from bot.casebook import Enclosure, Receipt, Submission, rewriting
from bot.casebook.keeping import Kept
from bot.caseroom import Reader
from bot.database import Database, DatabaseGone
from bot.database.postgres import Postgres
from bot.journeys.case_refusals import NoSuchCase, NoSuchSchedule, NotToBeDeleted
from bot.journeys.case_table import Act
from tests.caserooms import ADA, HANA, IDA, READERS, Room, office
from tests.databases import KINDS, POSTGRES

pytestmark = pytest.mark.anonymity
TABLES = ("waiting", "waiting_word", "report", "word", "trail")
# Two years and a day, one of which is longer.
YEARS = 732


@pytest.fixture(params=KINDS)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """An office on each kind of database."""
    with office(request.param, tmp_path) as found:
        yield found


def keeping(room: Room) -> CaseKeeping:
    """Retention at its door."""
    return CaseKeeping(room.caseroom)


def due(room: Room, reader: Reader = HANA) -> list[str]:
    """The ids of what this reader is proposed."""
    return [each.row.case.id for each in keeping(room).due(reader, READERS).cases]


def seen(room: Room, *ids: str, reader: Reader = HANA) -> dict[str, int]:
    """These cases with their versions, as this reader sees them now."""
    return {row.case.id: row.case.version for row in room.caseroom.listed(reader, READERS) if row.case.id in ids}


def released_and_concluded(room: Room, what: str = "About a page.", involved: tuple[str, ...] = (), reader: Reader = HANA) -> str:
    """A new report, gone all its way."""
    known = {row.case.id for row in room.caseroom.listed(reader, READERS)}
    room.reported(what, involved=involved)
    room.released()
    (id,) = {row.case.id for row in room.caseroom.listed(reader, READERS)} - known
    return room.concluded(id, reader=reader)


def rows(room: Room, table: str) -> list[dict[str, object]]:
    """What stands in a table."""
    return [dict(row) for row in room.book.store._database.rows(f"SELECT * FROM {table}")]  # noqa: S608 - our own names


def test_p20_what_is_due_is_proposed_and_nothing_is_deleted_by_itself(room: Room) -> None:
    """Two years to the day it is kept, and proposed on the next; it stays there however long nobody confirms."""
    id = released_and_concluded(room)
    room.clock.later(days=731)
    assert due(room) == []
    room.clock.later(days=1)
    (proposed,) = keeping(room).due(HANA, READERS).cases
    assert (proposed.row.case.id, proposed.schedule.code) == (id, "GS-1")
    assert proposed.since == proposed.row.case.concluded.replace(year=2028)  # type: ignore[union-attr] # it is concluded
    room.clock.later(days=4000)
    room.book.release()
    assert due(room) == [id]


def test_p20_what_the_reporter_adds_starts_the_time_anew(room: Room) -> None:
    """Something that was said a year after the conclusion is kept two years as well."""
    id = released_and_concluded(room)
    room.clock.later(days=365)
    assert room.book.add(room.receipts[0], "It happens again.")
    room.released()
    room.clock.later(days=366)
    assert due(room) == []
    room.clock.later(days=366)
    assert due(room) == [id]


def test_p20_what_is_held_open_unopened_or_without_a_period_is_not_deleted(room: Room) -> None:
    """Neither proposed, nor deleted for who names it; where one of several may not be, none is."""
    held, without, gone = (released_and_concluded(room, f"Report {number}") for number in range(3))
    room.act(Act.SCHEDULE, id=without, schedule="GS-2")
    room.act(Act.HOLD, id=held, reader=IDA, reason="Lawsuit")
    room.reported("Never opened")
    room.released()
    room.clock.later(days=YEARS)
    unopened = next(row.case.id for row in room.caseroom.listed(HANA, READERS) if row.unopened)
    assert due(room) == [gone]
    for kept in (held, without, unopened):
        with pytest.raises(NotToBeDeleted):
            keeping(room).dispose(HANA, READERS, seen(room, gone, kept))
    assert len(rows(room, "report")) == 4
    assert rows(room, "disposed") == []
    room.act(Act.RELEASE_HOLD, id=held)
    assert set(due(room)) == {held, gone}


def test_p20_a_hold_put_on_meanwhile_wins(room: Room) -> None:
    """Between looking and confirming, a hold, another code or a conclusion taken back keeps the case; and the casebook itself
    deletes nothing that has changed since it was read."""
    id = released_and_concluded(room)
    room.clock.later(days=YEARS)
    before = seen(room, id)
    (as_read,) = (each.row.case for each in keeping(room).due(HANA, READERS).cases)
    room.act(Act.HOLD, IDA, id)
    with pytest.raises(NotToBeDeleted):
        keeping(room).dispose(HANA, READERS, before)
    with pytest.raises(Kept):
        room.book.keeping.dispose([as_read], room.caseroom.today())
    assert len(rows(room, "report")) == 1


def test_p19_who_may_not_read_a_case_neither_sees_nor_deletes_it(room: Room) -> None:
    """For Hana, what names her is exactly like a case that does not exist; Ida deletes it."""
    hers = released_and_concluded(room, "About Hana", involved=("hr",), reader=IDA)
    both = released_and_concluded(room)
    room.clock.later(days=YEARS)
    assert (due(room), due(room, ADA)) == ([both], [])
    assert set(due(room, IDA)) == {hers, both}
    version = seen(room, hers, reader=IDA)[hers]
    said = []
    for id in (hers, "f" * 32):
        with pytest.raises(NotToBeDeleted) as refused:
            keeping(room).dispose(HANA, READERS, seen(room, both) | {id: version})
        said.append(refused.value.args)
    assert said[0] == said[1]
    keeping(room).dispose(IDA, READERS, seen(room, hers, reader=IDA))
    assert due(room) == [both]


def test_a_code_that_is_not_in_the_schedule_is_refused(room: Room) -> None:
    """Nothing is kept then; a code that was taken out of the schedule proposes nothing."""
    id = released_and_concluded(room)
    with pytest.raises(NoSuchSchedule):
        room.act(Act.SCHEDULE, id=id, schedule="GS-9")
    assert room.shown(id=id).row.case.schedule == "GS-1"
    room.clock.later(days=YEARS)
    changed = replace(room.book, settings=replace(room.book.settings, retention=()))
    found = CaseKeeping(replace(room.caseroom, book=changed)).due(HANA, READERS)
    assert (found.cases, found.schedules) == ((), ())


def full(room: Room, what: str) -> tuple[str, Receipt]:
    """A case with all that a case can have: a file, answers, notes, what the reporter added and what waits, a new receipt."""
    files = (Enclosure("a.txt", "text/plain", what.encode() * 400),)
    first, second = room.book.draw(), room.book.draw()
    room.book.file(Submission("violation", ("416.8.5.a",), what, "", "This week", "hr", (), False), first, files)
    assert room.book.change(first, second)
    room.released()
    id = next(row.case.id for row in room.caseroom.listed(HANA, READERS) if row.case.submission.what == what)
    assert room.book.add(second, f"{what} came")
    room.released()
    room.act(Act.NOTE, id=id, text=f"{what} noted")
    room.concluded(id)
    room.act(Act.RECUSE, IDA, id)
    room.act(Act.WRITE, id=id, letter="word", text=f"{what} answered")
    room.clock.later(days=YEARS)
    assert room.book.add(second, f"{what} waits")
    return id, second


def test_p19_what_is_deleted_is_gone_from_every_table(room: Room) -> None:
    """Report, file, words, answers, trail: all of this case and nothing of the other; the log has an id of its own, day, code."""
    kept = released_and_concluded(room, "Kept")
    before = {table: len(rows(room, table)) for table in TABLES}
    id, _ = full(room, "Deleted")
    assert all(len(rows(room, table)) > before[table] for table in TABLES[1:])
    (made,) = keeping(room).dispose(HANA, READERS, seen(room, id))
    assert {table: len(rows(room, table)) for table in TABLES} == before
    assert rows(room, "disposed") == [{"id": made.id, "day": room.caseroom.today().isoformat(), "schedule": "GS-1"}]
    assert room.book.keeping.log() == (made,)
    assert made.id not in (id, kept)
    assert not [row for table in TABLES for row in rows(room, table) if id in row.values()]
    with pytest.raises(NoSuchCase):
        room.shown(id=id)
    assert room.shown(id=kept).opened.case.submission.what == "Kept"


def test_p19_the_receipt_of_what_is_deleted_opens_nothing(room: Room) -> None:
    """In each of its four uses it answers as one that never was."""
    id, receipt = full(room, "Deleted")
    told = Submission("retaliation", (), "Worse", "", "This week", "hr", (), False)

    def uses(own: Receipt) -> list[object]:
        book = room.book
        return [
            book.behind(own),
            book.add(own, "More"),
            book.change(own, book.draw()),
            book.tell_of_retaliation(own, told, book.draw()),
        ]

    assert room.book.behind(receipt) is not None
    keeping(room).dispose(HANA, READERS, seen(room, id))
    assert uses(receipt) == uses(room.book.draw()) == [None, False, False, False]
    assert not rows(room, "waiting") + rows(room, "waiting_word")


def test_p19_a_word_that_was_added_at_the_moment_of_deletion_goes_at_the_next_window(room: Room) -> None:
    """From another process it may be written just after its case was deleted."""
    id, receipt = full(room, "Deleted")
    window = room.book.windows.after(room.clock())
    keeping(room).dispose(HANA, READERS, seen(room, id))
    room.book.store.add_word("f" * 32, id, window, b"sealed")
    room.reported("Another, that waits with what was added to it")
    assert room.book.add(room.receipts[-1], "More")
    room.book.release()
    assert [row["report"] == id for row in rows(room, "waiting_word")] == [False]
    assert receipt.lookup not in {row["lookup"] for row in rows(room, "report")}


def stored(room: Room, place: Path) -> bytes:
    """All bytes in which tables are kept: every file of the directory; or the tables' own files, with what they store apart."""
    database = room.book.store._database
    if not isinstance(database, Postgres):
        return b"\n".join(each.read_bytes() for each in sorted(place.rglob("*")) if each.is_file())
    database.run("CHECKPOINT")
    found = []
    for table in TABLES:
        sql = (
            "SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) AS content FROM pg_class t JOIN pg_class c ON c.oid = t.oid "
            "OR c.oid = t.reltoastrelid OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (t.oid, t.reltoastrelid)) "
            "WHERE t.oid = ?::regclass"
        )
        found += [bytes(row["content"]) for row in database.rows(sql, [table])]
    return b"\n".join(found)


@contextmanager
def reading(room: Room) -> Iterator[None]:
    """Somebody else reads the cluster meanwhile, as a backup does: what PostgreSQL would keep for them is to go all the same."""
    if not isinstance(room.book.store._database, Postgres):
        yield
        return
    with psycopg.connect(POSTGRES) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT count(*) FROM pg_class")
        yield


@pytest.mark.parametrize("room", ["file", "postgres"], indirect=True)
def test_p19_what_is_deleted_is_gone_from_the_bytes(room: Room, tmp_path: Path) -> None:
    """Neither the file nor a journal beside it, nor a table's or index's own file in PostgreSQL, has a piece of what was
    sealed, of its digest or its id: before the deletion nearly every piece is found, after it none."""
    id, receipt = full(room, "canary words that nobody else would write")
    row = room.book.store.report(id)
    assert row is not None
    words = room.book.store.words(id)
    waits = [each["sealed"] for each in rows(room, "waiting_word")]
    kept = [row["sealed"], row["own"], row["enclosed"], *waits, *(each.sealed for each in words), *(each.reply for each in words)]
    pieces = [bytes(each)[at : at + 24] for each in kept for at in range(24, len(bytes(each)) - 23, 24)]
    named = [id.encode(), receipt.lookup.encode()]
    before = stored(room, tmp_path)
    assert sum(piece in before for piece in pieces) > 0.9 * len(pieces)  # a few lie across the edge of a page
    assert all(name in before for name in named)
    with reading(room):
        keeping(room).dispose(HANA, READERS, seen(room, id))
    after = stored(room, tmp_path)
    assert not [piece for piece in (*pieces, *named) if piece in after]


def test_p19_a_database_that_goes_away_at_the_rewriting_does_not_make_it_undone(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are gone by then; the next window writes the tables anew."""
    id = released_and_concluded(room)
    room.clock.later(days=YEARS)

    def away(database: object) -> None:
        raise DatabaseGone

    with monkeypatch.context() as patched:
        patched.setattr("bot.casebook.rewriting.compact", away)
        keeping(room).dispose(HANA, READERS, seen(room, id))
    assert rows(room, "report") == []
    assert room.book.release() is False


@pytest.mark.parametrize("room", ["file", "postgres"], indirect=True)
def test_p19_what_could_not_be_written_anew_is_at_the_next_window(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody held the tables at the deletion: the next window writes all anew, the audit trail too."""
    id, receipt = full(room, "canary words that nobody else would write")
    rewritten, compact = [], rewriting.compact

    def once(database: Database) -> None:
        rewritten.append(database)
        if len(rewritten) == 1:
            raise DatabaseGone
        compact(database)

    monkeypatch.setattr(rewriting, "compact", once)
    keeping(room).dispose(HANA, READERS, seen(room, id))
    for _ in range(2):
        assert room.book.release() is False
        assert len(rewritten) == 2
    assert not [name for name in (id, receipt.lookup) if name.encode() in stored(room, tmp_path)]


def test_p20_what_the_reporter_added_since_it_was_seen_keeps_it(room: Room) -> None:
    """A window comes between the list and the deletion, and with it words that nobody has read: nothing is deleted."""
    id = released_and_concluded(room)
    room.clock.later(days=YEARS)
    (case,) = (row.case for row in room.caseroom.listed(HANA, READERS))
    assert room.book.add(room.receipts[0], "It happens again.")
    room.released()
    with pytest.raises(Kept):
        room.book.keeping.dispose([case], room.caseroom.today())
    assert [row["id"] for row in rows(room, "report")] == [id]
    assert room.book.keeping.log() == ()


def test_p20_what_nobody_opens_for_a_week_is_marked_for_those_who_may_read_it(room: Room) -> None:
    """From the seventh day on, until anybody has opened it; not for who is left out."""
    room.reported("About Hana", involved=("hr",))
    room.released()

    def marked(reader: Reader) -> list[bool]:
        return [row.unopened for row in room.caseroom.listed(reader, READERS)]

    room.clock.later(days=6)
    assert marked(IDA) == [False]
    room.clock.later(days=1)
    assert (marked(IDA), marked(HANA)) == ([True], [])
    room.shown(IDA)
    assert marked(IDA) == [False]
