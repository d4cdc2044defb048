"""From a directory to a knowledge base: phrasings count at the next start, few of them too, and authors can be left out."""

from __future__ import annotations

from pathlib import Path

import pytest

import policy_kb
from bot import app
from bot.config import Settings
from bot.directory import read_directory
from bot.understanding import Result, understand
from policy_kb import Band, KnowledgeBase, KnowledgeBaseError, Others, loading
from tests.conftest import SHIPPED

DIRECTORY = read_directory()

POLICY = """---
id: TRV
title: Travel Rules
organisation: Harbour County
adopted: 2024-01-15
effective: 2024-02-01
source: https://example.org/travel
---
## 1 Approval

A trip is approved in writing before it is booked.

## 2 Lodging

Lodging is paid up to the published rate.
"""
ASKED = (
    "who signs off on my trip",
    "do i need an ok before booking",
    "can i just book and ask later",
    "boss said yes out loud is that fine",
    "is a verbal yes enough to fly",
    "need permission to travel?",
    "whose approval for a conference",
    "booked already, forgot to ask",
)


def phrasings(lines: int) -> str:
    asked = "".join(f"      - {text}\n" for text in ASKED[:lines])
    return (
        f'policy: TRV\nalso asked as:\n  "1":\n    ann:\n{asked}not answered here:\n  far:\n    ben:\n      - whats for lunch\n'
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    directory = tmp_path / "policies"
    directory.mkdir()
    (directory / "travel.md").write_text(POLICY, "utf-8")
    return directory


def best(knowledge: KnowledgeBase, question: str) -> str:
    return knowledge.search(question)[0].clause.id


@pytest.mark.usefixtures("knowledge")
def test_a_policy_without_phrasings(place: Path, settings: Settings) -> None:
    """Its words and the lexicon find clauses; greetings and reports are still told from questions; nothing new is fitted."""
    told: list[str] = []
    knowledge = app.knowledge_base(settings, place, progress=told.append)
    assert told == []
    assert best(knowledge, "is my hotel paid") == "2"
    assert understand("hello", knowledge, DIRECTORY).intent == "greeting"
    assert understand("i want to report a coworker", knowledge, DIRECTORY).intent == "report"
    assert understand("who made the moon", knowledge, DIRECTORY).outcome is Result.NONE


@pytest.mark.usefixtures("knowledge")
def test_a_few_phrasings_count_at_the_next_start(place: Path, settings: Settings) -> None:
    """Without anything being fitted."""
    question = "boss said yes out loud"
    assert best_or_none(app.knowledge_base(settings, place), question) != "1"
    (place / "travel.phrasings.yaml").write_text(phrasings(4), "utf-8")
    told: list[str] = []
    assert best(app.knowledge_base(settings, place, progress=told.append), question) == "1"
    assert told == []


def best_or_none(knowledge: KnowledgeBase, question: str) -> str:
    found = knowledge.search(question)
    return found[0].clause.id if found else ""


def test_many_phrasings_are_learnt(place: Path, tmp_path: Path) -> None:
    """Clauses with them and clauses without stand beside each other."""
    (place / "travel.phrasings.yaml").write_text(phrasings(8), "utf-8")
    told: list[str] = []
    knowledge = app.knowledge_base(Settings(tmp_path / "data"), place, progress=told.append)
    assert len(told) == 2
    assert best(knowledge, "is a verbal yes enough to fly out") == "1"
    assert best(knowledge, "lodging rate") == "2"
    assert knowledge.find("whats for lunch").band is Band.NONE


def test_a_left_out_author_is_not_learnt_from() -> None:
    """Neither their phrasings nor their other sentences."""
    read = policy_kb.read()
    others = Others("", lambda: [("hi", "greeting", "author1"), ("hey", "greeting", "author2"), ("what", "ask", "author2")])
    found = list(loading._examples(read, others, "author1"))
    assert {each.by for each in found} >= {"author2", "author20"}
    assert "author1" not in {each.by for each in found}
    assert [each.label for each in found if each.text in ("hey", "what") and each.by == "author2"][-2:] == [
        "intent:greeting",
        "elsewhere",
    ]


def test_the_digest_changes_with_any_data_file(place: Path) -> None:
    """Policy, phrasings, lexicon, what others say, and who is left out."""
    digests = set()
    for change in (
        lambda: None,
        lambda: (place / "travel.md").write_text(POLICY + "\nMore.\n", "utf-8"),
        lambda: (place / "travel.phrasings.yaml").write_text(phrasings(2), "utf-8"),
        lambda: (place / "lexicon.yaml").write_text((SHIPPED / "lexicon.yaml").read_text("utf-8") + "# more\n", "utf-8"),
    ):
        change()
        digests.add(loading._digest(place, loading.NO_OTHERS, ""))
    digests.add(loading._digest(place, Others("more", tuple), ""))
    digests.add(loading._digest(place, loading.NO_OTHERS, "ann"))
    assert len(digests) == 6


def test_mistakes_are_told_before_anything_is_fitted(place: Path, settings: Settings) -> None:
    """All of them."""
    (place / "travel.phrasings.yaml").write_text("policy: X\nalso asked as: 5\n", "utf-8")
    (place / "other.md").write_text("nothing", "utf-8")
    with pytest.raises(KnowledgeBaseError) as raised:
        app.knowledge_base(settings, place)
    assert {mistake.file for mistake in raised.value.mistakes} >= {"travel.phrasings.yaml", "other.md"}
