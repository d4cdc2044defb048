"""`clausebot keys`: made, listed, changed, copied for HR, brought back, and said to be lost."""

from __future__ import annotations

import stat
from base64 import b64decode
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import app, demonstration
from bot.__main__ import main
from bot.case_access import CaseAccess
from bot.casebook import keys
from bot.casebook.starting import casebook
from bot.config import read_settings
from bot.people import Person
from bot.tokens import Tokens
from tests.casebooks import report, wrapped_lightly

pytestmark = pytest.mark.anonymity
PASSPHRASE = "four random words here"  # noqa: S105 - of this test
TWICE = f"{PASSPHRASE}\n{PASSPHRASE}\n"


class Place:
    """A data directory, and the commands run in it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.environment = {"CLAUSEBOT_DATA_DIR": str(state)}

    def run(self, *words: str, given: str = "") -> Result:
        """Runs `clausebot keys ...`."""
        empty = dict.fromkeys(("DYNO", "DATABASE_URL", "REPORTS_KEY", "REPORTS_SALT", "REPORTS_DATABASE_URL", "CLAUSEBOT_ENV"))
        return CliRunner().invoke(main, ["keys", *words], input=given, env={**empty, **self.environment})

    def people(self) -> None:
        """Names HR and somebody independent."""
        for id, name, route in (("hr", "Human Resources", "hr"), ("clerk", "Ada “the” Clerk", "fallback")):
            assert self.run("add", id, "--name", name, "--route", route, "--email", f"{id}@example.gov").exit_code == 0


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty data directory; what wraps keys does it lightly."""
    monkeypatch.setattr(keys, "wrapped", wrapped_lightly)
    return Place(tmp_path)


def _book(place: Place):  # type: ignore[no-untyped-def]
    settings = read_settings(place.environment)
    return casebook(settings.reports, settings.records, settings.hours)


def test_from_nothing_to_open_in_four_commands(place: Place) -> None:
    """Each step says what comes next, and after the last one reports are taken."""
    first = place.run("list")
    assert "clausebot keys add" in first.stderr
    place.people()
    assert place.run("make").exit_code == 0
    assert "keys escrow" in place.run("list").stderr
    copy = place.state / "copy.age"
    assert place.run("escrow", str(copy), given=TWICE).exit_code == 0
    last = place.run("list")
    assert "Reports are taken." in last.stderr
    assert "hr  hr  Human Resources  hr@example.gov  key: here  age1" in last.stdout
    assert "AGE-SECRET" not in last.output + first.output
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    book = _book(place)
    book.file(report(danger=True), book.draw())
    assert len(book.room.cases(["hr"])) == 1
    book.store.close()


def test_a_lost_key_is_said_to_be_lost_and_the_copy_brings_it_back(place: Place) -> None:
    """No new key is made in silence; reports stay closed until HR has decided; with the copy everything can be read again."""
    place.people()
    copy = place.state / "copy.age"
    place.run("make")
    place.run("escrow", str(copy), given=TWICE)
    book = _book(place)
    book.file(report(danger=True), book.draw())
    book.store.close()
    (place.state / keys.KEY_FILE).unlink()
    listed = place.run("list")
    assert "hr  hr  Human Resources  hr@example.gov  key: lost" in listed.stdout
    assert "The key of hr is lost" in listed.stderr
    assert "keys make" not in listed.stderr
    assert listed.stderr.splitlines()[-1] == "Level embedded. Reports are not taken."
    assert not (place.state / keys.KEY_FILE).exists()
    assert place.run("recover", str(copy), given="not this one\n").exit_code == 1
    assert place.run("recover", str(copy), given=f"{PASSPHRASE}\n").exit_code == 0
    assert "Reports are taken." in place.run("list").stderr
    book = _book(place)
    assert len(book.room.cases(["hr"])) == 1
    book.store.close()


def test_without_a_copy_hr_goes_on_with_a_new_key(place: Place) -> None:
    """What the lost key opened is gone, and new reports can be read."""
    place.people()
    place.run("make")
    (place.state / keys.KEY_FILE).unlink()
    for id in ("hr", "clerk"):
        assert place.run("rotate", id).exit_code == 0
    assert "lost" not in place.run("list").output
    assert place.run("escrow", str(place.state / "copy.age"), given=TWICE).exit_code == 0
    assert "Reports are taken." in place.run("list").stderr


def test_a_new_key_leaves_the_old_one_for_what_is_sealed_to_it(place: Place) -> None:
    """After a change of keys older and newer reports are both read, and HR is asked for a new copy."""
    place.people()
    place.run("make")
    place.run("escrow", str(place.state / "copy.age"), given=TWICE)
    book = _book(place)
    book.file(report(danger=True), book.draw())
    book.store.close()
    assert place.run("rotate", "hr").exit_code == 0
    assert "keys escrow" in place.run("list").stderr
    assert place.run("escrow", str(place.state / "second.age"), given=TWICE).exit_code == 0
    book = _book(place)
    book.file(report(danger=True), book.draw())
    assert len(book.room.cases(["hr"])) == 2
    book.store.close()


def test_level_unlock_keeps_the_keys_wrapped_and_the_public_ones_with_the_people(place: Place) -> None:
    """No secret key lies in any file; reports can be sealed at once."""
    (place.state / "clausebot.toml").write_text('[reports]\nlevel = "unlock"\n')
    place.people()
    assert place.run("make", given="short\nshort\n").exit_code == 1
    assert place.run("make", given=TWICE).exit_code == 0
    assert place.run("make", given=TWICE).exit_code == 2
    assert not [each for each in place.state.iterdir() if b"AGE-SECRET" in each.read_bytes()]
    assert "Reports are taken." in place.run("list").stderr
    assert place.run("rotate", "hr", given=f"{PASSPHRASE}\n{TWICE}").exit_code == 0
    book = _book(place)
    book.file(report(danger=True), book.draw())
    book.opener.unlock(PASSPHRASE)
    assert len(book.room.cases(["hr"])) == 1
    book.store.close()


def test_level_sealed_takes_public_keys_alone(place: Place) -> None:
    """HR makes a pair on its own computer; here only the public key is named."""
    (place.state / "clausebot.toml").write_text('[reports]\nlevel = "sealed"\n')
    assert place.run("make").exit_code == 2
    for id, route in (("hr", "hr"), ("clerk", "fallback")):
        made = place.run("make", "--output", str(place.state / f"{id}.key"))
        assert made.exit_code == 0
        assert place.run("add", id, "--name", id, "--route", route, "--key", made.stdout.strip()).exit_code == 0
    assert place.run("rotate", "hr").exit_code == 2
    other = keys.public(keys.made())
    assert place.run("rotate", "hr", "--key", other).exit_code == 0
    listed = place.run("list")
    assert other in listed.stdout
    assert "key: elsewhere" in listed.stdout
    assert "Reports are taken." in listed.stderr
    again = place.run("make", "--output", str(place.state / "hr.key"))
    assert again.exit_code == 1
    assert "never written over" in again.output


def test_a_hosted_installation_gets_its_keys_as_a_line_for_the_environment(place: Place) -> None:
    """A disk that does not last holds no key; the printed line is what REPORTS_KEY takes."""
    place.people()
    place.environment |= {"DYNO": "web.1", "ALLOW_EPHEMERAL_STORAGE": "1"}
    made = place.run("make")
    assert made.exit_code == 0
    line = made.stdout.strip()
    assert sorted(keys.parsed(line)) == ["clerk", "hr"]
    assert not (place.state / keys.KEY_FILE).exists()
    place.environment["REPORTS_KEY"] = line
    assert "key: here" in place.run("list").stdout
    (place.state / "clausebot.toml").write_text('[reports]\nlevel = "unlock"\n')
    del place.environment["REPORTS_KEY"]
    wrapped = place.run("make", given=TWICE).stdout.strip().splitlines()[-1]
    assert b64decode(wrapped).startswith(b"age-encryption.org")


def test_whoever_is_revoked_gets_nothing_new(place: Place) -> None:
    """And it is said what cannot be taken back."""
    place.people()
    place.run("add", "joan", "--name", "Joan Wells")
    said = place.run("revoke", "joan")
    assert "still opens what was sealed" in said.output
    assert "joan" not in place.run("list").stdout
    place.run("add", "joan", "--name", "Joan Wells")
    assert "nobody can read any more" in place.run("revoke", "joan", "--lost").output


@pytest.mark.parametrize(
    "words",
    [
        ("add", "hr", "--name", "Twice"),
        ("add", "HR 2", "--name", "Not an id"),
        ("add", "second", "--name", "Same address", "--email", "HR@example.gov"),
        ("add", "second", "--name", "No key", "--key", "AGE-SECRET-KEY-1"),
        ("rotate", "nobody"),
        ("revoke", "nobody"),
    ],
)
def test_mistakes_end_as_a_sentence(words: tuple[str, ...], place: Place) -> None:
    """Exit code 1, one line, and nothing was written."""
    place.people()
    before = (place.state / "recipients.toml").read_bytes()
    done = place.run(*words)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert "AGE-SECRET" not in done.output
    assert (place.state / "recipients.toml").read_bytes() == before


def test_whoever_stands_in_the_settings_is_changed_there(place: Place) -> None:
    """The commands write their own file and nothing of the organisation's."""
    (place.state / "clausebot.toml").write_text('[[reports.recipients]]\nid = "hr"\nname = "HR"\n')
    assert "clausebot.toml" in place.run("revoke", "hr").output
    assert place.run("escrow", str(place.state / "copy.age")).exit_code == 1
    assert place.run("make").exit_code == 0
    assert "key: here" in place.run("list").stdout


def test_local_mode_has_recipients_of_its_own(place: Place) -> None:
    """Whoever is added there stands beside its people, and the real installation has nobody by it; nor the other way round."""
    place.people()
    before = (place.state / "recipients.toml").read_bytes()
    place.environment["CLAUSEBOT_ENV"] = "local"
    assert place.run("add", "boss", "--name", "Sam Ortiz", "--route", "supervisor", "--email", "sam@example.gov").exit_code == 0
    assert (place.state / "recipients.toml").read_bytes() == before
    listed = place.run("list").stdout.splitlines()
    assert [each.partition(" ")[0] for each in listed] == ["boss", "hr", "independent"]
    assert place.run("revoke", "boss").exit_code == 0
    assert "boss" not in place.run("list").stdout
    del place.environment["CLAUSEBOT_ENV"]
    assert "boss" not in place.run("list").stdout


def test_the_list_shows_addresses_and_who_can_read_nothing(place: Place) -> None:
    """Whoever the directory of people does not know enters no case room, and so does whoever has no address."""
    place.people()
    place.run("add", "joan", "--name", "Joan Wells")
    before = place.run("list")
    assert "hr  hr  Human Resources  hr@example.gov  key: " in before.stdout
    assert "hr cannot enter the case room" in before.stderr
    with app.ledger(read_settings(place.environment)) as ledger, ledger.transaction():
        ledger.people.put(Person("h", "Hana Ruiz", "HR@example.gov"))
    said = place.run("list").stderr
    assert "hr cannot enter" not in said
    assert (
        "clerk cannot enter the case room, and gets no notices: the directory of people has nobody with clerk@example.gov who"
        in said
    )
    assert "joan cannot enter the case room, and gets no notices: they have no address" in said
    (place.state / "ledger.sqlite").unlink()
    (place.state / "ledger.sqlite").mkdir()
    unusable = place.run("list")
    assert unusable.exit_code == 0
    assert "cannot enter" not in unusable.stderr


def test_local_mode_knows_who_receives_reports_there(place: Place) -> None:
    """Its people stand in its directory: HR, and Ada who is independent."""
    place.environment["CLAUSEBOT_ENV"] = "local"
    assert "cannot enter" not in place.run("list").stderr
    settings = read_settings(place.environment)
    with app.ledger(settings) as ledger:
        demonstration.seed(ledger)
        access = CaseAccess(ledger, Tokens(b""), "", settings.reports.recipients)
        assert {each.name: each.recipients for each in access.readers()} == {"Hana Ruiz": {"hr"}, "Ada Clerk": {"independent"}}
    assert "cannot enter" not in place.run("list").stderr


def test_the_list_after_an_addition_says_that_the_key_is_here(place: Place) -> None:
    """The key is made first, and then looked for."""
    place.people()
    first = place.run("list")
    assert "Made the keys" in first.stderr
    assert first.stdout.count("key: here") == 2
    assert place.run("list").stdout == first.stdout
