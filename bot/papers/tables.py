"""The tables of a completion report: numbers by department, and who has still to sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from bot.exporting import Count, count
from bot.papers.layout import BLACK, DARK, LIGHT, MARGIN, Align, Paper
from bot.records import Status

NOWHERE = "No department"
_SIZE, _HEAD = 7.5, 7.0
_HIGH = 3.8
_SPACE = 2.0
# A cell longer than this is cut, so that its row fits a page.
_LONGEST = 400
# A table of departments up to this high is not parted, in millimetres.
_KEPT_TOGETHER = 150.0


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    width: float
    align: Align = "L"


_NUMBERS = (
    _Column("Department", 46.5),
    *(_Column(name, 13.3, "R") for name in ("Asked", "Signed", "On paper", "Carried", "Declined", "On leave")),
    _Column("Outstanding", 17.2, "R"),
    *(_Column(name, 14.2, "R") for name in ("Overdue", "Complete")),
)
_PEOPLE = (_Column("Name", 45), _Column("Role", 39), _Column("E-mail", 54.9), _Column("Due", 20), _Column("", 13, "R"))


def by_department(paper: Paper, ordered: Sequence[Status], total: Count) -> None:
    """The numbers of each department, then of all. The rows are in order of department."""
    counts = [(name or NOWHERE, count(rows)) for name, rows in groupby(ordered, key=lambda row: row.department)]
    paper.heading("By department", keep=min((len(counts) + 5) * (_HIGH + 1), _KEPT_TOGETHER))
    _head(paper, _NUMBERS)
    for name, counted in counts:
        _row(paper, _NUMBERS, [name, *_cells(counted)])
    _row(paper, _NUMBERS, ["All", *_cells(total)], bold=True)
    paper.gap(1.5)
    said = (
        "Asked leaves out whom the request no longer asks. Carried: an earlier signature holds, since nothing material has "
        "changed. Overdue are among the outstanding. Complete: signed, on paper or carried over, of those asked."
    )
    paper.text_block(said, size=7.5, grey=DARK)


def still_outstanding(paper: Paper, rows: Sequence[Status]) -> None:
    """Who has still to sign, by department; what is overdue says so. The rows are in order of department, then of name."""
    paper.heading("Still outstanding", keep=22)
    if not rows:
        paper.text_block("Nobody.")
        return
    for department, group in groupby(rows, key=lambda row: row.department):
        people = list(group)
        paper.gap(2.5)
        paper.need(4 * _HIGH + 6)
        paper.text_block(f"{department or NOWHERE} ({len(people)})", size=9, bold=True)
        _head(paper, _PEOPLE)
        for row in people:
            due = f"{row.due.day} {row.due:%b %Y}"
            _row(paper, _PEOPLE, [row.name, row.role, row.email, due, "overdue" if row.overdue else ""])


def _cells(counted: Count) -> list[str]:
    numbers = (counted.asked, counted.signed, counted.paper, counted.carried, counted.declined, counted.on_leave)
    return [*map(str, (*numbers, counted.outstanding, counted.overdue)), counted.complete]


def _head(paper: Paper, columns: Sequence[_Column]) -> None:
    paper.gap(0.8)
    for column in columns:
        paper.line_of(column.name, column.width, size=_HEAD, grey=DARK, align=column.align)
    paper.set_xy(MARGIN, paper.get_y() + _HIGH)
    paper.rule(paper.get_y(), BLACK)
    paper.set_y(paper.get_y() + 0.5)


def _row(paper: Paper, columns: Sequence[_Column], cells: Sequence[str], *, bold: bool = False) -> None:
    """One row, with its columns' names again where it begins a page; a cell that is too long for its column has several lines."""
    style: Literal["", "B"] = "B" if bold else ""
    paper.type("sans", style, _SIZE)
    filled = [(column, _lines(paper, cell, column)) for cell, column in zip(cells, columns, strict=True)]
    high = max(len(lines) for _, lines in filled) * _HIGH + 0.6
    if paper.left < high:
        paper.add_page()
        _head(paper, columns)
        paper.type("sans", style, _SIZE)
    top, x = paper.get_y(), MARGIN
    for column, lines in filled:
        for place, line in enumerate(lines):
            paper.set_xy(x, top + place * _HIGH + 0.3)
            paper.cell(column.width, _HIGH, paper.ready(line), align=column.align)
        x += column.width
    paper.set_xy(MARGIN, top + high)
    paper.rule(top + high, LIGHT, 0.1)


def _lines(paper: Paper, cell: str, column: _Column) -> list[str]:
    if len(cell) > _LONGEST:
        cell = f"{cell[:_LONGEST]}…"
    return paper.lines(paper.ready(cell.replace("\n", " ")), column.width - _SPACE, _SIZE) if cell else []
