"""From an act to its entry in the chain. Pure: number, digest of the entry before and salt are given in.

What each field says, and how to check it by hand, stands in docs/record-format.md.
"""

from __future__ import annotations

import datetime
from json.encoder import encode_basestring as _quoted

from bot.evidence import KINDS
from bot.evidence.canonical import canonical, nfc, sha256
from bot.records import Act, Entry

SCHEMA = "clausebot.record/1"
# What the first entry names as the digest of the one before it.
BEGINNING = "0" * 64
FIELDS = frozenset(
    {"schema", "seq", "previous", "id", "kind", "at", "policy", "version", "request", "facts", "personal"},
)


class UnknownKind(ValueError):
    """The record has no such kind of act. Every kind stands in bot.evidence.KINDS."""


class TimeWithoutZone(ValueError):
    """The time of an act must say which time zone it is in."""


def entry(act: Act, seq: int, previous: str, salt: str) -> Entry:
    """The act as the entry with this number, after the one with the digest `previous`.

    `salt` is 16 random bytes as hex, new for each record; it is not used where the act holds nothing personal. Raises
    UnknownKind, TimeWithoutZone, or NotCanonical, all before anything is written.
    """
    if act.kind not in KINDS:
        raise UnknownKind(act.kind)
    person, fields, used = "", "", ""
    if act.person or act.personal:
        person, fields, used = nfc(act.person), canonical(act.personal).decode(), salt
    commitment = committed(person, used, fields) if fields else ""
    body = canonical(
        {
            "schema": SCHEMA,
            "seq": seq,
            "previous": previous,
            "id": act.id,
            "kind": act.kind,
            "at": moment(act.at),
            "policy": act.policy,
            "version": act.version,
            "request": act.request,
            "facts": act.facts,
            "personal": commitment,
        }
    )
    plain = {name: nfc(value) for name, value in (("policy", act.policy), ("version", act.version), ("request", act.request))}
    return Entry(
        seq=seq,
        id=nfc(act.id),
        kind=act.kind,
        at=moment(act.at),
        **plain,
        body=body.decode(),
        previous=previous,
        digest=sha256(body),
        person=person,
        salt=used,
        personal=fields,
    )


def frame(entry: Entry, personal: str) -> tuple[str, str]:
    """What stands before and after the facts in the body of an entry, given the columns beside it and its commitment."""
    after = (
        f',"id":{_quoted(entry.id)},"kind":{_quoted(entry.kind)},"personal":"{personal}","policy":{_quoted(entry.policy)}'
        f',"previous":{_quoted(entry.previous)},"request":{_quoted(entry.request)},"schema":"{SCHEMA}","seq":{entry.seq}'
        f',"version":{_quoted(entry.version)}}}'
    )
    return f'{{"at":{_quoted(entry.at)},"facts":', after


def moment(at: datetime.datetime) -> str:
    """A time as it stands in the chain: UTC, microseconds, `2026-11-02T09:30:00.000000Z`. Raises TimeWithoutZone."""
    if at.tzinfo is None:
        raise TimeWithoutZone
    return at.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def committed(person: str, salt: str, fields: str) -> str:
    """The commitment to what is personal: SHA-256 over canonical JSON of `fields`, `person` and `salt`.

    `fields` is canonical JSON already, so the whole is put together from it; that any byte of it counts is wanted.
    """
    return sha256(commitment_text(person, salt, fields).encode())


def commitment_text(person: str, salt: str, fields: str) -> str:
    """The text of which `committed` is the SHA-256."""
    return f'{{"fields":{fields},"person":{_quoted(person)},"salt":{_quoted(salt)}}}'
