"""The machine interface keeps its promises."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.directory import read_directory
from bot.machine import answer_lines, as_json
from bot.understanding import understand
from policy_kb import KnowledgeBase

DIRECTORY = read_directory()

KEYS = ["id", "intent", "outcome", "clauses", "candidates", "confidence", "why"]
SHOWN = {"answer": (1, 3), "choices": (2, 3), "none": (0, 0), "journey": (0, 3)}


@pytest.mark.parametrize(
    ("text", "intent", "outcome", "first"),
    [
        ("can i scroll instagram while im on the clock", "ask", "answer", "416.8.5.f"),
        ("416.6.9", "ask", "answer", "416.6.9"),
        ("i want to report a coworkers post", "report", "journey", None),
        ("give me the disclaimer text i can paste", "disclaimer", "journey", "416.8.5.d"),
        ("how much vacation do i get after five years here", "out_of_scope", "none", None),
        ("hello", "greeting", "journey", None),
        ("", "out_of_scope", "none", None),
        ("   \n", "out_of_scope", "none", None),
    ],
)
def test_answers(knowledge: KnowledgeBase, text: str, intent: str, outcome: str, first: str | None) -> None:
    """Intent, outcome and what is shown fit together."""
    found = as_json(understand(text, knowledge, DIRECTORY), 1)
    assert list(found) == KEYS
    assert (found["intent"], found["outcome"]) == (intent, outcome)
    assert (found["clauses"][0]["id"] if found["clauses"] else None) == first


def test_candidates_are_the_five_best_whatever_the_outcome(knowledge: KnowledgeBase) -> None:
    """Also for an intent that shows none."""
    for text in (
        "can i post at work",
        "i want to report a post",
        "how much vacation do i get",
        "give me the disclaimer",
        "we want a new page",
        "who do i call in legal",
        "416.6.13 g",
        "416.8.5.z",
    ):
        candidates = as_json(understand(text, knowledge, DIRECTORY))["candidates"]
        assert len(candidates) == 5
        assert [each["score"] for each in candidates] == sorted((each["score"] for each in candidates), reverse=True)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=200))
def test_any_text_gives_a_sound_answer(knowledge: KnowledgeBase, text: str) -> None:
    """Scores within 0..1; out_of_scope exactly when nothing is shown for it; the shown are as many as the outcome says."""
    found = as_json(understand(text, knowledge, DIRECTORY))
    assert (found["intent"] == "out_of_scope") == (found["outcome"] == "none")
    least, most = SHOWN[found["outcome"]]
    assert least <= len(found["clauses"]) <= most
    assert 0 <= found["confidence"] <= 1
    assert all(0 <= each["score"] <= 1 for each in found["clauses"] + found["candidates"])
    json.dumps(found, allow_nan=False)


def test_lines_come_back_in_order_and_malformed_ones_are_told(knowledge: KnowledgeBase) -> None:
    """One line out for each line in."""
    lines = [
        '{"id": "a", "text": "hello"}',
        "not json",
        '{"id": 3}',
        "[]",
        '{"text": 5}',
        "[" * 100_000,
        '{"id": NaN, "text": "help"}',
    ]
    out = io.StringIO()
    assert not answer_lines(lines, out, lambda text: understand(text, knowledge, DIRECTORY))
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [each.get("id") for each in found] == ["a", None, 3, None, None, None, None]
    assert ["error" in each for each in found] == [False, True, True, True, True, True, True]


def test_the_same_message_gives_the_same_answer(knowledge: KnowledgeBase) -> None:
    """Deterministic."""
    text = "my boss saw my rant abt the mayor on fb, can he fire me"
    assert understand(text, knowledge, DIRECTORY) == understand(text, knowledge, DIRECTORY)
