"""The case room in a browser: signing in, what is seen and done there, and what no page, header or line of a log says."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.case_access import PATH
from bot.people import Person
from tests.case_pages import Browser, Served, case_pages, hidden
from tests.caserooms import HOURS, SECRET
from tests.web_driver import read

pytestmark = pytest.mark.anonymity


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The pages of an office."""
    with case_pages(tmp_path) as found:
        yield found


def test_a_preview_of_a_link_uses_nothing_up(served: Served) -> None:
    """Looked at any number of times, by GET or HEAD, it still lets its owner in, once."""
    link = served.link()
    for method in ("GET", "HEAD", "GET"):
        answer = requests.request(method, link, timeout=30)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    browser = Browser(served)
    answer = browser.enter(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    assert browser.get(PATH).status_code == 200
    assert Browser(served).enter(link).status_code == 404


def test_the_cookie_is_for_this_site_and_no_script(served: Served) -> None:
    """HttpOnly, SameSite=Strict, Secure, for our own path, half an hour."""
    browser = Browser(served)
    cookie = browser.enter(served.link()).headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Secure", f"Path={PATH}", "Max-Age=1800"):
        assert part in cookie


@pytest.mark.parametrize("path", [PATH, f"{PATH}/case/abc"])
def test_who_is_not_signed_in_sees_nothing(served: Served, path: str) -> None:
    """Without a cookie, with a bent one, and after half an hour: the same page for what is there and what is not."""
    served.reported()
    assert requests.get(served.url + path, timeout=30).status_code == 401
    browser = served.browser()
    good, browser.cookie = browser.cookie, browser.cookie[:-1] + "x"
    assert browser.get(path).status_code == 401
    browser.cookie = good
    served.room.clock.later(minutes=31)
    answer = browser.get(path)
    assert answer.status_code == 401
    assert SECRET not in answer.text


def test_the_grant_is_looked_at_with_each_request(served: Served) -> None:
    """Whoever is taken off the directory in the middle of a session is out at the next request."""
    browser = served.browser()
    assert browser.get(PATH).status_code == 200
    gone = Person("hana", "Hana Ruiz", "hana@city.example", separated=HOURS.day(served.room.clock()))
    served.ledger_thread.submit(served.access.ledger.people.put, gone).result()
    assert browser.get(PATH).status_code == 403


def test_a_lost_key_is_told_instead_of_an_empty_page(tmp_path: Path) -> None:
    """A sentence that says how it comes back; the page does not look as if there were no cases, and it is no failure of ours."""
    with case_pages(tmp_path, lost=("hr",)) as served:
        served.reported()
        answer = served.browser("hana").get("/cases")
        assert answer.status_code == 503
        assert "clausebot keys recover FILE" in answer.text
        assert served.browser("ida").get("/cases").status_code == 200


def test_a_case_goes_its_way_on_the_pages(served: Served) -> None:
    """Taken, assessed, answered, concluded; each is seen afterwards, by the colleague as well, and quoted with the clause."""
    served.reported()
    browser, path = served.browser(), served.case()
    assert "Take this case" in browser.get(path).text
    assert SECRET in browser.answer.text
    assert "Employees may not." in browser.answer.text
    assert browser.fill(path, "take").status_code == 303
    texts = {"category": "Posting", "severity": "serious", "risk": "some", "measures": "Not told."}
    assert browser.fill(path, "assess", **texts).status_code == 303
    assert browser.fill(path, "write", letter="question", text="Which page?").status_code == 303
    assert browser.fill(path, "conclude", outcome="substantiated", text="Taken down.").status_code == 303
    seen = read(served.browser("ida").get(path).text).one("main").text
    for part in ("Which page?", "Taken down.", "Not told.", "Hana Ruiz concluded it", "Concluded"):
        assert part in seen


def test_what_is_missing_is_said_and_what_was_typed_stays(served: Served) -> None:
    """A form that lacks something comes back open, with its texts, and nothing was kept."""
    served.reported()
    browser, path = served.browser(), served.case()
    browser.fill(path, "take")
    answer = browser.fill(path, "assess", category="My <b> words", severity="serious", risk="high")
    assert answer.status_code == 422
    assert "My &lt;b&gt; words" in answer.text
    assert read(answer.text).one("p", id="assess-measures-mistake").text
    assert "assessing" in browser.get(PATH).text


def test_two_people_at_once_are_told_and_what_was_typed_stays(served: Served) -> None:
    """Whoever was slower sees the case as it is now, with their text still in its form, and can send again."""
    served.reported()
    hana, ida, path = served.browser(), served.browser("ida"), served.case()
    seen = hidden(read(hana.get(path).text), f"{path}/note")
    ida.fill(path, "take")
    answer = hana.post(f"{path}/note", seen | {"text": "What I have typed"})
    assert answer.status_code == 409
    assert "A colleague has changed this case" in answer.text
    assert "What I have typed" in answer.text
    again = hidden(read(answer.text), f"{path}/note") | {"text": "What I have typed"}
    assert hana.post(f"{path}/note", again).status_code == 303


def test_whoever_is_involved_sees_neither_row_nor_count_nor_page(served: Served) -> None:
    """A case that names Hana is not there for her, exactly as if it did not exist."""
    served.reported("About Hana.", involved=("hr",))
    hana, ida = served.browser(), served.browser("ida")
    assert "There is no open case" in hana.get(PATH).text
    path = re.search(f"{PATH}/case/[0-9a-f]+", ida.get(PATH).text)
    assert path
    there, nowhere = hana.get(path[0]), hana.get(f"{PATH}/case/{'0' * 32}")
    assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text) == (404, there.text)
    token = hidden(read(hana.get(PATH).text), f"{PATH}/leave")
    assert hana.post(f"{path[0]}/note", token | {"version": "0", "text": "x"}).status_code == 404
    assert hana.post(f"{path[0]}/take", token | {"version": "7"}).status_code == 404


def test_recusing_leads_back_to_the_list(served: Served) -> None:
    """Whoever gives a case up is led to the list, and the case is gone."""
    served.reported()
    browser, path = served.browser(), served.case()
    assert browser.fill(path, "recuse").headers["Location"] == PATH
    assert browser.get(path).status_code == 404


def test_a_form_of_another_page_does_nothing(served: Served) -> None:
    """Without our token, with another session's, or from another site, nothing is done."""
    served.reported()
    hana, ida, path = served.browser(), served.browser("ida"), served.case()
    own = hidden(read(hana.get(path).text), f"{path}/take")
    other = hidden(read(ida.get(path).text), f"{path}/take")
    assert hana.post(f"{path}/take", {"version": "0"}).status_code == 403
    assert hana.post(f"{path}/take", other).status_code == 403
    assert hana.post(f"{path}/take", own, Sec_Fetch_Site="cross-site").status_code == 403
    assert hana.post(f"{path}/take", '{"version": 0}', Content_Type="application/json").status_code == 403
    assert hana.post(f"{path}/fly", own).status_code == 403
    assert hana.post(f"{path}/take", own | {"version": "x"}).status_code == 403
    assert "Take this case" in hana.get(path).text
    assert hana.post(f"{path}/take", own).status_code == 303
    assert not served.failed


def test_signing_out_ends_the_session(served: Served) -> None:
    """The cookie goes, and a copy of it is worth nothing."""
    browser = served.browser()
    browser.get(PATH)
    copy = browser.cookie
    assert browser.post(f"{PATH}/leave", hidden(read(browser.answer.text), f"{PATH}/leave")).status_code == 200
    browser.cookie = copy
    assert browser.get(PATH).status_code == 401


def test_a_receipt_for_a_witness_is_shown_once(served: Served) -> None:
    """Seven words on the page that answers, and on no other."""
    served.reported()
    browser, path = served.browser(), served.case()
    browser.fill(path, "take")
    words = read(browser.fill(path, "witness").text).one("p", id="words").text
    assert len(words.split()) == 7
    assert words not in browser.get(path).text + browser.get(PATH).text


def test_every_answer_is_strict(served: Served) -> None:
    """No store, no referrer, no script, no frame; title and address say nothing of a report; there is no script in the page."""
    served.reported()
    browser, path = served.browser(), served.case()
    for answer in (browser.get(PATH), browser.get(path), Browser(served).get(PATH), browser.get(f"{PATH}/case/none")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "<script" not in answer.text
        style = answer.text.partition("<style>")[2].partition("</style>")[0]
        assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
        assert read(answer.text).one("title").text == "Case room · Clausebot"


def test_p2_p24_no_line_says_anything_of_a_case(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, through every page and form, refused ones too, and a failure: neither a word of a case nor an address of one."""
    caplog.set_level(logging.DEBUG)
    served.reported("CANARY report")
    browser, path = served.browser(), served.case()
    browser.get(path)
    browser.fill(path, "take")
    browser.fill(path, "note", text="CANARY note")
    browser.fill(path, "assess", category="CANARY", severity="")
    served.room.book.store.report = None  # type: ignore[assignment, method-assign] # so that the next page fails
    answer = browser.get(path)
    assert answer.status_code == 500
    assert len(served.failed) == 1
    lines = io.StringIO()
    for record in caplog.records:
        if not record.name.startswith(("urllib3", "asyncio")):  # the test's own browser
            lines.write(f"{record.name} {record.getMessage()} {record.exc_text}\n")
    assert "CANARY" not in lines.getvalue() + answer.text
    assert path not in lines.getvalue()


def test_files_are_handed_out_to_keep_and_never_shown(served: Served) -> None:
    """A case without files has none at any number."""
    served.reported()
    browser, path = served.browser(), served.case()
    for number in ("0", "x", "99"):
        assert browser.get(f"{path}/file/{number}").status_code == 404
