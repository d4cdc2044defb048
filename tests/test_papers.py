"""Papers prove what they say: the words that were signed, digests that can be computed again, the same bytes each time."""

from __future__ import annotations

import base64
import datetime
import io
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.evidence.canonical import sha256
from bot.evidence.chain import committed
from bot.papers import OtherText, certificate, completion_report, signed_copy, text_copy
from bot.papers.breaks import fitting
from bot.papers.chart import Course, ticks
from bot.papers.recipe import WIDTH, wrapped
from bot.papers.signs import needs_shaping, visible
from bot.publishing import text
from tests import made_papers as made

HARD = "Иван Ωμέγα Zoë 😀 王 \u202e{nb} " + "Wolfeschlegelstein" * 9
DAY = datetime.date(2026, 3, 1)


def pages(paper: bytes) -> list[list[str]]:
    """The lines of each page, without its running head and foot."""
    found = [page.extract_text().split("\n") for page in PdfReader(io.BytesIO(paper)).pages]
    assert all(lines[-1].startswith("Page ") for lines in found)
    return [lines[1 if number else 0 : -1] for number, lines in enumerate(found)]


def words(paper: bytes) -> str:
    """All that a paper says, without blanks and line ends."""
    return squeezed("".join("".join(lines) for lines in pages(paper)))


def squeezed(content: str) -> str:
    return "".join(content.split())


def block(paper: bytes, number: int) -> list[str]:
    """The lines of a command on a certificate, its first and its last among them."""
    lines = [line for page in pages(paper) for line in page]
    starts = [place for place, line in enumerate(lines) if line.startswith("tr -d")]
    start = starts[number]
    return lines[start : lines.index("END", start) + 1]


def certified(name: str = "Alice Stone", **others: Any) -> bytes:
    return certificate(made.PUBLISHED, made.entry(name), made.personal(name), made.ROOT, zone=made.CITY, **others)


@cache
def copied(name: str = "Alice Stone") -> bytes:
    return signed_copy(made.PUBLISHED, made.entry(name), made.personal(name), made.STATEMENT, zone=made.CITY)


def test_the_copy_shows_the_text_word_for_word() -> None:
    """What the signer keeps is the text that was digested, from its head to its last clause."""
    said = words(copied())
    assert squeezed(text(made.POLICY)) in said
    assert all(digest in said for digest in made.PUBLISHED.clause_sha256.values())


def test_the_copy_says_who_what_and_when() -> None:
    """Statement, name, both times, record and digests stand on the first page."""
    first = "\n".join(pages(copied())[0])
    for said in (
        made.STATEMENT,
        "Alice Stone",
        "3 March 2026, 09:15:02 CST (UTC-06:00)",
        "3 March 2026, 15:15:02 UTC",
        "alice.stone@city.example",
        made.entry().id,
        made.entry().digest,
        made.PUBLISHED.text_sha256,
        f"Version {made.POLICY.version}, effective 12 December 2019",
    ):
        assert said in first
    assert "had not yet approved" not in first


def test_a_statement_that_was_not_approved_says_so() -> None:
    """Decision 35: until the City Attorney has approved the statement, every copy says so."""
    entry = made.entry(statement_approved=False)
    assert "The City Attorney had not yet approved" in "\n".join(
        pages(signed_copy(made.PUBLISHED, entry, made.personal(), made.STATEMENT))[0]
    )


def test_the_copy_of_a_difference_marks_its_clauses_and_keeps_the_words() -> None:
    """The first page lists what was signed anew, a bar stands beside it, and the text is whole and unchanged."""
    paper = signed_copy(made.PUBLISHED, made.difference(), made.personal(), made.STATEMENT)
    first = "\n".join(pages(paper)[0])
    assert "Signed as a difference from version 2018-01-01-abcdef01" in first
    assert ", ".join(made.CHANGED) in first
    assert squeezed(text(made.POLICY)) in words(paper)
    assert drawn(paper) > drawn(copied())


def drawn(paper: bytes) -> int:
    """How many filled boxes a paper has."""
    return sum(page.get_contents().get_data().count(b" re f") for page in PdfReader(io.BytesIO(paper)).pages)  # type: ignore[union-attr]


def test_the_copy_as_text_holds_the_digested_text_exactly() -> None:
    """Between the two double lines stand the very bytes of which the digest was taken."""
    copy = text_copy(made.PUBLISHED, made.entry(), made.personal(), made.STATEMENT, zone=made.CITY)
    within = copy.split("=" * 72 + "\n")[1]
    assert sha256(within.encode()) == made.PUBLISHED.text_sha256
    assert "Signed as:       Alice Stone" in copy
    assert "Number in chain: " in copy
    assert made.STATEMENT in copy
    assert made.entry().digest in copy


def test_the_copy_as_text_says_that_the_words_were_not_approved() -> None:
    """As the PDF does; where they had been, nothing is said."""
    for approved in (False, True):
        copy = text_copy(made.PUBLISHED, made.entry(statement_approved=approved), made.personal(), made.STATEMENT)
        assert ("had not yet approved" in copy) is not approved


def test_the_copy_of_a_difference_as_text_lists_its_clauses() -> None:
    """Plain text has no bars, so the list says what was signed anew."""
    copy = text_copy(made.PUBLISHED, made.difference(), made.personal(), made.STATEMENT)
    assert [line for line in copy.split("\n") if line.endswith(": changed")] == [
        f"  {clause}: changed" for clause in made.CHANGED
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        made.entry(text_sha256="0" * 64),
        made.entry(clauses={"416.1": "0" * 64}),
        made.entry(clauses={"999": "0" * 64}),
        replace(made.entry(), version="2018-01-01-abcdef01"),
        replace(made.entry(), policy="417"),
    ],
)
def test_no_paper_is_made_of_a_record_and_another_text(wrong: Any) -> None:
    """A copy of a text that was never signed would be worse than none."""
    with pytest.raises(OtherText):
        signed_copy(made.PUBLISHED, wrong, made.personal(), made.STATEMENT)
    with pytest.raises(OtherText):
        text_copy(made.PUBLISHED, wrong, made.personal(), made.STATEMENT)
    with pytest.raises(OtherText):
        certificate(made.PUBLISHED, wrong, made.personal(), None)


def test_the_same_record_makes_the_same_bytes() -> None:
    """Two processes, whose sets are in another order each, agree on every byte, so that a lost paper can be made again."""

    command = [sys.executable, "-m", "tests.made_papers"]
    runs = [subprocess.Popen(command, env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE) for seed in ("1", "2")]
    first, second = (run.communicate(timeout=300)[0] for run in runs)
    assert len(first.split()) == 10
    assert first == second


@pytest.mark.parametrize("name", ["Alice Stone", "Seán O'Brien", "שרה כהן 😀"])
def test_a2_the_printed_block_computes_the_record_s_digest(name: str) -> None:
    """What stands on the certificate is enough to compute the digest again, byte for byte, and the commitment too."""
    paper, entry = certified(name), made.entry(name)
    first, *body, _ = block(paper, 0)
    assert first == "tr -d '\\n' <<'END' | sha256sum"
    assert "".join(body) == entry.body
    said = words(paper)
    assert f"Digest:{sha256(''.join(body).encode())}" in said
    first, *fields, _ = block(paper, 1)
    content = base64.b64decode("".join(fields)) if "base64" in first else "".join(fields).encode()
    assert sha256(content) == committed(entry.person, entry.salt, entry.personal)
    assert f"“personal”:{sha256(content)}" in said


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="the recipe needs sha256sum")
def test_a2_the_recipe_works_as_it_is_printed() -> None:
    """A person who copies the blocks into a terminal reads the printed digests there."""
    paper, entry = certified("Zoë O'Brien"), made.entry("Zoë O'Brien")
    script = "\n".join(block(paper, 0) + block(paper, 1)) + "\n"
    run = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True, timeout=30)
    assert [line.split()[0] for line in run.stdout.splitlines()] == [
        entry.digest,
        committed(entry.person, entry.salt, entry.personal),
    ]


def test_a_certificate_has_two_pages_and_all_digests() -> None:
    """Who, what, when, how and where in the chain on the first, how to compute it again on the second."""
    paper = certified(
        statement=made.STATEMENT, witnesses=made.SEEN, copied=made.entry(kind="copied", seq=18), consented=made.entry()
    )
    first, second = ("\n".join(lines) for lines in pages(paper))
    listed = [made.entry().previous, made.entry().digest, made.PUBLISHED.text_sha256, made.ROOT.root, sha256(b"signing page")]
    assert all(digest in first for digest in [*listed, *(sha256(b"page %d" % page) for page in range(1, 7))])
    assert "3 March 2026, over records 1 to 412" in first
    assert "RFC 3161 time-stamp: failed" in first
    assert "Slack, T0123, U0456" in first
    assert "number 18" in first
    assert second.startswith("How to compute the digests again")


@pytest.mark.parametrize("root", [None, replace(made.ROOT, records=16)])
def test_a_certificate_says_where_no_root_covers_its_record_yet(root: Any) -> None:
    """A root that ends before the record proves nothing of it."""
    said = words(certificate(made.PUBLISHED, made.entry(), made.personal(), root))
    assert "notyetcovered" in said
    assert made.ROOT.root not in said


def test_papers_of_a_disposed_record_say_that_it_was_deleted() -> None:
    """The chain's part can still be certified when what was personal has lawfully gone."""
    gone = replace(made.entry(), person="", salt="", personal="")
    said = words(certificate(made.PUBLISHED, gone, {}, made.ROOT))
    assert "Alice" not in said
    assert "Whatispersonal:deletedbyschedule" in said
    assert "deletedbyschedule" in words(signed_copy(made.PUBLISHED, gone, {}, made.STATEMENT))


def test_a_certificate_of_a_refusal_gives_its_reason() -> None:
    """Other acts than signatures are certified with all that they say."""
    entry, told = made.entry(kind="declined"), made.personal() | {"reason": "I want to ask the union first."}
    said = words(certificate(made.PUBLISHED, entry, told, None))
    assert "Certificateofarefusaltosign" in said
    assert "Iwanttoasktheunionfirst." in said


@pytest.mark.parametrize("paper", [copied(), certified(), made.report(60)], ids=["copy", "certificate", "report"])
def test_every_page_says_which_of_how_many_it_is(paper: bytes) -> None:
    """A page that is missing is missed."""
    found = [page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages]
    assert all(f"Page {number} of {len(found)}" in said for number, said in enumerate(found, 1))


def test_no_sign_of_a_name_is_dropped() -> None:
    """Letters are drawn; what the font has not, and what would hide or turn the text, is shown as its code point."""
    said = words(copied(HARD))
    assert squeezed("Иван Ωμέγα Zoë [U+1F600] [U+738B] [U+202E]{nb} " + "Wolfeschlegelstein" * 9) in said


@pytest.mark.parametrize("name", ["שרה כהן", "محمد الصالح"])
def test_names_from_right_to_left_are_drawn_with_their_letters(name: str) -> None:
    """Every letter of the name is on the page, and none as a code point."""
    first = unicodedata.normalize("NFKC", "\n".join(pages(copied(name))[0]))
    assert set(squeezed(name)) <= set(first)
    assert "[U+" not in first
    assert needs_shaping(name)


@given(st.text())
def test_visible_text_can_always_be_drawn(said: str) -> None:
    """Whatever is typed becomes signs that the font has, and loses none."""
    printable = {ord(sign) for sign in "abcdefghijklmnopqrstuvwxyzABCDEF0123456789[]+U é"}
    shown = visible(said, printable)
    assert all(sign == "\n" or ord(sign) in printable or sign.isascii() or sign in "\u200c\u200d" for sign in shown)
    assert len(shown) >= len(said)


@given(st.text(alphabet="ab {}", max_size=600))
def test_wrapped_lines_join_to_what_they_were(content: str) -> None:
    """Nothing is lost or added by wrapping, and no line is too long."""
    lines = wrapped(content)
    assert "".join(lines) == content
    assert all(len(line) <= WIDTH for line in lines)


def test_wrapped_lines_do_not_end_in_blanks() -> None:
    """Blanks at the edge of a line are lost in copying."""
    assert all(line == line.strip() for line in wrapped("word and " * 100 + "end"))


@given(st.integers(1, 60), st.integers(0, 60), st.booleans())
def test_no_line_stands_alone(lines: int, room: int, fresh: bool) -> None:
    """Either all lines fit, or two at least stand on each side of the break; an empty page takes what it can."""
    taken = fitting(lines, room, fresh=fresh)
    if taken < lines and not fresh:
        assert taken == 0 or (taken >= 2 and lines - taken >= 2)
    assert taken <= max(room, 1)
    assert taken or not fresh


@pytest.fixture
def overflowing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whatever is set wider than its box, or beyond the page's edges, while the test runs."""
    found: list[str] = []
    cell = FPDF.cell

    def checked(self: FPDF, w: float, h: float, text: str = "", **how: Any) -> Any:
        if self.get_string_width(text) > w + 0.5 or self.get_x() + w > self.w - self.r_margin + 0.5 or self.get_y() + h > self.h:
            found.append(text)
        return cell(self, w, h, text, **how)

    monkeypatch.setattr(FPDF, "cell", checked)
    return found


def test_long_names_and_titles_stay_on_the_page(overflowing: list[str]) -> None:
    """A title of 300 signs, names without a blank, empty departments and long ones break no layout."""
    policy = replace(made.POLICY, title="Very Long Title of a Policy " * 11)
    published = replace(made.PUBLISHED, policy=policy)
    name = "Wolfeschlegelsteinhausenbergerdorff" * 8
    people = [
        replace(row, name=name, department=department, role=name, email=f"{name}@city.example")
        for row in made.rows(12)[:6]
        for department in ("", name)
    ]
    facts = {"text_sha256": published.text_sha256}
    entry = made.entry(name, **facts)
    signed_copy(published, entry, made.personal(name), made.STATEMENT * 12)
    certificate(published, entry, made.personal(name), made.ROOT, statement=made.STATEMENT * 12)
    completion_report(made.request(), published, people, [], made.AT)
    assert overflowing == []


def test_the_report_counts_people() -> None:
    """Of 60 people six are no longer asked, and 30 of the other 54 have agreed."""
    first = "\n".join(pages(made.report(60))[0])
    for number, name in (("55%", "complete"), ("54", "asked"), ("18", "signed"), ("12", "outstanding"), ("6", "no longer asked")):
        assert re.search(rf"^{number}$", first, re.M), name
    assert "everyone" in first
    assert "due 14 March 2026" in first


def test_the_report_lists_who_is_outstanding_by_department() -> None:
    """Each person who has still to sign is named once, and nobody else."""
    said = "\n".join("\n".join(lines) for lines in pages(made.report(60)))
    listed = said.split("Still outstanding")[1]
    assert sorted(re.findall(r"person\.\d+@", listed)) == sorted(f"person.{row}@" for row in range(60) if row % 10 in (0, 9))
    assert "No department" in listed


def test_a_report_about_nobody_is_a_report() -> None:
    """A request that asks nobody divides by nothing."""
    said = "\n".join("\n".join(lines) for lines in pages(made.report(0)))
    assert "Nobody is asked" in said
    assert "Nobody." in said


def test_a_report_about_ten_thousand_people_is_made_in_time() -> None:
    """Ten thousand people take less than 20 seconds of one processor."""
    begun = time.process_time()
    paper = made.report(10_000)
    assert time.process_time() - begun < 20
    assert paper.startswith(b"%PDF")


def test_the_chart_has_its_words_for_who_cannot_see_it() -> None:
    """The drawing carries a title and an alternative text, and the same words stand below it."""
    paper = made.report(60)
    assert b"/Alt" in paper
    assert squeezed(
        "From 1 March 2026, when the request was made, to 20 March 2026. Due on 14 March 2026. 55% complete"
    ) in words(paper)


@settings(max_examples=60)
@given(st.integers(1, 4000))
def test_days_below_the_chart_are_few_and_in_order(span: int) -> None:
    """However long a request runs, the days below its chart can be read."""
    until = DAY + datetime.timedelta(days=span)
    found = ticks(DAY, until)
    assert found[0] == DAY
    assert found == sorted(set(found))
    assert found[-1] <= until
    assert len(found) <= 7


def test_a_request_of_one_day_has_a_chart() -> None:
    """Made, due and reported on the same day: the chart still has a width."""
    course = Course([(DAY, 3)], 4, DAY, DAY, DAY)
    assert course.until > course.begun
    assert course.latest == "75%"


def test_the_program_does_not_load_the_papers_before_one_is_wanted() -> None:
    """fpdf2 costs memory that a server which makes no papers need not hold."""
    code = "import sys, bot.__main__, bot.exporting; print('fpdf' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert run.stdout.strip() == "False"
