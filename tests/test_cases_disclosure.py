"""A case for a records request in the case room: chosen, looked at, then handed out, to who may read it and nobody else."""

from __future__ import annotations

import io
import logging

import pytest
import requests

from bot.journeys.disclosure import GROUNDS, WARNINGS
from bot.journeys.redaction import BLOCK
from tests import disclosures as made
from tests.caserooms import SECRET
from tests.test_cases_pages import Browser, Served, hidden, read, served

__all__ = ["served"]

pytestmark = pytest.mark.anonymity

WHY = {"why-all": GROUNDS[1]}


def look(browser: Browser, path: str, **texts: str) -> requests.Response:
    """Fills in what is withheld and asks to see it as it will be; `why_3` is the field `why-3`."""
    page = read(browser.get(f"{path}/disclose").text)
    return browser.post(f"{path}/disclose", hidden(page, f"{path}/disclose") | dashed(texts))


def dashed(texts: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in texts.items()}


def fetch(browser: Browser, path: str) -> requests.Response:
    """Presses for the file on the page that was shown last."""
    return browser.post(f"{path}/disclose/file", hidden(read(browser.answer.text), f"{path}/disclose/file"))


def acts(served: Served) -> list[str]:
    """What the audit trail has."""
    return [each.act for each in served.book_thread.submit(served.room.shown).result().row.case.trail]


def test_hr_chooses_looks_and_gets_the_file(served: Served) -> None:
    """The warning first; the preview as it will be, with counts; then a ZIP, kept nowhere, and a row of the trail."""
    served.book_thread.submit(made.reported, served.room, made.TEXT).result()
    browser, path = served.browser(), served.case()
    assert f"{path}/disclose" in browser.get(path).text
    page = read(browser.get(f"{path}/disclose").text).one("main").text
    assert all(each in page for each in WARNINGS)
    assert "Get the file" not in page
    note = made.number(served.book_thread.submit(made.passages, served.room).result(), "note")
    chosen = {f"why_{note}": GROUNDS[2], f"law_{note}": "RSMo 610.021", "phrases": "zoë berg\r\nTom Vale", "why_all": GROUNDS[1]}
    answer = look(browser, path, **chosen, request="Request 14")
    assert answer.status_code == 200
    seen = read(answer.text)
    preview = " ".join(each.text for each in seen.all("section")[1:2])
    assert f"{BLOCK} of the night crew" in preview
    assert made.NOTE not in preview
    assert f"What {BLOCK} said to {BLOCK}’s crew." in preview
    assert "RSMo 610.021" in preview
    assert [each.text for each in seen.one("ul", id="found").all("li")] == [
        "“zoë berg”: blacked out 4 times",
        "“Tom Vale”: not found. Is it written differently?",
    ]
    assert "disclose" not in acts(served)
    answer = fetch(browser, path)
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        200,
        "application/zip",
        "no-store",
    )
    assert answer.headers["Content-Disposition"] == f'attachment; filename="case-{path.rpartition("/")[2][:6]}.zip"'
    said = made.said(answer.content)
    assert "CANARYNOTE" not in said
    assert "Request14" in said
    assert [each["passage"] for each in made.data(answer.content)["withheld"]][:2] == [1, note]
    assert acts(served)[-1] == "disclose"
    assert "Hana Ruiz exported it for a records request" in browser.get(path).text


def test_mistakes_are_said_and_what_was_typed_stays(served: Served) -> None:
    """Nothing is shown as it will be, nothing handed out, nothing recorded; the same for a passage that is not there."""
    served.reported()
    browser, path = served.browser(), served.case()
    answer = look(browser, path, why_1="other", phrases="Z", words_2="mine <b>", why_77=GROUNDS[0])
    assert answer.status_code == 422
    said = [each.text for each in read(answer.text).one("ul", id="mistakes").all("li")]
    assert said == [
        "There is no passage 77.",
        "Passage 1: say in your own words why it is withheld.",
        "Passage 2: choose why it is withheld.",
        "Phrase 1 to black out has fewer than two letters or digits.",
        "The words to black out: choose why it is withheld.",
    ]
    assert "mine &lt;b&gt;" in answer.text
    assert "Get the file" not in answer.text
    sent = hidden(read(browser.answer.text), f"{path}/disclose") | {"phrases": "Z"}
    assert browser.post(f"{path}/disclose/file", sent).status_code == 422
    assert acts(served) == []


def test_nothing_leaves_that_was_not_looked_at(served: Served) -> None:
    """Where anything has come to the case since, the page comes back instead of the file, with the choices that still hold: where
    numbers have changed, none of single passages."""
    served.reported()
    browser, path = served.browser(), served.case()
    browser.fill(path, "take")
    look(browser, path, why_1=GROUNDS[0], phrases="Tom Vale", why_all=GROUNDS[1])
    shown = browser.answer
    served.browser("ida").fill(path, "note", text="CANARY, and new")
    answer = fetch(browser, path)
    assert answer.status_code == 409
    assert "changed since you looked" in answer.text
    assert "Tom Vale" in answer.text
    assert f'<option value="{GROUNDS[0]}" selected>' not in read_passage(answer.text)
    browser.answer = shown
    assert fetch(browser, path).status_code == 409
    assert acts(served) == ["take", "note"]


def read_passage(text: str) -> str:
    """The first passage's own part of the page."""
    return text.partition('id="passage-1"')[2].partition("</article>")[0]


def test_after_an_export_the_choices_still_stand(served: Served) -> None:
    """The export has put a row behind everything that was chosen from: it is shown once more, and then leaves again."""
    served.reported()
    browser, path = served.browser(), served.case()
    look(browser, path, why_1=GROUNDS[0])
    shown = browser.answer
    assert fetch(browser, path).status_code == 200
    browser.answer = shown
    answer = fetch(browser, path)
    assert answer.status_code == 409
    assert f'<option value="{GROUNDS[0]}" selected>' in read_passage(answer.text)
    form = hidden(read(answer.text), f"{path}/disclose") | {"why-1": GROUNDS[0]}
    assert browser.post(f"{path}/disclose", form).status_code == 200
    assert fetch(browser, path).status_code == 200
    assert acts(served) == ["disclose", "disclose"]


def test_a_colleague_who_is_faster_by_a_moment(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the case changes while the file is made, the page comes back, and nothing is recorded."""
    from bot import disclosing

    served.reported()
    browser, path = served.browser(), served.case()
    look(browser, path)
    recorded = disclosing.recorded
    monkeypatch.setattr(disclosing, "recorded", lambda *given: recorded(*given[:-1], given[-1] - 1))
    assert fetch(browser, path).status_code == 409
    assert acts(served) == []


def test_only_who_may_read_the_case_gets_there(served: Served) -> None:
    """For who is involved it is as if there were no case; signed out, from elsewhere or without our token nothing is handed out;
    and by GET there is no file."""
    served.reported("About Hana.", involved=("hr",))
    ida, hana = served.browser("ida"), served.browser()
    path = ida.get("/cases").text.partition('href="/cases/case/')[2].partition('"')[0]
    path = f"/cases/case/{path}"
    look(ida, path)
    form = hidden(read(ida.answer.text), f"{path}/disclose/file")
    own = {"form_token": hidden(read(hana.get("/cases").text), "/cases/leave")["form_token"]}
    there, nowhere = (hana.get(f"{each}/disclose") for each in (path, f"/cases/case/{'0' * 32}"))
    assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text) == (404, there.text)
    for where in (f"{path}/disclose", f"{path}/disclose/file"):
        assert hana.post(where, form | own).status_code == 404
        assert Browser(served).post(where, form).status_code == 401
        assert ida.post(where, {"seen": form["seen"]}).status_code == 403
        assert ida.post(where, form, Sec_Fetch_Site="cross-site").status_code == 403
    assert ida.get(f"{path}/disclose/file").status_code in (404, 405)
    assert not served.failed


def test_p2_p24_no_line_says_what_left(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, through choosing, mistakes, the file and a failure: no word of the case, no phrase, no address of it."""
    caplog.set_level(logging.DEBUG)
    served.reported("CANARY report")
    browser, path = served.browser(), served.case()
    look(browser, path, phrases="CANARY\n-", why_all="other")
    look(browser, path, phrases="CANARY", why_all=GROUNDS[0])
    shown = browser.answer
    assert fetch(browser, path).status_code == 200
    browser.answer = shown
    served.room.book.store.report = None  # type: ignore[assignment, method-assign] # so that the next page fails
    assert fetch(browser, path).status_code == 500
    assert len(served.failed) == 1
    lines = io.StringIO()
    for record in caplog.records:
        if not record.name.startswith(("urllib3", "asyncio")):  # the test's own browser
            lines.write(f"{record.name} {record.getMessage()} {record.exc_text}\n")
    assert "CANARY" not in lines.getvalue()
    assert path not in lines.getvalue()


def test_a_case_whose_reports_are_locked_is_not_shown(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that asks for the passphrase comes instead, at each step."""
    from bot.caseroom import Caseroom, Locked

    served.reported()
    browser, path = served.browser(), served.case()
    look(browser, path)
    form = hidden(read(browser.answer.text), f"{path}/disclose/file")

    def locked(*_: object) -> None:
        raise Locked

    with monkeypatch.context() as later:
        later.setattr("bot.disclosing.recorded", locked)
        assert "Passphrase" in fetch(browser, path).text
    monkeypatch.setattr(Caseroom, "opened", locked)
    for answer in (
        browser.get(f"{path}/disclose"),
        browser.post(f"{path}/disclose", form),
        browser.post(f"{path}/disclose/file", form),
    ):
        assert "Passphrase" in answer.text
        assert SECRET not in answer.text


def test_a_form_of_a_long_case_is_read_whatever_was_typed(served: Served) -> None:
    """Encoded it is larger than other forms; what is larger still is told so, and not taken for one that is not ours."""
    served.reported()
    browser, path = served.browser(), served.case()
    filler = {f"other_{number}": "é" * 300 for number in range(60)}
    assert look(browser, path, phrases="Zoë", **filler).status_code == 422
    assert "choose why it is withheld" in browser.answer.text
    assert look(browser, path, phrases="Zoë", other="é" * 200_000).status_code == 413
    assert "too long to read" in browser.answer.text
