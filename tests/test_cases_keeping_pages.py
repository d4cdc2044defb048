"""Retention, legal hold and deletion on the pages of the case room, and what a reporter meets afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.bound import Bound, Sizes
from bot.case_access import PATH
from bot.caseroom import Caseroom, Locked
from bot.channels.web.cases_keeping import DUE
from tests.case_pages import Browser, Served, case_pages, hidden
from tests.caserooms import HANA, IDA, Reader, settings
from tests.web_driver import Element, read

pytestmark = pytest.mark.anonymity
YEARS = 732


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The pages of an office that keeps complaints for two years."""
    with case_pages(tmp_path) as found:
        yield found


def due(served: Served, what: str, involved: tuple[str, ...] = (), reader: Reader = HANA) -> tuple[str, str]:
    """The id of a case whose time has passed, and its receipt."""

    def made() -> tuple[str, str]:
        room = served.room
        known = {row.case.id for row in room.caseroom.listed(reader, room.readers)}
        receipt = room.reported(what, involved=involved)
        room.released()
        (id,) = {row.case.id for row in room.caseroom.listed(reader, room.readers)} - known
        room.concluded(id, reader=reader)
        room.clock.later(days=YEARS)
        return id, receipt.words

    return served.book_thread.submit(made).result()


def ticked(page: Element) -> dict[str, str]:
    """The boxes of the cases on a page, by name."""
    boxes = [each.attributes for each in page.all("input") if each.attributes.get("type") == "checkbox"]
    return {each["name"]: each["value"] for each in boxes if each["name"].startswith("case-")}


def deleted(browser: Browser, *ids: str, **more: str) -> int:
    """Ticks these cases on the page and sends it; the status of the answer."""
    page = read(browser.get(DUE).text)
    boxes = ticked(page)
    return browser.post(DUE, hidden(page, DUE) | {f"case-{id}": boxes[f"case-{id}"] for id in ids} | more).status_code


def test_p19_a_case_is_deleted_by_whoever_may_read_it_once_they_confirm(served: Served) -> None:
    """Proposed, ticked, confirmed, gone from every page; what is told then is the log's row and nothing of the case."""
    gone, _ = due(served, "First")
    kept, _ = due(served, "Second")
    browser = served.browser()
    assert set(ticked(read(browser.get(DUE).text))) == {f"case-{gone}", f"case-{kept}"}
    assert "GS-1 Complaints (2 years)" in browser.answer.text
    assert deleted(browser, gone, sure="yes") == 200
    (row,) = read(browser.answer.text).one("tbody").all("tr")
    number, day, code = (each.text for each in row.all("td"))
    assert re.fullmatch("[0-9a-f]{32}", number)
    assert (code, number == gone, gone[:6] in browser.answer.text) == ("GS-1", False, False)
    assert day
    assert set(ticked(read(browser.get(DUE).text))) == {f"case-{kept}"}
    assert gone[:6] not in browser.get(PATH).text
    assert browser.get(f"{PATH}/case/{gone}").status_code == 404
    assert browser.get(f"{PATH}/case/{kept}").status_code == 200


def test_nothing_is_deleted_that_is_not_ticked_and_confirmed(served: Served) -> None:
    """Without a tick, without the confirmation, from elsewhere or with a bent form; what was ticked stays so."""
    id, _ = due(served, "Kept")
    browser = served.browser()
    assert deleted(browser, sure="yes") == 422
    assert "Please tick" in browser.answer.text
    assert deleted(browser, id) == 422
    assert "for good" in read(browser.answer.text).one("div", role="alert").text
    boxes = [each for each in read(browser.answer.text).all("input") if each.attributes.get("name") == f"case-{id}"]
    assert ["checked" in each.attributes for each in boxes] == [True]
    form = hidden(read(browser.get(DUE).text), DUE) | {"sure": "yes"}
    assert browser.post(DUE, form | {f"case-{id}": "x"}).status_code == 403
    assert browser.post(DUE, {f"case-{id}": "4", "sure": "yes"}).status_code == 403
    assert browser.post(DUE, form | {f"case-{id}": "4"}, Sec_Fetch_Site="cross-site").status_code == 403
    assert browser.get(f"{PATH}/case/{id}").status_code == 200


def test_p20_a_legal_hold_is_seen_and_keeps_a_case(served: Served) -> None:
    """Put on by one, seen by the other in the list and on the case, in the trail; while it is on, the case is not proposed, and
    somebody who had it before their eyes cannot delete it."""
    id, _ = due(served, "Held")
    hana, ida, path = served.browser(), served.browser("ida"), f"{PATH}/case/{id}"
    before = hidden(read(hana.get(DUE).text), DUE) | ticked(read(hana.answer.text)) | {"sure": "yes"}
    assert ida.fill(path, "hold", reason="A lawsuit").status_code == 303
    assert hana.post(DUE, before).status_code == 409
    assert "so none was" in hana.answer.text
    assert "on legal hold" in hana.get(PATH).text
    text = read(hana.get(path).text).one("main").text
    for part in ("may not be deleted", "A lawsuit", "Ida Berg put it on legal hold"):
        assert part in text
    assert ticked(read(hana.get(DUE).text)) == {}
    assert hana.fill(path, "release_hold").status_code == 303
    assert "Hana Ruiz ended the legal hold" in hana.get(path).text
    assert "on legal hold" not in hana.get(PATH).text
    assert deleted(hana, id, sure="yes") == 200


def test_p19_what_is_for_somebody_else_is_neither_shown_nor_deleted(served: Served) -> None:
    """Hana's page is the same whether there is a due case about her or not, and its id and version do nothing in her hands."""
    hana, ida = served.browser(), served.browser("ida")
    empty = re.sub('value="[0-9a-f]+"', "", hana.get(DUE).text)
    id, _ = due(served, "About Hana", ("hr",), IDA)
    hana, ida = served.browser(), served.browser("ida")  # the sessions ended meanwhile
    assert re.sub('value="[0-9a-f]+"', "", hana.get(DUE).text) == empty
    boxes = ticked(read(ida.get(DUE).text))
    assert list(boxes) == [f"case-{id}"]
    form = {"form_token": hidden(read(hana.get(DUE).text), f"{PATH}/leave")["form_token"], "sure": "yes"}
    answers = [hana.post(DUE, form | each) for each in (boxes, {f"case-{'0' * 32}": "4"})]
    assert [each.status_code for each in answers] == [409, 409]
    assert answers[0].text == answers[1].text
    assert deleted(ida, id, sure="yes") == 200


def test_the_retention_code_is_chosen_from_the_organisations_own_schedule(served: Served) -> None:
    """What can be chosen is what is set up; something else is refused and nothing kept."""
    served.reported()
    browser, path = served.browser(), served.case()
    assert "no retention code yet" in browser.get(path).text
    for part in ("GS-1 Complaints (2 years)", "GS-2 (no period, so it is never proposed for deletion)"):
        assert part in browser.answer.text
    assert browser.fill(path, "schedule", schedule="GS-9").status_code == 409
    assert "has no such code" in browser.answer.text
    assert browser.fill(path, "schedule").status_code == 422
    assert browser.fill(path, "schedule", schedule="GS-1").status_code == 303
    assert "Hana Ruiz gave it a retention code" in browser.get(path).text


def test_without_a_schedule_the_pages_say_where_it_is_set_up(tmp_path: Path) -> None:
    """No years are made up: nothing can be chosen, and nothing is proposed."""
    with case_pages(tmp_path, replace(settings(), retention=())) as served:
        served.reported()
        browser, path = served.browser(), served.case()
        assert "[[reports.retention]]" in browser.get(DUE).text
        assert "[[reports.retention]]" in browser.get(path).text
        assert not [each for each in read(browser.answer.text).all("form") if each.attributes["action"].endswith("/schedule")]


def test_p20_the_list_says_that_something_was_never_opened(served: Served) -> None:
    """After a week, to who may read it; not to who is left out; no more once somebody has opened it."""
    served.reported("About Hana", involved=("hr",))
    served.room.clock.later(days=7)
    hana, ida = served.browser(), served.browser("ida")
    assert "Nobody has opened one of these cases" in ida.get(PATH).text
    assert "never opened" in ida.answer.text
    assert "opened" not in read(hana.get(PATH).text).one("main").text
    path = re.search(f"{PATH}/case/[0-9a-f]+", ida.answer.text)
    assert path
    ida.get(path[0])
    assert "never opened" not in ida.get(PATH).text


def test_p19_the_receipt_of_a_deleted_case_is_one_that_never_was(served: Served) -> None:
    """The form that takes a receipt gives the same for both, whatever is wanted."""
    id, words = due(served, "Deleted")
    bound = Bound(served.room.book, served.book_thread, Sizes)
    assert bound.behind(words) is not None
    assert deleted(served.browser(), id, sure="yes") == 200
    unknown = served.room.book.draw().words
    for receipt in (words, unknown):
        answers = bound.behind(receipt), bound.add(receipt, "More"), bound.change(receipt), bound.retaliation(receipt, "Worse")
        assert answers == (None, False, None, None)


def test_locked_meanwhile_nothing_is_deleted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page asks for the passphrase, before and after it was filled in; the case is there once it is open again."""
    id, _ = due(served, "Kept")
    browser = served.browser()
    form = hidden(read(browser.get(DUE).text), DUE) | ticked(read(browser.answer.text)) | {"sure": "yes"}

    def locked(*_: object) -> None:
        raise Locked

    with monkeypatch.context() as patched:
        patched.setattr(Caseroom, "listed", locked)
        for answer, status in ((browser.get(DUE), 200), (browser.post(DUE, form), 409)):
            assert answer.status_code == status
            assert read(answer.text).one("input", id="passphrase")
        assert "nothing was deleted" in browser.answer.text
    assert browser.get(f"{PATH}/case/{id}").status_code == 200


def test_p10_in_level_sealed_the_page_says_where_to_delete(tmp_path: Path) -> None:
    """The server cannot know whose a case is, and proposes nothing to anybody."""
    with case_pages(tmp_path, settings(level="sealed")) as served:
        browser = served.browser()
        assert "clausebot reader" in browser.get(DUE).text
        assert "Delete" not in browser.answer.text
        form = {"form_token": served.access.form_token(served.access.session(browser.cookie)[0])}
        assert "clausebot reader" in browser.post(DUE, form | {"case-abc": "1", "sure": "yes"}).text
