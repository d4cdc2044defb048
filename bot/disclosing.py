"""A case exported for a records request: its passages before HR chooses, and the file that leaves: a ZIP without a time.

Making the file takes a moment and needs no database, so that it belongs into no thread that others wait for.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bot.journeys.case_passages import Passage, passages
from bot.journeys.case_table import Act
from bot.journeys.cases import Wanted
from bot.journeys.disclosure import Disclosure, Item, Reason

if TYPE_CHECKING:
    from bot.caseroom import Acted, Caseroom, Reader, Shown

PAPER, DATA = "disclosure.pdf", "disclosure.json"
FORM = "disclosure-1"
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def opened(room: Caseroom, actor: Reader, readers: Sequence[Reader], id: str) -> tuple[Shown, tuple[Passage, ...]]:
    """A case and its passages. Raises NoSuchCase, Locked, KeyElsewhere and DatabaseGone."""
    shown = room.opened(actor, readers, id)
    return shown, passages(shown, {each.id: each.name for each in room.book.people})


def recorded(room: Caseroom, actor: Reader, readers: Sequence[Reader], id: str, version: int) -> Acted:
    """Puts into the audit trail that a case was exported: who and on which day, never what. Raises what Caseroom.act raises."""
    return room.act(actor, readers, id, Wanted(Act.DISCLOSE, version))


def packed(given: Disclosure) -> bytes:
    """The file that leaves: the paper, the same as JSON, and the files. The same disclosure, the same bytes."""
    from bot.papers import disclosed_case

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in ((PAPER, disclosed_case(given)), (DATA, as_json(given)), *given.files):
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.create_system, entry.compress_type, entry.external_attr = 0, zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, content)
    return held.getvalue()


def file_name(given: Disclosure) -> str:
    """What the file is called: after the case, whose id is random, and nothing in it."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in given.label)
    return f"{'-'.join(plain.lower().split()) or 'case'}.zip"


def as_json(given: Disclosure) -> bytes:
    """The disclosure for other programs, in UTF-8."""
    return (json.dumps(dict(_fields(given)), ensure_ascii=False, indent=2) + "\n").encode()


def _fields(given: Disclosure) -> Iterator[tuple[str, Any]]:
    yield "form", FORM
    yield "case", given.label
    yield "prepared_on", given.day.isoformat()
    if given.request:
        yield "request", given.request
    if given.by:
        yield "prepared_by", given.by
    yield "passages", [dict(_passage(each)) for each in given.items]
    yield "withheld", [_withheld(*each) for each in given.withheld]


def _passage(item: Item) -> Iterator[tuple[str, Any]]:
    passage = item.passage
    yield "number", passage.number
    yield "kind", passage.kind
    yield "withheld", item.reason is not None
    if passage.heading:
        yield "heading", passage.heading
    if passage.words:
        yield "texts", list(passage.words)
    if passage.pairs:
        yield "fields", [{"name": name, "text": text} for name, text in passage.pairs]
    if item.file:
        yield "file", item.file


def _withheld(item: Item, reason: Reason) -> dict[str, Any]:
    extent = {"extent": "whole"} if item.reason else {"extent": "words", "places": item.blocks}
    why = {"reason": reason.ground, "explanation": reason.words or None, "legal_reference": reason.law or None}
    return {"passage": item.passage.number, "kind": item.passage.kind} | extent | why
