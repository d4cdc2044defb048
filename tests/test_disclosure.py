"""A case for a records request: each passage is disclosed or listed as withheld, and what is withheld is in no byte of it."""

from __future__ import annotations

import datetime
import io
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import ANY

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot import case_terminal_export, disclosing
from bot.casebook.shapes import Enclosure
from bot.journeys.case_passages import Passage
from bot.journeys.case_table import Act
from bot.journeys.disclosure import GROUNDS, LONGEST, Choices, Preview, Reason, Unfit, disclosed
from bot.journeys.redaction import BLOCK
from tests import disclosures as made
from tests.caserooms import HANA, Room, office

pytestmark = pytest.mark.anonymity

DAY = datetime.date(2026, 12, 4)
WITNESS, PERSONNEL = Reason(GROUNDS[1]), Reason(GROUNDS[2], "their file", "RSMo 610.021(13)")


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    """An office with a case that has everything in it."""
    with office() as found:
        made.reported(found, made.PICTURE, made.TEXT)
        yield found


@pytest.fixture(scope="module")
def case(room: Room) -> tuple[Passage, ...]:
    """Its passages."""
    return made.passages(room)


def left(case: tuple[Passage, ...], choices: Choices) -> tuple[Preview, bytes]:
    """The preview, and the file that leaves."""
    preview = disclosed("Case 001eef", case, choices, DAY)
    return preview, disclosing.packed(preview.disclosure)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_everything_in_a_case_stands_in_a_passage(room: Room, case: tuple[Passage, ...]) -> None:
    """In order, numbered from one; of what the case holds no text is left out."""
    assert [each.number for each in case] == list(range(1, len(case) + 1))
    assert [each.kind for each in case] == [
        *("the report", "kind of report", "address", "period", "clauses named", "danger", "sent to", "not given to, as involved"),
        *("how the case stands", "assessment", "note", "answer to the reporter", "added by the reporter"),
        *("file 1, picture (PNG)", "file 2, text"),
        *["audit trail"] * 4,
    ]
    all = "\n".join(text for each in case for text in (each.heading, *each.words, *(text for _, text in each.pairs)))
    opened = room.shown().opened
    texts = [opened.case.submission.what, opened.case.submission.where, *opened.case.submission.clauses, "Ada Clerk"]
    texts += [text for each in opened.entries for name, text in each.content.items() if name != "letter"]
    assert [each for each in texts if each not in all] == []


def test_what_an_act_of_tomorrow_keeps_is_not_left_out(room: Room) -> None:
    """Content under a name that nobody has a label for stands in a passage all the same."""
    shown = room.shown()
    entry = replace(shown.opened.entries[0], act="new", content={"unheard of": "CANARYNEW"})
    other = replace(shown, opened=replace(shown.opened, entries=(entry,)))
    found = [each for each in disclosing.passages(other, {}) if each.kind == "entry"]
    assert [each.pairs for each in found] == [(("Unheard of", "CANARYNEW"),)]


def test_a_captured_page_is_a_passage_of_its_day_and_its_file_another(room: Room) -> None:
    """Its text and address leave or stay like all else. Not its time; nor its digest and size, by which one could try out which
    words were blacked out in it."""
    shown = room.shown()
    content = {"address": "https://social.example/1", "captured": "2026-12-04 15:02:11 UTC", "size": "4,711 bytes"}
    entry = replace(shown.opened.entries[0], act="capture", content=content | {"digest": "d1" * 32, "text": "CANARYPAGE"})
    file = Enclosure("page-d1d1d1d1d1d1", "text/plain", b"<p>CANARYPAGE</p>")
    found = disclosing.passages(replace(shown, opened=replace(shown.opened, entries=(entry,), enclosures=(file,))), {})
    page = next(each for each in found if each.kind == "captured page")
    assert (page.words, page.pairs) == (("CANARYPAGE",), (("Address", "https://social.example/1"), ("Captured", "2026-12-04")))
    assert [each.kind for each in found if each.file] == ["file 1, captured text"]
    said = made.said(left(found, Choices())[1])
    assert not any(each in said for each in ("15:02", "4,711", "d1d1"))
    with pytest.raises(Unfit):
        left(found, Choices(phrases=("canarypage",), phrases_for=WITNESS))


def test_a_page_that_could_not_be_captured_is_a_passage_that_says_so(room: Room) -> None:
    """Nobody takes it for a page that was kept."""
    shown = room.shown()
    content = {"address": "https://social.example/1", "failed": "The site says that there is no such page."}
    entry = replace(shown.opened.entries[0], act="capture", content=content)
    (page,) = disclosing.passages(replace(shown, opened=replace(shown.opened, entries=(entry,), enclosures=())), {})[9:10]
    assert page.kind == "page that could not be captured"
    assert page.pairs == (("Address", content["address"]), ("Could not be captured", content["failed"]))


def test_what_is_reported_shows_the_same_kinds_whatever_it_says() -> None:
    """A report without address, clauses, danger or people involved has the same passages: a withheld one tells nothing."""
    with office() as plain:
        plain.reported()
        plain.released()
        assert [each.kind for each in made.passages(plain)][:9] == [
            *("the report", "kind of report", "address", "period", "clauses named", "danger", "sent to"),
            *("not given to, as involved", "how the case stands"),
        ]


def test_what_is_withheld_is_listed_and_is_nowhere(case: tuple[Passage, ...]) -> None:
    """A note and the trail withheld, a name blacked out: the list says which, why and by which law, and the words are gone."""
    note, trail = made.number(case, "note"), made.number(case, "audit trail")
    choices = Choices(
        {note: PERSONNEL, trail: Reason("other", "Zoë Berg is named")}, ("zoë berg", "Nobody"), WITNESS, "Request 14"
    )
    preview, packed = left(case, choices)
    assert preview.found == (("zoë berg", 4), ("Nobody", 0))
    found = made.data(packed)
    assert found["withheld"] == [
        {
            "passage": 1,
            "kind": "the report",
            "extent": "words",
            "places": 2,
            "reason": GROUNDS[1],
            "explanation": None,
            "legal_reference": None,
        },
        {
            "passage": note,
            "kind": "note",
            "extent": "whole",
            "reason": "personnel record",
            "explanation": "their file",
            "legal_reference": "RSMo 610.021(13)",
        },
        {
            "passage": 15,
            "kind": "file 2, text",
            "extent": "words",
            "places": 2,
            "reason": GROUNDS[1],
            "explanation": None,
            "legal_reference": None,
        },
        {
            **dict.fromkeys(("passage", "legal_reference"), ANY),
            "kind": "audit trail",
            "extent": "whole",
            "reason": "other",
            "explanation": f"{BLOCK} is named",
        },
    ]
    said = made.said(packed)
    for gone in ("zoë", "ZOË", "berg", "BERG", "Zoe\u0308", made.NOTE, "CANARY-name"):
        assert squeezed(gone) not in said, gone
    for there in (made.ADDED, made.ANSWER, "CANARYMEASURE", f"{BLOCK} of the night crew", "Request 14", "RSMo 610.021(13)"):
        assert squeezed(there) in said, there
    texts = made.files(packed)
    assert texts["files/passage-15.txt"].decode() == f"What {BLOCK} said\nto {BLOCK}’s crew."
    assert texts["files/passage-14.png"] == made.PICTURE.content
    shown = [preview.disclosure.text_of(each) for each in preview.disclosure.items]
    assert list(filter(None, shown)) == [texts["files/passage-15.txt"].decode()]


def test_every_passage_is_disclosed_or_listed(case: tuple[Passage, ...]) -> None:
    """Whichever are withheld, each stands once in the file, with its words or as withheld; both lists say the same."""
    chance = random.Random(7)  # noqa: S311 - the same each time
    for _ in range(6):
        chosen = {each.number: WITNESS for each in case if chance.random() < 0.5}
        _, packed = left(case, Choices(chosen))
        found = made.data(packed)
        assert [each["number"] for each in found["passages"]] == [each.number for each in case]
        assert {each["number"] for each in found["passages"] if each["withheld"]} == set(chosen)
        assert {each["passage"] for each in found["withheld"]} == set(chosen)
        assert all(set(each) == {"number", "kind", "withheld"} for each in found["passages"] if each["withheld"])
        names = {f"files/passage-{each.number}" for each in case if each.file and each.number not in chosen}
        assert {name.rpartition(".")[0] for name in made.files(packed) if name.startswith("files/")} == names
        paper = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made.files(packed)[disclosing.PAPER])).pages)
        assert all(f"Passage {number}, " in paper for number in chosen)


WORDS = st.text("abcdefghij", min_size=9, max_size=14)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=6).map(" ".join)


@settings(max_examples=25, deadline=None)
@given(WORDS, st.lists(TEXTS, min_size=2, max_size=5), st.text(max_size=30), st.booleans())
def test_no_withheld_phrase_is_in_any_byte(name: str, texts: list[str], note: str, upper: bool) -> None:
    """A name anywhere in a case, its headings, its text files and in HR's own reasons: in no page, stream, name, or metadata."""
    secret, spelled = f"quxq {name}", f"QUXQ  {name.upper()}" if upper else f"quxq\n{name}"
    passages = [
        Passage(number, "note", f"By {spelled}", (f"{text} {spelled} {note}",), (("About", spelled),))
        for number, text in enumerate(texts, 1)
    ]
    last = len(passages) + 1
    passages.append(
        Passage(last, "file 1, text", file=Enclosure(spelled, "text/plain", f"{note} {spelled} of it".encode("utf-8", "replace")))
    )
    passages.append(Passage(last + 1, "note", words=(f"withheldword{name}",)))
    choices = Choices(
        {last + 1: Reason("other", f"names {spelled}", spelled)},
        (secret,),
        Reason(GROUNDS[0], spelled),
        f"For {spelled}",
        spelled,
    )
    try:
        preview = disclosed(f"Case {spelled}", tuple(passages), choices, DAY)
    except Unfit:
        reject()  # by chance the words around it make code of it
    said = made.said(disclosing.packed(preview.disclosure)).casefold()
    assert squeezed(secret) not in said
    assert "withheldword" not in said
    assert preview.found[0][1] >= 3 * len(texts) + 1


def test_the_same_choices_give_the_same_bytes(case: tuple[Passage, ...]) -> None:
    """Nothing in the file tells when it was made: not the PDF, not the ZIP."""
    choices = Choices({2: WITNESS}, ("Zoë Berg",), WITNESS, "Request 14", "HR")
    packed = left(case, choices)[1]
    assert packed == left(case, choices)[1]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    metadata = PdfReader(io.BytesIO(made.files(packed)[disclosing.PAPER])).metadata
    assert metadata is not None
    assert str(metadata["/CreationDate"]).startswith("D:19800101000000")
    assert set(metadata) <= {"/CreationDate", "/Producer", "/Title", "/Author", "/Creator", "/ModDate"}


def test_p6_no_time_is_told(case: tuple[Passage, ...]) -> None:
    """Days alone: nothing that looks like a time of day, in pages or data; the metadata have the fixed one."""
    said = made.said(left(case, Choices())[1])
    assert "4December2026" in said
    assert re.findall(r"(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?:[ap]m)?|\dT\d\d:\d\d", said.partition("%PDF")[0]) == []


def test_who_exports_is_said_only_where_hr_says_it(case: tuple[Passage, ...]) -> None:
    """A name that HR gives stands in it, and no other that is not in the case."""
    assert squeezed("Prepared on 4 December 2026 by The Clerk") in made.said(left(case, Choices(by="The Clerk"))[1])
    assert "prepared_by" not in made.data(left(case, Choices())[1])


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (Choices({99: WITNESS}), "There is no passage 99."),
        (Choices({0: WITNESS}), "There is no passage 0."),
        (Choices({1: Reason("")}), "Passage 1: choose why it is withheld."),
        (Choices({1: Reason("because")}), "Passage 1: choose why it is withheld."),
        (Choices({1: Reason("other", "  ")}), "Passage 1: say in your own words why it is withheld."),
        (Choices({1: Reason(GROUNDS[0], "x" * (LONGEST + 1))}), "Passage 1: a reason or reference may have 300 letters."),
        (Choices(phrases=("Z",), phrases_for=WITNESS), "Phrase 1 to black out has fewer than two letters or digits."),
        (Choices(phrases=("Zoë",)), "The words to black out: choose why it is withheld."),
        (Choices(request="x" * (LONGEST + 1)), "The name of the request, or of who prepared this, is longer than 300 letters."),
    ],
)
def test_what_cannot_be_meant_is_said(case: tuple[Passage, ...], choices: Choices, said: str) -> None:
    """Each mistake in a line; blanks alone are no phrase."""
    with pytest.raises(Unfit) as wrong:
        disclosed("Case", case, choices, DAY)
    assert wrong.value.mistakes == (said,)
    assert disclosed("Case", case, Choices(phrases=(" ", "\n", "\u200b")), DAY).found == ()


@pytest.mark.parametrize(
    "content",
    [
        "Zoë Berg".encode("mac-roman"),
        "Zoë Berg".encode("cp437"),
        "Zoë Berg".encode("utf-16"),
        "Zoë Berg".encode("utf-16-be"),
        "Tom Vale".encode("utf-16-be"),
        "Tom Vale".encode("utf-32-le"),
        "Zoë Berg".encode("cp037"),
        "王小明".encode("iso2022_jp"),
        b"Nobody \xe9",
    ],
)
def test_a_text_that_cannot_be_read_for_sure_is_refused(content: bytes) -> None:
    """Whatever it says: a text that is not UTF-8 may spell any word, so it is withheld, or leaves where no words are hidden."""
    passage = Passage(1, "file 1, text", file=Enclosure("page", "text/plain", content))
    choices = Choices(phrases=("Zoë Berg",), phrases_for=WITNESS)
    with pytest.raises(Unfit) as wrong:
        disclosed("Case", (passage,), choices, DAY)
    assert "Passage 1" in wrong.value.mistakes[0]
    assert not disclosed("Case", (passage,), replace(choices, withheld={1: WITNESS}), DAY).disclosure.files
    assert [each for _, each in disclosed("Case", (passage,), Choices(), DAY).disclosure.files] == [content]


CODE = "<p>Zo&euml; <b>Be</b>rg</p>"


@pytest.mark.parametrize(
    "content",
    [
        CODE.encode(),
        "<i>Zoë Berg</i>".encode(),
        b"/?u=Zo%C3%AB%20Berg",
        b"/?u=Zo%25C3%25AB+Berg",
        b'<script>{"name": "Zo\\u00eb Berg"}</script>',
    ],
)
def test_words_in_code_are_refused_and_the_file_can_be_withheld(content: bytes) -> None:
    """A web page's code, a script, an address: nothing is blacked out there, so it does not leave with the words."""
    passage = Passage(1, "file 1, text", file=Enclosure("page", "text/plain", content))
    choices = Choices(phrases=("Zoë Berg",), phrases_for=WITNESS)
    with pytest.raises(Unfit) as wrong:
        disclosed("Case", (passage,), choices, DAY)
    assert "Passage 1" in wrong.value.mistakes[0]
    assert not disclosed("Case", (passage,), replace(choices, withheld={1: WITNESS}), DAY).disclosure.files
    kept = disclosed("Case", (passage,), replace(choices, phrases=("Tom Vale",)), DAY).disclosure.files
    assert [each for _, each in kept] == [content]


def test_an_address_in_code_is_refused() -> None:
    """Words of a passage too."""
    passage = Passage(1, "address", words=("https://social.example/?u=Zo%C3%AB%20Berg",))
    with pytest.raises(Unfit):
        disclosed("Case", (passage,), Choices(phrases=("Zoë Berg",), phrases_for=WITNESS), DAY)


def test_files_of_other_kinds_go_whole_under_names_of_ours() -> None:
    """Neither the file's name nor a media type that somebody made up is told."""
    passage = Passage(1, "file 1, other", file=Enclosure("CANARY", "application/x-canary", b"\x00\x01"))
    assert disclosed("Case", (passage,), Choices(phrases=("ab",), phrases_for=WITNESS), DAY).disclosure.files == (
        ("files/passage-1.bin", b"\x00\x01"),
    )


def test_the_file_is_named_after_the_case_and_nothing_in_it(case: tuple[Passage, ...]) -> None:
    """Also where the case's own name is blacked out."""
    named = Choices(phrases=("case 001eef",), phrases_for=WITNESS)
    names = [disclosing.file_name(disclosed("Case 001eef", case, each, DAY).disclosure) for each in (Choices(), named)]
    assert names == ["case-001eef.zip", "case.zip"]


def test_nothing_of_another_case_is_in_it() -> None:
    """Beside it lie cases for the same reader and for others, one of them linked: of those neither words nor ids leave."""
    with office() as room:
        made.reported(room)
        first = room.case()
        room.reported("CANARYOTHER words of another case")
        room.reported("CANARYHIDDEN not for Hana", involved=("hr",))
        room.released()
        other = next(each.case.id for each in room.caseroom.listed(HANA, room.readers) if each.case.id != first)
        room.act(Act.LINK, HANA, first, to=other)
        shown, found = disclosing.opened(room.caseroom, HANA, room.readers, first)
        said = made.said(disclosing.packed(disclosed(shown.row.label, found, Choices(), shown.today).disclosure))
    assert "CANARYOTHER" not in said
    assert "CANARYHIDDEN" not in said
    assert not any(each.case.id in said for each in (shown.row, *shown.others))
    assert f"Case{other[:6]}" in said  # the link itself is a passage, and can be withheld
    assert all(receipt.words.replace(" ", "") not in said and receipt.lookup not in said for receipt in room.receipts)


def test_an_export_is_a_row_of_the_trail_without_content() -> None:
    """Who, what kind of act, which day; in every state; whoever may read the case, holder or not."""
    with office() as room:
        room.reported()
        room.released()
        disclosing.recorded(room.caseroom, room.readers[2], room.readers, room.case(), 0)
        room.act(Act.TAKE)
        room.act(Act.CONCLUDE, outcome="outside the policy", text="Not for us.")
        disclosing.recorded(room.caseroom, room.readers[2], room.readers, room.case(), 3)
        shown = room.shown()
        assert [(each.act, each.by) for each in shown.row.case.trail if each.act == "disclose"] == [("disclose", "ida")] * 2
        assert [each.content for each in shown.opened.entries if each.act == "disclose"] == [{}, {}]
        assert shown.row.case.state == "concluded"


def test_what_is_chosen_stands_in_no_repr(case: tuple[Passage, ...]) -> None:
    """Choices and what is left can stand in a traceback: their words do not."""
    choices = Choices({1: Reason("other", "CANARYWHY", "CANARYLAW")}, ("CANARYPHRASE",), WITNESS, "CANARYREQUEST", "CANARYBY")
    preview = disclosed("Case", case, choices, DAY)
    assert "CANARY" not in repr(choices) + repr(preview) + repr(preview.disclosure) + repr(case)


def test_no_line_of_somebody_looks_like_ours_in_a_terminal() -> None:
    """Words of several lines stand set in, also where one of them looks like a passage of its own."""
    passage = Passage(1, "note", words=("Mine\n2. Address: WITHHELD",))
    lines = "\n".join(case_terminal_export.lines(disclosed("Case", (passage,), Choices(), DAY))).splitlines()
    assert [each for each in lines if each and not each.startswith("  ")] == ["Case. Prepared on 4 December 2026", "1. Note"]
