"""Policies and their clauses, as the rest of the program sees them: frozen, in document order."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What a clause is in its document; it decides how it is quoted."""

    SECTION = "section"
    ITEM = "item"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause, word for word.

    `id` is the number as printed, with the letter of a lettered item (`416.8.5.d`) or the term of a
    definition (`416.3:Content`); unique within its policy. `text` has no number, letter or heading and is
    empty for a bare heading; its paragraphs and bullets stand on lines of their own. `parent` is an id.
    """

    policy: str
    id: str
    heading: str
    text: str
    parent: str | None
    kind: Kind = Kind.SECTION


@dataclass(frozen=True)
class Policy:
    """One policy in the version that is in force from `effective` on."""

    id: str
    title: str
    organisation: str
    adopted: datetime.date
    effective: datetime.date
    source: str
    clauses: tuple[Clause, ...] = field(repr=False)

    @cached_property
    def version(self) -> str:
        """The effective date and the first eight digits of the SHA-256 over all clauses."""
        return f"{self.effective.isoformat()}-{digest(self.clauses)[:8]}"

    @cached_property
    def _by_id(self) -> dict[str, Clause]:
        return {clause.id: clause for clause in self.clauses}

    def clause(self, id: str) -> Clause | None:
        """The clause with this id, or None."""
        return self._by_id.get(id)

    def lead_in(self, clause: Clause) -> str:
        """The parent's opening words that a lettered item needs to be understood, or an empty string."""
        parent = self.clause(clause.parent) if clause.parent else None
        return parent.text if parent and clause.kind is Kind.ITEM else ""

    def children(self, clause: Clause) -> tuple[Clause, ...]:
        """The clauses directly under this one, in document order."""
        return tuple(child for child in self.clauses if child.parent == clause.id)

    def items(self, clause: Clause) -> tuple[Clause, ...]:
        """The lettered items of this clause, in order."""
        return tuple(child for child in self.children(clause) if child.kind is Kind.ITEM)

    @cached_property
    def definitions(self) -> tuple[Clause, ...]:
        """The defined terms, in document order."""
        return tuple(clause for clause in self.clauses if clause.kind is Kind.DEFINITION)


def digest(clauses: Iterable[Clause]) -> str:
    """SHA-256 (hex) over ids, headings and texts in order; any change of wording changes it."""
    total = hashlib.sha256()
    for clause in clauses:
        for part in (clause.id, clause.heading, clause.text):
            total.update(part.encode() + b"\x00")
    return total.hexdigest()
