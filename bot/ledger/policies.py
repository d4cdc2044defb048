"""Verbs of the published policy versions, and of the statement that is signed."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.database import Database, Row
from bot.evidence.canonical import sha256
from bot.ledger.acts import Acts
from bot.publishing import Change, Published, document, policy_of
from bot.records import Act

_COLUMNS = "policy, version, effective, digest, document, markdown, changes, approved_by, published_at"
_ORDER = "effective, published_at, version"


class AlreadyPublished(Exception):
    """This version has been published already, and a published version stays as it is."""


class AlreadyApproved(Exception):
    """These words have been approved already, and the record of it stays as it is."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved the words that are signed, and when."""

    by: str = field(repr=False)
    at: datetime.datetime


class Policies:
    """Every version that was ever in force; the last one effective on a day is the one that counts then."""

    def __init__(self, database: Database, acts: Acts) -> None:
        self._database = database
        self._acts = acts
        # A version never changes, so each is read from its document once.
        self._read: dict[tuple[str, str, str], Published] = {}

    def publish(self, published: Published) -> None:
        """Keeps a version for ever, with its record in the chain. Raises AlreadyPublished for one that is there."""
        policy = published.policy
        changed = [[each.clause, each.kind, each.material] for each in published.changes]
        values = [policy.id, policy.version, policy.effective.isoformat(), published.text_sha256, document(policy)]
        values += [published.markdown, json.dumps(changed), published.approved_by, _stamp(published.published_at)]
        marks = ", ".join("?" * len(values))
        sql = f"INSERT INTO policy_version ({_COLUMNS}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 - constants
        with self._database.transaction():
            self._acts.take_turn()
            if self._database.run(sql, values) == 0:
                raise AlreadyPublished
            self._acts.append(_act(published))

    def get(self, policy: str, version: str) -> Published | None:
        """One version."""
        return next(self._found("policy = ? AND version = ?", policy, version), None)

    def versions(self, policy: str) -> list[Published]:
        """All versions of a policy, by the day from which they are in force."""
        return list(self._found("policy = ?", policy))

    def in_force(self, policy: str, on: datetime.date) -> Published | None:
        """The version in force on a day."""
        return next(reversed(list(self._found("policy = ? AND effective <= ?", policy, on.isoformat()))), None)

    def all_in_force(self, on: datetime.date) -> list[Published]:
        """The version in force of each policy, by policy."""
        last = {each.policy.id: each for each in self._found("effective <= ?", on.isoformat())}
        return [last[policy] for policy in sorted(last)]

    def policies(self) -> list[str]:
        """The ids of all policies that have a version, in order."""
        return [row["policy"] for row in self._database.rows("SELECT DISTINCT policy FROM policy_version ORDER BY policy")]

    def keep_statement(self, digest: str, text: str) -> None:
        """Keeps the words that are signed under their digest, approved or not, so that a record can always be read."""
        if self.statement(digest) is None:
            sql = "INSERT INTO statement (digest, text, approved_by, approved_at) VALUES (?, ?, '', '') ON CONFLICT DO NOTHING"
            self._database.run(sql, [digest, text])

    def statement(self, digest: str) -> str | None:
        """The words under a digest that a record names."""
        rows = self._database.rows("SELECT text FROM statement WHERE digest = ?", [digest])
        return next((str(row["text"]) for row in rows), None)

    def statements(self) -> dict[str, str]:
        """All words that were ever signed under, by their digest."""
        return {row["digest"]: row["text"] for row in self._database.rows("SELECT digest, text FROM statement ORDER BY digest")}

    def approve_statement(self, digest: str, text: str, by: str, at: datetime.datetime) -> None:
        """Records that somebody approved exactly these words. Raises AlreadyApproved where that stands already."""
        sql = "UPDATE statement SET approved_by = ?, approved_at = ? WHERE digest = ? AND approved_by = ''"
        with self._database.transaction():
            self._acts.take_turn()
            self.keep_statement(digest, text)
            if self._database.run(sql, [by, _stamp(at), digest]) == 0:
                raise AlreadyApproved
            facts = {"statement_sha256": digest}
            self._acts.append(Act(_id("statement_approved", digest), "statement_approved", at, facts=facts, personal={"by": by}))

    def statement_approval(self, digest: str) -> Approval | None:
        """Who approved the words with this digest; None where nobody has."""
        sql = "SELECT approved_by, approved_at FROM statement WHERE digest = ? AND approved_by <> ''"
        rows = self._database.rows(sql, [digest])
        return next((Approval(row["approved_by"], datetime.datetime.fromisoformat(row["approved_at"])) for row in rows), None)

    def _found(self, where: str, *values: str) -> Iterator[Published]:
        """The versions of which this holds, oldest first."""
        key = "policy, version, published_at"
        sql = f"SELECT {key} FROM policy_version WHERE {where} ORDER BY {_ORDER}"  # noqa: S608 - constants
        for row in self._database.rows(sql, list(values)):
            version = (row["policy"], row["version"], row["published_at"])
            if version not in self._read:
                self._read[version] = self._one(row["policy"], row["version"])
            yield self._read[version]

    def _one(self, policy: str, version: str) -> Published:
        sql = f"SELECT {_COLUMNS} FROM policy_version WHERE policy = ? AND version = ?"  # noqa: S608 - constants
        (row,) = self._database.rows(sql, [policy, version])
        return _published(row)


def _published(row: Row) -> Published:
    changed = tuple(Change(clause, kind, material) for clause, kind, material in json.loads(row["changes"]))
    at = datetime.datetime.fromisoformat(row["published_at"])
    return Published(policy_of(row["document"]), row["markdown"], changed, row["approved_by"], at)


def _act(published: Published) -> Act:
    policy = published.policy
    facts = {
        "effective": policy.effective.isoformat(),
        "text_sha256": published.text_sha256,
        "clauses": published.clause_sha256,
        "changes": [{"clause": each.clause, "kind": each.kind, "material": each.material} for each in published.changes],
    }
    named = {"approved_by": published.approved_by}
    id = _id("published", policy.id, policy.version)
    return Act(id, "published", published.published_at, policy.id, policy.version, facts=facts, personal=named)


def _id(*parts: str) -> str:
    """The id of a record of which there can be one only: from what it is about, not from chance, so that a second is refused."""
    return sha256("\n".join(parts).encode())[:16]


def _stamp(at: datetime.datetime) -> str:
    """A time as it is stored; always of one length, so that texts are in the order of the times."""
    return at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
