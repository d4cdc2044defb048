"""A signature on paper, recorded by two people with a scan; a signature withdrawn or a record corrected by HR. Pure.

Nobody signs for another: the sheet carries the signer's own hand, and two people say that it does (15 USC 7001(c) leaves paper
open to everybody).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.evidence.canonical import sha256
from bot.journeys.requesting import BadRequest, must_be_hr
from bot.journeys.signing_facts import topic
from bot.people import Person
from bot.publishing import Published
from bot.records import Act, Assignment, Entry, Notice, Request, Withdrawn
from bot.views import Facts, Text, view

# In bytes.
LARGEST_SCAN = 20 * 1024 * 1024
_LONGEST_NOTE = 1000
_TYPES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_CORRECTED = ("signed", "paper", "carried", "declined", "withdrawn", "consented", "copied", "paper_wanted")


@dataclass(frozen=True)
class Sheet:
    """A signed sheet: whose, for which request and version, its scan, and the two who witness it (None: not in the directory)."""

    request: Request
    published: Published
    person: Person | None
    assignment: Assignment | None
    settled: str
    scan: bytes = field(repr=False)
    witnesses: tuple[Person | None, Person | None]


def recorded(sheet: Sheet, now: datetime.datetime, today: datetime.date, new_id: Callable[[], str]) -> tuple[Act, Withdrawn, str]:
    """The record of a sheet, what is no longer sent, and the scan's media type. Raises BadRequest with every mistake."""
    mistakes = [*_who(sheet, today), *_witnessed(sheet, today)]
    media_type = scan_type(sheet.scan)
    if not media_type:
        mistakes.append("the scan is no PDF, PNG or JPEG")
    if len(sheet.scan) > LARGEST_SCAN:
        mistakes.append(f"the scan is larger than {LARGEST_SCAN // 1024**2} MB")
    one, other = sheet.witnesses
    if mistakes or sheet.person is None or one is None or other is None:
        raise BadRequest(mistakes)
    facts = {
        "scan_sha256": sha256(sheet.scan),
        "scan_type": media_type,
        "text_sha256": sheet.published.text_sha256,
        "clauses": sheet.published.clause_sha256,
    }
    personal = {
        "typed_name": sheet.person.name,
        "person": sheet.person.on_record,
        "witnesses": [one.on_record, other.on_record],
    }
    policy, request = sheet.published.policy, sheet.request
    act = Act(new_id(), "paper", now, policy.id, policy.version, request.id, facts, sheet.person.id, personal)
    return act, Withdrawn(topic(request.id, sheet.person.id)), media_type


def withdrawn(
    entry: Entry | None, actor: Person | None, note: str, now: datetime.datetime, today: datetime.date, new_id: Callable[[], str]
) -> Act:
    """The record that somebody has withdrawn their signature, as they told HR. Raises NotHR or BadRequest."""
    actor = must_be_hr(actor, today)
    if entry is None or entry.kind not in ("signed", "paper"):
        raise BadRequest(["there is no signature with that number"])
    return _about(entry, "withdrawn", {"signed": entry.id}, actor, _note(note), now, new_id)


def corrected(
    entry: Entry | None, actor: Person | None, note: str, now: datetime.datetime, today: datetime.date, new_id: Callable[[], str]
) -> Act:
    """The record that an earlier one is wrong, and in what; both stay, and the earlier one counts as before. Raises NotHR or
    BadRequest.
    """
    actor = must_be_hr(actor, today)
    if entry is None or entry.kind not in _CORRECTED:
        raise BadRequest(["there is no record with that number that can be corrected"])
    return _about(entry, "corrected", {"corrects": entry.id}, actor, _note(note), now, new_id)


def scan_type(content: bytes) -> str:
    """The media type of a scan by its first bytes; empty for anything that is not taken."""
    return next((media_type for begins, media_type in _TYPES.items() if content.startswith(begins)), "")


def _who(sheet: Sheet, today: datetime.date) -> list[str]:
    if sheet.person is None:
        return ["nobody in the directory has the signer's address"]
    if not sheet.person.belongs(today):
        return ["the signer does not belong to the organisation today"]
    if not sheet.request.asks(today):
        return ["the request is closed"]
    if sheet.assignment is None or sheet.assignment.ended:
        return ["the signer is not asked by this request"]
    if sheet.settled in ("signed", "paper", "carried"):
        return ["the signer has signed already"]
    return []


def _witnessed(sheet: Sheet, today: datetime.date) -> list[str]:
    one, other = sheet.witnesses
    if one is None or other is None:
        return ["nobody in the directory has the address of a witness"]
    wrong = []
    if one.id == other.id:
        wrong.append("two different people must witness it")
    if sheet.person and sheet.person.id in (one.id, other.id):
        wrong.append("the signer cannot be a witness")
    if not (one.belongs(today) and other.belongs(today)):
        wrong.append("both witnesses must belong to the organisation today")
    return wrong


def _note(note: str) -> str:
    words = " ".join(note.split())
    if not words or len(words) > _LONGEST_NOTE:
        raise BadRequest([f"say in a note why, in at most {_LONGEST_NOTE:,} characters"])
    return words


def _about(
    entry: Entry,
    kind: str,
    facts: dict[str, str],
    actor: Person,
    note: str,
    now: datetime.datetime,
    new_id: Callable[[], str],
) -> Act:
    personal = {"reason": note, "recorded_by": actor.on_record}
    return Act(new_id(), kind, now, entry.policy, entry.version, entry.request, facts, entry.person, personal)


def told(act: Act, said: str, at: datetime.datetime) -> tuple[Notice, ...]:
    """The notice to whoever's record HR has added to; nobody is to lose a clearance unknowingly."""
    if not act.person:
        return ()
    shown = view(Text(f"{said} If that is not right, please tell HR."), Facts((("Record", act.id),)))
    return (Notice(f"{act.kind}:{act.id}", f"person:{act.person}", shown, at),)
