"""A captured page in its case: what is kept of it, and that it is kept whatever colleagues do in the meantime.

What needs the casebook runs in its thread; the visit itself does not, and is made between `offered` and `kept`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.capture.packing import PAGES
from bot.capture.refusals import NotCaptured
from bot.capture.visiting import Captured
from bot.case_shapes import TooLongToKeep
from bot.casebook.shapes import CAPTURED, Enclosure
from bot.casebook.submission import tidy
from bot.caseroom import Acted, Caseroom, Reader, Shown
from bot.journeys.case_refusals import NoSuchCase, NotTaken, Outdated, Refused, TakenByAnother
from bot.journeys.case_table import Act
from bot.journeys.cases import FAILED, Wanted
from bot.sentences import sentence

# So often it is tried to keep a page where another process changes the case in the same moment.
TRIES = 3
TOO_MUCH = "not kept: the files of this case would be too many, or too large together"


def offered(room: Caseroom, actor: Reader, readers: Sequence[Reader], id: str) -> Shown:
    """The case, opened, where this person may capture a page for it: looked at before any site is visited.

    Raises NoSuchCase, NotTaken, TakenByAnother, Locked, KeyLost, KeyElsewhere and DatabaseGone.
    """
    shown = room.opened(actor, readers, id)
    if Act.CAPTURE not in shown.offered:
        raise TakenByAnother if shown.row.case.holder else NotTaken
    return shown


def kept(room: Caseroom, actor: Reader, readers: Sequence[Reader], id: str, page: Captured) -> Acted:
    """Keeps a page with its case as that stands now: a visit takes a while, and nothing of a capture depends on what is in the
    case. Where its files would be too large, the page is kept without its bytes, and says so. Where it is not kept, it is kept
    that it was visited.

    Raises a Refused (TakenByAnother where the case was handed over in the meantime, TooLongToKeep), Locked, KeyElsewhere and
    DatabaseGone.
    """
    try:
        return _kept(room, actor, readers, id, page)
    except NoSuchCase:
        raise
    except Refused as why:
        tried(room, actor, readers, id, page.redirects[0] if page.redirects else page.address, why)
        raise


def tried(room: Caseroom, actor: Reader, readers: Sequence[Reader], id: str, address: str, why: NotCaptured | Refused) -> Acted:
    """Keeps with a case which address was visited and why nothing of it was kept, whoever works on the case by now, so that the
    visit has its row of the audit trail.

    Raises a Refused (NoSuchCase for whom the case is not there any more), Locked, KeyElsewhere and DatabaseGone.
    """
    found = {"address": tidy(address), FAILED: f"{sentence(why).partition('. ')[0].rstrip('.')}."}
    for _ in range(TRIES):
        version = room.opened(actor, readers, id).row.case.version
        try:
            return room.act(actor, readers, id, Wanted(Act.CAPTURE, version, found=found))
        except Outdated:
            continue
    raise Outdated


def _kept(room: Caseroom, actor: Reader, readers: Sequence[Reader], id: str, page: Captured) -> Acted:
    file: Enclosure | None = Enclosure(f"{CAPTURED}{page.digest[:12]}", _handed_out_as(page.kind), page.content)
    for _ in range(TRIES):
        shown = offered(room, actor, readers, id)
        number = len(shown.opened.enclosures) + 1
        found = content(page, f"file {number} of this case" if file else TOO_MUCH)
        try:
            return room.act(actor, readers, id, Wanted(Act.CAPTURE, shown.row.case.version, found=found), file)
        except TooLongToKeep:
            if file is None:
                raise
            file = None
        except Outdated:
            continue
    raise Outdated


def content(page: Captured, file: str) -> Mapping[str, str]:
    """What is sealed of a page, by field; empty ones are left out."""
    read = page.read
    fields = {
        "address": page.address,
        "redirects": "\n".join(page.redirects),
        "captured": f"{page.at:%Y-%m-%d %H:%M:%S} UTC",
        "kind": page.kind,
        "size": f"{len(page.content):,} bytes",
        "digest": page.digest,
        "file": file,
        "title": tidy(read.title),
        "itself": tidy(read.about),
        "reading": _reading(page),
        "text": tidy(read.text),
    }
    return {name: text for name, text in fields.items() if text}


def _reading(page: Captured) -> str:
    """What is to be known of the text beside itself."""
    if page.read.unread:
        return "could not be read"
    if page.read.cut:
        return "goes on; the rest is in the file"
    return "none, without its scripts" if page.kind in PAGES and not page.read.text else ""


def _handed_out_as(kind: str) -> str:
    """A page is handed out as text, so that no program of its own runs where it is opened."""
    return "text/plain" if kind in PAGES else kind
