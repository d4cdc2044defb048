"""The commands of acknowledgements, run as HR runs them, with what they keep."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import app
from bot.commands_ack import ack
from bot.config import Settings
from bot.people import Account, Grant, Person
from bot.records import Act, Entry
from bot.signing_links import digest
from tests.asking_town import ADA, ALICE, BOB, HANA, SAM, policy

COMMANDS = (Path(__file__).parent.parent / "docs" / "commands.md").read_text("utf-8")
GUIDE = (Path(__file__).parent.parent / "docs" / "acknowledgements.md").read_text("utf-8")
DUE = (datetime.date.today() + datetime.timedelta(days=14)).isoformat()
PDF = b"%PDF-1.7\nscan"
Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory of its own, with five people and the policy in force."""
    found = Settings(tmp_path / "data", url="https://bot.city.example")
    with app.ledger(found) as ledger, ledger.transaction(deciding=True):
        ledger.policies.publish(policy())
        for person in (HANA, ADA, SAM, replace(ALICE, name="=Alice Stone"), BOB):
            ledger.people.put(person)
        ledger.people.link(Account("slack", "T1", "U1"), "alice")
    return found


@pytest.fixture
def run(settings: Settings) -> Run:
    """Runs a command; its exit code must be as expected."""

    def ran(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(ack, arguments, obj=settings)
        assert result.exit_code == code, result.output
        return result

    return ran


@pytest.fixture
def request_id(run: Run) -> str:
    """A request that asks everybody."""
    return asked(run, "--to", "everyone")


def asked(run: Run, *arguments: str) -> str:
    """Asks, and gives the request's id."""
    result = run("request", "--policy", "416", "--due", DUE, "--by", "hana@city.example", *arguments)
    return result.stdout.split()[1].rstrip(":")


def records(settings: Settings, *kinds: str) -> list[Entry]:
    """The chain's entries of these kinds."""
    with app.ledger(settings) as ledger:
        return [entry for entry in ledger.acts.all() if entry.kind in kinds]


def sign(settings: Settings, request: str, person: str) -> str:
    """Somebody has signed; the record."""
    with app.ledger(settings) as ledger, ledger.transaction(deciding=True):
        version = policy().policy.version
        act = Act(
            f"s-{person}", "signed", datetime.datetime.now(datetime.UTC), "416", version, request, {}, person, {"typed_name": "x"}
        )
        return ledger.acts.append(act).id


def test_every_command_and_option_is_documented() -> None:
    """docs/commands.md names each, and the guide each command."""
    line = next(line for line in COMMANDS.splitlines() if line.startswith("| `clausebot ack`"))
    for name, command in ack.commands.items():
        assert f"`{name}" in line
        assert f"ack {name}" in GUIDE, name
        for option in command.params:
            assert option.param_type_name == "argument" or option.opts[0] in line, f"{name} {option.opts[0]}"


def test_hr_asks_and_sees_how_it_stands(run: Run, settings: Settings) -> None:
    """Everybody is asked, with progress; the status says who has signed by department, and who cannot be written to."""
    result = run("request", "--policy", "416", "--to", "everyone", "--due", DUE, "--by", "HANA@city.example", "--quiz")
    assert "5 of 5" in result.stderr
    assert "5 asked" in result.stdout
    assert "1 cannot be written to" in result.stdout
    id = result.stdout.split()[1].rstrip(":")
    sign(settings, id, "alice")
    shown = run("status", id).stdout
    assert "20% of 5 asked: 1 signed" in shown
    parks = next(line for line in shown.splitlines() if line.startswith("Parks"))
    assert parks.split() == ["Parks", "2", "1", "0", "1", "0"]
    assert "No chat account and no e-mail address; give them a link or paper:\n  Bob Marsh  Police" in shown
    assert run("status").stdout.startswith(id)
    assert [entry.kind for entry in records(settings, "requested", "assigned")] == ["requested", *["assigned"] * 5]
    assert json.loads(records(settings, "requested")[0].body)["facts"]["quiz"] is True


def test_all_mistakes_come_at_once_and_nothing_is_kept(run: Run, settings: Settings) -> None:
    """In one message; neither request nor record nor notice."""
    told = run(
        "request", "--policy", "417", "--to", "department: Prks", "--due", "2019-01-01", "--by", "hana@city.example", code=1
    ).stderr
    assert "no policy “417”" in told
    assert "did you mean “Parks”?" in told
    assert "1 January 2019, has passed" in told
    assert (
        "Only HR may do this"
        in run("request", "--policy", "416", "--to", "everyone", "--due", DUE, "--by", "alice@city.example", code=1).stderr
    )
    assert "Only HR" in run("request", "--policy", "416", "--to", "everyone", "--due", DUE, "--by", "nobody@x.y", code=1).stderr
    run("request", "--policy", "416", "--due", DUE, "--by", "hana@city.example", code=2)
    with app.ledger(settings) as ledger:
        assert ledger.requests.all() == []
        assert ledger.notices.counts(0).waiting == 0
    assert records(settings, "requested", "assigned") == []


def test_a_list_from_a_file(run: Run, settings: Settings, tmp_path: Path) -> None:
    """Taken whole, or refused with the number of every bad line."""
    file = tmp_path / "list.csv"
    file.write_text("name,email\nAlice,alice@city.example\nSam,SAM@city.example\n", "utf-8")
    id = asked(run, "--csv", str(file))
    with app.ledger(settings) as ledger:
        assert {each.person for each in ledger.requests.assignments(id)} == {"alice", "sam"}
    file.write_text("name,email\nAlice,alice@city.example\nAlice,alice@city.example\nX,=1+1\nY,who@x.y\n", "utf-8")
    result = run("request", "--policy", "416", "--csv", str(file), "--due", DUE, "--by", "hana@city.example", code=1)
    for line in ("nobody was asked", "line 3", "line 4", "line 5"):
        assert line in result.stderr
    with app.ledger(settings) as ledger:
        assert len(ledger.requests.all()) == 1


def test_a17_the_list_for_a_spreadsheet(run: Run, settings: Settings, request_id: str, tmp_path: Path) -> None:
    """A name that begins like a formula is none; JSON has it as it is."""
    sign(settings, request_id, "alice")
    output = tmp_path / "out.csv"
    run("export", request_id, "--csv", "--output", str(output))
    rows = list(csv.DictReader(io.StringIO(output.read_text("utf-8-sig"))))
    alice = next(row for row in rows if row["email"] == "alice@city.example")
    assert (alice["name"], alice["state"], alice["record"]) == ("'=Alice Stone", "signed", "s-alice")
    names = [row["name"] for row in json.loads(run("export", request_id, "--json").stdout)]
    assert "=Alice Stone" in names
    run("export", request_id, code=2)
    assert "no such record" in run("export", "nothing", "--json", code=1).stderr.lower()


def test_reminding_by_hand(run: Run, settings: Settings, request_id: str) -> None:
    """Whoever has not signed and can be written to."""
    sign(settings, request_id, "alice")
    assert run("remind", request_id).stdout.startswith("3 reminded")
    assert "no request with that number" in run("remind", "nothing", code=1).stderr


def test_closing(run: Run, settings: Settings, request_id: str) -> None:
    """Once, on record, and what was not sent is not sent; only HR may be named for it."""
    assert "Only HR" in run("close", request_id, "--by", "alice@city.example", code=1).stderr
    run("close", request_id, "--by", "hana@city.example")
    run("close", request_id)
    assert [entry.person for entry in records(settings, "closed")] == ["hana"]
    assert run("status").stdout == "No request is open.\n"
    assert "closed" in run("status", request_id).stdout
    with app.ledger(settings) as ledger:
        rows = ledger.notices._database.rows("SELECT state FROM outbox WHERE key LIKE 'ask:%'")
        assert {row["state"] for row in rows} == {"withdrawn"}
    assert "no request with that number" in run("close", "nothing", code=1).stderr


def test_a_link_for_one_person(run: Run, settings: Settings, request_id: str) -> None:
    """Printed once, kept as a digest; not for who is not asked, and not without an address of the bot."""
    ledger_person(settings, replace(BOB, email="bob@city.example"))
    printed = run("link", request_id, "bob@city.example").stdout.strip()
    token = printed.removeprefix("https://bot.city.example/sign/")
    assert len(token) == 32
    with app.ledger(settings) as ledger:
        link = ledger.requests.link(digest(token))
        assert link
        assert (link.person, link.request, link.used_at) == ("bob", request_id, None)
        assert ledger.requests.link(token) is None
    sign(settings, request_id, "alice")
    assert "not asked" in run("link", request_id, "alice@city.example", code=1).stderr
    assert "not asked" in run("link", request_id, "nobody@x.y", code=1).stderr
    assert (
        "CLAUSEBOT_URL" in CliRunner().invoke(ack, ["link", request_id, "sam@city.example"], obj=replace(settings, url="")).stderr
    )


def ledger_person(settings: Settings, person: Person) -> None:
    """Changes somebody in the directory."""
    with app.ledger(settings) as ledger:
        ledger.people.put(person)


@pytest.mark.parametrize(
    ("email", "scan", "witnesses", "told"),
    [
        ("alice@city.example", PDF, ("sam@city.example", "SAM@city.example"), "two different people"),
        ("alice@city.example", PDF, ("alice@city.example", "sam@city.example"), "the signer cannot be a witness"),
        ("alice@city.example", PDF, ("who@x.y", "sam@city.example"), "the address of a witness"),
        ("who@x.y", PDF, ("ada@city.example", "sam@city.example"), "the signer’s address"),
        ("alice@city.example", b"GIF89a", ("ada@city.example", "sam@city.example"), "no PDF, PNG or JPEG"),
        ("alice@city.example", b"", ("ada@city.example", "sam@city.example"), "no PDF, PNG or JPEG"),
        ("alice@city.example", PDF + bytes(20 * 1024 * 1024), ("ada@city.example", "sam@city.example"), "larger than 20 MB"),
    ],
)
def test_a_sheet_that_is_refused(
    run: Run, settings: Settings, request_id: str, tmp_path: Path, email: str, scan: bytes, witnesses: tuple[str, str], told: str
) -> None:
    """Nobody signs for another: two others witness it, and there is something to look at."""
    file = tmp_path / "scan"
    file.write_bytes(scan)
    result = run("paper", request_id, email, "--scan", str(file), "--witness", witnesses[0], "--witness", witnesses[1], code=1)
    assert told in result.stderr.replace("'", "’")
    assert records(settings, "paper") == []


def test_a_sheet_that_is_taken(run: Run, settings: Settings, request_id: str, tmp_path: Path) -> None:
    """With its scan, both names among what is personal; once."""
    file = tmp_path / "scan.pdf"
    file.write_bytes(PDF)
    paper = ("paper", request_id, "alice@city.example", "--scan", str(file), "--witness", "sam@city.example")
    run(*paper, code=2)
    run(*paper, "--witness", "ada@city.example")
    (entry,) = records(settings, "paper")
    assert [each["name"] for each in json.loads(entry.personal)["witnesses"]] == ["Sam Ortiz", "Ada Clerk"]
    assert "Sam" not in entry.body
    with app.ledger(settings) as ledger:
        assert ledger.requests.scan(json.loads(entry.body)["facts"]["scan_sha256"]) == (PDF, "application/pdf")
        rows = ledger.notices._database.rows("SELECT state FROM outbox WHERE key = ?", [f"ask:{request_id}:alice"])
        assert [row["state"] for row in rows] == ["withdrawn"]
    run("scan", entry.id, "--output", str(tmp_path / "sheet.pdf"))
    assert (tmp_path / "sheet.pdf").read_bytes() == PDF
    assert "There is no such record" in run("scan", "nothing", "--output", str(tmp_path / "none.pdf"), code=1).stderr
    assert not (tmp_path / "none.pdf").exists()
    assert "1 on paper" in run("status", request_id).stdout
    assert "has signed already" in run(*paper, "--witness", "ada@city.example", code=1).stderr


def test_withdrawing_and_correcting(run: Run, settings: Settings, request_id: str) -> None:
    """By HR, with a note, as records of their own; a withdrawn signature is owed again."""
    record = sign(settings, request_id, "alice")
    assert "Only HR" in run("withdraw", record, "--by", "sam@city.example", "--note", "x", code=1).stderr
    assert "say in a note" in run("correct", record, "--by", "hana@city.example", "--note", "  ", code=1).stderr
    run("correct", record, "--by", "hana@city.example", "--note", "The name was misspelt.")
    (corrected,) = records(settings, "corrected")
    assert json.loads(corrected.body)["facts"] == {"corrects": record}
    assert json.loads(corrected.personal)["reason"] == "The name was misspelt."
    assert "1 signed" in run("status", request_id).stdout
    run("withdraw", record, "--by", "hana@city.example", "--note", "She said so.")
    assert "0 signed" in run("status", request_id).stdout
    with app.ledger(settings) as ledger:
        told = ledger._database.rows("SELECT address FROM outbox WHERE view LIKE '%HR has recorded%'")
        assert [row["address"] for row in told] == ["person:alice", "person:alice"]
    assert "already" in run("withdraw", record, "--by", "hana@city.example", "--note", "x", code=1).stderr
    for command in ("withdraw", "correct"):
        assert "no " in run(command, "nothing", "--by", "hana@city.example", "--note", "x", code=1).stderr
    assert Grant.HR in HANA.grants
