"""Clause numbers in every habit of typing them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_kb import Kind
from policy_kb.numbers import ClauseNumbers
from policy_kb.read import read_markdown
from tests.conftest import SHIPPED

POLICY = read_markdown(SHIPPED / "416-social-media.md")
NUMBERS = ClauseNumbers([POLICY])


def typed(question: str) -> list[str]:
    return [clause.id for clause in NUMBERS.typed(question).clauses]


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("416.8.5(d)", ["416.8.5.d"]),
        ("416.8.5.d", ["416.8.5.d"]),
        ("416.8.5 D", ["416.8.5.d"]),
        ("8.5 d", ["416.8.5.d"]),
        ("8.5d?", ["416.8.5.d"]),
        ("section 6.20", ["416.6.20"]),
        ("Sec. 6.20 please", ["416.6.20"]),
        ("§ 6.13 (g)", ["416.6.13.g"]),
        ("clause 416-6-9", ["416.6.9"]),
        ("what does rule 6.13 g say", ["416.6.13.g"]),
        ("show me 6.13.g", ["416.6.13.g"]),
        ("6.14 and 6.13 a", ["416.6.14", "416.6.13.a"]),
        ("section 12", ["416.12"]),
        ("does section 8.5 a friend quoted apply to me", ["416.8.5"]),
        ("can you explain 8.5 d to me, my boss quoted it", ["416.8.5.d"]),
        ("416.8.5 (d) and (f)", ["416.8.5.d", "416.8.5.f"]),
        ("Clause 416 8 5", ["416.8.5"]),
        ("policy 416", ["416.1"]),
        ("what is 416 about?", ["416.1"]),
        ("section 8", ["416.8"]),
        ("my boss says 416.6.9 forbids this", ["416.6.9"]),
    ],
)
def test_numbers_open_their_clause(question: str, ids: list[str]) -> None:
    """Whatever the punctuation."""
    assert typed(question) == ids


@pytest.mark.parametrize(
    "question",
    [
        "i worked 8.5 hours yesterday",
        "meet at 6.10 pm",
        "can i spend 8.4 dollars",
        "is ios 6.9 ok",
        "8",
        "im the number 1 fan of the city page",
        "we are #1 in the state",
        "can i post article 7 of the newspaper",
        "who got item 3 in the raffle",
        "whats for lunch at no. 5 diner",
        "Section 8 voucher phone number",
        "my report no. 7 any news",
        "posted in 416 groups",
        "section 99.9",
        "416.8.5 (z)",
        "http://example.org/416.8.5",
        "posted 3.5 times",
        "",
    ],
)
def test_other_numbers_open_nothing(question: str) -> None:
    """Hours, times, money, versions, addresses and clauses that are not there."""
    assert typed(question) == []


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("416.8.5.z", "416.8.5"),
        ("section 6.99", "416.6"),
        ("416.6.9-416.6.12", "416.6.9"),
        ("416.99", "416.1"),
        ("99.9", None),
        ("12", None),
    ],
)
def test_a_number_that_no_clause_has_leads_to_the_nearest(question: str, nearest: str | None) -> None:
    """Where the message is nothing else."""
    found = NUMBERS.typed(question)
    assert found.clauses == ()
    assert (found.nearest.id if found.nearest else None) == nearest


WRITTEN = st.sampled_from(["{}", "section {}", "§{}", "clause {}?", "what does {} say", "#{}", "pls show me {}."])


@given(st.sampled_from([clause for clause in POLICY.clauses if clause.kind is not Kind.DEFINITION]), WRITTEN)
def test_every_clause_opens_by_its_own_number(clause: object, written: str) -> None:
    """All numbers of the policy, in every frame."""
    assert typed(written.format(clause.id)) == [clause.id]  # type: ignore[attr-defined]


@given(st.text(max_size=300))
def test_any_text_is_read_without_fault(question: str) -> None:
    """Nothing that can be typed breaks it, and what it finds are clauses."""
    assert all(POLICY.clause(id) for id in typed(question))
