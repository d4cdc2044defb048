"""What is promised to whoever reports is kept by tests, and is the same in the form, in the papers and in the program (P23)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from bot.journeys import promise
from bot.journeys.promise import AT_ONCE, BY_PROGRAM, NOT_PROMISED, PROMISED
from tests.conftest import HERE

pytestmark = pytest.mark.anonymity

ROOT = HERE.parent
STAFF, SECURITY = ROOT / "docs" / "reporting.md", ROOT / "SECURITY.md"
NAMED = re.compile(r"test((?:_p\d+)+)_")


@cache
def kept() -> dict[str, set[str]]:
    """By property, the files that hold a test of it, as pytest would collect it: `p12` to `tests/test_reports.py`, ..."""
    found: dict[str, set[str]] = {}
    for path in sorted(HERE.glob("test_*.py")):
        for each in collected(ast.parse(path.read_text("utf-8"))):
            for property in re.findall(r"p\d+", match[1] if (match := NAMED.match(each)) else ""):
                found.setdefault(property, set()).add(f"tests/{path.name}")
    return found


def collected(module: ast.Module) -> Iterator[str]:
    """The names of the tests of a module that are not skipped or expected to fail whatever happens."""
    for each in module.body:
        inside = each.body if isinstance(each, ast.ClassDef) and each.name.startswith("Test") else [each]
        for test in inside:
            if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
                marks = {ast.unparse(mark).partition("(")[0] for mark in test.decorator_list}
                if not marks & {"pytest.mark.skip", "pytest.mark.xfail"}:
                    yield test.name


@pytest.mark.parametrize("line", PROMISED, ids=lambda line: line.id)
def test_p23_every_promise_has_a_test_for_each_of_its_properties(line: promise.Line) -> None:
    """A line that names no property, or one without a test, may not be promised."""
    assert line.kept_by
    assert {property: bool(kept().get(property)) for property in line.kept_by} == dict.fromkeys(line.kept_by, True)


def test_p23_each_of_the_properties_has_a_test() -> None:
    """P1 to P25, the specification of reports: none is silently without one, and no test is named after another."""
    properties = {f"p{number}" for number in range(1, 26)}
    assert set(kept()) == properties


def test_p23_tests_of_properties_are_part_of_the_job_of_anonymity() -> None:
    """Every file that holds one is marked, as a whole or at each such test, so that `make anonymity` runs it."""
    unmarked = []
    for path in sorted(HERE.glob("test_*.py")):
        module = ast.parse(path.read_text("utf-8"))
        tests = [each for each in module.body if isinstance(each, ast.FunctionDef) and NAMED.match(each.name)]
        unmarked += [f"{path.name}: {each.name}" for each in tests if not (marked(module.body) or marked([each]))]
    assert not unmarked


def marked(statements: Sequence[ast.stmt]) -> bool:
    """Whether one of these is the mark of anonymity, for a module or at a test."""
    marks = [ast.unparse(each.value) for each in statements if isinstance(each, ast.Assign) and "pytestmark" in ast.unparse(each)]
    marks += [ast.unparse(mark) for each in statements if isinstance(each, ast.FunctionDef) for mark in each.decorator_list]
    return any("pytest.mark.anonymity" in each for each in marks)


def test_p23_what_is_not_promised_is_kept_by_nothing() -> None:
    """And no line stands twice."""
    assert not any(line.kept_by for line in (*NOT_PROMISED, BY_PROGRAM, AT_ONCE))
    ids = [line.id for line in (*PROMISED, *NOT_PROMISED, BY_PROGRAM, AT_ONCE)]
    assert len(ids) == len(set(ids))


def bullets(heading: str) -> list[str]:
    """The items below a heading of the page for staff."""
    section = STAFF.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line.removeprefix("- ") for line in section.splitlines() if line.startswith("- ")]


def test_p23_staff_read_what_the_form_says() -> None:
    """The page for staff has the very sentences of the form, all of them and no others."""
    assert bullets("What we promise") == [line.text for line in PROMISED]
    assert bullets("What we cannot promise") == [line.text for line in (*NOT_PROMISED, BY_PROGRAM, AT_ONCE)]
    assert promise.lines(sealed=False)[1] == tuple(bullets("What we cannot promise")[:-1])
    assert set(promise.text(sealed=False).splitlines()) == {*bullets("What we promise"), *bullets("What we cannot promise"), ""}


def test_p23_the_threat_model_maps_each_line_to_its_tests() -> None:
    """Every line with its properties, and only files in which such a test stands."""
    rows = re.findall(r"^\| (.+?) \| `(\w+)` \| (P[\dP, ]+) \| (.+) \|$", SECURITY.read_text("utf-8"), re.MULTILINE)
    found = {id: (text, tuple(properties.lower().split(", "))) for text, id, properties, _ in rows}
    assert found == {line.id: (line.text, line.kept_by) for line in PROMISED}
    for _, id, properties, files in rows:
        holding = set().union(*(kept()[each] for each in properties.lower().split(", ")))
        assert set(re.findall(r"`(.+?)`", files)) <= holding, id


def test_p23_the_threat_model_is_whole() -> None:
    """All ten adversaries, and the places that are out of the program's reach."""
    said = SECURITY.read_text("utf-8")
    assert re.findall(r"^\| (T\d+) \|", said, re.MULTILINE) == [f"T{number}" for number in range(1, 11)]
    for out_of_reach in ("live administrator", "Archived write-ahead logs", "Slack and Microsoft", "changed the program"):
        assert out_of_reach in said


def test_p23_a_missing_test_is_noticed() -> None:
    """The map finds what pytest would run, and neither a skipped test nor a word in a text."""
    module = ast.parse('"""test_p1_x"""\n@pytest.mark.skip\ndef test_p2_x(): ...\nasync def test_p3_p4_x(): ...\n')
    assert list(collected(module)) == ["test_p3_p4_x"]
    assert "p99" not in kept()
