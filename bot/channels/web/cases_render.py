"""The case room as HTML, whole without scripts. Pure; every text is escaped by the template."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from bot.case_access import PATH
from bot.casebook.shapes import Done, Entry
from bot.caseroom import Row, Shown
from bot.channels.web import html
from bot.channels.web.cases_forms import forms
from bot.channels.web.cases_shapes import Line, Listed, Page, Paper, Said
from bot.channels.web.render import STYLE as PAGE_STYLE
from bot.citation import date
from bot.journeys.case_clocks import Clock, suppressed
from bot.journeys.cases import State
from bot.report_settings import Schedule
from bot.surface import NAME
from bot.views import Quote

KINDS = {"violation": "A possible violation", "retaliation": "Retaliation (416.10)", "other": "Something else"}
_DONE = {
    "take": "took the case",
    "assess": "assessed it",
    "write": "wrote to the reporter",
    "note": "added a note",
    "recuse": "gave the case up, being involved",
    "hand_over": "handed it over",
    "link": "linked it with another case",
    "witness": "made a receipt for a witness",
    "conclude": "concluded it",
    "reopen": "opened it again",
    "schedule": "gave it a retention code",
    "hold": "put it on legal hold",
    "release_hold": "ended the legal hold",
}
_FIELDS = {
    "category": "About",
    "severity": "Severity",
    "risk": "Risk for the reporter",
    "measures": "Measures",
    "outcome": "Outcome",
    "reason": "Why",
    "schedule": "Retention code",
}
_IN_TEXT = ("text",)
UNOPENED = "Nobody has opened one of these cases, although it came to light a week ago or longer. Please open it now."
NO_SCHEDULE = "no schedule is set up here; it stands under [[reports.retention]] of clausebot.toml"
_LETTERS = {"word": "A personal word", "question": "A question", "feedback": "Feedback"}

_templates = html.templates()
STYLE = f"{PAGE_STYLE}\n{html.own_file('cases.css')}"
POLICY = html.policy(STYLE)


def document(page: Page, form_token: str = "") -> str:
    """The whole page; with `form_token` somebody is signed in."""
    style = Markup(STYLE)  # noqa: S704 - our own file, whose digest the policy names
    return _templates.get_template("cases.html").render(NAME=NAME, PATH=PATH, style=style, page=page, form_token=form_token)


def listed(rows: Sequence[Row], k: int) -> Listed:
    """The list, and the counts that may be passed on (P21)."""
    lines = {row.case.id: _line(row) for row in rows}
    concluded = {row.case.id for row in rows if row.standing.state is State.CONCLUDED}
    kinds = Counter(KINDS.get(row.case.submission.kind, "Something else") for row in rows)
    figures = suppressed({name: kinds[name] for name in KINDS.values()}, k) if rows else {}
    return Listed(
        [line for id, line in lines.items() if id not in concluded],
        [line for id, line in lines.items() if id in concluded],
        list(figures.items()),
        UNOPENED if any(row.unopened for row in rows) else "",
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
        _facts(shown),
        submission.what,
        _reported(shown),
        [found for each in submission.clauses if (found := quoted(each))],
        [f"{each.media_type}, {max(1, len(each.content) // 1024):,} KB" for each in shown.opened.enclosures],
        [said for each in shown.opened.entries if (said := _said(each, shown)).words or said.pairs],
        forms(shown, sent_act),
        [_trail(each, shown.names) for each in row.case.trail],
        sent or {},
        wrong or {},
        problem,
    )


def _line(row: Row) -> Line:
    kind = KINDS.get(row.case.submission.kind, "Something else")
    who = "you work on it" if row.mine else f"{row.holder} works on it" if row.holder else "nobody works on it yet"
    heard = max((each.day for each in row.case.trail), default=None)
    line = f"{kind} · came to light on {date(row.case.released)} · {who}"
    clock = (
        f"Owed to the reporter by {date(row.due)}" if row.due and row.standing.state is not State.CONCLUDED else "Nothing is owed"
    )
    new = row.case.heard > heard if heard else True
    hold = row.standing.on_hold
    return Line(row.case.id, row.label, str(row.standing.state), row.overdue, new, row.unopened, hold, line, clock)


def _facts(shown: Shown) -> list[tuple[str, str]]:
    row = shown.row
    facts = [
        ("State", str(row.standing.state).capitalize()),
        ("Worked on by", "you" if row.mine else row.holder or "nobody yet"),
        ("Came to light", date(row.case.released)),
    ]
    facts += [(each.name, _clock(each, shown.today)) for each in shown.clocks]
    days = ", ".join(date(day) for _, day, _ in shown.check_ins)
    facts.append(("Asked about retaliation", f"from {days} on, behind the receipt"))
    if row.case.linked:
        facts.append(("Belongs to", f"Case {row.case.linked[:6]}"))
    facts.append(("Kept by", _kept(row.case.schedule, shown.schedules)))
    if row.case.on_hold:
        facts.append(("Legal hold", "may not be deleted"))
    return facts


def _kept(code: str, schedules: Sequence[Schedule]) -> str:
    """What the retention schedule says of a case."""
    if code:
        return next((each.label for each in schedules if each.code == code), f"{code} (no longer in the schedule)")
    return "no retention code yet" if schedules else NO_SCHEDULE


def _clock(clock: Clock, today: datetime.date) -> str:
    if clock.name == "Acknowledgement":
        return "the receipt page, at once"
    if clock.met:
        return f"given on {date(clock.met)}"
    return f"owed by {date(clock.due)}{' (overdue)' if clock.overdue(today) else ''}"


def _reported(shown: Shown) -> list[tuple[str, str]]:
    submission = shown.opened.case.submission
    pairs = [("Kind", KINDS.get(submission.kind, submission.kind)), ("Seen", submission.when)]
    if submission.where:
        pairs.append(("Where", submission.where))
    if submission.clauses:
        pairs.append(("Clauses named", ", ".join(submission.clauses)))
    if submission.danger:
        pairs.append(("Danger", "The reporter says that somebody is in danger now."))
    return pairs


def _said(entry: Entry, shown: Shown) -> Said:
    content = entry.content
    words = [content[name] for name in _IN_TEXT if content.get(name) and content[name] != entry.reply]
    if not entry.by:
        return Said(f"The reporter, handed over on {date(entry.day)}", words or list(content.values()), (), "in")
    pairs = [(label, content[name]) for name, label in _FIELDS.items() if content.get(name)]
    if entry.act == "link" and content.get("to"):
        pairs.append(("Linked with", f"Case {content['to'][:6]}"))
    who = shown.names.get(entry.by, "somebody who has left")
    to = f" ({_LETTERS[content['letter']].lower()})" if content.get("letter") in _LETTERS else ""
    said = f"{who} {_DONE.get(entry.act, entry.act)}{to}, {date(entry.day)}"
    return Said(said, [*([entry.reply] if entry.reply else []), *words], pairs, "out" if entry.reply else "")


def _trail(done: Done, names: Mapping[str, str]) -> str:
    to = f" to {names.get(done.to, 'somebody who has left')}" if done.to else ""
    return f"{date(done.day)}: {names.get(done.by, 'somebody who has left')} {_DONE.get(done.act, done.act)}{to}"
