"""What the casebook keeps, over SQLite and PostgreSQL: P5, P6, P7, P11, and two people of HR at once."""

from __future__ import annotations

import datetime
import random
import re
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pytest

from bot.casebook.recipients import NobodyLeft
from bot.casebook.shapes import Change, Done, Enclosure
from bot.casebook.starting import FILE, PRAGMAS
from bot.casebook.store import Store
from bot.database import DatabaseGone
from bot.database.postgres import Postgres
from bot.database.sqlite import SQLite
from tests.casebooks import AFTERNOON, KINDS, Opened, next_moment, opened, quick_receipt, report

pytestmark = pytest.mark.anonymity
CANARY = "canary words that nobody else would write"
HR = ("hana", "joan")


@pytest.fixture(params=KINDS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """An empty casebook of each kind."""
    with opened(tmp_path, request.param) as found:
        yield found


def _rows(here: Opened, table: str) -> list[dict[str, object]]:
    return [dict(row) for row in here.book.store._database.rows(f"SELECT * FROM {table}")]  # noqa: S608 - our own names


TABLES = ("waiting", "waiting_word", "report", "word", "trail", "disposed", "installation")


def _change(here: Opened, version: int, text: str = "", **other: object) -> Change:
    day = here.book.windows.day(here.clock.now)
    usual = Change(Done("note", "p1", day), version, "assessing", "p1", {"text": text} if text else {})
    return replace(usual, **other)  # type: ignore[arg-type] # a test gives what fits


def test_p5_filing_writes_one_row_and_nothing_else(here: Opened) -> None:
    """No other table gains a row, and no row holds a number, a sequence or a time."""
    before = {table: len(_rows(here, table)) for table in TABLES}
    here.filed(report(what=CANARY))
    after = {table: len(_rows(here, table)) for table in TABLES}
    assert after == {**before, "waiting": 1}
    (row,) = _rows(here, "waiting")
    assert row.keys() == {"id", "day", "slot", "lookup", "public", "own", "sealed", "enclosed"}
    assert re.fullmatch("[0-9a-f]{32}", str(row["id"]))


def test_p6_nothing_that_is_kept_is_finer_than_a_window(here: Opened) -> None:
    """No text of any row has the hour, minute or second of writing; numbers are versions and flags."""
    words = here.filed(report(what=CANARY))
    here.book.add(here.book.recognise(words), "More.")
    moment = f"{AFTERNOON:%H:%M}", f"{AFTERNOON.timestamp():.0f}"[:7], "14:02", "T14", ":11"
    for _ in range(2):
        for table in TABLES:
            for row in _rows(here, table):
                texts = [
                    str(value) for name, value in row.items() if isinstance(value, str | int) and name not in ("id", "report")
                ]
                shown = [text for text in texts if not re.fullmatch("[0-9a-f]{64}|age1[a-z0-9]{58}", text)]
                assert not [text for text in shown for part in moment if part in text]
        here.released()


def test_p6_files_do_not_say_when_they_were_written(tmp_path: Path) -> None:
    """Whatever was written since the last window, files are as old as that window."""
    with opened(tmp_path) as here:
        window = datetime.datetime(2026, 11, 19, 15, tzinfo=datetime.UTC).timestamp()
        for _ in range(3):
            here.filed(report())
            times = {each.stat().st_mtime for each in tmp_path.glob("reports.sqlite*")}
            assert times == {window}
            here.clock.forward(minutes=17)
        assert not [each for each in tmp_path.iterdir() if "wal" in each.name or "shm" in each.name]


def test_p7_the_order_of_filing_is_in_no_order_that_is_kept(here: Opened) -> None:
    """Over forty reports, no order of ids, of rows or of pages goes along with that of filing, once the window has come."""
    lookups = []
    for number in range(40):
        new = quick_receipt()
        here.book.file(report(what=f"{CANARY} {number}"), new)
        lookups.append(new.lookup)
    here.released()
    by_id = [lookups.index(str(row["lookup"])) for row in sorted(_rows(here, "report"), key=lambda row: str(row["id"]))]
    as_stored = [lookups.index(str(row["lookup"])) for row in _rows(here, "report")]
    orders = [by_id, as_stored, _in_the_file(here, lookups)]
    limit = 0.5  # a rank correlation beyond it happens by chance once in about a thousand
    assert all(abs(_correlation(order)) < limit for order in orders), orders


def _in_the_file(here: Opened, lookups: list[str]) -> list[int]:
    """The reports in the order in which their digests lie in the file, or by transaction and place in PostgreSQL."""
    database = here.book.store._database
    if isinstance(database, Postgres):
        rows = list(database.rows("SELECT lookup, xmin::text AS made, ctid::text AS place FROM report ORDER BY ctid"))
        assert len({row["made"] for row in rows}) == 1, "every row was written by the same transaction"
        return [lookups.index(row["lookup"]) for row in rows]
    content = (here.place / FILE).read_bytes()
    return sorted(range(len(lookups)), key=lambda number: content.find(lookups[number].encode()))


def _correlation(order: list[int]) -> float:
    """Spearman's, between an order and the one in which they were filed."""
    count = len(order)
    return 1 - 6 * sum((place - number) ** 2 for place, number in enumerate(order)) / (count * (count**2 - 1))


def test_p7_the_test_itself_would_notice_an_order() -> None:
    """A store that kept the order would be found out."""
    chance = random.Random(3)  # noqa: S311 - a fixed seed
    assert _correlation(list(range(40))) == 1
    assert abs(_correlation(chance.sample(range(40), 40))) < 0.5


def test_p7_between_two_windows_what_still_waits_is_written_anew_too(here: Opened) -> None:
    """A window hides the order of those whose own window is yet to come."""
    for _ in range(12):
        here.book.file(report(), quick_receipt())
    here.book.release()
    assert len(_rows(here, "waiting")) == 12
    database = here.book.store._database
    if isinstance(database, Postgres):
        made = {row["made"] for row in database.rows("SELECT xmin::text AS made FROM waiting")}
        assert len(made) == 1


def test_p8_nothing_comes_to_light_before_its_window(here: Opened) -> None:
    """Until then HR has neither row nor count; at it, all of it; and a second release changes nothing."""
    words = here.filed(report())
    waits = here.book.behind(here.book.recognise(words))
    assert waits
    assert waits.waits
    moment = here.book.windows.moment(waits.waits)
    here.clock.now = moment - datetime.timedelta(seconds=1)
    assert here.book.release() is False
    assert here.book.room.cases(HR) == ()
    here.clock.now = moment
    assert here.book.release() is True
    (case,) = here.book.room.cases(HR)
    assert case.released == here.book.windows.day(moment)
    assert here.book.release() is False
    assert here.book.room.cases(HR) == (case,)


def test_p8_danger_alone_comes_to_light_at_once(here: Opened) -> None:
    """The one bypass, and it says so: there is no window."""
    assert here.book.file(report(danger=True), here.book.draw()) is None
    assert [each.submission.danger for each in here.book.room.cases(HR)] == [True]


def test_p6_danger_is_owed_a_notice_by_a_mark_that_tells_nothing_else(here: Opened) -> None:
    """Two random signs, of which neither is that of a report or a receipt; each is gone once its own was told of."""
    for _ in range(2):
        here.filed(report(danger=True))
    one, other = here.book.owing.alarms()
    named = [row for row in _rows(here, "installation") if one in str(row) or other in str(row)]
    assert sorted(map(str, named)) == sorted(str({"name": f"alarm:{each}", "value": "1"}) for each in (one, other))
    assert not [row for row in _rows(here, "report") if one in str(row) or other in str(row)]
    here.book.owing.alarm_told(one)
    assert here.book.owing.alarms() == (other,)


def test_what_the_reporter_adds_comes_to_light_at_a_window_of_its_own(here: Opened) -> None:
    """HR sees it then, with its day, and not before."""
    words = here.filed(report())
    here.released()
    (case,) = here.book.room.cases(HR)
    assert here.book.add(here.book.recognise(words), "It happened again.")
    assert _texts(here, case.id) == []
    here.released()
    assert _texts(here, case.id) == ["It happened again."]
    (later,) = here.book.room.cases(HR)
    assert later.heard == here.book.windows.day(here.clock.now) > case.heard


def _texts(here: Opened, id: str) -> list[str]:
    found = here.book.room.open(id, ["hana"])
    assert found
    return [each.content["text"] for each in found.entries if each.content]


def test_two_people_of_hr_never_overwrite_each_other(here: Opened) -> None:
    """Whoever is second is told so, and nothing of theirs is kept; the trail has each act once."""
    here.filed(report())
    here.released()
    (case,) = here.book.room.cases(HR)
    assert here.book.room.act(case.id, _change(here, 0, "first"))
    assert not here.book.room.act(case.id, _change(here, 0, "second", holder="p2"))
    assert not here.book.room.act("no such case", _change(here, 0))
    (after,) = here.book.room.cases(HR)
    assert (after.version, after.holder, after.state) == (1, "p1", "assessing")
    assert [each.act for each in after.trail] == ["note"]
    assert _texts(here, case.id) == ["first"]


def test_the_trail_holds_no_content(here: Opened) -> None:
    """What HR wrote stands sealed; the trail has who, what, when and whom to."""
    here.filed(report())
    here.released()
    (case,) = here.book.room.cases(HR)
    done = Done("hand_over", "p1", here.clock.now.date(), "p2", "")
    here.book.room.act(case.id, _change(here, 0, CANARY, done=done))
    (row,) = _rows(here, "trail")
    assert {name: value for name, value in row.items() if name != "report"} == {
        "place": 1, "act": "hand_over", "actor": "p1", "day": str(here.clock.now.date()), "recipient": "p2", "letter": "",
    }  # fmt: skip


def test_p11_who_recuses_themselves_sees_the_case_no_more(here: Opened) -> None:
    """All is sealed anew without them; when the last one goes, the independent one reads it; the reporter can still write."""
    words = here.filed(report())
    here.released()
    (case,) = here.book.room.cases(HR)
    assert here.book.room.act(case.id, _change(here, 0, "before", recused="hana"))
    assert here.book.room.cases(["hana"]) == ()
    assert here.book.room.open(case.id, ["hana"]) is None
    (theirs,) = here.book.room.cases(["joan"])
    assert theirs.readers == ("joan",)
    assert here.book.room.act(case.id, _change(here, 1, "after", recused="joan"))
    assert here.book.room.cases(HR) == ()
    assert here.book.add(here.book.recognise(words), "Thank you.")
    here.released()
    found = here.book.room.open(case.id, ["ada"])
    assert found
    assert sorted(each.content["text"] for each in found.entries) == ["Thank you.", "after", "before"]


def test_p11_what_is_added_never_reaches_somebody_involved(here: Opened) -> None:
    """Nor when nobody of those who could read the report receives reports any more: then the independent one, unless involved."""
    own = quick_receipt()
    here.book.file(report(involved=("ada", "joan")), own)
    left = replace(here.book, people=tuple(each for each in here.book.people if each.id != "hana"))
    with pytest.raises(NobodyLeft):
        left.add(own, "More.")
    assert here.book.add(own, "More.")


@pytest.mark.parametrize("verb", ["add", "change"])
def test_p11_who_recuses_themselves_gets_nothing_that_is_written_meanwhile(tmp_path: Path, verb: str) -> None:
    """From another process, on PostgreSQL: what is added, and a new receipt, wait for the recusal and follow it."""
    with opened(tmp_path, "postgres") as here, ThreadPoolExecutor(1) as elsewhere:
        book, own, new = here.book, here.book.draw(), here.book.draw()
        book.file(report(), own)
        here.released()
        (case,) = book.room.cases(HR)
        with book.store.transaction():
            assert book.room.act(case.id, _change(here, 0, "before", recused="hana"))
            meanwhile = elsewhere.submit(book.add, own, "More.") if verb == "add" else elsewhere.submit(book.change, own, new)
            wait([meanwhile], timeout=0.5)
        assert meanwhile.result()
        assert verb == "add" or book.add(new, "More.")
        (word,) = _rows(here, "waiting_word")
        assert book.opener
        assert book.opener.open(["hana"], bytes(word["sealed"])) is None  # type: ignore[call-overload] # bytes of the driver
        assert book.opener.open(["joan"], bytes(word["sealed"]))  # type: ignore[call-overload] # as above


class Full(SQLite):
    """A disk, or a memory, with no room for writing the file anew; `tried` counts how often that was tried."""

    why: Exception | None = None
    tried = 0

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Runs anything else."""
        if sql == "VACUUM":
            self.tried += 1
            if self.why:
                raise self.why
        return super().run(sql, params)


@pytest.mark.parametrize("why", [DatabaseGone("full"), MemoryError()])
def test_a_window_counts_although_the_file_cannot_be_written_anew(why: Exception, tmp_path: Path) -> None:
    """What is due has come to light, and whoever asked is told so, since the notice hangs on it; the next window tries again."""
    with opened(tmp_path) as here:
        here.book.file(report(), quick_receipt())
        here.clock.forward(days=2)
        database = Full(tmp_path / FILE, PRAGMAS)
        database.why = why
        full = replace(here.book, store=Store(database))
        assert full.release() is True
        assert len(full.room.cases(HR)) == 1
        database.why = None
        assert full.release() is False
        assert database.tried == 2
        full.store.close()


def test_a_window_at_which_nothing_is_due_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    """However large it is: it is written anew where something came to light, and only then."""
    with opened(tmp_path) as here:
        database = Full(tmp_path / FILE, PRAGMAS)
        book = replace(here.book, store=Store(database))
        book.file(report(), quick_receipt())
        assert book.release() is False
        assert database.tried == 0
        here.clock.forward(days=2)
        assert [book.release(), book.release()] == [True, False]
        assert database.tried == 1
        book.store.close()


def test_a_window_that_cannot_be_kept_is_kept_later(tmp_path: Path) -> None:
    """Somebody else reads the file just then: nothing has come to light, and the next try does it."""
    with opened(tmp_path) as here:
        here.book.file(report(), quick_receipt())
        reading = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        list(here.book.store._database.rows("PRAGMA busy_timeout = 50"))
        here.clock.forward(days=2)
        released = here.book.store.release
        reading.execute("BEGIN").execute("SELECT * FROM migration").fetchall()
        with pytest.raises(DatabaseGone):
            released(here.book.window(), here.clock.now.date())
        assert here.book.room.cases(HR) == ()
        reading.close()
        assert here.book.release()


def test_p11_retaliation_is_a_case_of_its_own_and_the_link_is_sealed(here: Opened) -> None:
    """Others get it, with a receipt of its own; no column says that the two belong together."""
    first, second = here.book.draw(), here.book.draw()
    here.book.file(report(), first)
    here.released()
    assert here.book.tell_of_retaliation(first, report(kind="retaliation"), second)
    here.released()
    (case,) = here.book.room.cases(HR)
    (linked,) = here.book.room.cases(["ada"])
    assert linked.linked == case.id
    assert here.book.behind(second)
    row = next(row for row in _rows(here, "report") if row["id"] == linked.id)
    assert case.id not in str([value for value in row.values() if not isinstance(value, bytes)])
    assert not any(case.id.encode() in value for value in row.values() if isinstance(value, bytes))


def test_p11_retaliation_never_reaches_somebody_involved_in_the_first(here: Opened) -> None:
    """Whom the first left out did not get it, and is none of the others either: who retaliates is often who was reported."""
    first = here.book.draw()
    here.book.file(report(involved=("joan",)), first)
    assert here.book.tell_of_retaliation(first, report(kind="retaliation"), here.book.draw())
    here.released()
    assert here.book.room.cases(["joan"]) == ()
    assert len(here.book.room.cases(["ada"])) == 1


def test_p11_retaliation_never_reaches_somebody_who_gave_the_first_up(here: Opened) -> None:
    """Who said that they are involved reads neither the first any more nor the one of retaliation; nor do others after them."""
    first = here.book.draw()
    here.book.file(report(), first)
    here.released()
    (case,) = here.book.room.cases(HR)
    assert here.book.room.act(case.id, _change(here, 0, "", recused="hana"))
    assert here.book.room.act(case.id, _change(here, 1, "", recused="joan"))
    assert here.book.tell_of_retaliation(first, report(kind="retaliation"), here.book.draw())
    here.released()
    assert here.book.room.cases(HR) == ()
    assert len(here.book.room.cases(["ada"])) == 2


def test_files_are_sealed_padded_and_seen_by_the_same_readers(here: Opened) -> None:
    """A file of ten bytes and one of ten thousand take the same room."""
    sizes = set()
    for content in (b"0123456789", b"0123456789" * 1000):
        new = here.book.draw()
        here.book.file(report(what=str(len(content))), new, (Enclosure("a.txt", "text/plain", content),))
        sizes.add(len(_last(here, new.lookup).partition(b"\n---")[2]))
    assert len(sizes) == 1
    here.released()
    found = [here.book.room.open(each.id, ["joan"]) for each in here.book.room.cases(["joan"])]
    assert sorted(len(each.enclosures[0].content) for each in found if each) == [10, 10_000]


def _last(here: Opened, lookup: str) -> bytes:
    (row,) = (row for row in _rows(here, "waiting") if row["lookup"] == lookup)
    return bytes(row["enclosed"])  # type: ignore[call-overload, no-any-return] # bytes of either driver


def test_p1_nothing_of_a_report_lies_readable_in_any_file(tmp_path: Path) -> None:
    """Text, receipt, clause: in no file of the directory but as ciphertext; and the files are for their owner alone."""
    with opened(tmp_path) as here:
        words = here.filed(report(what=CANARY, where="http://canary.example", involved=("joan",)))
        here.book.add(here.book.recognise(words), CANARY)
        for _ in range(2):
            for each in tmp_path.iterdir():
                content = each.read_bytes()
                assert each.stat().st_mode & 0o077 == 0
                for canary in (CANARY, "canary.example", words, words.replace(" ", "-"), words.split(" ")[0] + " ", "416.8.5"):
                    assert canary.encode() not in content
                    assert canary.encode("utf-16-le") not in content
            here.released()


def test_the_file_keeps_no_write_ahead_log_and_overwrites(tmp_path: Path) -> None:
    """The switches that deletion needs are on, in the casebook's own connection."""
    with opened(tmp_path) as here:
        database = here.book.store._database
        (mode,) = database.rows("PRAGMA journal_mode")
        (overwritten,) = database.rows("PRAGMA secure_delete")
        assert (mode["journal_mode"], overwritten["secure_delete"]) == ("truncate", 1)
    with sqlite3.connect(tmp_path / FILE) as connection:
        made = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table'")]
    assert len(made) == 8
    assert all("WITHOUT ROWID" in sql or "migration" in sql for sql in made)
    connection.close()


def test_what_came_to_light_is_owed_a_notice_until_it_was_told_of(here: Opened) -> None:
    """Whatever replica tells; and telling of one window settles nothing of a later one."""
    here.filed(report())
    here.book.release()
    assert not here.book.owing.owed()
    here.clock.forward(days=2)
    before = here.book.window()
    here.clock.now = next_moment(here.book)
    here.book.release()
    here.book.owing.mark_told(before)
    assert here.book.owing.owed()
    here.book.release()
    assert here.book.owing.owed()
    here.book.owing.mark_told(here.book.window())
    assert not here.book.owing.owed()


def test_a_window_that_was_missed_is_made_up_for(here: Opened) -> None:
    """After two days without power, HR's clocks start on the day on which the report came to light."""
    here.filed(report())
    here.clock.forward(days=9)
    assert here.book.release()
    (case,) = here.book.room.cases(HR)
    assert case.released == here.book.windows.day(here.clock.now)
