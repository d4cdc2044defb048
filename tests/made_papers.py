"""Records and papers to test with: Alice Stone has signed the shipped policy. Run as a module it prints each paper's digest."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.evidence import chain
from bot.evidence.canonical import sha256
from bot.evidence.roots import Root, Witness
from bot.exporting import by_day
from bot.papers import certificate, completion_report, signed_copy, text_copy
from bot.publishing import Change, Published
from bot.records import Act, Audience, Entry, Request, Status
from policy_kb.read import read_markdown
from tests.conftest import SHIPPED

AT = datetime.datetime(2026, 3, 3, 15, 15, 2, 123456, tzinfo=datetime.UTC)
CITY = ZoneInfo("America/Chicago")
STATEMENT = "I have read this policy and agree to comply with it."
CHANGED = ("416.4.1", "416.4.3")
POLICY = read_markdown(SHIPPED / "416-social-media.md")
PUBLISHED = Published(POLICY, "", tuple(Change(clause, "changed", True) for clause in CHANGED), "Ada Clerk", AT)
ROOT = Root(AT.date(), 412, sha256(b"root"), sha256(b"head"), AT + datetime.timedelta(hours=9))
SEEN = (Witness(ROOT.day, "slack", "posted", "", ROOT.made_at), Witness(ROOT.day, "timestamp", "failed", "refused", ROOT.made_at))
ACCOUNT = {"channel": "slack", "tenant": "T0123", "id": "U0456"}


def personal(name: str = "Alice Stone") -> dict[str, Any]:
    """What the record of a signature holds of a person."""
    directory = {
        "name": name,
        "email": "alice.stone@city.example",
        "role": "Coordinator",
        "department": "Parks",
        "employment": "employee",
    }
    return {"typed_name": name, "person": directory, "account": ACCOUNT}


def facts(**others: object) -> dict[str, Any]:
    """What the record of a signature says."""
    return {
        "text_sha256": PUBLISHED.text_sha256,
        "clauses": PUBLISHED.clause_sha256,
        "pages": [{"page": page, "rendered": sha256(b"page %d" % page)} for page in range(1, 7)],
        "statement_sha256": sha256(STATEMENT.encode()),
        "statement_approved": True,
        "rendered": sha256(b"signing page"),
        "client": "slack",
        "difference_from": "",
        "program": "0.1.0",
    } | others


def entry(name: str = "Alice Stone", kind: str = "signed", seq: int = 17, **others: object) -> Entry:
    """The record in the chain."""
    act = Act(
        "3f2a9c4d5e6b7a81", kind, AT, POLICY.id, POLICY.version, "9b1c2d3e4f5a6b7c", facts(**others), "a1b2c3d4", personal(name)
    )
    return chain.entry(act, seq, sha256(b"before"), "00112233445566778899aabbccddeeff")


def difference() -> Entry:
    """The record of a signature of the two clauses that have changed."""
    known = PUBLISHED.clause_sha256
    return entry(difference_from="2018-01-01-abcdef01", clauses={clause: known[clause] for clause in CHANGED})


def request() -> Request:
    """Everybody is asked, two days before Alice signs."""
    made = AT - datetime.timedelta(days=2)
    return Request("9b1c2d3e4f5a6b7c", POLICY.id, POLICY.version, Audience("everyone"), datetime.date(2026, 3, 14), made)


def rows(many: int) -> list[Status]:
    """So many people in seven departments, one of which has no name, in every state."""
    states = ("outstanding", "signed", "signed", "paper", "carried", "declined", "on leave", "ended", "signed", "outstanding")
    return [_row(number, states[number % len(states)]) for number in range(many)]


def _row(number: int, state: str) -> Status:
    settled = AT + datetime.timedelta(days=number % 11) if state in ("signed", "paper", "carried", "declined") else None
    return Status(
        name=("Zoë Müller", "Иван Петров", "Νίκος Παππάς", "שרה כהן", "محمد الصالح", "Bob Marsh")[number % 6],
        email=f"person.{number}@city.example",
        department=("Parks", "Police", "", "Fire", "Public Works", "Human Resources", "Clerk")[number % 7],
        role="Coordinator",
        state=state,
        due=datetime.date(2026, 3, 14),
        version=POLICY.version,
        settled_at=settled,
        record=f"{number:016x}" if settled else "",
        overdue=state == "outstanding",
    )


def report(many: int) -> bytes:
    """The completion report of so many people, six days after the due day."""
    people = rows(many)
    return completion_report(request(), PUBLISHED, people, by_day(people, CITY), AT + datetime.timedelta(days=17), zone=CITY)


def all_papers() -> dict[str, bytes]:
    """Each kind of paper once."""
    signed = entry("Zoë שרה 😀")
    return {
        "copy": signed_copy(PUBLISHED, signed, personal("Zoë שרה 😀"), STATEMENT, zone=CITY),
        "text": text_copy(PUBLISHED, signed, personal("Zoë שרה 😀"), STATEMENT, zone=CITY).encode(),
        "difference": signed_copy(PUBLISHED, difference(), personal(), STATEMENT),
        "certificate": certificate(
            PUBLISHED, signed, personal("Zoë שרה 😀"), ROOT, statement=STATEMENT, witnesses=SEEN, zone=CITY
        ),
        "report": report(12),
    }


if __name__ == "__main__":
    for kind, content in all_papers().items():
        print(kind, sha256(content))  # noqa: T201 - read by the test of reproducibility
