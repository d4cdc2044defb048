"""A directory in which some policies stand in another version: what is taken over, and what is left out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

import policy_kb
from bot import editions
from bot.composing import LEFT_OUT
from bot.database.sqlite import SQLite
from bot.ledger import Ledger
from policy_kb import KnowledgeBaseError, shipped
from tests.versions import NOW, TRAVEL, publish, written

TODAY = datetime.date(2026, 11, 20)
NEW = TRAVEL.replace("effective: 2024-02-01", "effective: 2026-11-01").replace("for a year", "for two years")
PHRASINGS = """policy: TRV
also asked as:
  "3":
    ann:
    - how long do i keep the receipts
  "2.b":
    ann:
    - must i take the cheap one
not answered here:
  near:
    ann:
    - when do i get my money back
"""
DRAFTS = """policy: TRV
beside:
  personal:
    clause: "2.b"
triggers:
- id: cheap
  official:
  - clause: "2.b"
  - clause: "1"
    passage: all travel that the County pays for
  words: [cheap]
- id: offers
  official:
  - clause: "2.a"
    passage: three offers
  words: [offer]
- id: receipts
  personal:
  - clause: "3"
    passage: for a year
  words: [receipt]
rights:
- id: pay
  personal:
  - clause: "1"
  words: [pay]
  ask: County
"""


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


def test_what_fits_is_taken_as_it_is(ledger: Ledger, place: Path, tmp_path: Path) -> None:
    """Byte for byte: the phrasings, the lexicon, the other policies; a changed file makes a new directory."""
    (place / "travel.phrasings.yaml").write_text(PHRASINGS, "utf-8")
    (place / "lexicon.yaml").write_bytes((shipped() / "lexicon.yaml").read_bytes())
    written(place, TRAVEL.replace("id: TRV", "id: OTH"), "other.md")
    editions.lay(ledger, place, NOW)
    publish(ledger, tmp_path, NEW)
    said: list[str] = []
    made = editions.directory_in_force(ledger, place, tmp_path, TODAY, said.append)
    assert made
    for name in ("travel.phrasings.yaml", "lexicon.yaml", "other.md"):
        assert (made / name).read_bytes() == (place / name).read_bytes()
    assert said == []
    (place / "travel.phrasings.yaml").write_text(PHRASINGS.replace("must i", "do i have to"), "utf-8")
    assert editions.directory_in_force(ledger, place, tmp_path, TODAY) not in (made, place)


def test_what_no_longer_fits_is_left_out(ledger: Ledger, place: Path, tmp_path: Path) -> None:
    """Phrasings and triggers of clauses that are gone or say something else: with a line each, at every start."""
    (place / "travel.phrasings.yaml").write_text(PHRASINGS, "utf-8")
    (place / "travel.drafts.yaml").write_text(DRAFTS, "utf-8")
    editions.lay(ledger, place, NOW)
    publish(ledger, tmp_path, NEW.replace("b. choose the cheapest.\n", "").replace("that the County pays for", "that we pay for"))
    said: list[str] = []
    made = editions.directory_in_force(ledger, place, tmp_path, TODAY, said.append)
    library = policy_kb.read(made)
    assert {each.clause for each in library.phrasings} == {"3", None}
    (triggers,) = library.triggers
    assert [each.id for each in triggers.triggers] == ["offers"]
    assert [each.id for each in triggers.rights] == ["pay"]
    assert not triggers.beside
    assert [line.split(": ", 1)[1].split(",")[0] for line in said] == [
        "the phrasings of 2.b",
        "2.b beside drafts for an account (personal)",
        "whom to ask in trigger pay (County)",
        "trigger cheap for 2.b",
        "trigger cheap for 1",
        "trigger cheap",
        "trigger receipts for 3",
        "trigger receipts",
    ]
    again: list[str] = []
    editions.directory_in_force(ledger, place, tmp_path, TODAY, again.append)
    assert again == said


def test_mistakes_of_the_files_are_still_named(ledger: Ledger, place: Path, tmp_path: Path) -> None:
    """What was wrong before a version was published is wrong afterwards, with its file and line."""
    editions.lay(ledger, place, NOW)
    publish(ledger, tmp_path, NEW)
    for number, broken in enumerate(
        ("also asked as: [", "policy: TRV\nalso asked as: [1]\n", "policy: TRV\nalso asked as:\n  3: x\n")
    ):
        (place / "travel.phrasings.yaml").write_text(broken, "utf-8")
        made = editions.directory_in_force(ledger, place, tmp_path / str(number), TODAY)
        with pytest.raises(KnowledgeBaseError, match=r"travel\.phrasings\.yaml"):
            policy_kb.read(made)
    written(place, "no head")
    with pytest.raises(KnowledgeBaseError, match=r"travel\.md"):
        editions.directory_in_force(ledger, place, tmp_path, TODAY)


def test_a_directory_is_made_whole_or_not_at_all(
    ledger: Ledger, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is second takes the first one's; nothing half-written stays behind."""
    editions.lay(ledger, place, NOW)
    publish(ledger, tmp_path, NEW)
    made = editions.directory_in_force(ledger, place, tmp_path, TODAY)
    assert made
    there = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path != made and there(path))
    assert editions.directory_in_force(ledger, place, tmp_path, TODAY) == made
    assert list((tmp_path / "editions").iterdir()) == [made]
    assert sorted(path.name for path in made.iterdir()) == [LEFT_OUT, "travel.md"]
