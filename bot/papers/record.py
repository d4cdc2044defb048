"""What a record says, read for printing."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.citation import date
from bot.evidence.chain import commitment_text
from bot.publishing import Published
from bot.records import Entry

_CLIENTS = {"slack": "Slack", "teams": "Microsoft Teams", "web": "web page", "console": "terminal"}
GONE = "deleted by schedule"


class OtherText(ValueError):
    """This record was made for another text than the one given; a paper of both would prove something that never happened."""


@dataclass(frozen=True, slots=True)
class Read:
    """An entry with its facts and personal fields taken apart. Personal fields that were disposed of read as such."""

    entry: Entry
    facts: Mapping[str, Any]
    personal: Mapping[str, Any] = field(repr=False)

    @property
    def at(self) -> datetime.datetime:
        """When it happened (UTC)."""
        return datetime.datetime.fromisoformat(self.entry.at).astimezone(datetime.UTC)

    @property
    def typed_name(self) -> str:
        """The name as it was typed."""
        return str(self.personal.get("typed_name", "")) or GONE

    @property
    def commitment(self) -> str:
        """The digest by which the chain holds what is personal."""
        return str(json.loads(self.entry.body).get("personal", ""))

    @property
    def committed(self) -> str:
        """The text of which the commitment is the SHA-256."""
        return commitment_text(self.entry.person, self.entry.salt, self.entry.personal)

    @property
    def clauses(self) -> Mapping[str, str]:
        """The digests of the clauses that were signed, by clause."""
        return dict(self.facts.get("clauses") or {})

    @property
    def difference_from(self) -> str:
        """The earlier version of which only the difference was signed; empty for a signature of the whole text."""
        return str(self.facts.get("difference_from") or "")

    def person_rows(self) -> list[tuple[str, str]]:
        """Who it was, as the directory had it on that day."""
        person = self.personal.get("person")
        if not isinstance(person, Mapping):
            return [("Person", GONE)]
        names = {"name": "Name", "email": "E-mail", "role": "Role", "department": "Department", "employment": "Employment"}
        return [(shown, str(person[key])) for key, shown in names.items() if person.get(key)]

    def client(self) -> str:
        """Where it was done."""
        client = str(self.facts.get("client") or "")
        return _CLIENTS.get(client, client) or "not recorded"

    def account(self) -> str:
        """The account that it was done from: platform, organisation there, and the account's own id."""
        account = self.personal.get("account")
        if not isinstance(account, Mapping):
            return GONE if not self.personal else "no account of a platform"
        channel = str(account.get("channel", ""))
        return ", ".join(
            filter(None, [_CLIENTS.get(channel, channel), str(account.get("tenant", "")), str(account.get("id", ""))])
        )


def read(published: Published, entry: Entry, personal: Mapping[str, Any]) -> Read:
    """The record taken apart. Raises OtherText where it does not speak of this very text."""
    facts = json.loads(entry.body).get("facts", {})
    if (entry.policy, entry.version) != (published.policy.id, published.policy.version):
        raise OtherText
    if facts.get("text_sha256", published.text_sha256) != published.text_sha256:
        raise OtherText
    known = published.clause_sha256
    if any(known.get(clause) != digest for clause, digest in (facts.get("clauses") or {}).items()):
        raise OtherText
    return Read(entry, facts, personal)


def local(at: datetime.datetime, zone: datetime.tzinfo) -> str:
    """`3 March 2026, 09:15:02 CST (UTC-06:00)`."""
    there = at.astimezone(zone)
    return f"{date(there.date())}, {there:%H:%M:%S} {there:%Z}" + ("" if there.tzname() == "UTC" else f" ({offset(there)})")


def offset(at: datetime.datetime) -> str:
    """`UTC-06:00`."""
    plain = f"{at:%z}"
    return f"UTC{plain[:3]}:{plain[3:5]}"


def both_times(at: datetime.datetime, zone: datetime.tzinfo) -> str:
    """A moment in the organisation's zone and in UTC, each on a line."""
    here, utc = local(at, zone), local(at, datetime.UTC)
    return here if here == utc else f"{here}\n{utc}"


def changed_clauses(published: Published, signed: Read) -> dict[str, str]:
    """What became of each clause that a signature of a difference is about (`added`, `changed`), and of those `removed`.

    Where the record lists only some clauses, those are what was signed; otherwise it is what was published as material.
    """
    if not signed.difference_from:
        return {}
    became = {change.clause: change.kind for change in published.changes}
    if 0 < len(signed.clauses) < len(published.policy.clauses):
        removed = {change.clause: change.kind for change in published.changes if change.kind == "removed"}
        return {clause: became.get(clause, "changed") for clause in signed.clauses} | removed
    return {change.clause: change.kind for change in published.changes if change.material}
