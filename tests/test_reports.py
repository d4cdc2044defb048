"""A report through every channel, with the real casebook behind the door: filed, come back to, and nothing of anybody kept."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from bot import opening_reports
from bot.bound import Bound, Sizes
from bot.casebook import Casebook, Submission
from bot.clause_choices import clause_choices
from bot.config import Settings
from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.flood import Flood
from bot.journeys import promise
from bot.journeys.report import Written
from bot.metrics import FAILED
from bot.opening_reports import Counted, Reports
from bot.people import Person
from bot.report_settings import Recipient, ReportSettings, tried_out
from policy_kb import KnowledgeBase
from tests.casebooks import PEOPLE
from tests.drivers import ConsoleDriver, Driver
from tests.driving import CHANNELS, person
from tests.teams_driver import actions, inputs, visible
from tests.teams_stand_in import activity

pytestmark = pytest.mark.anonymity
REPORT = {
    "f1": "a",
    "f2": "The pool page shows a zebrafinch by name",
    "f5": "b",
    "f6": "hr",
    "f7": "none",
    "f8": "a",
}


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[Reports]:
    """Reports are open, as in local mode."""
    settings = Settings(tmp_path, local=True, reports=tried_out(ReportSettings(local=True)))
    with opening_reports.reports(settings, read_directory(), lambda _: None) as opened:
        assert opened.missing == ()
        yield opened


@pytest.fixture
def door(dispatcher: Dispatcher, reports: Reports) -> Dispatcher:
    """The dispatcher with that door."""
    return replace(dispatcher, reports=reports.door)


@pytest.fixture
def driver(channel: str, door: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """Alice, in front of a channel."""
    with person(channel, door, monkeypatch) as made:
        yield made


def filed(driver: Driver, report: dict[str, str] = REPORT) -> str:
    """Files a report as a person would; the receipt."""
    opened(driver, "note")
    shown = driver.submit("Send", report)
    assert "Please read before you send" in shown
    assert "Nothing has been sent yet" in shown
    return receipt(driver.submit("Send", report))


def opened(driver: Driver, form: str) -> None:
    """From a message that says what somebody wants to the neutral button, and in its dialog to the form."""
    assert "Please do not write a report as a message" in driver.say("I want to report a coworker for posting photos")
    driver.press("Forms")
    driver.submit("Next", {"form": form})


def receipt(shown: str) -> str:
    """The seven words."""
    found = re.search(r"Seven words:? ((?:[a-z-]+ ){6}[a-z-]+)", shown)
    assert found, shown
    return found[1]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_report_is_filed_and_come_back_to(driver: Driver, channel: str) -> None:
    """Hints and promises before, a receipt after; with it the state, an addition, a new receipt; the old one opens nothing."""
    words = filed(driver)
    opened(driver, "note_back")
    shown = driver.submit("Go on", {"f1": words.upper(), "f2": "a"})
    assert "not handed over yet" in shown
    opened(driver, "note_back")
    assert "Added" in driver.submit("Go on", {"f1": words, "f2": "b", "f3": "It is still there"})
    opened(driver, "note_back")
    changed = receipt(driver.submit("Go on", {"f1": words, "f2": "c"}))
    assert changed != words
    opened(driver, "note_back")
    assert "Nothing lies behind these words" in driver.submit("Go on", {"f1": words, "f2": "a"})


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_missing_is_said_before(driver: Driver, channel: str, reports: Reports) -> None:
    """Nothing is sent while something is missing; in Slack, Teams and on the page their own checks say most of it."""
    reports.counted.sizes = Sizes(3, {})
    opened(driver, "note")
    hinted = driver.submit("Send", {**REPORT, "f2": "I am the only night guard, call 816-555-1234"})
    assert "that may be you alone" in hinted
    assert "a telephone number" in hinted
    assert "Fewer than 5 people could have written this" in hinted


@pytest.mark.parametrize(
    ("people", "said"),
    [(0, "is not known yet"), (4, "Fewer than 5 people"), (12, "About 12 people"), (1107, "About 1,100 people")],
)
def test_p21_how_many_could_have_written_is_said(door: Dispatcher, reports: Reports, people: int, said: str) -> None:
    """Roundly, never a number below `k`, and never a small one where nobody has been counted."""
    reports.counted.sizes = Sizes(people, {})
    out: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(click, "echo", lambda text="", **_: out.append(str(text)))
        driver = ConsoleDriver(door, out)
        opened(driver, "note")
        assert said in driver.submit("Send", REPORT)


@pytest.mark.parametrize("channel", CHANNELS)
def test_p1_nothing_of_anybody_is_stored(driver: Driver, door: Dispatcher, channel: str, tmp_path: Path) -> None:
    """Neither the words, nor the receipt, nor an account stands in any file, and filing leaves no row in the ledger."""
    opened(driver, "note")
    before = rows(door)
    driver.submit("Send", REPORT)
    words = receipt(driver.submit("Send", REPORT))
    assert rows(door) == before
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for canary in (b"zebrafinch", words.encode(), words.split()[0].encode() + b" ", b"ALICE", b"alice"):
            assert canary not in content, path


def rows(door: Dispatcher) -> dict[str, int]:
    """How many rows each table of the ledger has."""

    def counted() -> dict[str, int]:
        database = door.ledger._database
        names = [row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        sql = "SELECT COUNT(*) AS n FROM {}"
        return {name: next(iter(database.rows(sql.format(name))))["n"] for name in names}

    return door.thread.submit(counted).result()


def test_p12_the_receipt_is_never_kept(reports: Reports, tmp_path: Path) -> None:
    """Eighty bits at least, and no column of the casebook holds it or a plain digest of it."""
    assert reports.casebook is not None
    words = reports.casebook.draw().words
    assert len(words.split()) == 7
    assert sqlite3.connect(tmp_path / "local" / "reports.sqlite").execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] > 0


@pytest.mark.parametrize("channel", ["slack"])
def test_p13_only_dialogs_are_sent(driver: Any, channel: str) -> None:
    """After the one pointer to somebody who typed a report, filing calls nothing but views.open and views.update."""
    opened(driver, "note")
    before = len(driver.slack.calls)
    driver.submit("Send", REPORT)
    driver.submit("Send", REPORT)
    methods = {name for name, _ in driver.slack.calls[before:]}
    assert methods <= {"views.open", "views.update", "users.info"}


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_names_given_to_platforms_say_nothing_of_reports(driver: Any, channel: str) -> None:
    """No action, callback, block or value id names reporting (DECISIONS 25)."""
    opened(driver, "note")
    shown = driver._shown if channel == "slack" else driver.card
    ids = re.findall(r"'(?:callback_id|block_id|action_id|value|id|form|verb|private_metadata)': '([^']*)'", str(shown))
    assert ids
    assert not any(re.search("report|violat|anonym|hr_", each, re.IGNORECASE) for each in ids)


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_no_digest_of_what_somebody_wrote_goes_to_a_platform(driver: Any, channel: str) -> None:
    """Whoever guesses the words could try them on one; what is sealed with the form is the same whatever was written."""
    sealed = set()
    for words in ("The pool page shows a zebrafinch by name", "Something else altogether"):
        opened(driver, "note")
        driver.submit("Send", REPORT | {"f2": words})
        shown = str(driver._shown if channel == "slack" else driver.card)
        sealed |= set(re.findall(r"'(?:private_metadata|state)': '([^']+)'", shown))
        driver.submit("Send", REPORT | {"f2": words})
    assert len(sealed) == 1


@pytest.mark.parametrize("channel", ["teams"])
def test_p13_a_client_without_dialogs_gets_no_report_as_a_message(driver: Any, channel: str) -> None:
    """What is filled in a message would come back as one, with the words or the receipt in it; so it is not taken there."""
    opened(driver, "note")
    driver.submit("Send", REPORT)
    action = next(actions(driver.card))
    before = len(driver._sent())
    filled = {**action["data"], **inputs(driver.card)}
    for data in (filled, {"action": "open:note"}):
        driver.call(activity(driver.microsoft, driver.person, "message", value=data))
    sent = driver._sent()[before:]
    assert len(sent) == 2
    assert "zebrafinch" not in str(sent)
    assert "Seven words" not in str(sent)
    assert all("dialog" in visible(each["attachments"][0]["content"]) for each in sent)


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_p6_a_report_that_cannot_be_drawn_leaves_no_line(
    driver: Any, channel: str, door: Dispatcher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A line has a time, and would tell when somebody wrote; what failed is said to whoever waits, and to nobody else."""
    opened(driver, "note")
    monkeypatch.setattr(promise, "lines", lambda **_: (("x" * 40_000,) * 3, ()))
    before = FAILED.labels(channel)._value.get()
    caplog.clear()
    shown = driver.submit("Send", REPORT)
    assert "Something went wrong" in shown
    assert FAILED.labels(channel)._value.get() == before
    assert "failed" not in caplog.text


def test_p11_all_of_hr_can_be_involved(reports: Reports) -> None:
    """Then nobody of HR gets it, and somebody independent does."""
    people = (
        Recipient("hana", "Hana Ruiz", "hr"),
        Recipient("joan", "Joan Wells", "hr"),
        Recipient("ada", "Ada Clerk", "fallback"),
    )
    chosen: list[object] = []
    book = reports.door.book
    assert isinstance(book, Bound)
    keyed = tuple(replace(each, key=book.casebook.people[0].key) for each in people)
    casebook = replace(book.casebook, people=keyed, lacks=tuple)
    bound = replace(book, casebook=casebook, alarms=[lambda *given: chosen.append(given)])
    bound.file(Written("violation", (), "zebrafinch", "", "This week", "hr", ("hr",), danger=True))
    (mark,) = casebook.owing.alarms()
    assert chosen == [(mark, "hr", ("hana", "joan"))]


def test_an_alarm_that_fails_takes_no_receipt_away(reports: Reports) -> None:
    """The report is kept by then, and only the receipt leads back to it."""

    def closed(*_: object) -> None:
        raise RuntimeError("the loop is closed")

    book = reports.door.book
    assert isinstance(book, Bound)
    reports.alarms.append(closed)
    assert len(book.file(Written("violation", (), "zebrafinch", "", "This week", "hr", (), danger=True)).split()) == 7


def test_how_many_could_have_written_is_counted_for_supervisors_alone(door: Dispatcher, tmp_path: Path) -> None:
    """Whoever writes to HR is one of all, not of those who report to somebody of HR."""
    ledger = door.ledger
    with ledger.transaction(deciding=True):
        ledger.people.put(Person("hana", "Hana Ruiz", "hana.ruiz@example.gov"))
        ledger.people.put(Person("sam", "Sam Ortiz", "sam.ortiz@example.gov"))
        ledger.people.put(Person("bob", "Bob Reyes", "bob@example.gov", supervisor="sam"))
    counted = Counted(Settings(tmp_path, reports=ReportSettings(recipients=PEOPLE)))
    counted.count(ledger, datetime.date(2026, 11, 19))
    assert counted.sizes.all == 3
    assert counted.sizes.reporting_to == {"sam": 1}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_long_report_in_any_script_is_taken(driver: Driver, channel: str) -> None:
    """Three thousand characters are three thousand, whatever they are written in."""
    assert len(filed(driver, {**REPORT, "f2": "🦓" * 3000, "f3": "я" * 500}).split()) == 7


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_one_too_many_keeps_what_was_typed(driver: Any, channel: str, door: Dispatcher) -> None:
    """Nothing was kept, so nothing may be lost: the form is there once more."""
    opened(driver, "note")
    driver.submit("Send", REPORT)
    door.flood.admits = lambda _: False  # type: ignore[method-assign] # somebody has filed too often
    shown = driver.submit("Send", REPORT)
    assert "Please try again" in shown
    assert "zebrafinch" in str(driver._shown if channel == "slack" else driver.card)


def test_danger_alone_is_told_at_once(reports: Reports) -> None:
    """Whoever reads it is told; of every other report nobody is, before its window."""
    told: list[tuple[object, ...]] = []
    reports.alarms.append(lambda _, *whom: told.append(whom))
    book = reports.door.book
    assert book is not None
    written = Written("violation", (), "zebrafinch", "", "This week", "hr", (), danger=False)
    book.file(written)
    assert told == []
    book.file(replace(written, danger=True))
    assert told == [("hr", ())]


def test_too_many_are_turned_away_kindly(door: Dispatcher) -> None:
    """Somebody who files again and again, and everybody once there are too many in an hour; nothing is kept of either."""
    flood = Flood(each=2, all=3)
    assert [flood.admits("alice") for _ in range(3)] == [True, True, False]
    assert [flood.admits("bob"), flood.admits("carol")] == [True, False]
    assert flood.told()
    assert not flood.told(), "it is told once"


def test_p16_the_limiter_forgets() -> None:
    """After an hour the key is another, and nothing is left of the hour before; no name is held in between."""
    now = [0.0]
    flood = Flood(each=1, clock=lambda: now[0])
    assert flood.admits("U0ALICE")
    before = flood._key
    assert "U0ALICE" not in repr(vars(flood))
    now[0] = 3601.0
    assert flood.admits("U0ALICE")
    assert flood._key != before
    assert len(flood._counts) == 1
    now[0] = 7202.0
    flood.forget()
    assert not flood._counts, "also when nobody comes"


@pytest.mark.parametrize("channel", CHANNELS)
def test_p11_several_may_be_involved(driver: Any, channel: str, reports: Reports) -> None:
    """None of them gets it, whatever the platform calls a box that is ticked; what was ticked stays so at the second look."""
    book = reports.door.book
    assert isinstance(book, Bound)
    people = [Recipient(id, name, "hr") for id, name in (("hana", "Hana Ruiz"), ("joan", "Joan Wells"), ("sam", "Sam Ortiz"))]
    keyed = tuple(replace(each, key=book.casebook.people[0].key) for each in (*people, Recipient("ada", "Ada Clerk", "fallback")))
    told: list[tuple[object, ...]] = []
    casebook = replace(book.casebook, people=keyed, lacks=tuple)
    object.__setattr__(reports.door, "book", replace(book, casebook=casebook, alarms=[lambda _, *whom: told.append(whom)]))
    filed(driver, {**REPORT, "f7": "hana,sam", "f8": "b"})
    assert told == [("hr", ("hana", "sam"))]
    opened(driver, "note")
    assert "either that none of them is involved, or who is" in driver.submit("Send", {**REPORT, "f7": "none,sam"})


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_report_names_a_clause_that_is_chosen_within_the_form(
    driver: Any, channel: str, reports: Reports, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a list, since few know numbers; whatever led to the form, only the form holds it (DECISIONS 25)."""
    reports.counted.clauses = lambda: clause_choices(knowledge.policies)
    kept: list[Submission] = []
    file = Casebook.file

    def noted(self: Casebook, given: Submission, *more: Any) -> Any:
        kept.append(given)
        return file(self, given, *more)

    monkeypatch.setattr(Casebook, "file", noted)
    filed(driver, {**REPORT, "f4": "416.8.5.f"})
    filed(driver, REPORT)
    assert [each.clauses for each in kept] == [("416.8.5.f",), ()]


@pytest.mark.parametrize("channel", CHANNELS)
def test_p12_a_receipt_in_what_is_written_is_not_sent(driver: Driver, channel: str) -> None:
    """Whoever reads the report could use it; what was typed is still there, so that it can be taken out."""
    words = filed(driver)
    opened(driver, "note")
    driver.submit("Send", REPORT)
    said = driver.submit("Send", {**REPORT, "f2": f"I wrote before. My receipt: {words}"})
    assert "The seven words of a receipt stand in what you wrote" in said
    assert "Take them out" in driver.submit("Send", {**REPORT, "f3": words})
    opened(driver, "note_back")
    assert "Take them out" in driver.submit("Go on", {"f1": words, "f2": "b", "f3": f"mine is {words}"})
