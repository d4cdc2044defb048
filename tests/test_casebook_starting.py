"""How the casebook is made: keys, salt, the three reading levels, and what is missing. P10; DECISIONS 22 and 23."""

from __future__ import annotations

import datetime
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.casebook import KeyElsewhere, Unready, keys
from bot.casebook.opening import Locked, Vault, WrongPassphrase, unwrapped
from bot.casebook.starting import ESCROW, casebook
from bot.office_hours import Hours
from bot.report_reading import read
from bot.report_settings import FALLBACK, HR, MOST_RECIPIENTS, Recipient, ReportSettings
from tests.casebooks import OPEN, PEOPLE, Clock, opened, report, wrapped_lightly

pytestmark = pytest.mark.anonymity
SECRETS = {each.id: keys.made() for each in PEOPLE}
KEYED = tuple(replace(each, key=keys.public(SECRETS[each.id])) for each in PEOPLE)
SEALED = ReportSettings(recipients=KEYED, level="sealed")


def test_the_first_start_makes_keys_apart_from_the_database_and_says_so(tmp_path: Path) -> None:
    """The file is its owner's alone, is made once, and what it opens stays open after a restart."""
    said: list[str] = []
    first = casebook(OPEN, tmp_path, Hours(), say=said.append)
    made = (tmp_path / keys.KEY_FILE).read_bytes()
    assert len(said) == 1
    assert "AGE-SECRET-KEY" not in said[0]
    assert (tmp_path / keys.KEY_FILE).stat().st_mode & 0o777 == 0o600
    first.file(report(danger=True), own := first.draw())
    first.store.close()
    again = casebook(OPEN, tmp_path, Hours(), say=said.append)
    assert len(said) == 1
    assert (tmp_path / keys.KEY_FILE).read_bytes() == made
    assert len(again.room.cases(["hana"])) == 1
    assert again.behind(again.recognise(own.words))
    assert b"AGE-SECRET-KEY" not in (tmp_path / "reports.sqlite").read_bytes()
    again.store.close()


def test_reports_stay_closed_until_hr_has_a_copy_of_the_keys(tmp_path: Path) -> None:
    """Outside local mode: a key that is only here is lost with this disk."""
    settings = replace(OPEN, local=False)
    with opened(tmp_path, settings=settings) as here:
        assert [each.rpartition(": ")[2] for each in here.book.missing()] == ["clausebot keys escrow FILE"]
        with pytest.raises(Unready):
            here.filed(report())
        here.book.store.put(ESCROW, keys.fingerprint(keys.parsed((tmp_path / keys.KEY_FILE).read_text())))
        assert here.book.missing() == ()


def test_another_salt_is_noticed(tmp_path: Path) -> None:
    """Else every receipt would open nothing, and nobody would know why."""
    casebook(OPEN, tmp_path, Hours()).store.close()
    (tmp_path / keys.SALT_FILE).unlink()
    book = casebook(OPEN, tmp_path, Hours())
    assert ["salt" in each for each in book.missing()] == [True]
    book.store.close()


def test_settings_that_name_nobody_leave_reports_closed(tmp_path: Path) -> None:
    """Nothing is open by default: somebody of HR and somebody independent must be named."""
    for people, missing in (((), 2), (PEOPLE[:1], 1), (PEOPLE[3:], 1)):
        assert len(ReportSettings(recipients=people).unready) == missing
    book = casebook(ReportSettings(), tmp_path, Hours())
    with pytest.raises(Unready):
        book.file(report(), book.draw())
    book.store.close()


def test_a_hosted_installation_says_what_is_missing() -> None:
    """With DYNO or DATABASE_URL: a cluster of its own, the salt, the key; and in level sealed no key here."""
    hosted = {"DYNO": "web.1"}
    people = [{"id": "hr", "name": "HR", "route": "hr"}, {"id": "clerk", "name": "Clerk", "route": "fallback"}]
    embedded, mistakes = read({}, people, hosted)
    assert mistakes == []
    assert [each.partition(" ")[0] for each in embedded.unready] == ["REPORTS_DATABASE_URL", "REPORTS_SALT", "REPORTS_KEY"]
    durable = {"REPORTS_DATABASE_URL": "postgres://reports.example/r", "REPORTS_SALT": "0123456789abcdef"}
    sealed, _ = read({"level": "sealed"}, people, {"DATABASE_URL": "postgres://other.example/l", **durable})
    assert [each.partition(" ")[0] for each in sealed.unready] == ["hr", "clerk"]
    given = [{**each, "key": keys.public(SECRETS[id])} for each, id in zip(people, SECRETS, strict=False)]
    ready, _ = read({"level": "sealed"}, given, {**hosted, **durable})
    assert ready.unready == ()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"k": 2}, "k must be"),
        ({"k": True}, "k must be"),
        ({"windows": []}, "windows must list"),
        ({"windows": ["9 o'clock"]}, "windows must list"),
        ({"windows": ["09:00:30"]}, "windows must list"),
        ({"level": "open"}, "level may be"),
        ({"notice": "daily"}, "notice may be"),
        ({"read_in_chat": "message"}, "read_in_chat may be off or modal"),
        ({"read_in_chat": True}, "read_in_chat may be off or modal"),
        ({"read_in_chat": "modal", "level": "unlock"}, "typed on the page of the case room alone"),
        ({"read_in_chat": "modal", "level": "sealed"}, "only HR's own computers can open"),
        ({"working_days_only": 1}, "working_days_only must be"),
        ({"leave": "http://www.example.gov/"}, "leave must be the https address"),
        ({"leave": "javascript:alert(1)"}, "leave must be the https address"),
        ({"leave": 3}, "leave must be the https address"),
        ({"hold": 0}, "has no hold"),
        ({"recipients": [{"id": "HR", "name": "HR"}]}, "id is a few small letters"),
        ({"recipients": [{"id": "hr"}]}, "has no name"),
        ({"recipients": [{"id": "hr", "name": "HR", "route": "boss"}]}, "route of recipient hr"),
        ({"recipients": [{"id": "hr", "name": "HR", "key": "AGE-SECRET"}]}, "no public key"),
        ({"recipients": ["hr"]}, "takes id, name"),
        ({"recipients": [{"id": "a", "name": "A", "email": "x@y"}, {"id": "b", "name": "B", "email": "X@y"}]}, "same email"),
        ({"recipients": [{"id": f"p{each}", "name": "P"} for each in range(17)]}, "at most 16"),
        ({"retention": [{"years": 2}]}, "entry 1 of [[reports.retention]] has no code"),
        ({"retention": [{"code": "A"}, {"years": 2}]}, "entry 2 of [[reports.retention]] has no code"),
        (
            {"retention": [{"code": "A", "years": 0}]},
            "A of [[reports.retention]]: years is 0; it must be a whole number, 1 at least",
        ),
        ({"retention": [{"code": "A", "months": "three"}]}, "A of [[reports.retention]]: months is 'three'; it must be"),
        ({"retention": [{"code": "A", "months": True}]}, "A of [[reports.retention]]: months is True; it must be"),
        ({"retention": [{"code": "A", "year": 3}]}, "A of [[reports.retention]] has no year; it has code, name, years, months"),
        ({"retention": ["A"]}, "entry 1 of [[reports.retention]] must be a table"),
        ({"retention": [{"code": "A"}, {"code": "A"}]}, "a code twice"),
    ],
)
def test_each_mistake_of_the_settings_is_told(table: dict[str, object], said: str) -> None:
    """In one line that says where and what; a secret that stands in the wrong place is not repeated."""
    _, mistakes = read(table, None, {})
    assert len(mistakes) == 1
    assert said in mistakes[0]
    assert "AGE-SECRET" not in mistakes[0]


def test_what_the_settings_say_is_taken() -> None:
    """Windows in order, periods in months, no period where none is given."""
    table = {
        "k": 8, "windows": ["15:30", datetime.time(8)], "level": "unlock", "notice": "after a release", "working_days_only": True,
        "leave": "https://www.example.gov/staff", "retention": [{"code": "GS-1", "years": 2, "months": 6}, {"code": "GS-2"}],
    }  # fmt: skip
    settings, mistakes = read(table, None, {})
    assert mistakes == []
    assert (settings.k, settings.level, settings.notice, settings.working_days_only) == (8, "unlock", "after a release", True)
    assert settings.windows == (datetime.time(8), datetime.time(15, 30))
    assert [each.months for each in settings.retention] == [30, None]
    assert settings.leave == "https://www.example.gov/staff"


def test_cases_are_shown_in_chat_only_where_somebody_says_so() -> None:
    """Off is what it is; where it is off it goes with every level."""
    assert read({}, None, {})[0].read_in_chat == "off"
    assert read({"read_in_chat": "modal"}, None, {})[0].read_in_chat == "modal"
    assert read({"read_in_chat": "modal", "level": "embedded"}, None, {})[1] == []
    assert read({"read_in_chat": "off", "level": "sealed"}, None, {})[1] == []


def test_reports_never_share_the_cluster_of_the_ledger() -> None:
    """Its transaction numbers and log would tie reports to people (P5)."""
    for url in ("postgres://a:b@db.example/reports", "postgresql://c@DB.example:5432/other"):
        _, mistakes = read({}, None, {"REPORTS_DATABASE_URL": url, "DATABASE_URL": "postgres://x:y@db.example/ledger"})
        assert len(mistakes) == 1
        assert "db.example" not in mistakes[0]
    _, mistakes = read({}, None, {"REPORTS_DATABASE_URL": "mysql://db", "REPORTS_SALT": "short"})
    assert len(mistakes) == 2


def test_local_mode_makes_people_by_itself_and_is_open_at_once(tmp_path: Path) -> None:
    """To try it out: HR, somebody independent, no rest, a window every ten minutes; what is set stays."""
    settings, _ = read({}, None, {"CLAUSEBOT_ENV": "local"})
    assert settings.unready == ()
    assert {each.route for each in settings.recipients} == {HR, FALLBACK}
    with opened(tmp_path, settings=settings) as here:
        assert here.book.missing() == ()
        here.filed(report())
        here.clock.forward(minutes=10)
        assert here.book.release()


def test_who_is_added_in_local_mode_stands_beside_its_people() -> None:
    """Nobody is there twice, by id or by address; where keys are made elsewhere, only those who were named are there."""
    boss = {"id": "boss", "name": "Sam Ortiz", "route": "supervisor"}
    for own, ids in (
        ([boss], ["boss", "hr", "independent"]),
        ([{"id": "hr", "name": "HR"}], ["hr", "independent"]),
        ([{"id": "ada", "name": "Ada", "route": "fallback", "email": "Ada.Clerk@example.gov"}], ["ada", "hr"]),
    ):
        settings, _ = read({}, own, {"CLAUSEBOT_ENV": "local"})
        assert [each.id for each in settings.recipients] == ids
        assert settings.unready == ()
    many = [{**boss, "id": f"boss-{number}"} for number in range(MOST_RECIPIENTS)]
    assert len(read({}, many, {"CLAUSEBOT_ENV": "local"})[0].recipients) == MOST_RECIPIENTS
    assert [each.id for each in read({"level": "sealed"}, [boss], {"CLAUSEBOT_ENV": "local"})[0].recipients] == ["boss"]


def test_p10_in_level_unlock_nothing_opens_without_the_passphrase(tmp_path: Path) -> None:
    """It opens for half an hour, then closes by itself; a wrong one opens nothing; the file holds no key to be read."""
    text = keys.written({id: (key,) for id, key in SECRETS.items()})
    wrapped = wrapped_lightly(text, "correct horse")
    keys.write(tmp_path / keys.WRAPPED_FILE, wrapped)
    assert b"AGE-SECRET-KEY" not in wrapped
    clock = Clock()
    book = casebook(ReportSettings(recipients=KEYED, level="unlock"), tmp_path, Hours(), clock)
    assert not (tmp_path / keys.KEY_FILE).exists()
    assert book.missing() == ()
    book.file(report(danger=True), book.draw())
    vault = book.opener
    assert isinstance(vault, Vault)
    with pytest.raises(Locked):
        book.room.cases(["hana"])
    with pytest.raises(WrongPassphrase):
        vault.unlock("wrong")
    with pytest.raises(Locked):
        book.room.cases(["hana"])
    vault.unlock("correct horse")
    assert len(book.room.cases(["hana"])) == 1
    clock.forward(minutes=29)
    assert len(book.room.cases(["hana"])) == 1
    clock.forward(minutes=1)
    with pytest.raises(Locked):
        book.room.cases(["hana"])
    vault.unlock("correct horse")
    vault.lock()
    with pytest.raises(Locked):
        book.room.cases(["hana"])
    book.store.close()


def test_p10_in_level_sealed_there_is_no_key_and_nothing_that_opens(tmp_path: Path) -> None:
    """A process of its own files, releases, replies to a receipt; it has no key file and has never imported the opener."""
    program = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from tests.casebook_sealed import run
run(Path({str(tmp_path)!r}), {[(each.id, each.name, each.route, each.key) for each in KEYED]!r})
print("opening" if "bot.casebook.opening" in sys.modules else "closed")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == "closed\n", done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["reports.salt", "reports.sqlite", "reports.sqlite-journal"]


def test_p10_level_sealed_has_no_room_here(tmp_path: Path) -> None:
    """HR's side says where to read instead; what was sealed is opened by HR's own key alone."""
    book = casebook(SEALED, tmp_path, Hours())
    assert book.sealed
    book.file(report(danger=True), book.draw())
    with pytest.raises(KeyElsewhere):
        _ = book.room
    (row,) = book.store.reports()
    from bot.casebook.sealing import NotForThisKey, unseal

    assert b"residents" in unseal(row["sealed"], SECRETS["hana"])
    for id in ("sam", "ada"):
        with pytest.raises(NotForThisKey):
            unseal(row["sealed"], SECRETS[id])
    book.store.close()


def test_what_a_passphrase_wraps_it_opens() -> None:
    """With the work that makes guessing dear."""
    wrapped = keys.wrapped("what is kept", "four random words here")
    assert int(wrapped.split(b"\n")[1].split(b" ")[3]) >= 14, "rounds of scrypt, as a power of two"
    assert unwrapped(wrapped, "four random words here") == "what is kept"


def test_a_key_file_that_is_none_is_told_without_its_content() -> None:
    """No part of a damaged key comes into a message."""
    text = keys.written({"hana": ("AGE-SECRET-KEY-1BROKEN",)})
    with pytest.raises(keys.NoKeyFile) as refused:
        keys.parsed(text)
    assert "BROKEN" not in str(refused.value)


def test_a_key_file_is_never_overwritten_by_mistake(tmp_path: Path) -> None:
    """Keys that are gone cannot be made again."""
    keys.write(tmp_path / "k", b"first")
    with pytest.raises(FileExistsError):
        keys.write(tmp_path / "k", b"second")
    assert (tmp_path / "k").read_bytes() == b"first"


def test_recipients_show_no_name_where_somebody_prints_them() -> None:
    """A settings dump tells ids and routes, no names or addresses."""
    assert "Hana" not in repr(OPEN)
    assert "example.gov" not in repr(OPEN)
    assert "Hana" not in repr(Recipient("hr", "Hana Ruiz", HR))
