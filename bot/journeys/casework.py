"""The case room inside a dialog: the list, and a case on as many pages as it takes. Pure.

Values of buttons are plain here; whoever gives them to a channel puts handles into their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.journeys import case_words
from bot.journeys.case_asking import CASE, OPEN_ROOM, ROOM
from bot.journeys.case_forms import form_of
from bot.journeys.case_table import Act
from bot.journeys.paging import pages
from bot.views import Block, Button, Choice, Facts, Form, Heading, Quote, Text, View, view

if TYPE_CHECKING:
    from bot.caseroom import Row, Shown

CHOICE = Choice(ROOM, "Case room")
# What the value of a button begins with, besides CASE.
LIST, ACT, TAKE, WEB = "list", "act", "take", "web"
# What is done here; the rest has its place on the web.
ACTS = (Act.WRITE, Act.ASSESS, Act.NOTE, Act.CONCLUDE, Act.REOPEN, Act.RECUSE)
KEPT = "Kept."
GIVEN_UP = "You have given the case up, and do not see it any more."
ON_THE_WEB = "Files, handing over and whatever else is not offered here: on the web. Please copy nothing from here into messages."
# So many cases on a page, and signs of a value beside its label.
_ROWS = 10
_SHORT = 200


def listed(rows: Sequence[Row], page: int = 0, said: str = "") -> View:
    """The cases of a reader, the most urgent first."""
    begin = page * _ROWS
    blocks: list[Block | None] = [Text(said) if said else None, Heading("Cases")]
    for row in rows[begin : begin + _ROWS]:
        blocks += [Facts(((row.label, _line(row)),)), Button(f"Open {row.label}", OPEN_ROOM, f"{CASE} {row.case.id} 0")]
    if not rows:
        blocks.append(Text("There is no case that is for you."))
    if len(rows) > begin + _ROWS:
        blocks.append(Button("More cases", OPEN_ROOM, f"{LIST} {page + 1}"))
    if page:
        blocks.append(Button("The first cases", OPEN_ROOM, f"{LIST} 0"))
    return view(*blocks)


def case(shown: Shown, page: int = 0, said: str = "") -> View:
    """One case, or a page of it, with what its reader can do."""
    id, papers = shown.row.case.id, pages(_paper(shown))
    page = min(page, len(papers) - 1)
    number = f", page {page + 1} of {len(papers)}" if len(papers) > 1 else ""
    return view(
        Text(said) if said else None,
        Heading(f"{shown.row.label}{number}"),
        *papers[page],
        Text(ON_THE_WEB),
        Button("More of this case", OPEN_ROOM, f"{CASE} {id} {page + 1}") if page + 1 < len(papers) else None,
        Button("One page back", OPEN_ROOM, f"{CASE} {id} {page - 1}") if page else None,
        *_acts(shown),
        Button("On the web", OPEN_ROOM, WEB),
        Button("All cases", OPEN_ROOM, f"{LIST} 0"),
    )


def offer(shown: View) -> View:
    """The same view, in whose form of all forms the case room can be chosen."""
    return View(tuple(map(_with_choice, shown.blocks)))


def _with_choice(block: Block) -> Block:
    if not (isinstance(block, Form) and block.id == "forms"):
        return block
    (field,) = block.fields
    return replace(block, fields=(replace(field, choices=(*field.choices, CHOICE)),))


def _acts(shown: Shown) -> Iterator[Button]:
    id, version = shown.row.case.id, shown.row.case.version
    if Act.TAKE in shown.offered:
        yield Button("Take this case", OPEN_ROOM, f"{TAKE} {id} {version}")
    for act in ACTS:
        form = form_of(act)
        if act in shown.offered and form:
            yield Button(form.label, OPEN_ROOM, f"{ACT} {id} {act}")


def _line(row: Row) -> str:
    marks = (str(row.standing.state), "overdue" if row.overdue else "", "something new" if case_words.is_new(row) else "")
    return f"{', '.join(filter(None, marks)).capitalize()}. {case_words.line(row)}. {case_words.owed(row)}."


def _paper(shown: Shown) -> Iterator[Block]:
    """All that is in a case, from top to bottom."""
    what = shown.opened.case.submission.what
    yield Facts(tuple(case_words.facts(shown)))
    yield Quote(what, "What was reported")
    yield from _pairs(case_words.reported(shown), "says the reporter")
    if shown.opened.enclosures:
        yield Facts((("Files, on the web", "; ".join(map(case_words.enclosure, shown.opened.enclosures))),))
    for said in case_words.since(shown):
        yield from (Quote(words, said.by) for words in said.words)
        yield from [] if said.words else [Text(f"{said.by}:")]
        yield from _pairs(said.pairs, said.by)
    done = [case_words.trail(each, shown.names) for each in shown.row.case.trail]
    yield Text("\n".join(("Audit trail:", *(f"- {each}" for each in done))) if done else "Nobody has done anything yet.")


def _pairs(pairs: Sequence[tuple[str, str]], by: str) -> Iterator[Block]:
    """Short values beside their labels; long ones as quotes, which can go on on the next page."""
    short = tuple((label, value) for label, value in pairs if len(value) <= _SHORT)
    if short:
        yield Facts(short)
    yield from (Quote(value, f"{label}, {by}") for label, value in pairs if len(value) > _SHORT)
