"""A few records as they come in life, for the tests of the chain."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cache

import policy_kb
from bot.evidence import chain
from bot.publishing import Published
from bot.records import Act, Entry
from policy_kb.library import read_policies

START = datetime.datetime(2026, 11, 2, 15, 0, tzinfo=datetime.UTC)
ALICE, BOB, HANA = "a1" * 8, "b2" * 8, "c3" * 8


@cache
def published() -> Published:
    """The shipped policy, as it stands in the ledger."""
    (policy,) = read_policies(policy_kb.shipped())
    return Published(policy, "", (), "Ada Clerk", START)


@cache
def _digest() -> str:
    return published().text_sha256


@cache
def _clauses() -> dict[str, str]:
    return published().clause_sha256


def signed(number: int, person: str = ALICE, name: str = "Alice Stone") -> Act:
    """A signature of the shipped policy, with all that belongs to one."""
    text = published()
    facts = {
        "text_sha256": _digest(),
        "clauses": _clauses(),
        "pages": [{"page": page, "rendered": f"{number * 100 + page:064x}", "client": "slack"} for page in range(3)],
        "statement_sha256": "5" * 64,
        "statement_approved": False,
        "rendered": f"{number:064x}",
        "client": "slack",
        "difference_from": "",
        "program": "0.1.0",
    }
    personal = {"typed_name": name, "account": {"channel": "slack", "tenant": "T1", "id": f"U{number}"}}
    at = START + datetime.timedelta(minutes=number)
    return Act(f"{number:016x}", "signed", at, text.policy.id, text.policy.version, "r1", facts, person, personal)


def acts(count: int) -> list[Act]:
    """So many acts of several kinds: a request, then signatures and their copies, by several people."""
    text = published()
    made = [Act(f"{0:016x}", "requested", START, "416", text.policy.version, "r1", {"audience": "everyone"}, HANA)]
    for number in range(1, count):
        person, name = ((ALICE, "Alice Stone"), (BOB, "Bob “Bobby” Marsh\u0301"))[number // 2 % 2]
        if number % 2:
            made.append(signed(number, person, name))
        else:
            at = START + datetime.timedelta(minutes=number)
            facts = {"signed": f"{number - 1:016x}", "how": "slack"}
            made.append(Act(f"{number:016x}", "copied", at, request="r1", facts=facts, person=person))
    return made[:count]


def chained(found: Sequence[Act]) -> list[Entry]:
    """The acts as a chain, with salts of no chance."""
    entries: list[Entry] = []
    for seq, act in enumerate(found, 1):
        previous = entries[-1].digest if entries else chain.BEGINNING
        entries.append(chain.entry(act, seq, previous, f"{seq:032x}"))
    return entries
