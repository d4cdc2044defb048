"""The completion report of a request, for HR and whoever audits it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from bot.citation import date
from bot.exporting import Count, count
from bot.papers.chart import Course, draw
from bot.papers.layout import DARK, MARGIN, PALE, Paper
from bot.papers.record import local
from bot.papers.tables import by_department, still_outstanding
from bot.publishing import Published
from bot.records import Audience, Request, Status

# The room between two tiles with a number, in millimetres.
_BETWEEN = 1.5


def completion_report(
    request: Request,
    published: Published,
    rows: Sequence[Status],
    days: Sequence[tuple[datetime.date, int]],
    now: datetime.datetime,
    *,
    zone: datetime.tzinfo = datetime.UTC,
) -> bytes:
    """The report as PDF, as of `now`. `days` says how many had agreed by the end of each day (`bot.exporting.by_day`).

    Handles a request that asks nobody, and one that asks ten thousand. The same input gives the same bytes.
    """
    policy, total = published.policy, count(rows)
    paper = Paper(f"{policy.id} {policy.title}: completion report", policy.organisation, now, foot=f"Request {request.id}")
    under = f"As of {local(now, zone)}"
    paper.masthead(policy.organisation, "Completion report", f"{policy.id} {policy.title}", under)
    _asked(paper, request, published, zone)
    _numbers(paper, total)
    paper.heading("Completion over time", keep=80)
    draw(paper, Course(days, total.asked, request.created.astimezone(zone).date(), request.due, now.astimezone(zone).date()))
    ordered = sorted(rows, key=lambda row: (row.department == "", row.department.casefold(), row.name.casefold(), row.email))
    by_department(paper, ordered, total)
    still_outstanding(paper, [row for row in ordered if row.state == "outstanding"])
    return paper.bytes


def _asked(paper: Paper, request: Request, published: Published, zone: datetime.tzinfo) -> None:
    rows = [
        ("To be signed", f"version {published.policy.version}, effective {date(published.policy.effective)}"),
        ("Who is asked", audience(request.audience)),
        ("Due", f"{date(request.due)}; newcomers {request.days_after_start} days after they start"),
        ("Request made", local(request.created, zone)),
    ]
    if request.closed:
        rows.append(("Closed", date(request.closed)))
    paper.gap(3)
    paper.pairs(rows)


def audience(asked: Audience) -> str:
    """Who is asked, in words."""
    match asked.kind:
        case "everyone":
            return "everyone"
        case "list":
            return f"a list of {len(asked.people)} people"
        case "slack_group":
            return f"Slack user group {asked.value}"
        case "teams_team":
            return f"Teams team {asked.value}"
    return f"{asked.kind}: {asked.value}"


def _numbers(paper: Paper, total: Count) -> None:
    """The totals, large, in one row."""
    paper.gap(4)
    paper.need(33)
    shown = [
        (total.complete, "complete"),
        (str(total.asked), "asked"),
        (str(total.signed), "signed"),
        (str(total.paper), "on paper"),
        (str(total.carried), "carried over"),
        (str(total.declined), "declined"),
        (str(total.outstanding), "outstanding"),
        (str(total.overdue), "of these overdue"),
        (str(total.on_leave), "on leave"),
        (str(total.ended), "no longer asked"),
    ]
    half = len(shown) // 2
    for row in (shown[:half], shown[half:]):
        _tiles(paper, row)


def _tiles(paper: Paper, tiles: Sequence[tuple[str, str]]) -> None:
    top, wide = paper.get_y(), (paper.epw + _BETWEEN) / len(tiles)
    for place, (number, name) in enumerate(tiles):
        x = MARGIN + place * wide
        paper.set_fill_color(PALE)
        paper.rect(x, top, wide - _BETWEEN, 15, style="F")
        paper.set_xy(x + 2.5, top + 1.6)
        paper.line_of(number, wide - 5, size=15, bold=True)
        paper.set_xy(x + 2.5, top + 9.6)
        paper.line_of(name, wide - 5, size=7.5, grey=DARK)
    paper.set_y(top + 16.5)
