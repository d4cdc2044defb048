"""May this person post to the organisation's accounts? Computed from what is recorded, stored nowhere; the answer is no unless a
record says yes. Pure.

416.4.3: whoever is authorised to edit, post or alter content "must agree in writing to comply with this Policy before" doing so.
416.6.12: with separation or a change of duties the authority ends.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.people import Person
from bot.publishing import Published
from bot.records import Entry
from bot.sites import Site

# The clause of each policy that makes signing a condition of posting.
CLAUSES = {"416": "416.4.3"}
SEPARATED = "416.6.12"
# Acts by which somebody holds a version.
HOLDING = ("signed", "paper", "carried")
# All acts that the gate reads.
READ = (*HOLDING, "copied", "withdrawn", "revoked")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate looks at: the person (None: nobody knows them), their acts on the policy, oldest first, the version in
    force on the day, and the account where one was named; `named` is how it was named.
    """

    person: Person | None
    entries: Sequence[Entry]
    in_force: Published | None
    site: Site | None = None
    named: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether somebody may post, because of what (a sentence), the record that says so or was found wanting, and the clause."""

    allowed: bool
    because: str
    record: str = ""
    clause: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A version that somebody holds: the entry by which they do, the signature that it goes back to, and whether that is final.

    It is once the signer has a copy to keep (RSMo 432.235(3)); who signs on paper keeps the sheet.
    """

    entry: Entry
    signature: str
    final: bool


def may_post(facts: Facts, on: datetime.date, zone: ZoneInfo) -> Verdict:
    """Whether the person may post on this day, in the organisation's time zone.

    Only what was recorded by the end of that day counts; of the person, what the directory says now.
    """
    published = facts.in_force
    clause = CLAUSES.get(published.policy.id, "") if published else ""
    if facts.person is None:
        return Verdict(False, "nobody of that name or address is in the directory", clause=clause)
    if published is None:
        return Verdict(False, "no policy was in force on that day")
    version = published.policy.version
    if not facts.person.belongs(on):
        left = facts.person.separated is not None and facts.person.separated <= on
        because = "they no longer belong to the organisation" if left else "they have not started yet"
        return Verdict(False, because, clause=SEPARATED if left and clause else clause, version=version)
    verdict = _signed(facts.entries, version, clause, on, zone)
    return _registered(facts, on, verdict) if verdict.allowed else verdict


def held(entries: Sequence[Entry], on: datetime.date, zone: ZoneInfo) -> dict[str, Held]:
    """By version, what somebody holds at the end of a day, from their acts on one policy, oldest first."""
    found: dict[str, Held] = {}
    copied: set[str] = set()
    for entry in entries:
        if _day(entry, zone) > on:
            continue  # a later one may be of that day: the clocks of two replicas are not quite the same
        facts = entry.facts
        signature = str(facts.get("signed", ""))
        match entry.kind:
            case "signed" | "paper" | "carried":
                own = signature if entry.kind == "carried" else entry.id
                found[entry.version] = Held(entry, own, entry.kind == "paper" or own in copied)
            case "copied":
                copied.add(signature)
                found = {version: _made_final(each, signature) for version, each in found.items()}
            case "withdrawn":
                found = {version: each for version, each in found.items() if each.signature != signature}
            case "revoked" if str(facts.get("from", "")) <= on.isoformat():
                found = {}
    return found


def _made_final(held: Held, signature: str) -> Held:
    return replace(held, final=True) if held.signature == signature else held


def _signed(entries: Sequence[Entry], version: str, clause: str, on: datetime.date, zone: ZoneInfo) -> Verdict:
    versions = held(entries, on, zone)
    current = versions.get(version)
    if current and current.final:
        how = {"signed": "signed", "paper": "signed on paper", "carried": "signed before, unchanged in what counts"}
        return Verdict(True, f"version {version} is {how[current.entry.kind]}", current.entry.id, clause, version)
    if current:
        because = f"version {version} is signed, and the signer’s copy has not been delivered yet"
        return Verdict(False, because, current.entry.id, clause, version)
    if versions:
        latest = list(versions.values())[-1].entry
        because = f"only the earlier version {latest.version} is signed, and version {version} is in force"
        return Verdict(False, because, latest.id, clause, version)
    ended = [each for each in entries if each.kind in ("withdrawn", "revoked") and _day(each, zone) <= on]
    if ended:
        words = {"withdrawn": "the signature was withdrawn", "revoked": "the clearance was ended"}
        return Verdict(False, words[ended[-1].kind], ended[-1].id, clause, version)
    return Verdict(False, f"version {version} is not signed", clause=clause, version=version)


def _registered(facts: Facts, on: datetime.date, verdict: Verdict) -> Verdict:
    """The verdict for the account that was named; without one, that of the signature."""
    if not facts.named:
        return verdict
    site, person = facts.site, facts.person
    assert person is not None  # looked at before
    if site is None or not site.open(on):
        return Verdict(False, "that account is not registered", verdict.record, verdict.clause, verdict.version)
    if not site.allows(person.id, on):
        because = f"they are not among those authorised to post to {site.name}"
        return Verdict(False, because, verdict.record, verdict.clause, verdict.version)
    return replace(verdict, because=f"{verdict.because}, and they are authorised for {site.name}")


def _day(entry: Entry, zone: ZoneInfo) -> datetime.date:
    """The day of an entry where the organisation is."""
    return datetime.datetime.fromisoformat(entry.at).astimezone(zone).date()
