"""From one version of a policy to the next: what has changed, what of it counts, and who must sign what of it. Pure."""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

import rfc8785

from bot.evidence.canonical import sha256
from policy_kb import Clause, Kind, Policy

ADDED, REMOVED, CHANGED, KEPT = "added", "removed", "changed", "kept"

# What became of some words: kept, removed or added, and the words with the blanks between them.
Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a clause since the version before: added, removed or changed; `material`: it must be signed anew."""

    clause: str
    kind: str
    material: bool


@dataclass(frozen=True)
class Published:
    """A version in force from `policy.effective` on, with the file that it was read from and who approved it."""

    policy: Policy
    markdown: str = field(repr=False)
    changes: tuple[Change, ...]
    approved_by: str
    published_at: datetime.datetime

    @cached_property
    def text_sha256(self) -> str:
        """The digest of the whole text as it is signed (`text`)."""
        return sha256(text(self.policy).encode())

    @cached_property
    def clause_sha256(self) -> dict[str, str]:
        """The digest of each clause as it is signed (`clause_text`), by its id."""
        return {clause.id: sha256(clause_text(clause).encode()) for clause in self.policy.clauses}


def clause_text(clause: Clause) -> str:
    """A clause as it is digested: its number and heading on the first line, then its words."""
    return f"{f'{clause.id} {clause.heading}'.strip()}\n{clause.text}"


def text(policy: Policy) -> str:
    """The whole text as it is digested and given to the signer: title, version, every clause in order."""
    head = (
        f"{policy.organisation}\n{policy.id} {policy.title}\nVersion {policy.version}, effective {policy.effective.isoformat()}"
    )
    return "\n\n".join([head, *map(clause_text, policy.clauses)]) + "\n"


def changes(before: Policy | None, after: Policy) -> tuple[Change, ...]:
    """What became of each clause, by its id; clauses of the new version in order, then those that are gone.

    All count as material until somebody decides that they do not. Without a version before, everything is added.
    """
    old = {clause.id: clause_text(clause) for clause in before.clauses} if before else {}
    new = {clause.id: clause_text(clause) for clause in after.clauses}
    found = [Change(id, CHANGED if id in old else ADDED, True) for id, words in new.items() if old.get(id) != words]
    return (*found, *(Change(id, REMOVED, True) for id in old if id not in new))


def must_sign(history: Sequence[Published], signed_version: str, required: Published) -> tuple[str, ...] | None:
    """The clauses that somebody who signed one version must still sign for another; removed ones last.

    `history` holds every version of the policy, oldest first. Every material change between the two counts, whatever a
    later version did to the clause, unless its words are again the very words that were signed. An empty tuple says that
    the signature carries over, None that the version signed is not known, so that all of it must be signed.
    """
    at = {published.policy.version: place for place, published in enumerate(history)}
    if signed_version == required.policy.version:
        return ()
    if signed_version not in at or required.policy.version not in at:
        return None
    first, last = sorted((at[signed_version], at[required.policy.version]))
    between = history[first + 1 : last + 1]
    material = {change.clause for published in between for change in published.changes if change.material}
    signed, wanted = history[at[signed_version]].clause_sha256, required.clause_sha256
    return tuple(id for id in {**wanted, **signed} if id in material and signed.get(id) != wanted.get(id))


def difference(before: str, after: str) -> tuple[Part, ...]:
    """The way from one text to the other, by words.

    What is kept and removed, joined, is the text before, what is kept and added the text after, to the last blank.
    """
    old, new = _words(before), _words(after)
    matcher = difflib.SequenceMatcher(None, [word for _, word in old], [word for _, word in new], autojunk=False)
    parts = (part for kind, a, b, c, d in matcher.get_opcodes() for part in _parts(old[a:b], new[c:d], same=kind == "equal"))
    return tuple(_joined(parts))


def _words(words: str) -> list[tuple[str, str]]:
    """Each word with the blanks before it, and at the end the blanks that no word follows."""
    found = re.findall(r"(\s*)(\S+)", words)
    return [*found, (words[sum(len(gap) + len(word) for gap, word in found) :], "")]


def _parts(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]], *, same: bool) -> Iterator[Part]:
    if not same:
        yield REMOVED, "".join(map("".join, old))
        yield ADDED, "".join(map("".join, new))
        return
    for (gap_before, word), (gap_after, _) in zip(old, new, strict=True):
        if gap_before != gap_after:
            yield REMOVED, gap_before
            yield ADDED, gap_after
            yield KEPT, word
        else:
            yield KEPT, gap_before + word


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Neighbours of one kind as one, what was removed before what was added in its place, and nothing empty."""
    full = (part for part in parts if part[1])
    for kept, run in groupby(full, lambda part: part[0] == KEPT):
        here = list(run)
        for kind in (KEPT,) if kept else (REMOVED, ADDED):
            if words := "".join(words for each, words in here if each == kind):
                yield kind, words


def document(policy: Policy) -> str:
    """A policy as canonical JSON (RFC 8785), exactly as it is: no text is normalised, so that its version stays the same."""
    head = {name: getattr(policy, name) for name in ("id", "title", "organisation", "source")}
    dates = {"adopted": policy.adopted.isoformat(), "effective": policy.effective.isoformat()}
    clauses = [
        {"id": each.id, "heading": each.heading, "text": each.text, "parent": each.parent, "kind": each.kind.value}
        for each in policy.clauses
    ]
    return rfc8785.dumps({**head, **dates, "clauses": clauses}).decode()


def policy_of(written: str) -> Policy:
    """The policy that `document` wrote."""
    found: dict[str, Any] = json.loads(written)
    return Policy(
        found["id"],
        found["title"],
        found["organisation"],
        datetime.date.fromisoformat(found["adopted"]),
        datetime.date.fromisoformat(found["effective"]),
        found["source"],
        tuple(
            Clause(found["id"], each["id"], each["heading"], each["text"], each["parent"], Kind(each["kind"]))
            for each in found["clauses"]
        ),
    )
