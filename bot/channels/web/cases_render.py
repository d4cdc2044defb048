"""The case room as HTML, whole without scripts. Pure; every text is escaped by the template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from bot.capture.addresses import found_in
from bot.case_access import PATH
from bot.caseroom import Row, Shown
from bot.channels.web import html
from bot.channels.web.cases_shapes import Line, Listed, Page, Paper
from bot.channels.web.render import STYLE as PAGE_STYLE
from bot.journeys import case_words
from bot.journeys.case_clocks import suppressed
from bot.journeys.case_forms import forms
from bot.journeys.case_table import LONGEST, State
from bot.surface import NAME
from bot.views import Quote

_templates = html.templates()
STYLE = f"{PAGE_STYLE}\n{html.own_file('cases.css')}"
POLICY = html.policy(STYLE)


def document(page: Page, form_token: str = "") -> str:
    """The whole page; with `form_token` somebody is signed in."""
    style = Markup(STYLE)  # noqa: S704 - our own file, whose digest the policy names
    return _templates.get_template("cases.html").render(
        NAME=NAME, PATH=PATH, LONG=LONGEST, style=style, page=page, form_token=form_token
    )


def listed(rows: Sequence[Row], k: int) -> Listed:
    """The list, and the counts that may be passed on (P21)."""
    lines = {row.case.id: _line(row) for row in rows}
    concluded = {row.case.id for row in rows if row.standing.state is State.CONCLUDED}
    kinds = Counter(case_words.kind(row) for row in rows)
    figures = suppressed({name: kinds[name] for name in case_words.KINDS.values()}, k) if rows else {}
    return Listed(
        [line for id, line in lines.items() if id not in concluded],
        [line for id, line in lines.items() if id in concluded],
        list(figures.items()),
        case_words.UNOPENED if any(row.unopened for row in rows) else "",
    )


def paper(
    shown: Shown,
    quoted: Callable[[str], Quote | None],
    *,
    sent_act: str = "",
    sent: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    problem: str = "",
) -> Paper:
    """One case; `quoted` finds a clause of the policies by its id."""
    row, submission = shown.row, shown.opened.case.submission
    return Paper(
        row.label,
        f"{PATH}/case/{row.case.id}",
        row.case.version,
        "take" in shown.offered,
        ("Capture this page" if found_in(submission.where) else "Capture a page") if "capture" in shown.offered else "",
        case_words.facts(shown),
        submission.what,
        case_words.reported(shown),
        [found for each in submission.clauses if (found := quoted(each))],
        [case_words.enclosure(each) for each in shown.opened.enclosures],
        case_words.since(shown),
        forms(shown, sent_act),
        [case_words.trail(each, shown.names) for each in row.case.trail],
        sent or {},
        wrong or {},
        problem,
    )


def _line(row: Row) -> Line:
    new, state = case_words.is_new(row), str(row.standing.state)
    hold = row.standing.on_hold
    return Line(row.case.id, row.label, state, row.overdue, new, row.unopened, hold, case_words.line(row), case_words.owed(row))
