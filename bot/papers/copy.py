"""The signer's copy: what was signed, by whom and when, with the whole text, to keep (RSMo 432.235(3))."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from bot.citation import date
from bot.papers.layout import BLACK, DARK, MARGIN, Paper
from bot.papers.record import Read, both_times, changed_clauses, read
from bot.publishing import Published, clause_text, text
from bot.records import Entry
from policy_kb import Clause, Kind

_KEEP = "This copy is yours to keep. The organisation keeps the same record."
# How far lettered items, and bullets, are set in.
_ITEM, _BULLET = 7.0, 3.6
# A row of the digests at the end, and the room of a digest in it.
_DIGEST, _DIGEST_WIDE = 3.7, 100.0
_LINE = "=" * 72


def signed_copy(
    published: Published, entry: Entry, personal: Mapping[str, Any], statement: str, *, zone: datetime.tzinfo = datetime.UTC
) -> bytes:
    """The copy as PDF. `statement` is the sentence that was signed, `zone` the organisation's. The same input, the same bytes.

    Raises OtherText where the record was made for another text.
    """
    signed, policy = read(published, entry, personal), published.policy
    paper = Paper(f"{policy.id} {policy.title}: signed copy", policy.organisation, signed.at, foot=f"Record {entry.id}")
    paper.masthead(policy.organisation, "Signed copy", f"{policy.id} {policy.title}", _version(published))
    changed = changed_clauses(published, signed)
    _signature(paper, signed, statement, zone)
    _proof(paper, published, entry)
    _difference(paper, signed, changed)
    _whole_text(paper, published, changed)
    _digests(paper, published)
    return paper.bytes


def text_copy(
    published: Published, entry: Entry, personal: Mapping[str, Any], statement: str, *, zone: datetime.tzinfo = datetime.UTC
) -> str:
    """The copy as plain text. Between its two double lines stands the text exactly as it was digested.

    Raises OtherText where the record was made for another text.
    """
    signed, policy = read(published, entry, personal), published.policy
    rows = [*_signature_rows(signed, zone), *_proof_rows(published, entry)]
    changed = changed_clauses(published, signed)
    return "\n".join(
        [
            *(policy.organisation, "Signed copy", f"{policy.id} {policy.title}", _version(published)),
            *("", statement, *_not_approved(signed), ""),
            *(f"{name:<17}{value}" for name, values in rows for name, value in _each_line(name, values)),
            *(["", _difference_said(signed), *(f"  {clause}: {kind}" for clause, kind in changed.items())] if changed else []),
            *("", _KEEP, "", "The text as signed, exactly, stands between the two lines.", _LINE),
            text(policy) + _LINE,
            *("", "SHA-256 of each clause", *(f"{digest}  {clause}" for clause, digest in published.clause_sha256.items()), ""),
        ]
    )


def _each_line(name: str, values: str) -> list[tuple[str, str]]:
    first, *others = values.split("\n")
    return [(f"{name}:", first), *(("", other) for other in others)]


def _version(published: Published) -> str:
    return f"Version {published.policy.version}, effective {date(published.policy.effective)}"


def _signature_rows(signed: Read, zone: datetime.tzinfo) -> list[tuple[str, str]]:
    return [
        ("Signed as", signed.typed_name),
        ("Signed on", both_times(signed.at, zone)),
        *signed.person_rows(),
        ("Signed in", signed.client()),
    ]


def _not_approved(signed: Read) -> list[str]:
    """What stands under a statement that had not been approved, as paragraphs."""
    if signed.facts.get("statement_approved", True):
        return []
    return ["", "The City Attorney had not yet approved this statement when it was signed."]


def _proof_rows(published: Published, entry: Entry) -> list[tuple[str, str]]:
    return [
        ("Record", entry.id),
        ("Number in chain", str(entry.seq)),
        ("Record SHA-256", entry.digest),
        ("Text SHA-256", published.text_sha256),
    ]


def _signature(paper: Paper, signed: Read, statement: str, zone: datetime.tzinfo) -> None:
    paper.gap(3)
    top = paper.get_y()
    paper.text_block(statement, size=11, indent=5)
    if paper.get_y() > top:
        paper.set_fill_color(BLACK)
        paper.rect(MARGIN, top, 0.8, paper.get_y() - top, style="F")
    for said in filter(None, _not_approved(signed)):
        paper.gap(1)
        paper.text_block(said, size=8.5, grey=DARK, indent=5)
    paper.gap(5)
    name, *others = _signature_rows(signed, zone)
    paper.text_block(name[0], size=8.5, grey=DARK)
    paper.text_block(name[1], size=17)
    paper.gap(1)
    paper.rule(paper.get_y(), DARK)
    paper.gap(3)
    paper.pairs(others)


def _proof(paper: Paper, published: Published, entry: Entry) -> None:
    paper.heading("The record")
    record, number, *digests = _proof_rows(published, entry)
    paper.pairs([record, number])
    paper.pairs(digests, face="mono", size=8)
    paper.gap(2)
    paper.text_block(_KEEP, size=9, grey=DARK)


def _difference_said(signed: Read) -> str:
    return f"Signed as a difference from version {signed.difference_from}: these clauses were shown as changed and signed anew."


def _difference(paper: Paper, signed: Read, changed: Mapping[str, str]) -> None:
    if not changed:
        return
    paper.heading("What has changed")
    paper.text_block(f"{_difference_said(signed)} They have a bar in the margin of the text.")
    paper.gap(1.5)
    paper.pairs(
        [
            (kind.capitalize(), ", ".join(_of_kind(changed, kind)))
            for kind in ("changed", "added", "removed")
            if _of_kind(changed, kind)
        ]
    )


def _of_kind(changed: Mapping[str, str], kind: str) -> list[str]:
    return [clause for clause, became in changed.items() if became == kind]


def _whole_text(paper: Paper, published: Published, changed: Mapping[str, str]) -> None:
    """The canonical text, word for word; its head of three lines comes first."""
    paper.add_page()
    paper.text_block("The text as signed", size=8.5, grey=DARK)
    paper.gap(1)
    for line in text(published.policy).split("\n\n")[0].split("\n"):
        paper.text_block(line, size=11, bold=True)
    paper.gap(3)
    for clause in published.policy.clauses:
        _clause(paper, clause, barred=clause.id in changed)


def _clause(paper: Paper, clause: Clause, *, barred: bool) -> None:
    indent = _ITEM if clause.kind is Kind.ITEM else 0.0
    head, *paragraphs = clause_text(clause).split("\n")
    section = clause.kind is Kind.SECTION and bool(clause.heading)
    paper.gap(3.4 if section else 2.4)
    paper.need(16 if section else 13)
    paper.barred = barred
    paper.text_block(head, size=10.5 if section else 9, bold=True, indent=indent)
    for paragraph in filter(None, paragraphs):
        _paragraph(paper, paragraph, indent)
    paper.barred = False


def _paragraph(paper: Paper, paragraph: str, indent: float) -> None:
    if not paragraph.startswith("- "):
        paper.gap(0.6)
        paper.text_block(paragraph, indent=indent)
        return
    paper.gap(0.6)
    paper.text_block(paragraph[2:], indent=indent + _BULLET, mark="-")


def _digests(paper: Paper, published: Published) -> None:
    paper.heading("SHA-256 of each clause")
    paper.text_block(
        "The digest of a clause is taken over its number and heading, a line end, and its words, in UTF-8. The digest of the "
        "text is taken over its three lines of head and all clauses, an empty line between each two, and a line end at the last.",
        size=8.5,
        grey=DARK,
    )
    paper.gap(2)
    for clause, digest in published.clause_sha256.items():
        paper.need(_DIGEST)
        paper.type("mono", "", 7)
        paper.cell(_DIGEST_WIDE, _DIGEST, paper.ready(digest))
        paper.line_of(clause, paper.epw - _DIGEST_WIDE, size=7.5)
        paper.set_xy(MARGIN, paper.get_y() + _DIGEST)
