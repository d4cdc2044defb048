"""The commands of cases, in a terminal of the server: links, and the case room without a browser."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import app, disclosing
from bot.case_access import ENTER
from bot.casebook import Casebook, Submission, keys
from bot.casebook.starting import casebook
from bot.caseroom import Caseroom, Reader
from bot.commands_cases import cases
from bot.config import Settings
from bot.journeys.case_table import Act
from bot.journeys.cases import Wanted
from bot.journeys.redaction import BLOCK
from bot.people import Grant, Person
from bot.report_settings import Recipient, ReportSettings, Schedule, tried_out
from bot.signing_links import digest
from tests import disclosures
from tests.casebooks import KINDS
from tests.databases import schema

pytestmark = pytest.mark.anonymity

PEOPLE = (
    Recipient("hr", "Hana Ruiz", "hr", email="hana@city.example"),
    Recipient("hr-two", "Ida Berg", "hr", email="ida@city.example"),
    Recipient("independent", "Ada Clerk", "fallback", email="ada@city.example"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An office with one report that has come to light, and one that names Hana."""
    found = Settings(tmp_path, url="https://bot.example", reports=ReportSettings(recipients=PEOPLE, local=True))
    with app.ledger(found) as ledger, ledger.transaction():
        for id in ("hana", "ida", "ada", "bob"):
            ledger.people.put(Person(id, f"{id.capitalize()} Example", f"{id}@city.example"))
        ledger.people.grant("hana", Grant.HR)
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3)
    book = casebook(found.reports, found.records, found.hours, lambda: past)
    for what, involved in (("CANARY of the crew\n\n2026-12-01  Ida Example: concluded", ()), ("About Hana", ("hr",))):
        given = Submission("violation", ("416.8.5.a",), what, "x\n2026-12-01  Ida: y", "This week", "hr", involved, danger=False)
        book.file(given, book.draw())
    replace(book, now=lambda: past + datetime.timedelta(days=2)).release()
    book.store.close()
    return found


def run(settings: Settings, *words: str, said: str = "", code: int = 0) -> Result:
    """What a command says; the words that it asks for come from `said`."""
    result = CliRunner().invoke(cases, list(words), obj=settings, input=said, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def test_a_link_is_made_for_whoever_receives_reports(settings: Settings) -> None:
    """Its address opens the room once; nobody else gets one, and without an address of our own there is none."""
    address = run(settings, "link", "HANA@city.example").stdout.strip()
    assert address.startswith(f"https://bot.example{ENTER}/")
    with app.ledger(settings) as ledger:
        link = ledger.requests.link(digest(address.rpartition("/")[2]))
        assert link is not None
        assert link.person == "hana"
    for email in ("bob@city.example", "nobody@city.example"):
        assert "receives no reports" in run(settings, "link", email, code=1).stderr
    assert "CLAUSEBOT_URL" in run(replace(settings, url=""), "link", "hana@city.example", code=1).stderr


def test_a_recipient_whom_the_directory_does_not_know_is_told_so(settings: Settings) -> None:
    """Not that they receive no reports; the directory of people is what has to learn the address."""
    carol = Recipient("carol", "Carol Doe", "supervisor", email="carol@city.example")
    with_carol = replace(settings, reports=replace(settings.reports, recipients=(*PEOPLE, carol)))
    for words in (("link", "Carol@city.example"), ("list", "--as", "carol@city.example")):
        said = run(with_carol, *words, code=1).stderr
        assert "receives reports, but the directory of people has nobody with this address: clausebot people import" in said


def test_each_sees_what_is_theirs(settings: Settings) -> None:
    """Hana one case, Ida two, the independent none, and Bob is turned away."""
    seen = [run(settings, "list", "--as", f"{name}@city.example").stdout.splitlines() for name in ("hana", "ida", "ada")]
    assert [len(each) for each in seen] == [1, 2, 0]
    assert "CANARY" not in str(seen)
    run(settings, "list", "--as", "bob@city.example", code=1)


def test_in_local_mode_its_people_are_known_before_the_first_start(tmp_path: Path) -> None:
    """Ada, who is independent, gets her link, whatever was run before."""
    local = Settings(tmp_path, local=True, reports=tried_out(ReportSettings(local=True)))
    assert f"{ENTER}/" in run(local, "link", "ada.clerk@example.gov").stdout


def test_a_lost_key_is_told_instead_of_an_empty_list(settings: Settings) -> None:
    """Else it would look as if there were no cases; whose key is here sees theirs all the same."""
    path = settings.records / keys.KEY_FILE
    ring = keys.parsed(path.read_text())
    path.write_text(keys.written({id: every for id, every in ring.items() if id != "hr"}))
    as_hana = ("--as", "hana@city.example")
    for words in (("list", *as_hana), ("due", *as_hana), ("show", "a", *as_hana), ("take", "a", *as_hana)):
        done = run(settings, *words, code=1)
        assert done.stdout == ""
        assert "clausebot keys recover FILE" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert len(run(settings, "list", "--as", "ida@city.example").stdout.splitlines()) == 2


def test_a_case_goes_its_way_in_the_terminal(settings: Settings) -> None:
    """What an act needs is asked for; what is written is seen afterwards, and stands in no argument of a command."""
    id, who = run(settings, "list", "--as", "hana@city.example").stdout[:6], ("--as", "hana@city.example")
    run(settings, "take", id, *who)
    run(settings, "assess", id, *who, said="Posting\nserious\nlow\n\n")
    run(settings, "write", id, *who, said="question\nWhich page?\n")
    run(settings, "note", id, *who, said="Seen by me.\n")
    shown = run(settings, "show", id, *who).stdout
    for part in ("CANARY of the crew", "severity: serious", "to the reporter: Which page?", "text: Seen by me.", "addressing"):
        assert part in shown
    assert "\n2026-12-01" not in shown, "a line of somebody's words is never taken for one of ours"
    words = run(settings, "witness", id, *who).stdout.split()
    assert len(words) == 7
    run(settings, "hand-over", id, *who, said="Ida Example\n")
    assert "A colleague works on this case" in run(settings, "conclude", id, *who, said="substantiated\nDone.\n\n", code=1).stderr
    run(settings, "conclude", id, "--as", "ida@city.example", said="substantiated\nDone.\n\n")
    run(settings, "reopen", id, *who)
    run(settings, "recuse", id, *who)
    assert "no such case for you" in run(settings, "show", id, *who, code=1).stderr


def test_cases_are_joined(settings: Settings) -> None:
    """With another that the same person sees."""
    first, second = (line[:6] for line in run(settings, "list", "--as", "ida@city.example").stdout.splitlines())
    run(settings, "take", first, "--as", "ida@city.example")
    run(settings, "join", first, "--as", "ida@city.example", said=f"{second}\n")
    assert f"to: {second}" in run(settings, "show", first, "--as", "ida@city.example").stdout


def exported(settings: Settings, target: Path, *words: str, said: str = "", code: int = 0) -> Result:
    """What `cases export` of Hana's case says."""
    return run(settings, "export", "", "--to", str(target), *words, "--as", "hana@city.example", said=said, code=code)


def test_a_case_is_exported_for_a_records_request(settings: Settings, tmp_path: Path) -> None:
    """Shown as it will be, then written for its owner alone; what was withheld is in no byte of it, and the trail knows."""
    target = tmp_path / "case.zip"
    plain = run(settings, "export", "", "--as", "hana@city.example").stdout
    assert "1. The report\n  CANARY of the crew" in plain
    answers = "identifies a witness\nwords\nRSMo 610.021\nCANARY\nTom Vale\n\nother\nnames Canary\n\nRequest 14\n\ny\n"
    result = exported(settings, target, "--withhold", "4", "--black-out", said=answers)
    assert f"{BLOCK} of the crew" in result.stdout
    assert "CANARY of" not in result.stdout
    assert "4. Period: WITHHELD" in result.stdout
    assert "“Tom Vale”: NOT FOUND" in result.stdout
    assert "City Attorney" in result.stderr
    content = target.read_bytes()
    assert oct(target.stat().st_mode)[-3:] == "600"
    said = disclosures.said(content)
    for gone in ("CANARY", "Canary", "Thisweek", "Hana"):
        assert gone not in said, gone
    assert [each["passage"] for each in disclosures.data(content)["withheld"]] == [1, 4]
    assert "the reporter: disclose" not in run(settings, "show", "", "--as", "hana@city.example").stdout
    assert "exported it for a records request" in run(settings, "export", "", "--as", "hana@city.example").stdout


def test_nothing_is_written_where_an_export_is_refused(settings: Settings, tmp_path: Path) -> None:
    """In one line: a file that is there, a folder that is not, a passage that is not, words that cannot be meant, no reason,
    somebody who may not; and whoever does not confirm gets nothing."""
    target = tmp_path / "case.zip"
    for words, answers, line in (
        (("--withhold", "99"), "", "there is no passage 99"),
        (("--black-out",), "Z\n\nother\nx\n\n\n\n", "Phrase 1 to black out has fewer than two letters"),
        (("--withhold", "1"), "other\n\n\n\n\n", "Passage 1: say in your own words why"),
        ((), "\n\nn\n", "Aborted"),
    ):
        result = exported(settings, target, *words, said=answers, code=1)
        assert line in result.stderr
        assert not target.exists()
    run(settings, "export", "", "--to", str(target), "--as", "bob@city.example", code=1)
    run(settings, "export", "zz", "--to", str(target), "--as", "hana@city.example", code=1)
    assert "is no folder" in exported(settings, tmp_path / "none" / "case.zip", code=1).stderr
    target.write_bytes(b"mine")
    assert "is there already, and is not overwritten" in exported(settings, target, code=1).stderr
    assert target.read_bytes() == b"mine"
    assert "disclose" not in run(settings, "show", "", "--as", "hana@city.example").stdout
    assert sorted(each.name for each in tmp_path.glob("*.zip*")) == ["case.zip"]


def test_a_file_goes_again_where_the_case_changes_meanwhile(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or cannot be written: one line, and nothing is left."""
    recorded = disclosing.recorded
    with monkeypatch.context() as slower:
        slower.setattr(disclosing, "recorded", lambda *given: recorded(*given[:-1], given[-1] - 1))
        assert "A colleague has changed this case" in exported(settings, tmp_path / "a.zip", said="\n\ny\n", code=1).stderr
    with monkeypatch.context() as full:
        full.setattr("bot.casebook.keys.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        assert "No space left" in exported(settings, tmp_path / "b.zip", said="\n\ny\n", code=1).stderr
    assert list(tmp_path.glob("*.zip*")) == []


def test_a_beginning_that_fits_several_is_no_case(settings: Settings) -> None:
    """Nor one that fits none."""
    assert "several" in run(settings, "show", "", "--as", "ida@city.example", code=1).stderr
    assert "no such case" in run(settings, "show", "zz", "--as", "ida@city.example", code=1).stderr


def test_p10_in_level_sealed_there_is_nothing_to_read_here(settings: Settings) -> None:
    """The command says where to read instead; a link can still be made."""
    sealed = replace(settings, reports=replace(settings.reports, level="sealed"))
    assert "clausebot reader" in run(sealed, "list", "--as", "hana@city.example", code=1).stderr
    run(sealed, "link", "hana@city.example")


@pytest.fixture(params=KINDS)
def due(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[tuple[Settings, Casebook, str]]:
    """The settings of an office whose one concluded case is due by its schedule, its casebook, and the id; on each database."""
    with schema() if request.param == "postgres" else nullcontext("") as url:
        reports = replace(settings.reports, retention=(Schedule("GS-1", "Complaints", 1),), database_url=url)
        found = replace(settings, reports=reports)
        past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=60)
        book = casebook(reports, found.records, found.hours, lambda: past)
        given = Submission("violation", (), "CANARY that is due", "", "This week", "hr", (), danger=True)
        book.file(given, book.draw())
        room = Caseroom(book, found.hours, past.date)
        actor = Reader("ida", "Ida", frozenset({"hr-two"}))
        id = next(row.case.id for row in room.listed(actor, [actor]) if "due" in row.case.submission.what)
        acts = ({"schedule": "GS-1"}, {"category": "x", "severity": "minor", "risk": "low"})
        for version, (act, texts) in enumerate(
            (
                (Act.TAKE, {}),
                (Act.SCHEDULE, acts[0]),
                (Act.ASSESS, acts[1]),
                (Act.CONCLUDE, {"outcome": "substantiated", "text": "Done."}),
            )
        ):
            room.act(actor, [actor], id, Wanted(act, version, texts))
        yield found, book, id
        book.store.close()


def test_p19_a_case_that_is_due_is_deleted_in_the_terminal(due: tuple[Settings, Casebook, str]) -> None:
    """Listed by `due`, deleted by `dispose` after a yes; what is left is a row of the log, which `disposed` prints."""
    settings, book, id = due
    who = ("--as", "ida@city.example")
    row = book.store.report(id)
    assert row is not None
    assert run(settings, "due", *who).stdout.startswith(f"{id[:12]}  GS-1 Complaints (1 month)  since ")
    assert "1 month" in run(settings, "show", id, *who).stdout
    run(settings, "dispose", id, *who, said="n\n", code=1)
    assert run(settings, "due", *who).stdout
    logged = run(settings, "dispose", id[:8], *who, said="y\n").stdout
    assert re.fullmatch(r"[0-9a-f]{32}  \d{4}-\d\d-\d\d  GS-1\n", logged)
    assert id not in logged
    assert run(settings, "due", *who).stdout == ""
    assert run(settings, "disposed").stdout == logged
    assert "no such case for you" in run(settings, "show", id, *who, code=1).stderr
    assert book.store.report(id) is None
    if not settings.reports.database_url:
        files = b"".join(each.read_bytes() for each in settings.records.iterdir() if each.is_file())
        for kept in (id.encode(), row["lookup"].encode(), row["sealed"][400:424], row["own"][300:324]):
            assert kept not in files


def test_p20_a_hold_in_the_terminal_keeps_a_case(due: tuple[Settings, Casebook, str]) -> None:
    """Put on, marked in the list, not proposed, not deleted; ended, it is due again."""
    settings, _, id = due
    who = ("--as", "ida@city.example")
    run(settings, "hold", id, *who, said="A lawsuit\n")
    assert "on legal hold" in next(line for line in run(settings, "list", *who).stdout.splitlines() if line.startswith(id[:12]))
    assert "on legal hold already" in run(settings, "hold", id, *who, said="\n", code=1).stderr
    assert run(settings, "due", *who).stdout == ""
    assert "none was" in run(settings, "dispose", id, *who, said="y\n", code=1).stderr
    run(settings, "release-hold", id, *who, said="\n")
    assert run(settings, "due", *who).stdout


def test_p19_a_case_of_somebody_else_is_not_there_to_be_deleted(due: tuple[Settings, Casebook, str]) -> None:
    """The independent sees nothing that is due, and its id is none for her."""
    settings, book, id = due
    who = ("--as", "ada@city.example")
    assert run(settings, "due", *who).output == ""
    assert "no such case for you" in run(settings, "dispose", id, *who, code=1).stderr
    assert book.store.report(id) is not None


def test_a_retention_code_is_chosen_in_the_terminal(settings: Settings) -> None:
    """From the organisation's own schedule; where there is none, it is said where to write it."""
    id, who = run(settings, "list", "--as", "hana@city.example").stdout[:6], ("--as", "hana@city.example")
    assert "[[reports.retention]]" in run(settings, "schedule", id, *who, code=1).stderr
    assert "[[reports.retention]]" in run(settings, "due", *who).stderr
    kept = replace(settings, reports=replace(settings.reports, retention=(Schedule("GS-1", "Complaints", 18),)))
    assert "GS-1 Complaints (1 year and 6 months)" in run(kept, "schedule", id, *who, said="GS-1\n").stderr
    assert "kept by GS-1 Complaints (1 year and 6 months)" in run(kept, "show", id, *who).stdout


def test_p10_in_level_sealed_nothing_is_proposed_or_deleted_here(settings: Settings) -> None:
    """The server cannot know whose a case is; the log, which tells of none, is printed."""
    sealed = replace(settings, reports=replace(settings.reports, level="sealed"))
    for words in (("due",), ("dispose", "abc"), ("hold", "abc"), ("schedule", "abc")):
        assert "clausebot reader" in run(sealed, *words, "--as", "hana@city.example", code=1).stderr
    assert run(sealed, "disposed").stdout == ""


def test_every_command_says_what_it_does() -> None:
    """In one line, and none takes words of a case as an option, since a shell would remember them; passages have numbers."""
    for name, command in cases.commands.items():
        assert command.help, name
        assert {each.name for each in command.params} <= {"id", "ids", "who", "email", "target", "withhold", "black_out"}, name
