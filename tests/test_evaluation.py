"""The four numbers are counted as the labels mean them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import evaluation
from bot.evaluation import BadLabels, Row
from bot.understanding import Result, Understanding
from policy_kb import Clause, Match


def understood(intent: str, outcome: Result, candidates: list[str], shown: int) -> Understanding:
    matches = tuple(Match(Clause("416", id, "", "x", None), 0.5, "") for id in candidates)
    return Understanding("t", intent, outcome, matches[:shown], matches, (), 0.5, "")


def judged(row: Row, asked: Understanding) -> evaluation.Judged:
    return evaluation.judge([row], lambda _: asked)[0]


def test_numbers() -> None:
    """Hits on candidates, refusals and catches on what is shown, sections apart."""
    rows = [
        judged(Row("a", "ask", ("1", "2"), False), understood("ask", Result.ANSWER, ["2", "3"], 1)),
        judged(Row("b", "ask", ("1.a",), False), understood("out_of_scope", Result.NONE, ["1", "3", "1.a"], 0)),
        judged(Row("c", "out_of_scope", (), True), understood("ask", Result.CHOICES, ["1", "2"], 2)),
        judged(Row("d", "out_of_scope", (), False), understood("out_of_scope", Result.NONE, ["1"], 0)),
    ]
    found = evaluation.numbers(rows)
    assert found == {
        "questions": 2,
        "top1": 0.5,
        "top3": 1.0,
        "section_only": 0.5,
        "refused": 0.5,
        "out_of_scope": 2,
        "caught": 0.5,
        "near_misses": 1,
        "near_misses_caught": 0.0,
        "messages": 4,
        "intent": 0.5,
    }
    told = "\n".join(evaluation.report(rows))
    assert "1  ask -> out_of_scope" in told
    assert "1  1.a -> 1" in told


def test_nothing_to_count_is_no_number() -> None:
    """A file without questions has no top-1."""
    rows = [judged(Row("d", "contact", ("1",), False), understood("contact", Result.JOURNEY, [], 0))]
    assert evaluation.numbers(rows)["top1"] == -1
    assert "contact" in "\n".join(evaluation.report(rows))


def test_labels_are_checked(tmp_path: Path) -> None:
    """Every malformed line is named."""
    path = tmp_path / "labels.jsonl"
    path.write_text('{"text": "a", "intent": "ask"}\nnonsense\n[1]\n{"text": "b"}\n', "utf-8")
    with pytest.raises(BadLabels) as raised:
        evaluation.read_rows(path)
    assert [line.split(":")[1] for line in str(raised.value).splitlines()] == ["2", "3", "4"]
    path.write_text("", "utf-8")
    with pytest.raises(BadLabels, match="holds no questions"):
        evaluation.read_rows(path)
    path.write_text('{"text": "a", "intent": "out_of_scope", "clauses": [], "note": "near miss: x"}\n', "utf-8")
    assert evaluation.read_rows(path) == [Row("a", "out_of_scope", (), True)]
