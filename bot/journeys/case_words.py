"""A case in words, the same wherever it is read: what stands of it in facts, what was reported, said and done. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.citation import date
from bot.journeys.case_clocks import Clock
from bot.journeys.case_table import State
from bot.report_settings import Schedule

if TYPE_CHECKING:
    from bot.casebook.shapes import Done, Enclosure, Entry
    from bot.caseroom import Row, Shown

KINDS = {"violation": "A possible violation", "retaliation": "Retaliation (416.10)", "other": "Something else"}
DONE = {
    "take": "took the case",
    "assess": "assessed it",
    "write": "wrote to the reporter",
    "note": "added a note",
    "recuse": "gave the case up, being involved",
    "hand_over": "handed it over",
    "link": "linked it with another case",
    "capture": "visited a page to capture it",
    "witness": "made a receipt for a witness",
    "conclude": "concluded it",
    "reopen": "opened it again",
    "schedule": "gave it a retention code",
    "hold": "put it on legal hold",
    "release_hold": "ended the legal hold",
    "disclose": "exported it for a records request",
}
_FIELDS = {
    "category": "About",
    "severity": "Severity",
    "risk": "Risk for the reporter",
    "measures": "Measures",
    "outcome": "Outcome",
    "reason": "Why",
    "schedule": "Retention code",
    "address": "Address",
    "redirects": "Led there from",
    "failed": "Could not be captured",
    "captured": "Captured",
    "kind": "Kind",
    "size": "Size",
    "digest": "SHA-256",
    "file": "As it was sent",
    "title": "Title",
    "itself": "Says of itself",
    "reading": "Its text",
}
_IN_TEXT = ("text",)
FAILED = "Something went wrong on my side, and what you wanted may not be done. Please look at the case again."
UNOPENED = "Nobody has opened one of these cases, although it came to light a week ago or longer. Please open it now."
NO_SCHEDULE = "no schedule is set up here; it stands under [[reports.retention]] of clausebot.toml"
_LETTERS = {"word": "A personal word", "question": "A question", "feedback": "Feedback"}


@dataclass(frozen=True, slots=True)
class Said:
    """Something in a case: who and when in one line, then texts and labelled texts; `side` is in, out or neither."""

    by: str
    words: Sequence[str] = field(repr=False)
    pairs: Sequence[tuple[str, str]] = field(repr=False)
    side: str = ""


def in_danger(row: Row) -> bool:
    """Whether its reporter says that somebody is in danger, and it is not concluded."""
    return row.case.submission.danger and row.standing.state is not State.CONCLUDED


def kind(row: Row) -> str:
    """What a case is about."""
    return KINDS.get(row.case.submission.kind, "Something else")


def line(row: Row) -> str:
    """What it is about, since when it is known, and who works on it."""
    who = "you work on it" if row.mine else f"{row.holder} works on it" if row.holder else "nobody works on it yet"
    danger = "Somebody is in danger, says the reporter · " if in_danger(row) else ""
    return f"{danger}{kind(row)} · came to light on {date(row.case.released)} · {who}"


def owed(row: Row) -> str:
    """By when the reporter is owed something."""
    if row.due and row.standing.state is not State.CONCLUDED:
        return f"Owed to the reporter by {date(row.due)}"
    return "Nothing is owed"


def is_new(row: Row) -> bool:
    """Whether something came from the reporter since somebody last did something."""
    done = max((each.day for each in row.case.trail), default=None)
    return row.case.heard > done if done else True


def enclosure(given: Enclosure) -> str:
    """The kind and size of a file."""
    size = f"{given.media_type}, {max(1, len(given.content) // 1024):,} KB"
    return f"captured by HR as its site sent it; {size}" if given.captured else size


def since(shown: Shown) -> list[Said]:
    """What the reporter added and HR wrote, oldest first; acts of which nothing was written are left to the trail."""
    return [found for each in shown.opened.entries if (found := said(each, shown)).words or found.pairs]


def facts(shown: Shown) -> list[tuple[str, str]]:
    """How it stands, and what is owed, by label."""
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


def reported(shown: Shown) -> list[tuple[str, str]]:
    """What is known of the report besides its words, by label."""
    submission = shown.opened.case.submission
    pairs = [("Kind", KINDS.get(submission.kind, submission.kind)), ("Seen", submission.when)]
    if submission.where:
        pairs.append(("Where", submission.where))
    if submission.clauses:
        pairs.append(("Clauses named", ", ".join(submission.clauses)))
    if submission.danger:
        pairs.append(("Danger", "The reporter says that somebody is in danger now."))
    return pairs


def said(entry: Entry, shown: Shown) -> Said:
    """One entry of a case."""
    content = entry.content
    words = [content[name] for name in _IN_TEXT if content.get(name) and content[name] != entry.reply]
    if not entry.by:
        return Said(f"The reporter, handed over on {date(entry.day)}", words or list(content.values()), (), "in")
    pairs = [(label, content[name]) for name, label in _FIELDS.items() if content.get(name)]
    if entry.act == "link" and content.get("to"):
        pairs.append(("Linked with", f"Case {content['to'][:6]}"))
    who = shown.names.get(entry.by, "somebody who has left")
    to = f" ({_LETTERS[content['letter']].lower()})" if content.get("letter") in _LETTERS else ""
    said = f"{who} {DONE.get(entry.act, entry.act)}{to}, {date(entry.day)}"
    return Said(said, [*([entry.reply] if entry.reply else []), *words], pairs, "out" if entry.reply else "")


def trail(done: Done, names: Mapping[str, str]) -> str:
    """One row of the audit trail."""
    to = f" to {names.get(done.to, 'somebody who has left')}" if done.to else ""
    return f"{date(done.day)}: {names.get(done.by, 'somebody who has left')} {DONE.get(done.act, done.act)}{to}"
