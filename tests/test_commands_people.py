"""The commands of the directory and of the register, run as a person runs them, with their records; and the doctor's checks."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot import app
from bot.commands_people import people
from bot.commands_sites import sites
from bot.config import Settings
from bot.doctor import people as examination
from bot.doctor.checks import Check, State
from bot.people import Account, Grant, Person
from bot.records import Entry
from bot.sites import Site

LIST = "name,email,department,started\nAlice Stone,alice@x.org,Parks,2020-02-01\nHana Ruiz,hana@x.org,Human Resources,\n"
Run = Callable[..., Result]
COMMANDS = (Path(__file__).parent.parent / "docs" / "commands.md").read_text("utf-8")


@pytest.mark.parametrize("group", [people, sites])
def test_every_command_and_option_is_documented(group: click.Group) -> None:
    """docs/commands.md names each."""
    line = next(line for line in COMMANDS.splitlines() if line.startswith(f"| `clausebot {group.name}`"))
    for name, command in group.commands.items():
        assert f"`{name}" in line
        for option in command.params:
            assert isinstance(option, click.Argument) or option.opts[0] in line, f"{name} {option.opts[0]}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory of its own."""
    return Settings(tmp_path)


@pytest.fixture
def run(settings: Settings, tmp_path: Path) -> Run:
    """Runs a command of the directory or the register, in which Alice and Hana are."""

    def ran(group: str, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke({"people": people, "sites": sites}[group], arguments, obj=settings)
        assert result.exit_code == code, result.output
        return result

    path = tmp_path / "staff.csv"
    path.write_text(LIST, "utf-8")
    assert ran("people", "import", str(path)).stdout == "2 added, 0 changed, 0 unchanged, 0 separated\n"
    return ran


def person(settings: Settings, email: str) -> Person:
    """Who has this address."""
    with app.ledger(settings) as ledger:
        found = ledger.people.by_email(email)
        assert found
        return found


def entries(settings: Settings) -> list[Entry]:
    """Everything that was recorded."""
    with app.ledger(settings) as ledger:
        return list(ledger.acts.all())


def facts(entry: Entry) -> dict[str, object]:
    """What stands in the chain for ever."""
    found: dict[str, object] = json.loads(entry.body)["facts"]
    return found


def today(settings: Settings) -> datetime.date:
    """The organisation's day."""
    return settings.hours.day(datetime.datetime.now(datetime.UTC))


def test_a_full_import_tells_who_is_missing(run: Run, settings: Settings, tmp_path: Path) -> None:
    """And separates them only when asked; a dry run changes nothing."""
    path = tmp_path / "staff.csv"
    path.write_text("name,email\nHana Ruiz,hana@x.org\n", "utf-8")
    told = run("people", "import", str(path), "--full").stdout
    assert "Missing from the list: 1\n  Alice Stone  alice@x.org" in told
    told = run("people", "import", str(path), "--full", "--separate-missing", "--dry-run").stdout
    assert "Missing, and separated: 1" in told
    assert "Nothing was changed" in told
    assert person(settings, "alice@x.org").separated is None
    assert "1 separated" in run("people", "import", str(path), "--full", "--separate-missing").stdout
    assert person(settings, "alice@x.org").separated == today(settings)
    path.write_text(LIST, "utf-8")
    assert "--undo brings them back:\n  Alice Stone" in run("people", "import", str(path)).stdout
    assert "goes with --full" in run("people", "import", str(path), "--separate-missing", code=2).output


def test_mistakes_in_a_list_are_told_and_nothing_is_taken(run: Run, settings: Settings, tmp_path: Path) -> None:
    """Each with its line."""
    path = tmp_path / "staff.csv"
    path.write_text("name,email\nCarl Lane,carl@x.org\n=A,b\n", "utf-8")
    told = run("people", "import", str(path), code=1).output
    assert "nothing was taken from this list.\nline 3: name begins with '='" in told
    with app.ledger(settings) as ledger:
        assert ledger.people.by_email("carl@x.org") is None


def test_grants_are_recorded(run: Run, settings: Settings) -> None:
    """Who is given what stands in the chain, who it is beside it."""
    assert run("people", "grant", "HANA@x.org", "hr").stdout == "Hana Ruiz now holds hr.\n"
    assert "holds already" in run("people", "grant", "hana@x.org", "hr").stdout
    hana = person(settings, "hana@x.org")
    assert hana.grants == {Grant.HR}
    taken = run("people", "revoke", "hana@x.org", "hr")
    assert taken.stdout == "Hana Ruiz no longer holds hr.\n"
    assert "Nobody is HR now" in taken.stderr
    assert "did not hold" in run("people", "revoke", "hana@x.org", "clerk").stdout
    recorded = entries(settings)
    assert [(each.kind, each.person, facts(each)) for each in recorded] == [
        ("granted", hana.id, {"grant": "hr", "given": True}),
        ("granted", hana.id, {"grant": "hr", "given": False}),
    ]
    assert "Hana" not in recorded[0].body
    assert json.loads(recorded[0].personal)["person"]["email"] == "hana@x.org"


def test_separation_is_recorded_and_ends_grants(run: Run, settings: Settings) -> None:
    """416.6.12; today by default, once, and it can be taken back."""
    run("people", "grant", "alice@x.org", "clerk")
    for _ in range(2):
        assert run("people", "separate", "alice@x.org").stdout.startswith(
            "Alice Stone no longer belongs to the organisation from "
        )
    alice, day = person(settings, "alice@x.org"), today(settings)
    assert alice.separated == day
    assert not alice.may(Grant.CLERK, day)
    (entry,) = [each for each in entries(settings) if each.kind == "revoked"]
    assert (entry.policy, facts(entry)) == ("416", {"because": "416.6.12", "from": day.isoformat()})
    assert "no effect" in run("people", "grant", "alice@x.org", "hr", code=1).output
    assert "12 December 2030" in run("people", "separate", "alice@x.org", "--on", "2030-12-12").stdout
    assert "started on 1 February 2020" in run("people", "separate", "alice@x.org", "--on", "2019-01-01", code=1).output
    run("people", "separate", "alice@x.org", "--undo")
    assert person(settings, "alice@x.org").separated is None


def test_leave(run: Run, settings: Settings) -> None:
    """From a day until a day, open, and ended."""
    told = run("people", "leave", "alice@x.org", "--from", "2026-11-20", "--until", "2026-12-12").stdout
    assert told == "Alice Stone is on leave from 20 November 2026 until 12 December 2026.\n"
    assert (
        "before it begins"
        in run("people", "leave", "alice@x.org", "--from", "2026-11-20", "--until", "2026-11-01", code=1).output
    )
    assert run("people", "leave", "alice@x.org").stdout.endswith(" on.\n")
    assert person(settings, "alice@x.org").on_leave(today(settings))
    assert "on leave until further notice" in run("people", "list").stdout
    assert "not on leave" in run("people", "leave", "alice@x.org", "--end").stdout
    assert person(settings, "alice@x.org").leave_from is None


def test_aliases(run: Run, settings: Settings) -> None:
    """A name to sign with; never a colleague's, never what is no name."""
    assert run("people", "alias", "alice@x.org", " Ali  Stone ").stdout == "Names to sign with: Alice Stone, Ali Stone\n"
    run("people", "alias", "alice@x.org", "ALI STONE")
    assert person(settings, "alice@x.org").aliases == ("ALI STONE",)
    assert "A colleague has that name" in run("people", "alias", "alice@x.org", "ruiz, hana", code=1).output
    assert "without emoji" in run("people", "alias", "alice@x.org", "🎉", code=1).output
    run("people", "alias", "alice@x.org", "ali stone", "--remove")
    assert person(settings, "alice@x.org").aliases == ()


def test_an_address_changes_and_the_person_stays(run: Run, settings: Settings) -> None:
    """What they signed is theirs by id; nobody else's address is taken."""
    before = person(settings, "alice@x.org")
    run("people", "email", "alice@x.org", "Alice.Lane@x.org")
    assert person(settings, "alice.lane@x.org") == replace(before, email="alice.lane@x.org")
    assert "belongs to one person" in run("people", "email", "alice.lane@x.org", "hana@x.org", code=1).output
    assert "no e-mail address" in run("people", "email", "alice.lane@x.org", "hana", code=1).output


def test_accounts_are_linked_by_hand(run: Run, settings: Settings) -> None:
    """And taken away again."""
    run("people", "link", "alice@x.org", "slack", "T1:U1")
    with app.ledger(settings) as ledger:
        assert ledger.people.by_account(Account("slack", "T1", "U1")) == person(settings, "alice@x.org")
    assert "TENANT:ID" in run("people", "link", "alice@x.org", "teams", "T1:U1", code=2).output
    assert "not Hana" in run("people", "link", "hana@x.org", "slack", "T1:U1", "--remove", code=1).output
    assert "no longer Alice" in run("people", "link", "alice@x.org", "slack", "T1:U1", "--remove").stdout


def test_everybody_is_listed(run: Run, settings: Settings) -> None:
    """Or a department, in any case; with what is special about them."""
    run("people", "grant", "hana@x.org", "hr")
    run("people", "separate", "alice@x.org", "--on", "2030-12-12")
    assert run("people", "list").stdout.splitlines() == [
        "Alice Stone  alice@x.org  Parks  separated 2030-12-12",
        "Hana Ruiz  hana@x.org  Human Resources  hr",
    ]
    assert run("people", "list", "--department", "parks").stdout.splitlines()[0].startswith("Alice Stone")
    assert run("people", "list", "--department", "Police").stderr == "0 people\n"


@pytest.mark.parametrize(
    "arguments", [["grant", "x@x.org", "hr"], ["separate", "x@x.org"], ["leave", "x@x.org"], ["alias", "x@x.org", "X Y"]]
)
def test_nobody_of_that_address(run: Run, arguments: list[str]) -> None:
    """Is said, with where to look."""
    assert "Nobody in the directory has the address x@x.org" in run("people", *arguments, code=1).output


def test_the_register(run: Run, settings: Settings) -> None:
    """An account is entered, people are allowed and no longer, it is closed; each is recorded."""
    run("sites", "add", "Parks & Recreation", "--platform", "Facebook", "--owner", "hana@x.org")
    assert (
        "in the register already"
        in run("sites", "add", "parks & recreation", "--platform", "X", "--owner", "hana@x.org", code=1).output
    )
    run("sites", "allow", "parks & recreation", "alice@x.org")
    shown = run("sites", "list").stdout
    assert "Parks & Recreation (Facebook), registered" in shown
    assert "owner Hana Ruiz" in shown
    assert "  * Alice Stone, since" in shown
    assert "not among those" in run("sites", "disallow", "parks & recreation", "hana@x.org", code=1).output
    run("sites", "disallow", "Parks & Recreation", "alice@x.org", "--on", "2030-01-01")
    assert "until 2030-01-01" in run("sites", "list").stdout
    run("sites", "close", "Parks & Recreation")
    assert "No account" in run("sites", "allow", "Parks & Recreation", "alice@x.org", code=1).output
    with app.ledger(settings) as ledger:
        (site,) = ledger.sites.all()
    assert isinstance(site, Site)
    recorded = entries(settings)
    assert [facts(each)["change"] for each in recorded] == ["registered", "allowed", "disallowed", "closed"]
    assert {each.kind for each in recorded} == {"registered"}
    assert facts(recorded[2]) == {
        "site": site.id, "name": "Parks & Recreation", "platform": "Facebook", "change": "disallowed", "from": "2030-01-01",
    }  # fmt: skip
    assert all("Alice" not in each.body for each in recorded)


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\x07b"])
def test_what_is_no_name_of_an_account(run: Run, name: str) -> None:
    """Is refused."""
    assert "a name and a platform" in run("sites", "add", name, "--platform", "X", "--owner", "hana@x.org", code=2).output


def test_nothing_is_registered(run: Run) -> None:
    """And that is said."""
    assert run("sites", "list").stderr == "No account is registered.\n"


def examined(settings: Settings) -> dict[str, Check]:
    """The doctor's checks of the directory of people."""
    return {check.name: check for check in examination.examine(settings)}


def test_the_doctor_fails_while_nobody_is_hr(run: Run, settings: Settings) -> None:
    """And says the command to run; who has left does not count."""
    check = examined(settings)[examination.HR]
    assert check.state is State.WRONG
    assert "clausebot people grant EMAIL hr" in check.todo
    run("people", "grant", "hana@x.org", "hr")
    assert examined(settings)[examination.HR].found == "1 person holds the grant hr"
    assert examined(settings)[examination.PEOPLE].found == "2 in the directory; 0 linked to an account so far"
    run("people", "separate", "hana@x.org")
    assert examined(settings)[examination.HR].state is State.WRONG


def test_the_doctor_looks_at_an_empty_place(tmp_path: Path) -> None:
    """It makes no ledger; in local mode there is nothing to look at."""
    settings = Settings(tmp_path / "new")
    assert examined(settings)[examination.HR].state is State.WRONG
    assert not (tmp_path / "new").exists()
    assert {each.state for each in examination.examine(replace(settings, local=True))} == {State.SKIPPED}


def test_the_doctor_says_when_nobody_can_be_recognised(run: Run, settings: Settings) -> None:
    """People without address and account are of no use to anybody."""
    with app.ledger(settings) as ledger, ledger.transaction():
        for each in ledger.people.all():
            ledger.people.put(replace(each, email=""))
    check = examined(settings)[examination.PEOPLE]
    assert check.state is State.WRONG
    assert "none of 2 people" in check.found


def test_the_doctor_says_when_the_ledger_cannot_be_used(settings: Settings) -> None:
    """Rather than nothing at all."""
    (settings.records / app.LEDGER_FILE).mkdir()
    check = examined(settings)[examination.HR]
    assert check.state is State.WRONG
    assert "ledger" in check.found


def test_the_directory_file_is_taken_over_at_start(settings: Settings) -> None:
    """Its people are in the ledger once the server has started; starting again changes nothing."""
    shipped = (Path(__file__).parent.parent / "bot" / "directory.toml").read_text("utf-8")
    own = '[[person]]\nname = "Alice Stone"\nemail = "alice@x.org"\n'
    (settings.state / "directory.toml").write_text(shipped + own, "utf-8")
    app.in_force(settings, laying=True)
    before = person(settings, "alice@x.org")
    app.in_force(settings, laying=True)
    assert person(settings, "alice@x.org") == before
