"""Capturing a page from the case room in a browser: what is said before, what is done, what is shown, what is told to nobody."""

# ruff: noqa: F401, F811 - the fixture `served` is another module's

from __future__ import annotations

import io
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.capture import visiting
from bot.case_access import PATH
from bot.casebook import Submission
from bot.database import DatabaseGone
from bot.journeys.case_table import Act
from tests.caserooms import IDA
from tests.site_stand_in import HERE, NAME, Site, answer, leads_to, site
from tests.test_cases_pages import Browser, Served, hidden, served
from tests.web_driver import read

pytestmark = pytest.mark.anonymity

POST = b"<title>Night crew</title><script>steal()</script><p>CANARY &lt;b&gt; of the page</p>"


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that the server can visit."""
    with site(post=answer(POST), away=leads_to("/post"), inside=leads_to("http://inside.example/")) as found:
        found.names["inside.example"] = ("169.254.169.254",)
        monkeypatch.setattr(visiting, "STRANGER", found.visitor())
        yield found


@pytest.fixture
def case(served: Served, there: Site) -> str:
    """The address of a case that Hana works on; its reporter gave the address of the post."""
    report = Submission("violation", (), "Look.", f"It is {there.url('/post')}.", "This week", "hr", (), danger=False)
    served.book_thread.submit(lambda: served.room.book.file(report, served.room.book.draw())).result()
    served.book_thread.submit(served.room.released).result()
    path = served.case()
    served.browser().fill(path, "take")
    return path


def captured(browser: Browser, path: str, **fields: str) -> Any:
    """The form of a capture, filled in and sent."""
    page = read(browser.get(f"{path}/capture").text)
    shown = {
        each.attributes["name"]: each.attributes["value"]
        for each in page.all("input")
        if each.attributes.get("name") == "address"
    }
    return browser.post(f"{path}/capture", shown | hidden(page, f"{path}/capture") | fields)


def test_a_page_is_captured_and_shown_in_the_case(served: Served, there: Site, case: str) -> None:
    """From the button through the warning to the case: words, title, digest, time and file; the colleague sees it as well."""
    browser = served.browser()
    assert read(browser.get(case).text).one("form", action=f"{case}/capture").one("button").text == "Capture this page"
    warned = read(browser.get(f"{case}/capture").text).one("main").text
    for part in ("The site may notice the visit", "the address of this server", "without an account", "who passed the link on"):
        assert part in warned
    assert there.asked == []
    answered = captured(browser, case)
    assert (answered.status_code, answered.headers["Location"]) == (303, case)
    assert len(there.asked) == 1
    for who in ("hana", "ida"):
        text = served.browser(who).get(case).text
        seen = read(text).one("main").text
        for part in (
            "Hana Ruiz visited a page to capture it",
            "CANARY <b> of the page",
            "Night crew",
            there.url("/post"),
            "SHA-256",
            "file 1 of this case",
            "captured by HR as its site sent it",
        ):
            assert part in seen
        assert "steal()" not in seen
        assert "CANARY &lt;b&gt;" in text
    file = browser.get(f"{case}/file/0")
    assert (file.content, file.headers["Content-Type"]) == (POST, "text/plain")
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_another_address_can_be_given(served: Served, there: Site, case: str) -> None:
    """The one in the report is seldom exact; where a site leads on, both are kept."""
    browser = served.browser()
    assert captured(browser, case, address=there.url("/away")).status_code == 303
    seen = read(browser.get(case).text).one("main").text
    assert there.url("/away") in seen
    assert "Led there from" in seen


@pytest.mark.parametrize(
    ("address", "said", "visited"),
    [
        ("{site}/none", "no such page", True),
        ("{site}/inside", "private network", True),
        ("http://inside.example/", "private network", False),
        ("http://127.0.0.1/", "not the address of a page", False),
        ("<b>nonsense</b>", "not the address of a page", False),
        ("http://none.example/", "no site of this name", False),
        ("", "not the address of a page", False),
    ],
)
def test_what_cannot_be_captured_is_said_and_nothing_is_kept(
    served: Served,
    there: Site,
    case: str,
    address: str,
    said: str,
    visited: bool,
) -> None:
    """In plain words, with the address as it was typed. Where somebody was visited all the same, the case says so to everybody
    who reads it, with the reason; where nobody was, it says nothing."""
    browser, address = served.browser(), address.format(site=there.url(""))
    answered = captured(browser, case, address=address)
    assert answered.status_code == 422
    page = read(answered.text)
    assert said in page.one("div", role="alert").text
    assert page.one("input", id="address").attributes["value"] == address
    assert ("The attempt is noted in the case" in page.one("div", role="alert").text) == visited
    seen = read(served.browser("ida").get(case).text).one("main").text
    assert ("Hana Ruiz visited a page to capture it" in seen) == ("Could not be captured" in seen) == (said in seen) == visited
    assert not visited or address in seen
    assert "file 1 of this case" not in seen
    assert not served.failed


def test_who_does_not_work_on_a_case_captures_nothing(served: Served, there: Site, case: str) -> None:
    """No button, no page, no visit: neither for a colleague, nor before the case is taken, nor for a case that is not theirs."""
    ida = served.browser("ida")
    token = hidden(read(ida.get(case).text), f"{PATH}/leave")
    assert "Capture" not in ida.answer.text
    assert "A colleague works on this case" in ida.get(f"{case}/capture").text
    assert ida.post(f"{case}/capture", token | {"address": there.url("/post")}).status_code == 409
    served.reported("About Hana.", involved=("hr",))
    ida = served.browser("ida")
    other = re.findall(f"{PATH}/case/[0-9a-f]+", ida.get(PATH).text)
    assert "Take it first" in ida.get(f"{next(each for each in other if each != case)}/capture").text
    for path in {*other} - {case}:
        assert served.browser().get(f"{path}/capture").status_code == 404
    assert there.asked == []


def test_a_form_of_another_page_visits_nothing(served: Served, there: Site, case: str) -> None:
    """Without our token, from another site, without a session, or by looking alone."""
    browser = served.browser()
    page = hidden(read(browser.get(f"{case}/capture").text), f"{case}/capture")
    fields = {"address": there.url("/post")}
    assert browser.post(f"{case}/capture", fields).status_code == 403
    assert browser.post(f"{case}/capture", page | fields, Sec_Fetch_Site="cross-site").status_code == 403
    assert Browser(served).post(f"{case}/capture", page | fields).status_code == 401
    assert browser.get(f"{case}/capture?address={there.url('/post')}").status_code == 200
    assert there.asked == []


def test_the_case_room_goes_on_during_a_visit(served: Served, there: Site, case: str) -> None:
    """Neither the event loop nor the casebook's thread waits for a slow site; and only so many visits are made at once."""
    going, free = threading.Semaphore(0), threading.Event()

    def waits(send: Callable[[bytes], object]) -> None:
        going.release()
        free.wait(20)
        send(answer(POST))

    there.pages["/slow"] = waits
    browsers = [served.browser() for _ in range(visiting.AT_ONCE)]
    with ThreadPoolExecutor() as people:
        visits = [people.submit(captured, each, case, address=there.url("/slow")) for each in browsers]
        for _ in visits:
            assert going.acquire(timeout=20)
        began = time.monotonic()
        assert served.browser("ida").fill(case, "note", text="Meanwhile.").status_code == 303
        assert "Please try again in a minute" in captured(served.browser(), case).text
        assert time.monotonic() - began < 10
        free.set()
        assert [each.result().status_code for each in visits] == [303, 303]
    seen = served.browser().get(case).text
    assert "Meanwhile." in seen
    assert seen.count("file 1 of this case") == seen.count("file 2 of this case") == 1


def test_a_case_that_goes_to_a_colleague_meanwhile_keeps_nothing(served: Served, there: Site, case: str) -> None:
    """It is said above the case as it is now."""

    def handed(send: Callable[[bytes], object]) -> None:
        served.book_thread.submit(lambda: served.room.act(Act.HAND_OVER, to=IDA.id)).result()
        send(answer(POST))

    there.pages["/post"] = handed
    answered = captured(served.browser(), case)
    assert answered.status_code == 409
    assert "A colleague works on this case" in answered.text
    assert "CANARY" not in answered.text
    seen = read(served.browser("ida").get(case).text).one("main").text
    assert "Hana Ruiz visited a page to capture it" in seen
    assert there.url("/post") in seen


def test_p2_no_line_says_that_or_what_was_captured(
    served: Served,
    there: Site,
    case: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At DEBUG, through a capture, refusals, and a database that goes away in the middle."""
    caplog.set_level(logging.DEBUG)
    browser = served.browser()
    captured(browser, case)
    for address in (there.url("/CANARY"), "http://CANARY.example/", "CANARY"):
        captured(browser, case, address=address)

    def gone(*_: object) -> None:
        raise DatabaseGone

    monkeypatch.setattr(served.room.book.store, "keep", gone)
    assert captured(browser, case).status_code == 503
    lines = io.StringIO()
    for record in caplog.records:
        if not record.name.startswith(("urllib3", "asyncio")):  # the test's own browser
            lines.write(f"{record.name} {record.getMessage()} {record.exc_text}\n")
    for word in ("canary", "capture", NAME, case):
        assert word not in lines.getvalue().lower()


def test_p17_no_page_is_visited_until_hr_starts_it(
    served: Served,
    there: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From filing over the window to reading the case, no name is looked up and no site connected to; then one name, once."""
    looked_up: list[object] = []
    real = socket.getaddrinfo

    def watched(host: object, *rest: Any, **named: Any) -> Any:
        looked_up.append(host)
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    report = Submission("violation", (), f"See {there.url('/post')}", there.url("/post"), "This week", "hr", (), danger=False)
    own = served.room.book.draw()
    served.book_thread.submit(served.room.book.file, report, own).result()
    served.book_thread.submit(served.room.book.add, own, there.url("/post")).result()
    served.book_thread.submit(served.room.released).result()
    browser, path = served.browser(), served.case()
    browser.fill(path, "take")
    browser.get(f"{path}/capture")
    assert (there.asked, there.looked_up) == ([], [])
    assert {*looked_up} <= {HERE, "localhost"}  # the test's own browser
    assert captured(browser, path).status_code == 303
    assert there.looked_up == [NAME]
