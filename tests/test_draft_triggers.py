"""Triggers are data: every mistake in their file is named with its line, and weights do not depend on them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import policy_kb
from bot import app
from bot.checking import check
from bot.config import Settings
from policy_kb import Account, KnowledgeBaseError, library, loading, weights
from policy_kb.drafts import figures, reader
from tests.conftest import SHIPPED

POLICY = """---
id: TRV
title: Travel
organisation: Harbour County
adopted: 2024-01-15
effective: 2024-02-01
source: https://example.org/travel
---
## 1 Booking

Book early. The Travel Desk knows more.

## 2

### 2.1 Boats

Boats are not booked.
"""
DRAFTS = """policy: TRV
places:
  own: [example.org]
lists:
  vessel: [boat, ship, row boat]
ordinary:
- gravy boat
rights:
- id: pay
  personal: [{clause: "1"}]
  words: [per diem]
triggers:
- id: boats
  official:
  - clause: "2.1"
    passage: Boats are not booked.
  words:
  - (vessel)
  - sail * away
  together:
  - - [book, hire]
    - [<other link>, <phone number>]
  unless posted: [<own link>]
  ask: Travel Desk
  stands: yes
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A small policies directory without mistakes."""
    (tmp_path / "travel.md").write_text(POLICY, "utf-8")
    (tmp_path / "travel.drafts.yaml").write_text(DRAFTS, "utf-8")
    return tmp_path


def mistakes(place: Path) -> list[str]:
    with pytest.raises(KnowledgeBaseError) as raised:
        policy_kb.read(place)
    return list(map(str, raised.value.mistakes))


def touched(place: Path, draft: str) -> dict[str, tuple[str, ...]]:
    found = policy_kb.DraftCheck(policy_kb.read(place).triggers).touched(draft, Account.OFFICIAL)
    return {touch.clause.id: touch.words for touch in found.touches}


def test_a_good_file_is_read(place: Path) -> None:
    """Lists, gaps, groups, figures and what is ordinary all count."""
    assert touched(place, "Two boats and a row-boat") == {"2.1": ("boats", "row-boat")}
    assert touched(place, "a gravy boat") == {}
    assert touched(place, "sail far far away") == {"2.1": ("sail far far away",)}
    assert touched(place, "sail so very far away") == {}
    assert touched(place, "hire at 816-555-0100 or www.rent.com") == {"2.1": ("hire", "816-555-0100", "www.rent.com")}
    assert touched(place, "hire it. Call 816-555-0100 for the rest") == {}
    assert touched(place, "boats: “https://example.org/boats”") == {}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("policy: TRV", "policy: XYZ", 1, "not the policy beside it"),
        ("places:", "place:", 2, "unknown key 'place'"),
        ("  own:", "  mine:", 3, "unknown key 'mine'"),
        ("own: [example.org]", "own: example.org", 3, "'own' must hold a list"),
        ("[boat, ship, row boat]", "[boat, yes]", 5, "True under 'vessel' must be a text"),
        ("[boat, ship, row boat]", "[boat, sail * off]", 18, "too much for a list"),
        ("[boat, ship, row boat]", "[boat, Boat, boat]", 5, "'boat' stands twice"),
        ("- gravy boat", "- '* boat'", 7, "must begin and end with a word"),
        ("- gravy boat", "- '...'", 7, "has no letters"),
        ('{clause: "1"}', '{clause: "1", words: x}', 10, "unknown key 'words'"),
        ('{clause: "1"}', '"1"', 10, "a clause must hold"),
        ("personal: [", "person: [", 10, "unknown key 'person'"),
        ('"2.1"', '"9"', 15, "policy TRV has no clause '9' with a text"),
        ('"2.1"', '"2"', 15, "policy TRV has no clause '2' with a text"),
        ("are not booked", "are booked", 16, "do not stand in 2.1"),
        ("- (vessel)", "- (vessels)", 18, "no list is called 'vessels'"),
        ("- (vessel)", "- <ship number>", 18, "no figure is called <ship number>"),
        ("[book, hire]", "[]", 13, "two groups"),
        ("[book, hire]", "book", 21, "'together' must hold a list"),
        ("Travel Desk\n", "Travel Agent\n", 24, "stands in no clause"),
        ("stands: yes", "stands: perhaps", 25, "must be yes or no"),
        ("- id: boats", "- id: pay\n  words: [b]\n- id: pay", 15, "stands twice"),
        ("- id: boats", "- id: empty\n- id: boats", 13, "needs 'id'"),
        ("triggers:", "triggers: [", 13, "not valid YAML"),
        ("- id: boats", "- boats\n- id: boats", 13, "a trigger must hold"),
    ],
)
def test_mistakes_in_triggers(place: Path, old: str, new: str, line: int, message: str) -> None:
    """Each with the file and the line."""
    assert old in DRAFTS
    (place / "travel.drafts.yaml").write_text(DRAFTS.replace(old, new, 1), "utf-8")
    found = mistakes(place)
    assert any(each.startswith(f"travel.drafts.yaml:{line}: ") and message in each for each in found), found


@pytest.mark.parametrize("text", ["", "- 5\n", "policy: TRV\n"])
def test_a_file_without_triggers(place: Path, text: str) -> None:
    """Something that is no file of triggers is a mistake; one that names none yet is not."""
    (place / "travel.drafts.yaml").write_text(text, "utf-8")
    if text.startswith("policy"):
        assert policy_kb.read(place).triggers[0].triggers == ()
    else:
        assert "travel.drafts.yaml" in mistakes(place)[0]


def test_the_example_of_the_documents_is_read(place: Path) -> None:
    """With the policy that stands above it; every key and every figure is explained there."""
    text = (Path(policy_kb.__file__).parent.parent / "docs" / "policies.md").read_text("utf-8")
    blocks = {marked.split("\n", 1)[0]: marked.split("\n", 1)[1] for marked in text.split("```")[1::2] if "rights:" not in marked}
    (drafts,) = [marked.split("\n", 1)[1] for marked in text.split("```")[1::2] if "rights:" in marked]
    (place / "travel.md").write_text(blocks["markdown"], "utf-8")
    (place / "travel.drafts.yaml").write_text(drafts, "utf-8")
    assert touched(place, "Book a row boat") == {"3.2.a": ("Book a row boat",)}
    section = text.split("## Triggers for drafts")[1]
    for explained in (*reader.TRIGGER_KEYS, *reader.KEYS, *figures.KINDS):
        assert explained in section, explained


def test_mistakes_of_all_files_come_at_once(place: Path) -> None:
    """Triggers do not hide what is wrong with the phrasings beside them; triggers without a policy are named."""
    (place / "travel.drafts.yaml").write_bytes(b"\xff")
    (place / "travel.phrasings.yaml").write_text("policy: X\n", "utf-8")
    (place / "stray.drafts.yaml").write_text(DRAFTS, "utf-8")
    found, _ = check(place)
    for part in (
        "travel.drafts.yaml:1: not UTF-8",
        "travel.phrasings.yaml:1: policy: 'X'",
        "stray.drafts.yaml: no policy of this name",
    ):
        assert any(part in each for each in found), found


def test_mistakes_are_told_at_the_start(place: Path, settings: Settings) -> None:
    """Nothing is half-loaded."""
    (place / "travel.drafts.yaml").write_text("policy: X\n", "utf-8")
    with pytest.raises(KnowledgeBaseError, match=r"travel\.drafts\.yaml:1"):
        app.knowledge_base(settings, place)


def test_weights_do_not_depend_on_triggers(place: Path, tmp_path: Path) -> None:
    """Neither on the data nor on the modules that read it, so that a new trigger costs nobody a minute."""
    before = loading._digest(place, loading.NO_OTHERS, "")
    (place / "travel.drafts.yaml").write_text(DRAFTS + "# more\n", "utf-8")
    assert loading._digest(place, loading.NO_OTHERS, "") == before
    assert not any(path.name.endswith(library.DRAFTS) for path in library.files(SHIPPED))
    copied = Path(shutil.copytree(SHIPPED.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("policies", "__pycache__")))
    before = weights.key("digest", copied)
    (copied / "drafts" / "check.py").write_text("changed", "utf-8")
    assert weights.key("digest", copied) == before
    (copied / "words.py").write_text("changed", "utf-8")
    assert weights.key("digest", copied) != before
