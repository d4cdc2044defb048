"""What leaves for spreadsheets and other programs: nothing that computes itself, nothing changed."""

from __future__ import annotations

import csv
import datetime
import io
import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exporting import COLUMNS, as_csv, as_json, by_day, count, neutral, percent
from bot.records import Status

DUE = datetime.date(2026, 3, 14)
AT = datetime.datetime(2026, 3, 4, 5, 30, tzinfo=datetime.UTC)
ALICE = Status("Alice Stone", "alice@city.example", "Parks", "Coordinator", "signed", DUE, "v1", AT, "3f2a", False)
BOB = Status("Bob Marsh", "bob@city.example", "Police", "Officer", "outstanding", DUE, "v1", overdue=True)
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\n@x",
    '"=1+1"',
    '=HYPERLINK("http://x","y")',
    "\ufeff=1",
    "＝1",
)


def read(written: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline="")))


def test_rows_come_back_from_csv() -> None:
    """The csv module reads what was written, column by column."""
    alice, bob = read(as_csv([ALICE, BOB]))
    assert list(alice) == list(COLUMNS)
    assert alice == {
        "name": "Alice Stone",
        "email": "alice@city.example",
        "department": "Parks",
        "role": "Coordinator",
        "state": "signed",
        "due": "2026-03-14",
        "overdue": "no",
        "settled_at": "2026-03-04T05:30:00Z",
        "record": "3f2a",
        "version": "v1",
    }
    assert (bob["overdue"], bob["settled_at"], bob["record"]) == ("yes", "", "")


def test_csv_is_made_for_excel() -> None:
    """A byte order mark first, RFC 4180's line ends, and a quote doubled within quotes."""
    written = as_csv([replace(ALICE, name='Alice "Al" Stone, Jr.')])
    assert written.encode().startswith(b"\xef\xbb\xbfname,email,")
    assert written.count("\r\n") == written.count("\n") == 2
    assert '"Alice ""Al"" Stone, Jr.",' in written


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("column", ["name", "email", "department", "role", "version"])
def test_a17_no_cell_is_a_formula(formula: str, column: str) -> None:
    """A cell that a spreadsheet would compute begins with an apostrophe, quoted or not, and is else as it was."""
    [row] = read(as_csv([replace(ALICE, **{column: formula})]))
    assert row[column] == f"'{formula}"


@given(st.text(max_size=30))
def test_a17_whatever_is_typed_is_neutral(said: str) -> None:
    """Whatever blanks and quotes come first, no cell begins with a sign that computes; other cells are not touched."""
    cell = neutral(said)
    assert cell.lstrip().lstrip('"').lstrip()[:1] not in (*"=+-@",)
    assert cell in (said, f"'{said}")
    [row] = read(as_csv([replace(ALICE, name=said)]))
    assert row["name"] == cell


@pytest.mark.parametrize("plain", ["Alice", "O'Brien", "a=b", "Smith-Jones", "", "5", "שרה"])
def test_a17_other_cells_are_not_touched(plain: str) -> None:
    """Names with a hyphen or an apostrophe stay as they are."""
    assert neutral(plain) == plain


@pytest.mark.parametrize("said", [*FORMULAS, "שרה כהן", "😀"])
def test_json_is_not_altered(said: str) -> None:
    """JSON computes nothing, so every text is as it was."""
    written = as_json([replace(BOB, name=said)])
    [row] = json.loads(written)
    assert row["name"] == said
    assert (row["overdue"], row["settled_at"], row["record"], row["due"]) == (True, None, None, "2026-03-14")
    assert list(row) == list(COLUMNS)


def test_nobody_is_an_empty_file() -> None:
    """A request that asks nobody has a line of headings, and an empty list."""
    assert read(as_csv([])) == []
    assert json.loads(as_json([])) == []


def test_days_are_those_of_the_zone_and_add_up() -> None:
    """5:30 in UTC is the evening before in the city; who declined has not agreed."""
    later = replace(ALICE, settled_at=AT + datetime.timedelta(days=2), state="paper")
    declined = replace(ALICE, state="declined")
    found = by_day([later, ALICE, BOB, declined], ZoneInfo("America/Chicago"))
    assert found == [(datetime.date(2026, 3, 3), 1), (datetime.date(2026, 3, 5), 2)]
    assert by_day([BOB]) == []


def test_people_are_counted_by_state() -> None:
    """Who has ended is not asked any more; overdue are among the outstanding."""
    counted = count([ALICE, BOB, replace(BOB, state="ended", overdue=False), replace(ALICE, state="on leave")])
    assert (counted.asked, counted.signed, counted.outstanding, counted.overdue, counted.ended, counted.on_leave) == (
        3,
        1,
        1,
        1,
        1,
        1,
    )
    assert counted.complete == "33%"


@pytest.mark.parametrize(("part", "whole", "said"), [(0, 0, "–"), (0, 3, "0%"), (999, 1000, "99%"), (3, 3, "100%")])
def test_all_but_one_is_not_everybody(part: int, whole: int, said: str) -> None:
    """A share is rounded down: 100% means that nobody is missing."""
    assert percent(part, whole) == said
