"""The product's promise in numbers: on an author nobody learnt from, and on the development questions where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import app, evaluation
from bot.__main__ import main
from bot.config import Settings
from bot.directory import read_directory
from bot.understanding import understand
from policy_kb import KnowledgeBase

DIRECTORY = read_directory()

ROOT = Path(__file__).parent.parent
DEVELOPMENT = ROOT.parent / "shared" / "eval" / "questions_dev.jsonl"


def test_an_author_nobody_learnt_from(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fitted without one author's lines, asked with them: a floor well under what is reached, to notice a step back."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(state))
    result = CliRunner().invoke(main, ["eval", "--leave-out", "author12", "--on-author", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["top1"] >= 0.88
    assert found["top3"] >= 0.96
    assert found["refused"] <= 0.06
    assert found["caught"] >= 0.90
    assert found["intent"] >= 0.90


@pytest.mark.skipif(not DEVELOPMENT.exists(), reason="the development questions are not at hand")
def test_development_questions(knowledge: KnowledgeBase) -> None:
    """The bar of the development set; no weight, threshold or phrasing is taken from it."""
    rows = evaluation.read_rows(DEVELOPMENT)
    found = evaluation.numbers(evaluation.judge(rows, lambda text: understand(text, knowledge, DIRECTORY)))
    assert found["top1"] >= 0.95
    assert found["top3"] >= 0.99
    assert found["refused"] <= 0.05
    assert found["caught"] >= 0.95
    assert found["intent"] >= 0.95


@pytest.mark.parametrize(("matter", "top1", "top3"), [("fleet", 0.80, 0.90), ("hospital", 0.18, 0.22)])
def test_other_organisations_policies(state: Path, matter: str, top1: float, top3: float) -> None:
    """Without a single phrasing; the lexicon knows the first matter and hardly the second."""
    here = Path(__file__).parent / "elsewhere"
    knowledge = app.knowledge_base(Settings(state), here / matter)
    rows = evaluation.read_rows(here / f"{matter}.jsonl")
    found = evaluation.numbers(evaluation.judge(rows, lambda text: understand(text, knowledge, DIRECTORY)))
    assert found["top1"] >= top1
    assert found["top3"] >= top3
