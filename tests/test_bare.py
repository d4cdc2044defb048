"""Clauses without phrasings are found by their words and by the lexicon, and the bands are cautious."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_kb import Band, Policy
from policy_kb.bare import Bare
from policy_kb.lexicon import Group
from policy_kb.mistakes import MistakeList
from policy_kb.read.markdown import parse_markdown
from policy_kb.spelling import Spelling

HANDBOOK = """---
id: HB
title: Handbook
organisation: Harbour County
adopted: 2024-01-15
effective: 2024-02-01
source: https://example.org/
---
## 1 Leave

### 1.1 Annual leave

Employees accrue annual leave each month. Annual leave is requested in writing.

### 1.2 Bereavement

An employee is granted three days upon the death of an immediate family member.

## 2 Travel

### 2.1 Reimbursement

Expenses are reimbursed within thirty days when receipts are submitted:

a. meals, up to the daily rate;

b. lodging, upon prior approval.

## 3 Terms

**Workplace** means any premises of the County.
"""
LEXICON = (
    Group("holiday", "leave", "annual leave", ("vacation", "pto", "days off")),
    Group("funeral", "leave", "bereavement, death of an immediate family member", ("funeral", "my grandma died")),
    Group("hotel", "travel", "lodging", ("hotel", "motel", "days off")),
    Group("guns", "safety", "weapons", ("gun", "pistol")),
)


@pytest.fixture(scope="module")
def handbook() -> Policy:
    return parse_markdown(HANDBOOK, MistakeList("handbook.md"))


@pytest.fixture(scope="module")
def bare(handbook: Policy) -> Bare:
    clauses = [clause for clause in handbook.clauses if clause.text]
    return Bare([handbook], clauses, LEXICON, {"zebra"}.__contains__)


def first(bare: Bare, question: str) -> str:
    return bare.rank(question).clauses[0].id


@pytest.mark.parametrize(
    ("question", "id"),
    [
        ("how do i request annual leave", "1.1"),
        ("how much vacation do i have", "1.1"),
        ("my grandma died, can i stay home", "1.2"),
        ("is the hotel paid", "2.1.b"),
        ("is lodgign paid", "2.1.b"),
        ("do they reimburse the county's meals", "2.1.a"),
        ("what is a workplace", "3:Workplace"),
    ],
)
def test_the_clause_is_found(bare: Bare, question: str, id: str) -> None:
    """By its own words, by staff's words for them, and past a slip of the keyboard."""
    assert first(bare, question) == id


def test_a_term_of_several_groups_counts_for_each(bare: Bare) -> None:
    """ "days off" is said of leave and of hotels; both stay in sight."""
    assert {clause.id for clause in bare.rank("days off").clauses} >= {"1.1", "2.1.b"}


def test_bands(bare: Bare) -> None:
    """Sure, unsure, and nothing at all; something asked for that the policy lacks is never answered outright."""
    assert bare.rank("an immediate family member died, bereavement days").band is Band.ANSWER
    assert bare.rank("bereavement, and can i bring my gun").band is not Band.ANSWER
    assert bare.rank("can i bring my gun").band is Band.NONE
    assert bare.rank("is it on the").clauses == ()
    assert bare.rank("").band is Band.NONE


def test_scores_fall_and_stay_within_bounds(bare: Bare) -> None:
    """Best first, 0..1."""
    scores = bare.rank("annual leave expenses lodging meals").scores
    assert list(scores) == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_few_phrasings_count_as_words(handbook: Policy) -> None:
    """A clause is found by how it was asked for."""
    clauses = [clause for clause in handbook.clauses if clause.text]
    asked = [["what about my per diem"] if clause.id == "2.1.a" else [] for clause in clauses]
    with_asked = Bare([handbook], clauses, LEXICON, lambda _: False, asked)
    assert first(with_asked, "per diem?") == "2.1.a"


def test_nothing_to_rank() -> None:
    """An index without clauses answers nothing."""
    assert Bare([], [], LEXICON, lambda _: False).rank("vacation").clauses == ()


@given(st.text(max_size=200))
def test_any_question_is_ranked(bare: Bare, question: str) -> None:
    """The same way each time, without fault."""
    assert bare.rank(question) == bare.rank(question)


SPELLING = Spelling({"reimbursement", "leave", "lodging", "a1b2c", "übung"}, {"zebra"}.__contains__)


@pytest.mark.parametrize(
    ("word", "mended"),
    [
        ("lodgign", "lodging"),
        ("leavee", "leave"),
        ("reimbursmnet", "reimbursement"),
        ("lodging", None),
        ("leav", None),
        ("zebra", None),
        ("xodging", None),
        ("übuung", None),
        ("reixxxrsement", None),
    ],
)
def test_spelling(word: str, mended: str | None) -> None:
    """One slip, two in a long word, the same first letter; short, known and common words stay."""
    assert SPELLING.mended(word) == mended


def test_an_absent_file_is_no_index(tmp_path: Path) -> None:
    """The index of phrasings is opened, never made by looking for it."""
    from policy_kb.nearest import Nearest

    with pytest.raises(sqlite3.Error):
        Nearest.open(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []
