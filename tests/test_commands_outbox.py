"""`clausebot outbox`, run as a person runs it, over a ledger with notices that wait and that are dead."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.app import LEDGER_FILE
from bot.database.sqlite import SQLite
from bot.ledger import Ledger
from bot.records import Notice
from bot.views import Text, view

LONG_AGO = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory in which one notice waits and three are dead."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path))
    database = SQLite(tmp_path / LEDGER_FILE)
    ledger = Ledger(database)
    notices = [
        Notice(key, f"email:{key}@city.example", view(Text("zebrafinch")), LONG_AGO, cause=f"copy:{key}") for key in "abcd"
    ]
    ledger.commit([], datetime.date(2026, 11, 20), notices)
    ledger.notices.claim(LONG_AGO.timestamp(), "one", 3, 60)
    for key in "abc":
        ledger.notices.bury(key, "one", "mail: 550", LONG_AGO.timestamp())
    database.close()
    return tmp_path


def run(*arguments: str) -> Result:
    """The command's result."""
    return CliRunner().invoke(main, ["outbox", *arguments])


def dead() -> Sequence[str]:
    """The keys that are listed."""
    return [line.split()[0] for line in run("--dead").output.splitlines()]


@pytest.mark.usefixtures("place")
def test_what_is_shown() -> None:
    """Counts, and what died by its key: no address, no text."""
    assert run().output.startswith("1 waiting, 1 of them due, the oldest for ")
    assert run().output.endswith("; 3 could not be delivered\n")
    listed = run("--dead").output
    assert listed.splitlines()[0] == "a  copy:a  1 attempt  mail: 550"
    for hidden in ("zebrafinch", "@"):
        assert hidden not in listed


@pytest.mark.usefixtures("place")
def test_sending_again_and_giving_up() -> None:
    """By key, or all; a wrong key does nothing at all."""
    wrong = run("retry", "a", "x")
    assert (wrong.exit_code, dead()) == (1, ["a", "b", "c"])
    assert "no such notice is dead: x" in wrong.output
    assert run("retry", "a").output == "1 notice to be sent again\n"
    assert run("drop", "b").output == "1 notice given up\n"
    assert dead() == ["c"]
    assert run("retry", "--all").output == "1 notice to be sent again\n"
    assert run("retry", "--all").output == "0 notices to be sent again\n"
    assert run().output.startswith("3 waiting, 3 of them due")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("arguments", [["retry"], ["drop"], ["retry", "--all", "a"]])
def test_it_must_be_said_which(arguments: list[str]) -> None:
    """Keys, or all; not both and not neither."""
    assert run(*arguments).exit_code == 2


@pytest.mark.usefixtures("place")
def test_an_empty_outbox() -> None:
    """Is told as such."""
    run("drop", "--all")
    assert run("--dead").output == ""
