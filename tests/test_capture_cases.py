"""A captured page in its case: sealed like a note, kept whatever colleagues do, told to nobody."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Sequence

import pytest

from bot import case_capture
from bot.capture import packing, text
from bot.capture.reading import Read
from bot.capture.refusals import NeedsLogin, NotCaptured, NotThere, TooLarge, TooSlow
from bot.capture.visiting import Captured
from bot.casebook import Submission, enclosing, sealing
from bot.casebook.shapes import Change, Done, Enclosure
from bot.caseroom import Caseroom, NoSuchCase, Reader
from bot.journeys.case_refusals import NotTaken, Outdated, TakenByAnother
from bot.journeys.case_table import Act
from tests.caserooms import HANA, IDA, NOW, Room, office
from tests.databases import KINDS

pytestmark = pytest.mark.anonymity

CONTENT = b"<title>Crew</title><p>CANARY of the page</p>"
ADDRESS = "https://site.example/canary"


def page(content: bytes = CONTENT, words: str = "CANARY of the page", **other: object) -> Captured:
    """A page as the visitor gives it."""
    found = Captured((), ADDRESS, "text/html", NOW, content, Read("Crew", "", words))
    return dataclasses.replace(found, **other)  # type: ignore[arg-type] # a test gives what fits


def taken(here: Room) -> str:
    """A case that Hana works on."""
    here.reported()
    here.released()
    here.act(Act.TAKE)
    return here.case()


def keep(here: Room, id: str, given: Captured | None = None, by: Reader = HANA) -> None:
    """A page that is kept with a case."""
    case_capture.kept(here.caseroom, by, here.readers, id, given or page())


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_kept_with_what_was_reported(kind: str, tmp_path: object) -> None:
    """Its words and where, when and how it came; its bytes stand among the files, and have the digest that is said."""
    with office(kind, tmp_path) as here:  # type: ignore[arg-type] # a path
        id = taken(here)
        keep(here, id, page(redirects=("https://short.example/1",)))
        shown = here.shown(IDA, id)
    entry = shown.opened.entries[-1]
    assert (entry.act, entry.by) == ("capture", "hana")
    assert entry.content == {
        "address": ADDRESS,
        "redirects": "https://short.example/1",
        "captured": "2026-11-30 16:00:00 UTC",
        "kind": "text/html",
        "size": f"{len(CONTENT)} bytes",
        "digest": hashlib.sha256(CONTENT).hexdigest(),
        "file": "file 1 of this case",
        "title": "Crew",
        "text": "CANARY of the page",
    }
    assert [each.content for each in shown.opened.enclosures] == [CONTENT]
    assert shown.opened.enclosures[0].media_type == "text/plain"  # so that nobody's browser runs what is in it


def test_the_trail_says_who_and_on_which_day_and_no_more() -> None:
    """Neither address nor time; the state stays as it was, and the clocks do not count it as a word to the reporter."""
    with office() as here:
        id = taken(here)
        before = here.shown()
        keep(here, id)
        after = here.shown()
    done = after.row.case.trail[-1]
    assert dataclasses.asdict(done) == {"act": "capture", "by": "hana", "day": here.caseroom.today(), "to": "", "letter": ""}
    assert type(done.day) is datetime.date
    assert after.row.standing.state is before.row.standing.state
    assert after.clocks == before.clocks


def test_p15_the_reporter_sees_nothing_of_it() -> None:
    """It stands behind no receipt."""
    with office() as here:
        id = taken(here)
        keep(here, id)
        behind = here.book.behind(here.receipts[0])
    assert behind is not None
    assert behind.replies == ()
    assert "CANARY" not in repr(dataclasses.asdict(behind))


def test_p9_p10_it_is_sealed_and_padded_like_everything_in_a_case() -> None:
    """Short and long pages make bodies of one size; nothing of them stands in the rows; everybody who reads the case reads it."""
    sizes = set()
    for content, words in ((b"x", "x"), (CONTENT * 400, "CANARY " * 400)):
        with office() as here:
            id = taken(here)
            keep(here, id, page(content, words))
            row = here.book.store.report(id)
            word = here.book.store.words(id)[-1]
            assert row is not None
            sizes.add((len(sealing.body(row["enclosed"])), len(sealing.body(word.sealed))))
            for sealed in (row["enclosed"], word.sealed):
                assert b"CANARY" not in sealed
                assert sealing.stanzas(sealed) == sealing.STANZAS
            assert here.shown(IDA, id).opened.enclosures[0].content == content
    assert len(sizes) == 1


def test_files_of_the_report_stay() -> None:
    """A page is put behind them, and the second behind the first."""
    with office() as here:
        report = Submission("violation", (), "See the file.", "", "This week", "hr", (), danger=False)
        here.book.file(report, here.book.draw(), (Enclosure("attachment-1.png", "image/png", b"picture"),))
        here.released()
        here.act(Act.TAKE)
        id = here.case()
        keep(here, id)
        keep(here, id, page(b"second"))
        found = here.shown().opened
    assert [each.content for each in found.enclosures] == [b"picture", CONTENT, b"second"]
    assert [each.content["file"] for each in found.entries if each.act == "capture"] == [
        "file 2 of this case",
        "file 3 of this case",
    ]


def test_pages_that_are_too_large_together_are_kept_without_their_bytes() -> None:
    """Nothing is lost of what fits: words, digest and time, and it says what is missing."""
    large = [bytes([number]) * packing.LARGEST for number in range(4)]
    with office() as here:
        id = taken(here)
        for each in large:
            keep(here, id, page(each))
        found = here.shown().opened
    assert [len(each.content) for each in found.enclosures] == [packing.LARGEST] * 3
    last = found.entries[-1].content
    assert (last["file"], last["digest"]) == (case_capture.TOO_MUCH, hashlib.sha256(large[3]).hexdigest())


def test_more_pages_than_a_case_holds_files() -> None:
    """The twenty-first is kept without its bytes."""
    with office() as here:
        id = taken(here)
        for number in range(enclosing.MOST + 1):
            keep(here, id, page(b"%d" % number))
        found = here.shown().opened
    assert len(found.enclosures) == enclosing.MOST
    assert found.entries[-1].content["file"] == case_capture.TOO_MUCH


def test_the_longest_text_can_be_kept() -> None:
    """Letters of four bytes, addresses of the greatest length: a page that was captured never fails for its size."""
    longest = page(b"x" * packing.LARGEST, "\U0001f600" * text.LONGEST, redirects=("https://a.example/" + "a" * 1980,) * 5)
    read = dataclasses.replace(
        longest.read, title="\U0001f600" * text.LONGEST_OF_ITSELF, about="\U0001f600" * text.LONGEST_OF_ITSELF
    )
    with office() as here:
        keep(here, taken(here), dataclasses.replace(longest, read=read))
        assert here.shown().opened.entries[-1].content["text"] == "\U0001f600" * text.LONGEST


@pytest.mark.parametrize("by", [HANA, IDA])
def test_only_whoever_works_on_a_case_captures(by: Reader) -> None:
    """Asked before any site is visited, and again before anything is kept."""
    with office() as here:
        here.reported()
        here.released()
        id = here.case()
        for refuses in (case_capture.offered, lambda *given: case_capture.kept(*given, page())):
            with pytest.raises(NotTaken):
                refuses(here.caseroom, by, here.readers, id)
        here.act(Act.TAKE, IDA if by is HANA else HANA)
        for refuses in (case_capture.offered, lambda *given: case_capture.kept(*given, page())):
            with pytest.raises(TakenByAnother):
                refuses(here.caseroom, by, here.readers, id)
        assert here.shown().opened.enclosures == ()


def test_nobody_captures_for_a_case_that_is_not_theirs() -> None:
    """It is not there for them."""
    with office() as here:
        here.reported(involved=("hr",))
        here.released()
        id = here.case(IDA)
        with pytest.raises(NoSuchCase):
            case_capture.offered(here.caseroom, HANA, here.readers, id)
        with pytest.raises(NoSuchCase):
            keep(here, id)


def test_what_a_colleague_did_meanwhile_stays_and_so_does_the_page() -> None:
    """A visit takes a while; a note that was kept in the meantime is not overwritten, and the page is kept all the same."""
    with office() as here:
        id = taken(here)
        case_capture.offered(here.caseroom, HANA, here.readers, id)
        here.act(Act.NOTE, IDA, text="Meanwhile.")
        keep(here, id)
        assert [each.act for each in here.shown().opened.entries] == ["take", "note", "capture"]


class _Overtaken(Caseroom):
    """A case room before which another process is always faster, so many times."""

    times = 1

    def opened(self, actor: Reader, readers: Sequence[Reader], id: str) -> object:  # type: ignore[override] # the same
        """The case as it was a moment ago."""
        shown = super().opened(actor, readers, id)
        if _Overtaken.times:
            _Overtaken.times -= 1
            self.book.store.change(id, Change(Done("note", "hana", shown.today), shown.row.case.version, "assessing", "hana", {}))
        return shown


@pytest.mark.parametrize(("times", "keeps"), [(1, True), (2, True), (case_capture.TRIES, False)])
def test_another_process_that_is_faster_is_waited_for(times: int, keeps: bool) -> None:
    """Once more with the case as it is now; never over what the other has kept."""
    with office() as here:
        id = taken(here)
        room = _Overtaken(here.book, here.caseroom.hours, here.caseroom.today)
        _Overtaken.times = times
        if keeps:
            case_capture.kept(room, HANA, here.readers, id, page())
        else:
            with pytest.raises(Outdated):
                case_capture.kept(room, HANA, here.readers, id, page())
        _Overtaken.times = 0
        assert [each.content.get("digest") for each in here.shown().opened.entries if each.act == "capture"] == (
            [page().digest] if keeps else [None]  # that somebody was visited stands there all the same
        )
        assert len(here.shown().opened.enclosures) == keeps


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (NotThere(), "The site says that there is no such page, or that it is gone."),
        (NeedsLogin(), "The site shows this page only to people who have signed in, so it cannot be captured from here."),
        (TooLarge(), "What is there is larger than 5 MB, so it was not read to its end."),
        (TooSlow(), "The site took too long, so the visit was given up."),
    ],
)
def test_a_visit_of_which_nothing_is_kept_leaves_its_row(why: NotCaptured, said: str) -> None:
    """Who and on which day in the trail; where it went and why nothing was kept, sealed, for everybody who reads the case."""
    with office() as here:
        id = taken(here)
        case_capture.tried(here.caseroom, HANA, here.readers, id, ADDRESS, why)
        shown = here.shown(IDA, id)
        row = here.book.store.words(id)[-1]
    assert b"CANARY" not in row.sealed
    assert b"canary" not in row.sealed
    done, entry = shown.row.case.trail[-1], shown.opened.entries[-1]
    assert (done.act, done.by, done.to, done.letter) == ("capture", "hana", "", "")
    assert entry.content == {"address": ADDRESS, "failed": said}
    assert shown.opened.enclosures == ()


@pytest.mark.parametrize("act", [Act.HAND_OVER, Act.CONCLUDE])
def test_a_visit_leaves_its_row_whoever_works_on_the_case_by_now(act: Act) -> None:
    """The page of somebody who lost the case during the visit is not kept; that it was visited is, and nothing else changes."""
    with office() as here:
        id = taken(here)
        here.act(act, to="ida", outcome="outside the policy", text="Not for us.")
        if act is Act.HAND_OVER:
            with pytest.raises(TakenByAnother):
                keep(here, id)
        else:
            keep(here, id)
        shown = here.shown(IDA, id)
        assert [(each.act, each.by) for each in shown.row.case.trail][-1] == ("capture", "hana")
        assert ("failed" in shown.opened.entries[-1].content) == (act is Act.HAND_OVER)
        assert shown.row.standing.holder == ("ida" if act is Act.HAND_OVER else "hana")


def test_nobody_writes_a_visit_into_a_case_that_is_not_theirs() -> None:
    """It is not there for them, also where they read it a moment ago."""
    with office() as here:
        id = taken(here)
        here.act(Act.RECUSE)
        for does in (
            lambda: keep(here, id),
            lambda: case_capture.tried(here.caseroom, HANA, here.readers, id, ADDRESS, NotThere()),
        ):
            with pytest.raises(NoSuchCase):
                does()
        assert "capture" not in [each.act for each in here.shown(IDA, id).row.case.trail]


def test_whoever_gives_the_case_up_loses_the_page_too() -> None:
    """It is sealed anew with the rest."""
    with office() as here:
        id = taken(here)
        keep(here, id)
        here.act(Act.RECUSE)
        row = here.book.store.report(id)
        assert row is not None
        assert here.book.opener is not None
        for sealed in (row["enclosed"], here.book.store.words(id)[1].sealed):
            assert here.book.opener.open({"hr"}, sealed) is None
            assert here.book.opener.open({"hr-two"}, sealed) is not None


def test_what_could_not_be_read_or_goes_on_is_said() -> None:
    """Nobody takes a part for the whole."""
    assert case_capture.content(page(read=Read(unread=True)), "")["reading"] == "could not be read"
    assert "goes on" in case_capture.content(page(read=Read(text="x", cut=True)), "")["reading"]
    assert case_capture.content(page(words=""), "")["reading"] == "none, without its scripts"
    assert "reading" not in case_capture.content(page(words="", kind="image/png"), "")
    assert "reading" not in case_capture.content(page(), "")


def test_signs_that_only_a_machine_sees_are_left_out() -> None:
    """What turns a line round or hides in it does not come into the case's words; the bytes have all."""
    assert case_capture.content(page(words="a\u202eb\u200b\x07c"), "")["text"] == "abc"


@pytest.mark.parametrize(("kind", "handed"), [("application/xhtml+xml", "text/plain"), ("image/png", "image/png")])
def test_only_pages_are_handed_out_as_text(kind: str, handed: str) -> None:
    """A picture stays one."""
    with office() as here:
        keep(here, taken(here), page(kind=kind))
        assert here.shown().opened.enclosures[0].media_type == handed
