"""Level sealed: reports are read and answered on HR's own computer, and the server cannot open them (P10)."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.casebook import Casebook, Receipt, Submission, keys
from bot.casebook.starting import FILE, casebook
from bot.commands_reader import reader
from bot.config import Settings
from bot.report_settings import Recipient, ReportSettings, Schedule
from tests import disclosures
from tests.databases import schema

pytestmark = pytest.mark.anonymity


@dataclass
class Sealed:
    """An installation in level sealed, and HR's computer beside it."""

    settings: Settings
    book: Casebook
    receipts: list[Receipt]
    place: Path

    def run(self, id: str, *words: str, said: str = "", code: int = 0, copy: Path | None = None) -> Result:
        """What the reader says on the computer of this recipient."""
        settings = replace(self.settings, reports=replace(self.settings.reports, database_url="")) if copy else self.settings
        before = ["--copy", str(copy)] if copy else []
        given = [*before, *words, "--identity", str(self.place / f"{id}.key")]
        result = CliRunner().invoke(reader, given, obj=settings, input=said, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result


def sealed(place: Path, url: str) -> Sealed:
    """Reports to HR, one of which names Hana, on this database (empty: a file)."""
    people = []
    for id, route in (("hana", "hr"), ("ida", "hr"), ("ada", "fallback"), ("stranger", "")):
        secret = keys.made()
        keys.write(place / f"{id}.key", keys.written({"own": (secret,)}).encode())
        if route:
            people.append(Recipient(id, id.capitalize(), route, keys.public(secret), f"{id}@city.example"))  # type: ignore[arg-type]
    reports = ReportSettings(level="sealed", recipients=tuple(people), database_url=url, hold=(0.0, 0.0), local=True)
    settings = Settings(place / "state", reports=reports)
    book = casebook(reports, settings.records, settings.hours)
    receipts = [book.draw(), book.draw()]
    for receipt, involved in zip(receipts, ((), ("hana",)), strict=True):
        book.file(Submission("violation", (), "CANARY", "", "This week", "hr", involved, danger=True), receipt)
    return Sealed(settings, book, receipts, place)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Sealed]:
    """On PostgreSQL, which both computers reach."""
    with schema() as url:
        made = sealed(tmp_path, url)
        yield made
        made.book.store.close()


def test_p10_hr_reads_and_answers_with_its_own_key(there: Sealed) -> None:
    """Each sees what is sealed to them; an answer lies behind the receipt; a note is sealed to the colleague too."""
    assert [len(there.run(id, "list").stdout.splitlines()) for id in ("hana", "ida", "ada")] == [1, 2, 0]
    case = there.run("hana", "list").stdout[:8]
    there.run("hana", "take", case)
    there.run("hana", "write", case, said="word\nWe look into it.\n")
    there.run("ida", "note", case, said="Seen by Ida.\n")
    shown = there.run("hana", "show", case).stdout
    assert "CANARY" in shown
    assert "text: Seen by Ida." in shown
    behind = there.book.behind(there.receipts[0])
    assert behind is not None
    assert [each.text for each in behind.replies] == ["We look into it."]
    there.run("hana", "recuse", case)
    assert there.run("hana", "list").stdout == ""
    assert "no such case for you" in there.run("hana", "show", case, code=1).stderr


def test_a_case_is_exported_on_hrs_own_computer(there: Sealed) -> None:
    """Level sealed: the file is made where the key is, and the trail that both computers see has its row; not in a copy."""
    case, target = there.run("hana", "list").stdout[:8], there.place / "case.zip"
    assert "1. The report\n  CANARY" in there.run("hana", "export", case).stdout
    there.run("hana", "export", case, "--to", str(target), "--withhold", "1", said="personnel record\n\n\n\n\ny\n")
    said = disclosures.said(target.read_bytes())
    assert "CANARY" not in said
    assert "personnelrecord" in said
    assert "Hana exported it for a records request" in there.run("ida", "export", case).stdout
    copy = there.place / "copy.sqlite"
    copy.write_bytes(b"")
    assert "reach nobody" in there.run("hana", "export", case, copy=copy, code=2).stderr


def test_a_key_that_belongs_to_nobody_opens_nothing(there: Sealed) -> None:
    """A stranger's key, and a file that holds none."""
    assert "nobody who reads reports has this key" in there.run("stranger", "list", code=1).stderr
    (there.place / "none.key").write_text("nothing", "utf-8")
    assert "is no key file" in there.run("none", "list", code=1).stderr


def test_a_copy_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    """From a file that was carried over; nothing can be done in it, since that would reach nobody."""
    made = sealed(tmp_path, "")
    made.book.store.close()
    copy = made.settings.records / FILE
    before = copy.read_bytes()
    case = made.run("hana", "list", copy=copy).stdout[:8]
    assert "CANARY" in made.run("hana", "show", case, copy=copy).stdout
    assert made.run("hana", "due", copy=copy).stdout == ""
    for act in ("take", "hold", "schedule", "dispose"):
        assert "reach nobody" in made.run("hana", act, case, copy=copy, code=2).stderr
    assert copy.read_bytes() == before
    assert b"CANARY" not in before


def test_p19_what_is_due_is_deleted_from_hrs_own_computer(there: Sealed) -> None:
    """Where the server cannot open anything the reader deletes, in the database itself; a case on hold stays."""
    past = there.book.now() - datetime.timedelta(days=60)
    there.book.store._database.run("UPDATE report SET day = ?", [past.date().isoformat()])
    reports = replace(there.settings.reports, retention=(Schedule("GS-1", "Complaints", 1),))
    there.settings = replace(there.settings, reports=reports)
    case = there.run("hana", "list").stdout[:12]
    there.run("hana", "take", case)
    there.run("hana", "schedule", case, said="GS-1\n")
    there.run("hana", "assess", case, said="x\nminor\nlow\n\n")
    there.run("hana", "conclude", case, said="substantiated\nDone.\n\n")
    there.book.store._database.run("UPDATE report SET concluded = day WHERE concluded <> ''")
    there.run("hana", "hold", case, said="\n")
    assert there.run("hana", "due").stdout == ""
    there.run("hana", "release-hold", case, said="\n")
    assert there.run("hana", "due").stdout.startswith(case)
    assert there.run("ada", "due").stdout == ""
    logged = there.run("hana", "dispose", case, said="y\n").stdout
    assert logged.rstrip().endswith("GS-1")
    assert there.run("hana", "list").stdout == ""
    assert [each.id for each in there.book.keeping.log()] == [logged[:32]]
    assert there.book.behind(there.receipts[0]) is None


def test_the_reader_wants_one_place(there: Sealed) -> None:
    """An address or a copy, and not both."""
    result = CliRunner().invoke(reader, ["--copy", str(there.place / "hana.key"), "list"], obj=there.settings)
    assert result.exit_code == 2


def test_p10_the_pages_and_the_work_of_the_windows_load_no_opener() -> None:
    """A process that imports all that the server needs of HR's side has not loaded what opens reports."""
    code = (
        "import sys, bot.channels.web.cases, bot.releasing, bot.case_access, bot.caseroom; "
        "sys.exit('bot.casebook.opening' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0
