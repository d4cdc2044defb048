"""The doctor's checks of anonymous reports: whether they are taken, and whether whoever receives them can read them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot import app
from bot.casebook import keys
from bot.casebook.starting import ESCROW, casebook
from bot.config import Settings
from bot.doctor import reports
from bot.doctor.checks import Check, State
from bot.people import Person
from bot.report_settings import Recipient, ReportSettings

pytestmark = pytest.mark.anonymity
HANA = Recipient("hr", "Hana Ruiz", "hr", email="hana@city.example")
ADA = Recipient("independent", "Ada Clerk", "fallback", email="ada@city.example")


def examined(settings: Settings) -> dict[str, Check]:
    """The checks by name."""
    return {each.name: each for each in reports.examine(settings)}


def with_people(place: Path, *people: Recipient, **more: object) -> Settings:
    """Settings in which these receive reports."""
    return Settings(place, reports=replace(ReportSettings(recipients=people), **more))  # type: ignore[arg-type] # fields of it


def test_reports_that_are_not_set_up_are_no_mistake(tmp_path: Path) -> None:
    """It is said how they are, and nothing is made."""
    checks = examined(Settings(tmp_path))
    assert [each.state for each in checks.values()] == [State.SKIPPED]
    assert "clausebot keys add" in checks["reports"].found
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    """Before the first start as well as after it."""
    half = with_people(tmp_path, HANA)
    check = examined(half)["reports"]
    assert check.state is State.WRONG
    assert "level embedded" in check.found
    assert "Nobody independent reads" in check.found
    whole = with_people(tmp_path, HANA, ADA)
    assert "clausebot keys make" in examined(whole)["reports"].found
    assert list(tmp_path.iterdir()) == []
    casebook(whole.reports, whole.records, whole.hours).store.close()
    check = examined(whole)["reports"]
    assert "HR has no copy of the keys yet" in check.found
    assert "clausebot keys list" in check.todo
    (tmp_path / keys.KEY_FILE).unlink()
    assert "The key of hr is lost" in examined(whole)["reports"].found
    assert not (tmp_path / keys.KEY_FILE).exists()


def test_reports_that_are_taken_and_read(tmp_path: Path) -> None:
    """Both checks are well once HR has a copy, and the directory of people knows both addresses."""
    settings = with_people(tmp_path, HANA, ADA)
    book = casebook(settings.reports, settings.records, settings.hours)
    book.store.put(ESCROW, keys.fingerprint(keys.parsed((tmp_path / keys.KEY_FILE).read_text())))
    book.store.close()
    with app.ledger(settings) as ledger, ledger.transaction():
        ledger.people.put(Person("h", "Hana Ruiz", HANA.email))
    checks = examined(settings)
    assert checks["reports"] == Check("reports", State.OK, "reports are taken; level embedded")
    unread = checks["who receives reports"]
    assert unread.state is State.WRONG
    assert "independent cannot enter the case room" in unread.found
    assert "city.example" not in unread.found + unread.todo
    with app.ledger(settings) as ledger, ledger.transaction():
        ledger.people.put(Person("a", "Ada Clerk", ADA.email))
    assert examined(settings)["who receives reports"].state is State.OK


def test_a_casebook_or_a_ledger_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """In a line, without a traceback."""
    settings = with_people(tmp_path, HANA, ADA)
    for name in ("reports.sqlite", "ledger.sqlite"):
        (tmp_path / name).mkdir()
    assert [each.state for each in reports.examine(settings)] == [State.WRONG, State.SKIPPED]
