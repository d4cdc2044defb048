"""Phrasings, lexicon, intents, directory: every mistake is found, named with its line, and nothing is half-loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import intents
import policy_kb
from bot.checking import check
from bot.directory import DirectoryError, read_directory
from intents import CatalogueError
from policy_kb import KnowledgeBaseError
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

Book early.
"""
PHRASINGS = """policy: TRV
also asked as:
  "1":
    ann:
      - when do i book
not answered here:
  near:
    ann:
      - is the train late
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A small policies directory without mistakes."""
    (tmp_path / "travel.md").write_text(POLICY, "utf-8")
    (tmp_path / "travel.phrasings.yaml").write_text(PHRASINGS, "utf-8")
    return tmp_path


def mistakes(place: Path) -> list[str]:
    with pytest.raises(KnowledgeBaseError) as raised:
        policy_kb.read(place)
    return list(map(str, raised.value.mistakes))


def test_the_shipped_data_files_have_no_mistakes() -> None:
    """What is shipped is what `clausebot check` finds good."""
    found, read = check()
    assert found == []
    assert "1 policies, 71 clauses" in read


def test_a_good_directory_is_read(place: Path) -> None:
    """Phrasings keep their author and whether they are near misses."""
    library = policy_kb.read(place)
    assert [(each.text, each.clause, each.by, each.near) for each in library.phrasings] == [
        ("when do i book", "1", "ann", False),
        ("is the train late", None, "ann", True),
    ]
    assert library.lexicon  # the shipped one, since this directory has none


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('"1":', '"9":', 3, "policy TRV has no clause '9'"),
        ('"1":', "1:", 2, "1 under 'also asked as' must be in quotes"),
        ("policy: TRV", "policy: XYZ", 1, "not the policy beside it"),
        ("near:", "nearly:", 7, "'nearly' under 'not answered here'"),
        ("not answered here", "not answered", 6, "unknown key"),
        ("- when do i book", "when do i book", 4, "must hold a list"),
        ("- when do i book", "- yes", 4, "must be in quotes to be a text"),
        ("- when do i book", "- ''", 5, "empty phrasing"),
        ("- when do i book", '- "a\\u0007b"', 5, "control characters"),
        ("- is the train late", "- When do I book", 9, "stands already under 1, line 5"),
        ("- is the train late", "- [", 10, "not valid YAML"),
        ("    ann:\n      - when", "    ann: &a\n    ann:\n      - when", 5, "'ann' stands here a second time"),
        ("when do i book", "b" * 1001, 5, "1000 at most"),
    ],
)
def test_mistakes_in_phrasings(place: Path, old: str, new: str, line: int, message: str) -> None:
    """Each with the file and the line."""
    (place / "travel.phrasings.yaml").write_text(PHRASINGS.replace(old, new, 1), "utf-8")
    found = mistakes(place)
    assert any(each.startswith(f"travel.phrasings.yaml:{line}: ") and message in each for each in found), found


def test_mistakes_of_several_files_come_at_once(place: Path) -> None:
    """A broken policy does not hide a broken lexicon or a stray file."""
    (place / "broken.md").write_text("no head", "utf-8")
    (place / "stray.phrasings.yaml").write_text(PHRASINGS, "utf-8")
    (place / "lexicon.yaml").write_text("groups:\n- id: a\n  kind: x\n  canonical: c\n  terms: [boss, 5]\n- 7\n", "utf-8")
    (place / "copy.md").write_text(POLICY, "utf-8")
    told = "\n".join(mistakes(place))
    for part in (
        "broken.md",
        "stray.phrasings.yaml: no policy",
        "lexicon.yaml:2: 'terms' of 'a'",
        "two policies have the id 'TRV'",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("lexicon", "message"),
    [
        ("[]", "must hold 'groups'"),
        ("groups:\n- id: a\n  kind: x\n  terms: [b]\n", "missing canonical"),
        ("groups:\n- {id: a, kind: x, canonical: c, terms: [b], colour: red}\n", "unknown colour"),
        (
            "groups:\n- {id: a, kind: x, canonical: c, terms: [b]}\n- {id: d, kind: x, canonical: c, terms: [b, B]}\n",
            "'B' stands twice in 'd'",
        ),
        ("groups:\n- {id: a, kind: x, canonical: c, terms: [b]}\n- {id: a, kind: x, canonical: c, terms: [e]}\n", "stands twice"),
    ],
)
def test_mistakes_in_a_lexicon(place: Path, lexicon: str, message: str) -> None:
    """A term may stand in several groups, once in each."""
    (place / "lexicon.yaml").write_text(lexicon, "utf-8")
    assert message in "\n".join(mistakes(place))


def test_an_empty_directory_is_a_mistake(tmp_path: Path) -> None:
    """A knowledge base without a policy is not a knowledge base."""
    assert mistakes(tmp_path) == [f"{tmp_path.name}: holds no policy; a policy is a *.md file"]


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A copy of the shipped intents."""
    return Path(shutil.copytree(Path(intents.__file__).parent / "en", tmp_path / "en"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- hi\n", "greeting.yaml:1: must hold"),
        ("intent: hello\nabout: x\nsaid as: {}\n", "greeting.yaml:1: intent 'hello'"),
        ("intent: greeting\nsaid as: {}\n", "'about' is missing"),
        ("intent: greeting\nabout: x\nsaid as: {}\nmood: y\n", "greeting.yaml:4: unknown key 'mood'"),
        ("intent: greeting\nabout: x\nsaid as:\n  ann:\n    - 5\n", "greeting.yaml:5: not a text"),
        ("intent: greeting\nabout: x\nsaid as:\n  ann:\n    - ''\n", "greeting.yaml:5: empty"),
        ("intent: greeting\nabout: x\nsaid as:\n  ann: hi\n", "greeting.yaml:4: 'ann' must hold a list"),
        ("intent: greeting\nabout: x\nsaid as:\n  ann: [help]\n", "'help' stands in"),
        ("intent: [\n", "not valid YAML"),
        ("", "must hold"),
    ],
)
def test_mistakes_in_intents(catalogue: Path, text: str, message: str) -> None:
    """Each with its file and line; the other files are read all the same."""
    (catalogue / "greeting.yaml").write_text(text, "utf-8")
    (catalogue / "dance.yaml").write_text("intent: dance\n", "utf-8")
    (catalogue / "contact.yaml").write_bytes(b"\xff")
    (catalogue / "report.yaml").unlink()
    with pytest.raises(CatalogueError) as raised:
        intents.read(catalogue)
    told = str(raised.value)
    for part in (message, "dance.yaml: no such intent", "contact.yaml: not UTF-8", "report.yaml: is missing"):
        assert part in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("role = 3", "not valid"),
        ("[[role]]\nid = 'a'\n", "'name' is missing"),
        ("[[role]]\nid = 'a'\ncolour = 1\n", "unknown key 'colour'"),
        ("[[role]]\nid = 'a'\nacts_until_designated = 'b'\n", "which is no role"),
        ("[[role]]\nid = 'a'\n[[role]]\nid = 'a'\n", "more than once"),
        ("", "exactly one role"),
        ("[[", "not valid TOML"),
    ],
)
def test_mistakes_in_a_directory(tmp_path: Path, text: str, message: str) -> None:
    """An organisation's own directory is checked like everything else."""
    path = tmp_path / "directory.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(DirectoryError, match=message):
        read_directory(path)


def test_a_zipped_package_would_be_refused() -> None:
    """Data files are read from the package itself."""
    assert policy_kb.shipped() == SHIPPED
