"""The bench of reports: a short run from end to end, and how its lines judge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.bench_http.asking import Sample
from bot.bench_reports.filing import Filed
from bot.bench_reports.report import lines
from bot.bench_reports.rounds import Found, Plan

PLAN = Plan(60, 2, 10, 3)
GOOD = Filed(0.1, receipt=True)
REFUSED = Filed(0.2, receipt=False, refused=True)
FOUND = Found(
    [0.05], [GOOD], [0.01], [Sample(1, 0.01, 0.01, failed=False)], [Sample(1, 0.01, 0.02, failed=False)], [GOOD, REFUSED]
)


@pytest.mark.usefixtures("knowledge")
def test_a_short_run(state: Path) -> None:
    """Reports are filed through the page, questions answered beside them, and nothing that was kept meanwhile stays."""
    short = ["bench", "reports", "--seconds", "1", "--burst", "4"]
    result = CliRunner().invoke(main, short, env={"CLAUSEBOT_DATA_DIR": str(state)}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "second Send: filed, 2 of 2 receipts" in result.stdout
    assert re.search(r"^10 questions alone, 0 failed +\d", result.stdout, re.MULTILINE)
    assert re.search(r"^10 beside reports, 0 failed +\d", result.stdout, re.MULTILINE)
    assert "4 at once: 4 receipts, 0 kindly refused, 0 neither" in result.stdout
    assert not list(state.glob("bench-reports-*"))


def judged(found: Found) -> Sequence[bool]:
    """Whether filing, questions beside it, and many at once are as wanted."""
    said = [line for line in lines(PLAN, found) if ": met" in line or ": missed" in line]
    return [": met" in line for line in said]


@pytest.mark.parametrize(
    ("found", "met"),
    [
        (FOUND, [True, True, True]),
        (replace(FOUND, filed=[Filed(0.41, receipt=True)]), [False, True, True]),
        (replace(FOUND, filed=[REFUSED]), [False, True, True]),
        (replace(FOUND, beside=[Sample(1, 0.01, 0.021, failed=False)]), [True, False, True]),
        (replace(FOUND, beside=[Sample(1, 0.01, 0.01, failed=True)]), [True, False, True]),
        (replace(FOUND, burst=[GOOD, Filed(2.6, receipt=True)]), [True, True, False]),
        (replace(FOUND, burst=[Filed(0.1, receipt=False)]), [True, True, False]),
    ],
)
def test_what_is_wanted_is_judged(found: Found, met: Sequence[bool]) -> None:
    """Exactly what was wanted is met; a refusal is no receipt, and whoever is neither answered nor refused counts."""
    assert judged(found) == met
