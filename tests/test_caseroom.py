"""The door of the case room: who sees which case, and that two people at once never overwrite each other."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.casebook import keys
from bot.casebook.opening import Vault
from bot.caseroom import Acted, KeyElsewhere, LastReader, Locked, NoReceipt, Reader, WrongPassphrase
from bot.journeys import case_words
from bot.journeys.case_refusals import NoSuchCase, NotForThem, Outdated, TakenByAnother
from bot.journeys.case_table import Act, State
from bot.journeys.cases import Wanted
from tests.caserooms import ADA, HANA, IDA, NOW, READERS, SECRET, TOM, Clock, Room, office, settings
from tests.databases import KINDS

pytestmark = pytest.mark.anonymity


@pytest.fixture(params=KINDS)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """An office on every database."""
    with office(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def here() -> Iterator[Room]:
    """An office in memory with one report that came to light."""
    with office() as made:
        made.reported()
        made.released()
        yield made


def seen(room: Room, reader: Reader) -> int:
    """How many cases somebody sees."""
    return len(room.caseroom.listed(reader, room.readers))


def test_a_case_is_there_only_for_whoever_receives_it(room: Room) -> None:
    """Both of HR see a report to HR; the independent one, staff, and whoever it names as involved see neither row nor count."""
    room.reported()
    room.reported("About Hana.", involved=("hr",))
    assert [seen(room, each) for each in (HANA, IDA)] == [0, 0]
    room.released()
    assert [seen(room, each) for each in (HANA, IDA, ADA, TOM)] == [1, 2, 0, 0]
    hidden = next(row.case.id for row in room.caseroom.listed(IDA, READERS) if row.case.submission.involved)
    for reader in (HANA, ADA, TOM):
        with pytest.raises(NoSuchCase):
            room.shown(reader, hidden)
        with pytest.raises(NoSuchCase):
            room.act(Act.TAKE, reader, hidden, version=0)


def test_a_report_about_all_of_hr_goes_to_somebody_independent(room: Room) -> None:
    """The fallback reads it, and nobody of HR knows that it is there."""
    room.reported(involved=("hr", "hr-two"))
    room.released()
    assert [seen(room, each) for each in (HANA, IDA, ADA)] == [0, 0, 1]


def test_what_is_done_is_kept_with_its_row_of_the_trail(room: Room) -> None:
    """A case goes its way; the trail says who did what on which day, the case what was written, the receipt the replies alone."""
    receipt = room.reported()
    room.released()
    room.act(Act.TAKE)
    room.act(Act.ASSESS, category="Posting", severity="serious", risk="some", measures="The supervisor is not told.")
    room.act(Act.NOTE, IDA, text="I know the page.")
    room.act(Act.WRITE, letter="question", text="Which page is it?")
    room.act(Act.CONCLUDE, outcome="substantiated", text="It was taken down.", reason="Seen by us.")
    shown = room.shown(IDA)
    assert shown.row.standing.state is State.CONCLUDED
    assert [(each.act, each.by, each.letter) for each in shown.row.case.trail] == [
        ("take", "hana", ""),
        ("assess", "hana", ""),
        ("note", "ida", ""),
        ("write", "hana", "question"),
        ("conclude", "hana", "feedback"),
    ]
    assert {each.day for each in shown.row.case.trail} == {datetime.date(2026, 12, 2)}
    assert shown.opened.entries[1].content["measures"] == "The supervisor is not told."
    behind = room.book.behind(receipt)
    assert behind is not None
    assert [each.text for each in behind.replies] == ["Which page is it?", "It was taken down."]


def test_what_the_reporter_adds_is_there_after_its_window(here: Room) -> None:
    """Something more is found in the case, as the reporter's."""
    assert here.book.add(here.receipts[0], "One thing more.")
    assert not here.shown().opened.entries
    here.released()
    (entry,) = here.shown().opened.entries
    assert (entry.by, entry.content["text"]) == ("", "One thing more.")


def test_who_recuses_themselves_loses_the_case_and_its_key(here: Room) -> None:
    """It is gone for them at once, sealed anew without their key, and a colleague can take it."""
    here.act(Act.TAKE)
    id = here.case()
    here.act(Act.RECUSE)
    assert (seen(here, HANA), seen(here, IDA)) == (0, 1)
    with pytest.raises(NoSuchCase):
        here.shown(HANA, id)
    assert here.shown(IDA, id).opened.case.readers == ("hr-two",)
    assert here.book.room.cases({"hr"}) == ()
    here.act(Act.TAKE, IDA, id)
    with pytest.raises(NotForThem):
        here.act(Act.HAND_OVER, IDA, id, to="hana")


def test_the_last_of_hr_hands_it_to_somebody_independent(here: Room) -> None:
    """Where all of HR are involved the fallback reads it; and the very last one cannot leave it to nobody."""
    id = here.case()
    here.act(Act.RECUSE, HANA, id)
    here.act(Act.RECUSE, IDA, id)
    assert [seen(here, each) for each in (HANA, IDA, ADA)] == [0, 0, 1]
    with pytest.raises(LastReader):
        here.act(Act.RECUSE, ADA, id)
    assert seen(here, ADA) == 1


def test_who_shares_a_key_loses_sight_of_the_case_all_the_same() -> None:
    """Of two people who read for one recipient, the one who is involved sees it no more, and the other still does."""
    with office() as room:
        eve = Reader("eve", "Eve Lind", frozenset({"hr"}))
        room.readers = (*READERS, eve)
        room.reported()
        room.released()
        room.act(Act.RECUSE, eve)
        assert (seen(room, eve), seen(room, HANA)) == (0, 1)


def test_a_case_is_handed_to_a_colleague_who_may_read_it(here: Room) -> None:
    """Then the colleague works on it, and the one before does not; to somebody who may not read it, it cannot go."""
    here.act(Act.TAKE)
    assert [each.id for each in here.shown().colleagues] == ["ida"]
    for other in ("ada", "tom", "nobody"):
        with pytest.raises(NotForThem):
            here.act(Act.HAND_OVER, to=other)
    here.act(Act.HAND_OVER, to="ida")
    assert here.shown(IDA).row.mine
    with pytest.raises(TakenByAnother):
        here.act(Act.WRITE, letter="word", text="Hello")


def test_a_link_leads_only_to_a_case_that_its_maker_sees(room: Room) -> None:
    """Cases are linked within the seal; one that is not theirs cannot be tried out by linking."""
    room.reported("One.")
    room.reported("Two.")
    room.reported("Not for Hana.", involved=("hr",))
    room.released()
    one, two = (row.case.id for row in room.caseroom.listed(HANA, READERS))
    hidden = ({row.case.id for row in room.caseroom.listed(IDA, READERS)} - {one, two}).pop()
    room.act(Act.TAKE, HANA, one)
    for target in (hidden, "none"):
        with pytest.raises(NoSuchCase):
            room.act(Act.LINK, HANA, one, to=target)
    room.act(Act.LINK, HANA, one, to=two)
    shown = room.shown(HANA, one)
    assert shown.opened.entries[-1].content == {"to": two}
    assert all(two not in (each.to, each.letter) for each in shown.row.case.trail)
    room.clock.later(days=8)
    unopened = {row.case.id for row in room.caseroom.listed(IDA, READERS) if row.unopened}
    assert unopened == {hidden, two}, "the one that is not Hana's, and the one that was only pointed at"


def test_a_witness_gets_a_receipt_of_their_own(here: Room) -> None:
    """Its words are given once; behind it a case of its own comes to light, for those who read the first alone."""
    here.reported("Not for Hana.", involved=("hr",))
    here.released()
    hidden = next(row.case.id for row in here.caseroom.listed(IDA, READERS) if row.case.submission.involved)
    here.act(Act.TAKE, IDA, hidden)
    words = here.act(Act.WITNESS, IDA, hidden).words
    assert len(words.split()) == 7
    assert here.book.behind(here.book.recognise(words)) is not None
    here.released()
    assert (seen(here, HANA), seen(here, IDA)) == (1, 3)
    whats = [row.case.submission.what for row in here.caseroom.listed(IDA, READERS)]
    assert any(f"Case {hidden[:6]}" in what for what in whats)
    assert all(words not in repr(here.shown(IDA, each.case.id)) for each in here.caseroom.listed(IDA, READERS))


def test_a_witness_is_not_shown_to_who_gave_the_case_up(here: Room) -> None:
    """Neither to the one whose key was taken out of it, nor, where a key is shared, to anybody: then there is no receipt."""
    id = here.case()
    here.act(Act.RECUSE, HANA, id)
    here.act(Act.TAKE, IDA, id)
    assert here.act(Act.WITNESS, IDA, id).words
    here.released()
    assert [seen(here, each) for each in (HANA, IDA, ADA)] == [0, 2, 0]
    eve = Reader("eve", "Eve Lind", frozenset({"hr-two"}))
    here.readers = (*READERS, eve)
    here.act(Act.RECUSE, eve, id)
    version = here.shown(IDA, id).row.case.version
    with pytest.raises(NoReceipt):
        here.act(Act.WITNESS, IDA, id)
    assert here.shown(IDA, id).row.case.version == version


def test_a_case_of_the_fallback_has_witnesses_of_its_own(here: Room) -> None:
    """Where all of HR gave it up, the receipt's case is the fallback's too."""
    id = here.case()
    here.act(Act.RECUSE, HANA, id)
    here.act(Act.RECUSE, IDA, id)
    here.act(Act.TAKE, ADA, id)
    assert here.act(Act.WITNESS, ADA, id).words
    here.released()
    assert [seen(here, each) for each in (HANA, IDA, ADA)] == [0, 0, 2]


def test_two_people_at_once_never_overwrite_each_other(tmp_path: Path) -> None:
    """Of two who act on what they both saw, in two threads on PostgreSQL, exactly one succeeds, and the other is told."""
    with office("postgres", tmp_path) as room:
        room.reported()
        room.released()
        id = room.case()

        def write(reader: Reader, version: int, ready: threading.Barrier) -> str:
            ready.wait(10)
            try:
                return type(room.caseroom.act(reader, READERS, id, Wanted(Act.NOTE, version, {"text": reader.id}))).__name__
            except Outdated as outdated:
                return type(outdated).__name__

        with ThreadPoolExecutor(2) as threads:
            for version in range(12):
                ready = threading.Barrier(2)
                both = [threads.submit(write, each, version, ready) for each in (HANA, IDA)]
                assert sorted(each.result(30) for each in both) == ["Acted", "Outdated"], version
        shown = room.shown(HANA, id)
        assert (shown.row.case.version, len(shown.opened.entries), len(shown.row.case.trail)) == (12, 12, 12)


def test_whoever_was_slower_is_told_and_nothing_is_kept(here: Room) -> None:
    """A form that was opened before a colleague's act is refused; the case stands as the colleague left it."""
    here.act(Act.TAKE, IDA)
    with pytest.raises(Outdated):
        here.act(Act.TAKE, HANA, version=0)
    assert here.shown().row.holder == "Ida Berg"


def test_p15_an_answer_to_the_reporter_goes_nowhere_but_behind_the_receipt(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing opens no connection: sockets are taken away meanwhile, and the answer is there for whoever comes back."""
    here.act(Act.TAKE)
    with monkeypatch.context() as without:
        without.setattr("socket.socket", None)
        here.act(Act.WRITE, letter="word", text="We look into it.")
    behind = here.book.behind(here.receipts[0])
    assert behind is not None
    assert behind.replies[0].text == "We look into it."


def test_the_trail_and_the_rows_hold_no_words(tmp_path: Path) -> None:
    """Whatever HR writes, no byte of the file says it, nor what was reported."""
    with office("file", tmp_path) as room:
        room.reported()
        room.released()
        room.act(Act.TAKE)
        room.act(Act.ASSESS, category="CANARY one", severity="minor", risk="some", measures="CANARY two")
        room.act(Act.NOTE, text="CANARY three")
        room.act(Act.CONCLUDE, outcome="not substantiated", text="CANARY four", reason="CANARY five")
        bytes = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    for word in (b"CANARY", SECRET.encode(), b"night crew", b"not substantiated", b"416.8.5.a"):
        assert word not in bytes
    assert b"hana" in bytes  # who of HR acted is no secret: so the search would find what is there


def test_an_opened_case_counts_as_opened_and_nothing_tells_that_a_reporter_looked(here: Room) -> None:
    """Coming back with a receipt changes no row; opening by HR is marked, since what nobody opened is never deleted (P20)."""
    before = list(here.book.store.reports())
    here.book.behind(here.receipts[0])
    assert list(here.book.store.reports()) == before
    assert not before[0]["opened"]
    here.shown()
    assert here.book.store.reports()[0]["opened"]


def test_an_overdue_case_is_marked_for_whoever_sees_it(here: Room) -> None:
    """Four working days on, without a word, it is overdue; a word to the reporter ends that."""
    assert not here.caseroom.listed(HANA, READERS)[0].overdue
    here.clock.later(days=7)
    row = here.caseroom.listed(HANA, READERS)[0]
    assert (row.overdue, row.due) == (True, datetime.date(2026, 12, 7))
    here.act(Act.TAKE)
    here.act(Act.WRITE, letter="word", text="We have it.")
    row = here.caseroom.listed(HANA, READERS)[0]
    assert (row.overdue, row.due) == (False, datetime.date(2027, 3, 2))


def test_a_case_opened_again_is_not_concluded_any_more(here: Room) -> None:
    """The day of its conclusion goes, so that no schedule counts from it; a note afterwards does not bring it back."""
    here.act(Act.TAKE)
    here.act(Act.CONCLUDE, outcome="outside the policy", text="Not for us.")
    here.act(Act.NOTE, text="Still concluded.")
    assert here.shown().row.case.concluded == datetime.date(2026, 12, 2)
    here.act(Act.REOPEN, IDA)
    assert here.shown().row.case.concluded is None


def test_p10_in_level_sealed_the_room_opens_nothing() -> None:
    """List, case and act say where the key is, and nothing is told of what is there."""
    with office(chosen=settings("sealed")) as room:
        room.reported()
        room.clock.later(days=2)
        room.book.release()
        for call in (room.case, lambda: room.shown(id="x"), lambda: room.caseroom.unlock("x")):
            with pytest.raises(KeyElsewhere):
                call()


def test_behind_a_passphrase_the_room_is_open_for_half_an_hour() -> None:
    """Locked to begin with, opened by the passphrase alone, and locked again by itself."""
    clock = Clock()
    given = settings("unlock")
    ring = {each.id: (keys.made(),) for each in given.recipients}
    vault = Vault(keys.wrapped(keys.written(ring), "correct horse"), lambda: clock.moment)
    with office(chosen=given, opener=vault) as room:
        with pytest.raises(Locked):
            room.caseroom.listed(HANA, READERS)
        with pytest.raises(WrongPassphrase):
            room.caseroom.unlock("wrong horse")
        room.caseroom.unlock("correct horse")
        assert room.caseroom.listed(HANA, READERS) == ()
        clock.moment = NOW + datetime.timedelta(minutes=30)
        with pytest.raises(Locked):
            room.caseroom.listed(HANA, READERS)


def test_in_level_embedded_a_passphrase_opens_nothing_more(here: Room) -> None:
    """There is nothing to unlock, so nothing happens."""
    here.caseroom.unlock("whatever")
    assert seen(here, HANA) == 1


def test_nothing_that_was_written_stands_in_a_repr(here: Room) -> None:
    """A case can stand in a traceback: its words do not."""
    here.act(Act.TAKE)
    done: Acted = here.act(Act.NOTE, text="CANARY")
    shown = here.shown()
    told = repr(done) + repr(shown) + repr(shown.row) + repr(here.receipts[0])
    for word in ("CANARY", SECRET, here.receipts[0].words):
        assert word not in told


def test_a_case_in_which_somebody_is_in_danger_stands_first_and_is_marked(here: Room) -> None:
    """Until it is concluded; before what is older, and before what is overdue."""
    here.reported("Older.")
    here.released()
    here.clock.later(days=30)
    here.reported("Now.", danger=True)
    rows = here.caseroom.listed(HANA, here.readers)
    assert rows[0].case.submission.what == "Now."
    assert [case_words.line(row).startswith("Somebody is in danger") for row in rows] == [True] + [False] * (len(rows) - 1)
