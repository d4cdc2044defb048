"""A case for a records request, as it leaves the room: what is disclosed, and the list of what was withheld."""

from __future__ import annotations

import datetime

from bot.journeys.disclosure import Disclosure, Item
from bot.journeys.redaction import BLOCK
from bot.papers.layout import DARK, Paper

KIND = "Records request"
# A paper of a case tells no time, its metadata neither.
NO_DATE = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)
_INDENT = 9.0


def disclosed_case(given: Disclosure) -> bytes:
    """The paper as PDF, made of the disclosure alone, which holds nothing that is withheld. The same input, the same bytes."""
    title = f"{given.label}: what is disclosed"
    paper = Paper(title, KIND, NO_DATE, foot=given.label)
    paper.set_author("")
    paper.masthead(KIND, given.request or "What is disclosed of a case, and what was withheld", title, given.prepared)
    paper.gap(2)
    paper.text_block(_said(given), size=9, grey=DARK)
    paper.heading("The case")
    for item in given.items:
        _item(paper, item)
    _withheld(paper, given)
    return paper.bytes


def _said(given: Disclosure) -> str:
    whole = sum(1 for each in given.items if each.reason)
    many = f"{len(given.items)} passages, of which {whole} {'is' if whole == 1 else 'are'} withheld"
    return (
        f"The case has {many}. {BLOCK} stands for words that were blacked out; it is always so long, whatever it stands for. "
        "What was withheld is listed at the end. Who reported was never recorded."
    )


def _item(paper: Paper, item: Item) -> None:
    passage = item.passage
    paper.gap(3.4)
    paper.need(14)
    top = paper.get_y()
    paper.text_block(f"{passage.number}", size=9, grey=DARK)
    paper.set_y(top)
    if item.reason:
        paper.text_block(f"{passage.title}: withheld", size=9, bold=True, indent=_INDENT)
        paper.text_block(item.reason.said, size=9, indent=_INDENT)
        return
    paper.text_block(passage.title, size=9, bold=True, indent=_INDENT)
    if passage.heading:
        paper.text_block(passage.heading, size=8.5, grey=DARK, indent=_INDENT)
    for words in passage.words:
        paper.gap(0.6)
        paper.text_block(words, indent=_INDENT)
    for name, text in passage.pairs:
        paper.gap(0.6)
        paper.text_block(f"{name}: {text}", indent=_INDENT)
    if item.file:
        paper.text_block(f"Enclosed: {item.file}", indent=_INDENT)


def _withheld(paper: Paper, given: Disclosure) -> None:
    paper.heading("What was withheld", keep=22)
    if not given.withheld:
        paper.text_block("Nothing.")
        return
    for item, reason in given.withheld:
        passage = item.passage
        paper.gap(1.6)
        words = f"words blacked out in {item.blocks} place{'' if item.blocks == 1 else 's'}"
        paper.text_block(f"Passage {passage.number}, {passage.kind}: {'as a whole' if item.reason else words}", size=9, bold=True)
        paper.text_block(reason.said, size=9)
