"""The knowledge base: numbers first, several questions as several, two rankings as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_kb import Band, Clause, KnowledgeBase, Match, parts, read
from policy_kb import knowledge as module
from policy_kb.mistakes import MistakeList
from policy_kb.read.markdown import parse_markdown
from tests.test_bare import HANDBOOK


def match(id: str, score: float) -> Match:
    return Match(Clause("P", id, "", "x", None), score, "")


def test_search_gives_five_matches_best_first(knowledge: KnowledgeBase) -> None:
    """Each with a clause, a score and a reason."""
    found = knowledge.search("can i scroll instagram while im on the clock")
    assert found[0].clause.id == "416.8.5.f"
    assert len(found) == 5
    assert all(0 <= each.score <= 1 and each.why for each in found)


def test_a_typed_number_comes_before_everything_else(knowledge: KnowledgeBase) -> None:
    """And says so."""
    finding = knowledge.find("what does 6.13 g say about posting at work")
    assert (finding.band, finding.shown[0].clause.id, finding.confidence) == (Band.ANSWER, "416.6.13.g", 1.0)
    assert "you typed its number" in finding.shown[0].why
    assert finding.leanings
    assert not finding.alone
    assert knowledge.find("6.13 g").alone


def test_a_number_that_no_clause_has(knowledge: KnowledgeBase) -> None:
    """Its nearest clause and what stands under that, to choose from."""
    finding = knowledge.find("416.8.5.z")
    assert finding.band is Band.CHOICES
    assert [match.clause.id for match in finding.shown] == ["416.8.5", "416.8.5.a", "416.8.5.b"]
    assert "there is no clause" in finding.shown[0].why


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("Can I use Facebook during work time? And who do I have to send reporters to?", ["416.8.5.f", "416.6.20"]),
        ("who do i send reporters to and can i use facebook during work time", ["416.6.20", "416.8.5.f"]),
        ("Can I use Facebook during work time? I mean like during work time, is facebook ok?", ["416.8.5.f"]),
        ("Hi. I am new here. Can I use Facebook during work time?", ["416.8.5.f"]),
    ],
)
def test_several_questions(knowledge: KnowledgeBase, question: str, ids: list[str]) -> None:
    """Each is answered; one question told at length, or twice, is one."""
    finding = knowledge.find(question)
    assert [each.clause.id for each in finding.shown] == ids
    assert len(finding.parts) == (len(ids) if len(ids) > 1 else 0)
    assert [each.clause.id for each in finding.candidates[: len(ids)]] == ids


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Can I post this? Who approves it first?", ("Can I post this?", "Who approves it first?")),
        ("can i post this and who approves it first", ("can i post this", "who approves it first")),
        ("Can I post this?", ()),
        ("I took a photo. Can I post it on my page?", ()),
        ("ok? yes?", ()),
        ("a b c d? " * 5, ()),
        ("can i post this? " * 60, ()),
    ],
)
def test_parts(text: str, found: tuple[str, ...]) -> None:
    """Two or three questions and nothing else."""
    assert parts.questions(text) == found


def test_a_policy_beside_it_is_searched_too(knowledge: KnowledgeBase) -> None:
    """The surer ranking leads; the shipped policy's questions keep their clause."""
    handbook = parse_markdown(HANDBOOK, MistakeList("handbook.md"))
    both = knowledge.with_policy(handbook, read().lexicon)
    assert both.search("days off for a funeral of a family member")[0].clause.policy == "HB"
    assert both.search("can i scroll instagram while im on the clock")[0].clause.id == "416.8.5.f"
    assert both.clause("1.1") is not None
    assert both.clause("99") is None


@pytest.mark.parametrize(
    ("band", "matches", "other_band", "others", "leads", "result"),
    [
        (Band.ANSWER, [0.9, 0.2], Band.CHOICES, [0.6], "a0", Band.ANSWER),
        (Band.ANSWER, [0.6], Band.ANSWER, [0.8], "b0", Band.ANSWER),
        (Band.NONE, [0.3], Band.CHOICES, [0.4, 0.1], "b0", Band.CHOICES),
        (Band.NONE, [0.3], Band.CHOICES, [0.2, 0.1], "a0", Band.NONE),
        (Band.NONE, [0.3], Band.NONE, [0.6], "a0", Band.NONE),
        (Band.CHOICES, [0.5], Band.NONE, [0.9], "a0", Band.CHOICES),
        (Band.NONE, [], Band.NONE, [], None, Band.NONE),
    ],
)
def test_two_rankings_become_one(
    band: Band, matches: list[float], other_band: Band, others: list[float], leads: str | None, result: Band
) -> None:
    """A ranking that finds nothing never leads one that does, and scores still fall."""
    ours = tuple(match(f"a{at}", score) for at, score in enumerate(matches))
    theirs = tuple(match(f"b{at}", score) for at, score in enumerate(others))
    found_band, found = module._merged(band, ours, other_band, theirs)
    assert found_band is result
    assert (found[0].clause.id if found else None) == leads
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_how_many_are_shown() -> None:
    """One for an answer or where there is only one; two or three to choose from; none for none."""
    three = [match("1", 0.5), match("2", 0.4), match("3", 0.3)]
    assert len(module._shown(Band.ANSWER, three)) == 1
    assert len(module._shown(Band.CHOICES, three)) == 3
    assert len(module._shown(Band.CHOICES, [*three[:2], match("3", 0.1)])) == 2
    assert len(module._shown(Band.CHOICES, three[:1])) == 1
    assert module._shown(Band.NONE, three) == ()


@given(st.text(max_size=200))
def test_any_question_has_a_sound_finding(knowledge: KnowledgeBase, question: str) -> None:
    """Deterministic, bounded, and what is shown is among the candidates."""
    finding = knowledge.find(question)
    assert finding == knowledge.find(question)
    assert len(finding.candidates) <= 5
    assert set(finding.shown) <= set(finding.candidates)
    assert (finding.band is Band.NONE) == (not finding.shown)
