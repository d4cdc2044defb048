"""A case as passages in order: whatever is in it stands in one of them, so that nothing leaves or stays unnoticed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.citation import date
from bot.journeys import case_words
from bot.journeys.cases import FAILED
from bot.journeys.disclosed_files import kind_of
from bot.report_settings import HR

if TYPE_CHECKING:
    from bot.casebook.shapes import Enclosure, Entry
    from bot.caseroom import Shown

_ENTRIES = {
    "assess": "assessment",
    "note": "note",
    "write": "answer to the reporter",
    "link": "link with another case",
    "capture": "captured page",
    "conclude": "conclusion",
    "schedule": "retention code",
    "hold": "legal hold",
    "release_hold": "end of the legal hold",
}
_LEFT, _NONE = "somebody who has left", "none"
# What follows from the bytes of a captured page would tell of words that are blacked out in it; whoever gets the page has it too.
_OF_BYTES = {"digest", "size"}
_DAY = len("2026-11-30")
# What an entry holds that is said in its heading, or as the number of another case.
_SAID = {"letter", "to"}


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a case that is disclosed or withheld as a whole. `kind` is one of our own words; a heading may name people."""

    number: int
    kind: str
    heading: str = field(default="", repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    file: Enclosure | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        """Its kind, to begin a line with."""
        return f"{self.kind[:1].upper()}{self.kind[1:]}"


def passages(shown: Shown, recipients: Mapping[str, str]) -> tuple[Passage, ...]:
    """The report, how its case stands, what was added, noted and answered, the files, and the audit trail at the end, where an
    export adds its own row. `recipients` are the names of all who receive reports, by id."""
    entries = (_entry(each, shown) for each in shown.opened.entries)
    found = [*_report(shown, recipients), _standing(shown), *(each for each in entries if each.words or each.pairs)]
    for place, file in enumerate(shown.opened.enclosures, 1):
        found.append(Passage(0, f"file {place}, {'captured ' if file.captured else ''}{kind_of(file)}", file=file))
    found += [Passage(0, "audit trail", words=(case_words.trail(each, shown.names),)) for each in shown.row.case.trail]
    return tuple(replace(each, number=number) for number, each in enumerate(found, 1))


def _report(shown: Shown, recipients: Mapping[str, str]) -> Iterator[Passage]:
    """Each of these is there whatever was reported, so that where one is withheld, that it is there tells nothing."""
    given = shown.opened.case.submission
    route = "Human Resources" if given.route == HR else recipients.get(given.route, _LEFT)
    parts = {
        "the report": given.what,
        "kind of report": case_words.KINDS.get(given.kind, given.kind),
        "address": given.where or _NONE,
        "period": given.when,
        "clauses named": ", ".join(given.clauses) or _NONE,
        "danger": "The reporter says that somebody is in danger now." if given.danger else "The reporter says nothing of danger.",
        "sent to": route,
        "not given to, as involved": ", ".join(recipients.get(each, _LEFT) for each in given.involved) or "nobody",
    }
    yield from (Passage(0, kind, words=(text,)) for kind, text in parts.items())


def _standing(shown: Shown) -> Passage:
    case = shown.row.case
    pairs = {
        "State": case.state,
        "Came to light": date(case.released),
        "Concluded": date(case.concluded) if case.concluded else "",
        "Worked on by": shown.row.holder,
        "Belongs to": f"Case {case.linked[:6]}" if case.linked else "",
        "Retention schedule": case.schedule,
        "Legal hold": "may not be deleted" if case.on_hold else "",
    }
    return Passage(0, "how the case stands", pairs=tuple((name, text) for name, text in pairs.items() if text))


def _entry(entry: Entry, shown: Shown) -> Passage:
    if entry.act == "capture":
        content = {name: text for name, text in entry.content.items() if name not in _OF_BYTES}
        entry = replace(entry, content=content | {"captured": content.get("captured", "")[:_DAY]})
    said = case_words.said(entry, shown)
    kind = _ENTRIES.get(entry.act, "entry") if entry.by else "added by the reporter"
    if FAILED in entry.content:
        kind = "page that could not be captured"
    seen = {*said.words, *(text for _, text in said.pairs)}
    unseen = ((name.capitalize(), text) for name, text in entry.content.items() if name not in _SAID and text not in seen)
    return Passage(0, kind, said.by, tuple(said.words), (*said.pairs, *((name, text) for name, text in unseen if text)))
