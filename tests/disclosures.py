"""A case to disclose, opened from a real casebook; and what a file that left the room holds."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader

from bot import disclosing
from bot.casebook import Submission
from bot.casebook.shapes import Enclosure
from bot.drill.unpacking import Hay
from bot.journeys.case_passages import Passage
from bot.journeys.case_table import Act
from tests.caserooms import HANA, READERS, Room

PICTURE = Enclosure("CANARY-name.png", "image/png", b"\x89PNG\r\n\x1a\npicture")
TEXT = Enclosure("CANARY-name.txt", "text/plain; charset=utf-8", "What Zoe\u0308 Berg said\nto ZOË  BERG’s crew.".encode())
REPORT = "Zoë Berg of the night crew posts photos of residents. Zoe\u0308\nBerg does it at work."
NOTE, ADDED, ANSWER = "CANARYNOTE of Ida", "CANARYADDED by the reporter", "CANARYANSWER to them"


def reported(room: Room, *files: Enclosure) -> None:
    """A report that came to light, with files, on which HR has worked, and to which its reporter has added something."""
    given = Submission("violation", ("416.8.5.a",), REPORT, "https://social.example/1", "This week", "hr", ("independent",), True)
    receipt = room.book.draw()
    room.book.file(given, receipt, files)
    room.receipts.append(receipt)
    room.released()
    room.act(Act.TAKE)
    room.act(Act.ASSESS, category="Posting", severity="serious", risk="some", measures="CANARYMEASURE")
    room.act(Act.NOTE, text=NOTE)
    room.act(Act.WRITE, letter="question", text=ANSWER)
    room.book.add(receipt, ADDED)
    room.released()


def passages(room: Room) -> tuple[Passage, ...]:
    """The passages of the first case that Hana sees."""
    return disclosing.opened(room.caseroom, HANA, READERS, room.case())[1]


def number(found: tuple[Passage, ...], kind: str) -> int:
    """Of the first passage of a kind."""
    return next(each.number for each in found if each.kind.startswith(kind))


def files(packed: bytes) -> dict[str, bytes]:
    """What stands in the ZIP, by name."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def data(packed: bytes) -> Any:
    """The JSON in it."""
    return json.loads(files(packed)[disclosing.DATA])


def said(packed: bytes) -> str:
    """All that anybody can read in it, without blanks: the pages' text, metadata, JSON, text files, names; and every stream."""
    return "".join("".join(_said(packed)).split())


def _said(packed: bytes) -> Iterator[str]:
    paper = PdfReader(io.BytesIO(files(packed)[disclosing.PAPER]))
    yield from (page.extract_text() for page in paper.pages)
    yield str(paper.metadata) + str(paper.xmp_metadata)
    yield json.dumps(data(packed), ensure_ascii=False)
    seen: list[bytes] = []
    hay = Hay("", lambda _, __, window: seen.append(window), {})
    hay.push(packed)
    hay.close()
    yield from (content.decode(each, "ignore") for content in seen for each in ("utf-8", "utf-16-be", "latin-1"))
