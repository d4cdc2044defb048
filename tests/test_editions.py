"""What the knowledge base is loaded from: each policy in the version in force, whatever its file says by now."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import app, editions
from bot.__main__ import main
from bot.config import Settings
from bot.database.sqlite import SQLite
from bot.ledger import Ledger
from bot.statement import SHIPPED
from policy_kb import KnowledgeBase
from tests.versions import NOW, TRAVEL, publish, written

TODAY = datetime.date(2026, 11, 20)
NEW = TRAVEL.replace("effective: 2024-02-01", "effective: 2026-11-01").replace("for a year", "for two years")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A policies directory with one policy."""
    return written(tmp_path / "policies")


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    database = SQLite()
    found = Ledger(database)
    found.open()
    yield found
    database.close()


def test_a_policy_without_a_version_is_laid(ledger: Ledger, place: Path) -> None:
    """As installed, once; a file that is changed afterwards is not published by that."""
    (first,) = editions.lay(ledger, place, NOW)
    assert ledger.policies.versions("TRV") == [first]
    assert (first.approved_by, first.markdown) == ("as installed", TRAVEL)
    written(place, NEW)
    assert editions.lay(ledger, place, NOW) == []
    written(place, TRAVEL.replace("id: TRV", "id: OTH"), "other.md")
    assert [each.policy.id for each in editions.lay(ledger, place, NOW)] == ["OTH"]
    assert ledger.policies.policies() == ["OTH", "TRV"]


def test_the_shipped_policies_are_laid(ledger: Ledger) -> None:
    """And answer from where they are: nothing is made, and so nothing is learnt anew."""
    (first,) = editions.lay(ledger, None, NOW)
    assert first.policy.id == "416"
    assert editions.directory_in_force(ledger, None, Path("/nowhere"), TODAY) is None


def test_nothing_is_made_while_the_file_is_in_force(ledger: Ledger, place: Path, tmp_path: Path) -> None:
    """Before anything is published, and afterwards."""
    assert editions.directory_in_force(ledger, place, tmp_path / "state", TODAY) == place
    editions.lay(ledger, place, NOW)
    assert editions.directory_in_force(ledger, place, tmp_path / "state", TODAY) == place
    assert not (tmp_path / "state").exists()


def test_a_version_answers_from_its_day_on(ledger: Ledger, place: Path, tmp_path: Path, settings: Settings) -> None:
    """In the published words, though the file in the directory is still the old one."""
    editions.lay(ledger, place, NOW)
    old = app.knowledge_base(settings, place)
    version = publish(ledger, tmp_path, NEW)
    before, since = datetime.date(2026, 10, 31), datetime.date(2026, 11, 1)
    assert editions.directory_in_force(ledger, place, tmp_path, before) == place
    assert not editions.changed(ledger, old, before)
    assert editions.changed(ledger, old, since)
    made = editions.directory_in_force(ledger, place, tmp_path, since)
    assert made
    assert made.parent == tmp_path / "editions"
    assert editions.directory_in_force(ledger, place, tmp_path, TODAY) == made
    knowledge = app.knowledge_base(settings, made)
    assert knowledge.policy("TRV").version == version
    assert not editions.changed(ledger, knowledge, since)
    assert knowledge.search("how long do i keep receipts")[0].clause.text == "Keep the receipts for two years."


def test_a_file_that_nobody_published_does_not_count(ledger: Ledger, place: Path, tmp_path: Path) -> None:
    """It is said, with the command that would put it in force; not of one that was published and has been replaced."""
    editions.lay(ledger, place, NOW)
    written(place, TRAVEL.replace("for a year", "for ever"))
    said: list[str] = []
    made = editions.directory_in_force(ledger, place, tmp_path, TODAY, said.append)
    assert made
    assert (made / "travel.md").read_text("utf-8") == TRAVEL
    assert len(said) == 1
    assert f"clausebot policy publish {place / 'travel.md'}" in said[0]
    written(place)
    publish(ledger, tmp_path, NEW)
    said.clear()
    assert editions.directory_in_force(ledger, place, tmp_path, TODAY, said.append) != place
    assert said == []


def test_asking_makes_no_ledger(place: Path, tmp_path: Path) -> None:
    """Where there is none, the directory itself answers; starting makes one, with the words that are signed."""
    settings = Settings(tmp_path / "state")
    assert app.in_force(settings, place) == place
    assert not settings.state.exists()
    assert app.in_force(settings, place, laying=True) == place
    with app.ledger(settings) as kept:
        assert [each.policy.id for each in kept.policies.all_in_force(TODAY)] == ["TRV"]
        assert kept.policies.statement(SHIPPED.digest) == SHIPPED.text
        publish(kept, tmp_path, NEW)
    assert app.in_force(settings, place) == app.in_force(settings, place, laying=True) != place


def test_asking_leaves_an_older_ledger_as_it_is(place: Path, tmp_path: Path) -> None:
    """It is brought up to date by a start, not by a question."""
    settings = Settings(tmp_path / "state")
    settings.state.mkdir()
    (settings.state / app.LEDGER_FILE).touch()
    assert app.in_force(settings, place) == place
    database = SQLite(settings.state / app.LEDGER_FILE)
    assert list(database.rows("SELECT name FROM sqlite_master")) == []
    database.close()


def test_ask_answers_from_the_version_in_force(
    place: Path, tmp_path: Path, state: Path, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the command line too, in JSON and in words."""
    own = tmp_path / "state"
    own.mkdir()
    (own / "weights").symlink_to(state / "weights")
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(own))
    settings = Settings(own)
    app.in_force(settings, place, laying=True)
    with app.ledger(settings) as kept:
        publish(kept, tmp_path, NEW)
    asked = ["ask", "--policies", str(place), "how long do i keep receipts"]
    assert "for two years" in CliRunner().invoke(main, asked).stdout
    found = json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)
    assert found["clauses"][0]["id"] == "3"
    assert "for two years" in json.dumps(found)


@pytest.mark.usefixtures("knowledge")
def test_a_running_program_is_given_the_newer_version(place: Path, tmp_path: Path, state: Path) -> None:
    """Only where there is one."""
    own = tmp_path / "state"
    own.mkdir()
    (own / "weights").symlink_to(state / "weights")
    settings = Settings(own)
    knowledge = app.knowledge_base(settings, app.in_force(settings, place, laying=True))
    assert app.newer(settings, knowledge, place) is None
    with app.ledger(settings) as kept:
        version = publish(kept, tmp_path, NEW)
    found = app.newer(settings, knowledge, place)
    assert found
    assert found.policy("TRV").version == version
    assert app.newer(settings, found, place) is None
