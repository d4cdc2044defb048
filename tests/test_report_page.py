"""The pages for whoever reports: over real HTTP, without scripts, with a casebook in memory; what they keep, tell and refuse."""

from __future__ import annotations

import asyncio
import datetime
import gc
import http.client
import io
import logging
import re
import socket
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from aiohttp import web
from PIL import Image

from bot.attachments import LARGEST, Attachment
from bot.channels.web import report as report_part
from bot.channels.web import report_render
from bot.channels.web.report import HEADERS, Report
from bot.channels.web.report_body import LARGEST_BODY, Memory
from bot.channels.web.work import BITS, HOUR, Work
from bot.drill.phone import solved
from bot.flood import Flood
from bot.journeys import promise
from bot.journeys.report_back import UNKNOWN
from bot.logs import OneLine
from bot.reporting import AWAY, CROWDED, Reporting
from bot.tokens import Tokens
from bot.turns import Turn
from bot.views import Facts, Text, View, view
from tests.report_page import REPORT, WORDS, Book, Page, in_parts

pytestmark = pytest.mark.anonymity

CANARY = {
    "User-Agent": "CanaryBrowser/203",
    "X-Forwarded-For": "203.0.113.77",
    "Cookie": "session=U0CANARY203",
    "Referer": "https://canary.example.gov/name",
    "Accept-Language": "tlh",
    "Authorization": "Bearer U0CANARY203",
}
MARKS = ("canary", "203.0.113.77", "tlh")
WHAT = REPORT["f2"]


@pytest.fixture
def page() -> Iterator[Page]:
    """Somebody at the pages."""
    with closing(Page()) as found:
        yield found


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "JPEG", comment=b"U0CANARY203")
    return made.getvalue()


def test_the_form_is_there_at_once(page: Page) -> None:
    """All eight fields, no files yet, and the way to the other page and out."""
    page.open()
    assert page.status == 200
    form = page.page.one("form")
    names = {each.attributes.get("name", "").partition(".")[0] for each in form.walk()}
    assert {each for each in names if each.startswith("field-")} == {f"field-f{number}" for number in range(1, 9)}
    assert form.all("input", type="file") == []
    assert [each.attributes["href"] for each in page.page.one("header").all("a")] == ["/receipt", "about:blank"]


def test_first_the_promise_then_the_receipt(page: Page) -> None:
    """The first Send keeps nothing and shows what is promised and what is not; the second keeps it once."""
    page.open()
    said = page.submit(REPORT)
    assert page.book.kept == []
    kept, cannot = promise.lines(sealed=False)
    assert all(each in said for each in (*kept, *cannot, "About 1,100 people", WHAT))
    assert WORDS in page.submit({})
    assert [(each.what, each.clauses, files) for each, files in page.book.kept] == [(WHAT, ("416.8.5.a",), ())]


def test_a_form_that_is_not_whole_comes_back_filled(page: Page) -> None:
    """What is missing stands above it, aloud."""
    page.open()
    said = page.submit({**REPORT, "f6": ""})
    assert "Choose who is to read it." in page.page.one(role="alert").text
    assert WHAT in said
    assert page.book.kept == []


def test_pictures_go_with_it_cleaned(page: Page) -> None:
    """Made anew, under names of ours."""
    page.open()
    page.submit(REPORT)
    page.submit({}, [picture(), b"words"])
    ((_, files),) = page.book.kept
    assert [each.name for each in files] == ["attachment-1.jpg", "attachment-2.txt"]
    assert b"CANARY" not in files[0].content


def test_a_file_that_is_not_taken_keeps_the_report_unsent(page: Page) -> None:
    """It says which and what to do, and what was typed is still there; the next Send is the second one."""
    page.open()
    page.submit(REPORT)
    said = page.submit({}, [b"PK\x03\x04", b"words"])
    assert "File 1 was not taken." in page.page.one(role="alert").text
    assert WHAT in said
    assert page.book.kept == []
    assert WORDS in page.submit({})


@pytest.mark.parametrize(("files", "status"), [([bytes(LARGEST + 1)], 413), ([b"a"] * 4, 413), ([b"a" * LARGEST] * 3, 200)])
def test_as_much_as_may_be_sent(page: Page, files: Sequence[bytes], status: int) -> None:
    """Three files of 5 MB and no more."""
    page.open()
    page.submit(REPORT)
    page.submit({}, files)
    assert page.status == status
    assert len(page.book.kept) == (status == 200)


def test_come_back_with_the_receipt(page: Page) -> None:
    """Replies, adding, telling of retaliation, and a new receipt; the receipt is never in the page again."""
    page.open("/receipt")
    assert "Thank you. Which page was it?" in page.submit({"f1": WORDS, "f2": "a"})
    assert WORDS not in page.html
    page.open("/receipt")
    assert "Added." in page.submit({"f1": WORDS, "f2": "b", "f3": "It is the second page."})
    assert page.book.added == ["It is the second page."]
    page.open("/receipt")
    assert WORDS.upper() in page.submit({"f1": WORDS, "f2": "c"})


def test_p12_whatever_opens_nothing_looks_alike(page: Page) -> None:
    """Malformed and unknown receipts get the same page, byte by byte, and are not repeated in it."""
    shown = []
    for words in ("x", "amber brisk candle drift ember fable groves", "1 2 3"):
        page.open("/receipt")
        page.submit({"f1": words, "f2": "a"})
        shown.append(page.html)
        assert len(words) == 1 or words not in page.html
    assert len(set(shown)) == 1
    assert UNKNOWN in " ".join(page.main.split())


def test_p12_a_receipt_goes_by_post_only(page: Page) -> None:
    """Nothing in an address is looked at, so that none stands in a history or a proxy's log."""
    said = page.open(f"/receipt?field-f1={WORDS.replace(' ', '+')}&field-f2=a&form=note_back")
    assert "Which page was it" not in said
    assert all(each.attributes["method"] == "post" for each in page.page.all("form"))


def test_p24_headers_and_nothing_from_elsewhere(page: Page) -> None:
    """No cookie; kept by no browser; no style, script, font or picture but its own; found by no search."""
    for path in ("/report", "/receipt"):
        page.open(path)
        assert {name: page.answered[name] for name in HEADERS} == HEADERS
        assert "Set-Cookie" not in page.answered
        assert page.answered["Cache-Control"] == "no-store"
        assert page.answered["Referrer-Policy"] == "no-referrer"
        leads = [each.attributes.get(name, "") for each in page.page.walk() for name in ("src", "href", "action")]
        assert not [each for each in leads if each.startswith(("http", "//"))]
        assert "default-src 'none'" in HEADERS["Content-Security-Policy"]
        assert "unsafe" not in HEADERS["Content-Security-Policy"]
        assert "report" not in page.page.one("title").text.lower()


def test_no_field_is_read_along(page: Page) -> None:
    """Browsers send what is typed to spelling services unless told not to, and remember it."""
    page.open()
    typed = [*page.page.all("textarea"), *page.page.all("input", type="text")]
    assert len(typed) == 3
    assert all(each.attributes["spellcheck"] == "false" and each.attributes["autocomplete"] == "off" for each in typed)


def test_what_is_typed_is_escaped(page: Page) -> None:
    """Also in a value of a field."""
    page.open()
    page.submit({**REPORT, "f2": "</textarea><script>alert(1)</script>", "f4": '"><b>'})
    assert "<script>alert" not in page.html
    assert '"><b>' not in page.html


def journey(page: Page) -> str:
    """Everything that can be done, with canaries wherever a browser tells of somebody; all that was shown."""
    page.headers = dict(CANARY)
    shown = [page.open(path) for path in ("/receipt", "/report")]
    shown += [page.submit(REPORT), page.submit({}, [b"PK\x03\x04"]), page.submit({}, [picture()])]
    page.open("/receipt")
    shown.append(page.submit({"f1": WORDS, "f2": "a"}))
    edge = {"Content-Type": "multipart/form-data; boundary=x"}
    for body, headers in (
        (b"--x\r\nbroken " + WHAT.encode(), edge),
        (WHAT.encode(), {"Content-Type": "text/plain"}),
        (WHAT.encode(), {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"form=note&state=forged&field-f2=words", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"form=note", {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}),
    ):
        shown.append(page.send("POST", "/report", body, headers))
    return "\n".join(shown)


def test_p2_no_line_is_written_whatever_happens(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Every logger at DEBUG, both streams: neither a canary nor what was written, and not one line that it was."""
    caplog.set_level(logging.DEBUG)
    with closing(Page(Book())) as page:
        caplog.clear()
        shown = journey(page)
        assert page.book.kept
        page.book.gone = True
        page.open()
        page.submit(REPORT)
        shown += page.submit({})
    assert AWAY in " ".join(shown.split())
    lines = [record for record in caplog.records if record.name != "asyncio" or "selector" not in record.getMessage()]
    assert [(each.name, each.getMessage()) for each in lines] == []
    assert capfd.readouterr() == ("", "")
    assert not any(mark in shown.lower() for mark in MARKS)


def test_p24_no_access_log(caplog: pytest.LogCaptureFixture, page: Page) -> None:
    """A malformed request, which the server itself refuses, leaves no address and no words either."""
    caplog.set_level(logging.DEBUG)
    place = urlsplit(page.url)
    with socket.create_connection((place.hostname or "", place.port or 0)) as line:
        line.sendall(b"POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: U0CANARY203\r\n\r\nwords")
        assert b" 400 " in line.recv(4096)
    assert [each for each in caplog.records if each.name.startswith("aiohttp.access")] == []
    said = "".join(OneLine().format(each) for each in caplog.records)
    assert not any(mark in said for mark in ("127.0.0.1", "CANARY", "words"))


# Through the event loop and its tasks everything in the process is reached, and so it is through modules.
BEYOND = (asyncio.AbstractEventLoop, asyncio.Future, type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)


def reached(start: Iterable[Any], wanted: type) -> list[str]:
    """Whether from these objects something of this type can be reached; each with the way there."""
    found: list[str] = []
    seen: set[int] = set()
    waiting = [(each, type(each).__name__) for each in start]
    while waiting:
        each, way = waiting.pop()
        if id(each) in seen or isinstance(each, BEYOND):
            continue
        seen.add(id(each))
        if isinstance(each, wanted):
            found.append(way)
            continue
        waiting += [(more, f"{way} > {type(more).__name__}") for more in gc.get_referents(each)]
    return found


class Watched(Reporting):
    """The real door; notes what can be reached from its arguments, and from the task that it runs in."""

    async def answer(self, turn: Turn, attachments: Sequence[Attachment] = ()) -> View:
        frames, frame = [], sys._getframe()
        while frame.f_back and frame.f_back.f_code.co_filename != asyncio.events.__file__:
            frame = frame.f_back
            frames.append(frame.f_locals)
        WAYS.append((len(frames), reached([turn, attachments, *frames], web.BaseRequest)))
        return await super().answer(turn, attachments)


WAYS: list[tuple[int, list[str]]] = []


def test_p22_nothing_that_stores_leads_to_the_request() -> None:
    """Neither the turn, nor the files, nor anything that the storing task's own frames hold."""
    WAYS.clear()
    book = Book()
    with closing(Page(book, Watched(book))) as page:
        page.headers = dict(CANARY)
        page.open()
        WAYS.clear()
        page.submit(REPORT)
        page.submit({}, [picture()])
    assert [frames >= 2 for frames, _ in WAYS] == [True, True]
    assert [ways for _, ways in WAYS] == [[], []]
    assert len(book.kept) == 1


def test_p22_a_request_would_be_found() -> None:
    """The test above can fail."""
    request = web.BaseRequest.__new__(web.BaseRequest)
    assert reached([{"a": [request]}], web.BaseRequest) == ["dict > list > BaseRequest"]


def test_p22_no_hidden_field_names_anybody(page: Page) -> None:
    """Two people are given the very same page, whatever their browsers say; only the form, its state and the work are hidden."""
    page.open()
    first = page.html
    page.headers = dict(CANARY)
    page.open()
    assert page.html == first
    page.submit(REPORT)
    assert [each.attributes["name"] for each in page.page.all("input", type="hidden")] == ["form", "state"]


def test_p3_what_fails_says_nothing(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception with the words in it, in the door or in cleaning, is neither shown nor raised further."""

    def fails(*given: object) -> Any:
        raise RuntimeError(WHAT)

    page.open()
    page.submit(REPORT)
    monkeypatch.setattr(page.book, "file", fails)
    assert WHAT not in page.submit({})
    assert AWAY in " ".join(page.main.split())
    page.open()
    page.submit(REPORT)
    monkeypatch.setattr(report_part.attachments, "cleaned", fails)
    assert WHAT not in page.submit({}, [b"words"])
    assert page.book.kept == []


def test_a_database_that_is_away_leaves_what_was_typed(page: Page) -> None:
    """So that nobody has to write it twice; the next Send keeps it."""
    page.open()
    page.submit(REPORT)
    page.book.gone = True
    said = page.submit({})
    assert AWAY in page.page.one(role="alert").text
    assert WHAT in said
    page.book.gone = False
    assert WORDS in page.submit({})


def test_files_that_take_too_long_are_given_up(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is not sent without them unasked."""
    monkeypatch.setattr(report_part, "CLEANING", 0.0)
    page.open()
    page.submit(REPORT)
    assert "too long to clean" in page.submit({}, [picture()])
    assert page.book.kept == []


def test_without_scripts_fewer_may_be_sent() -> None:
    """Work opens a larger quota, once for each solution; who is turned away keeps what was typed, and HR can be told."""
    tokens = Tokens(b"test")
    work = Work(tokens, bits=8)
    with closing(Page(worked=Flood(all=2), bare=Flood(all=1), work=work)) as page:
        different = iter("abcdef")

        def send(**more: str) -> str:
            page.open()
            page.submit({**REPORT, "f2": f"{WHAT} {next(different)}"})
            return " ".join(page.submit({}, **more).split())

        assert WORDS in send()
        assert not any(each.told() for each in page.part.floods)
        said = send()
        assert CROWDED in said
        assert WHAT in said
        assert [each.told() for each in page.part.floods] == [False, True]
        done = solved(work.challenge(), 8)
        assert WORDS in send(work=done)
        assert CROWDED in send(work=done), "each solution counts once"
        assert WORDS in send(work=solved(work.challenge(), 8))
        assert CROWDED in send(work=solved(work.challenge(), 8))
        page.open("/receipt")
        assert CROWDED in " ".join(page.submit({"f1": WORDS, "f2": "a"}).split())
        assert WORDS not in page.html
    assert len(page.book.kept) == 3


def test_p16_the_challenge_is_everybodys() -> None:
    """The same for all within an hour; it holds for the next one too, and what was used is forgotten after that."""
    now = [HOUR * 500_000.0]
    work = Work(Tokens(b"test"), lambda: now[0], bits=4)
    first = work.challenge()
    done = solved(first, 4)
    assert work.done(done)
    now[0] += HOUR
    assert work.challenge() != first
    assert not work.done(done)
    assert work.done(solved(first, 4))
    now[0] += HOUR
    assert not work.done(solved(first, 4))
    now[0] += 2 * HOUR
    assert work.done(solved(work.challenge(), 4))
    assert work._spent_before == set()
    assert len(work._spent) == 1


@pytest.mark.parametrize("given", ["", "x", "a.b.c", f"{'0' * 24}.{'0' * 16}.1", "\ud800", "9" * 10_000])
def test_work_that_is_none(given: str) -> None:
    """Whatever is sent instead of a solution is none."""
    assert not Work(Tokens(b"test"), bits=0).done(given)


def test_an_unfinished_solution_is_none() -> None:
    """A number that was not searched for does not do."""
    work = Work(Tokens(b"test"), bits=64)
    assert not work.done(f"{work.challenge()}.{'0' * 16}.1")
    assert work.bits > BITS


def test_behind_a_proxy(page: Page) -> None:
    """Another name, another scheme and another address change nothing: addresses in the page are bare paths."""
    page.headers = {"Host": "reports.example.gov", "X-Forwarded-Proto": "https", "Origin": "null"}
    page.headers["Sec-Fetch-Site"] = "same-origin"
    page.open()
    page.submit(REPORT)
    assert WORDS in page.submit({})


def test_another_site_cannot_send(page: Page) -> None:
    """A form elsewhere, or another form of ours, is not read."""
    page.open()
    page.submit(REPORT)
    page.headers = {"Sec-Fetch-Site": "cross-site"}
    page.submit({})
    assert (page.status, page.book.kept) == (403, [])
    page.headers = {}
    page.open("/receipt")
    page.submit({"f1": WORDS, "f2": "a"}, form="ask")
    assert page.status == 400


def test_a_forged_state_counts_as_none(page: Page) -> None:
    """Nobody files without having been shown the promise; a state of a program with another secret is no error."""
    page.open()
    page.submit(REPORT, state="forged")
    assert page.book.kept == []
    assert "Please read before you send" in page.main


def test_where_reports_are_closed() -> None:
    """The page says so and whom to write to; nothing can be typed."""
    closed = Reporting(reach=Facts((("HR Director", "hana.ruiz@example.gov"),)), missing="Nobody of HR receives reports.")
    with closing(Page(door=closed)) as page:
        said = page.open()
        assert "Reports cannot be taken here yet." in said
        assert "hana.ruiz@example.gov" in said
        assert page.page.all("form") == []


def test_a_slow_body_is_waited_for_longer_here() -> None:
    """A telephone may take its time with three pictures; elsewhere the server hangs up sooner."""
    part = Report(Reporting(), Tokens(b"test"))
    assert {getattr(each.handler, "patience", 0) for each in part.routes} == {report_part.PATIENCE}


def test_more_than_memory_takes_is_refused_and_given_free_again(page: Page) -> None:
    """Bytes that are held count, not those who send; afterwards there is room again."""
    page.part._memory = Memory(2000)
    page.open()
    page.submit(REPORT)
    form = page.html
    assert CROWDED in " ".join(page.submit({}, [b"a" * 2000]).split())
    assert (page.status, page.book.kept) == (503, [])
    page.html = form
    assert WORDS in page.submit({}, [b"a" * 200])
    assert page.part._memory._held == 0


@pytest.mark.parametrize(("names", "status"), [(("x",) * 2200, 400), (tuple(f"x{n}" for n in range(2200)), 413)])
def test_no_body_takes_the_room_of_all_others(page: Page, names: Sequence[str], status: int) -> None:
    """One that does not say how long it is, of many parts, whether they have one name or many."""

    def parts() -> Iterator[bytes]:
        for name in names:
            yield f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + b"a" * 60_000 + b"\r\n"
        yield b"--b--\r\n"

    held: list[int] = []
    take = page.part._memory.take
    page.part._memory.take = lambda size: (take(size), held.append(page.part._memory._held))[0]  # type: ignore[func-returns-value, method-assign]
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert requests.post(f"{page.url}/report", data=parts(), headers=headers, timeout=30).status_code == status
    assert max(held) <= LARGEST_BODY
    assert page.part._memory._held == 0


def test_stopping_waits_for_what_is_being_kept() -> None:
    """A report whose Send was pressed is kept though the server stops and its caller has gone."""

    class Slow(Reporting):
        async def answer(self, turn: Turn, attachments: Sequence[Attachment] = ()) -> View:
            await asyncio.sleep(0.2)
            kept.append((turn, attachments))
            return view(Text("Sent."))

    async def work() -> None:
        part = Report(Slow(), Tokens(b"test"))
        asking = asyncio.ensure_future(part._apart(report_part.Sent("note", {}, "", "", ())))
        await asyncio.sleep(0)
        asking.cancel()
        await part.stop()

    kept: list[object] = []
    asyncio.run(work())
    assert len(kept) == 1


def test_names_of_files_are_not_read() -> None:
    """The body names each file as its owner did; what is read of it holds no name."""
    body, headers = in_parts({"form": "note"}, [b"words"], "IMG_20270301 CANARYNAME.jpg")
    assert b"CANARYNAME" in body
    with closing(Page()) as page:
        page.open()
        page.submit(REPORT)
        page.submit({}, [b"words"])
        assert "CANARYNAME" not in page.html + repr(page.book.kept) + repr(headers)


def test_p6_no_time_in_a_page(page: Page) -> None:
    """Neither the day nor the hour stands in it; the challenge says nothing but changes by the hour."""
    now = datetime.datetime.now(datetime.UTC)
    page.open()
    page.submit(REPORT)
    page.submit({})
    shown = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page.html, flags=re.DOTALL)
    assert str(now.year) not in shown
    assert f"{now:%H:%M}" not in shown


def test_the_page_says_what_files_it_takes() -> None:
    """The kinds that a browser offers are those that are cleaned."""
    assert report_render.TAKEN == ("image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain")


def test_a_client_that_goes_away_is_no_error(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    """Half a body, then nothing: no line, nothing kept."""
    caplog.set_level(logging.DEBUG)
    connection = http.client.HTTPConnection(urlsplit(page.url).netloc, timeout=5)
    connection.putrequest("POST", "/report")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b'--x\r\nContent-Disposition: form-data; name="field-f2"\r\n\r\nwords')
    connection.close()
    page.open()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert page.book.kept == []


def test_who_is_turned_away_with_a_receipt_keeps_the_words_and_not_the_receipt() -> None:
    """What was to be added stands in the form once more; the receipt is typed again."""
    with closing(Page(bare=Flood(all=0))) as page:
        page.open("/receipt")
        said = page.submit({"f1": WORDS, "f2": "b", "f3": WHAT})
        assert CROWDED in said
        assert WHAT in page.html
        assert WORDS not in page.html
        form = page.page.one("form")
        assert [each.attributes["value"] for each in form.all("input", type="radio") if "checked" in each.attributes] == ["b"]


def test_a_page_that_is_sent_again_keeps_nothing_twice(page: Page) -> None:
    """A receipt page that is loaded anew, as a telephone does: it is said, and what was typed can be sent on purpose."""
    page.open()
    page.submit(REPORT)
    form = page.html
    assert WORDS in page.submit({})
    page.html = form
    said = " ".join(page.submit({}).split())
    assert "You have sent exactly this before" in said
    assert WHAT in page.html
    assert len(page.book.kept) == 1
    assert WORDS in page.submit({"f2": f"{WHAT} Again."}), "another word, and it is sent on purpose"
    assert len(page.book.kept) == 2


def test_a_page_that_failed_can_be_sent_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be kept was not sent."""

    def broken(*_: object) -> None:
        raise RuntimeError

    page.open()
    page.submit(REPORT)
    form = page.html
    with monkeypatch.context() as patched:
        patched.setattr(Book, "file", broken)
        assert AWAY in " ".join(page.submit({}).split())
    page.html = form
    assert WORDS in page.submit({})


@pytest.mark.parametrize("files", [[b"a" * (LARGEST + 1)], [b"a"] * 4])
def test_files_that_are_too_much_take_no_words_away(page: Page, files: list[bytes]) -> None:
    """A photo as a telephone makes it, or one file more: the form is there once more."""
    page.open()
    page.submit(REPORT)
    said = " ".join(page.submit({}, files).split())
    assert (page.status, page.book.kept) == (413, [])
    assert "three files at most, none larger than 5 MB" in said
    assert WHAT in page.html
    assert WORDS in page.submit({})


def test_danger_is_not_promised_what_is_not_so(page: Page) -> None:
    """Whoever has it handed over at once reads what that shows, and not that it is handed over later."""
    page.open()
    said = " ".join(page.submit({**REPORT, "f8": "b"}).split())
    assert promise.AT_ONCE.text in said
    assert "in a later window, not at once" not in said
    page.open()
    said = " ".join(page.submit(REPORT).split())
    assert promise.AT_ONCE.text not in said
    assert "in a later window, not at once" in said


def test_words_are_not_dropped_by_whoever_only_reads(page: Page) -> None:
    """What was typed is either sent or still there."""
    page.open("/receipt")
    assert "chose to read" in page.submit({"f1": WORDS, "f2": "a", "f3": WHAT})
    assert WHAT in page.html
