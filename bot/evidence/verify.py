"""Whether the chain is whole: every record, every link, what is personal, the texts that were signed, and the roots. Pure.

`bot/evidence/standalone.py` checks the same without this package; the two are written apart on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.evidence import KINDS
from bot.evidence.canonical import NotCanonical, sha256
from bot.evidence.chain import BEGINNING, FIELDS, SCHEMA, committed, frame
from bot.evidence.merkle import EMPTY, Frontier
from bot.evidence.roots import Root
from bot.evidence.strict import Facts, read
from bot.records import Entry

# Of more than so many mistakes only the number is kept.
LISTED = 100
# What stands beside a record for finding it, and in it.
_COLUMNS = ("seq", "previous", "id", "kind", "at", "policy", "version", "request")
# Which kinds name a text and the clauses of it that they are about.
_WITH_TEXT = ("published", "signed", "paper")
_COMMITMENT = re.compile(r'"personal":"([0-9a-f]{64})"')
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
# The digests of a text's clauses, by the digest of the text.
Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and with which record."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the chain was found to be: how many records, the digest of the last, how many roots fit, and what is wrong, by number;
    `more` is how many further mistakes were counted only."""

    records: int
    head: str
    roots: int
    problems: tuple[Problem, ...]
    more: int = 0

    @property
    def first(self) -> Problem | None:
        """The first bad record, or None where all is well."""
        return self.problems[0] if self.problems else None


def verify(entries: Iterable[Entry], roots: Iterable[Root] = (), texts: Texts | None = None, *, personal: bool = True) -> Report:
    """The report on these entries, which are read once, in order.

    `roots` may come from several places: the ledger, the Clerk's file, a message. Without `texts` these are not compared; without
    `personal` the personal fields have been left out. Never raises, whatever stands in the entries.
    """
    verifier = Verifier(roots, texts, personal=personal)
    for entry in entries:
        verifier.add(entry)
    return verifier.report()


class Verifier:
    """Takes one entry after another. After a mistake it goes on from the entry that it has found, to count what else is wrong."""

    def __init__(self, roots: Iterable[Root] = (), texts: Texts | None = None, *, personal: bool = True) -> None:
        self._roots: dict[int, list[Root]] = {}
        for root in roots:
            self._roots.setdefault(root.records, []).append(root)
        self._texts, self._personal = texts, personal
        self._facts, self._tree = Facts(), Frontier()
        self._seq, self._head = 0, BEGINNING
        self._cleared: dict[str, int] = {}
        self._disposed: set[str] = set()
        self._fitted: tuple[object, object] = (self, self)  # the last text and clauses that fit, as the reader shares them
        self._problems: list[Problem] = []
        self._more = 0
        self._doubted = 0  # a record that names another one before it than stands there; the next one says which was changed
        self._fitting, self._good = 0, 0  # how many roots fit, and the number of records under the last of them
        self._compare_roots()

    def add(self, entry: Entry) -> None:
        """The next entry."""
        digest = sha256(entry.body.encode("utf-8", "replace")) if isinstance(entry.body, str) else ""
        self._settle_doubt(confirmed=entry.previous == self._head)
        if entry.seq != self._seq + 1:
            self._out_of_order(entry.seq, self._seq + 1)
        elif entry.previous != self._head:
            self._unlinked(entry, digest)
        if digest != entry.digest:
            self._wrong(entry.seq, "its content does not give its digest: one of them was changed")
        try:
            self._check(entry)
        except (NotCanonical, TypeError, AttributeError, KeyError):
            self._wrong(entry.seq, "its content is not the canonical JSON of a record")
        self._seq, self._head = entry.seq, entry.digest
        if digest:
            self._tree.add(digest)
        self._compare_roots()

    def report(self) -> Report:
        """What was found; nothing is added afterwards."""
        size = self._tree.size
        self._settle_doubt(confirmed=True)
        for id, seq in self._cleared.items():
            if id not in self._disposed:
                self._wrong(seq, "its personal fields are gone, and no record says that they were disposed of")
        for number in sorted(number for number in self._roots if number > size):
            root = self._roots[number][0]
            self._wrong(size + 1, f"missing: {size} records are there, and the root of {root.day} was made over {number}")
        problems = tuple(sorted(self._problems, key=lambda problem: problem.seq))
        return Report(size, self._head, self._fitting, problems[:LISTED], self._more + len(problems[LISTED:]))

    def _out_of_order(self, seq: int, expected: int) -> None:
        if isinstance(seq, int) and seq > expected:
            self._wrong(expected, f"missing: the next record that is there is {seq}")
        else:
            self._wrong(seq, f"its number should be {expected}")

    def _unlinked(self, entry: Entry, digest: str) -> None:
        """A record that is whole itself and names another digest than that of the one before: one of the two was changed."""
        if self._seq and digest == entry.digest and frame(entry, "")[1].partition(',"policy"')[2] in entry.body:
            self._doubted = entry.seq
        else:
            self._wrong(entry.seq, "it does not name the digest of the record before it")

    def _settle_doubt(self, *, confirmed: bool) -> None:
        """A record that the next one names is as it was, so the one before it was changed; else it was changed itself."""
        if self._doubted:
            what = f"changed together with its digest: record {self._doubted} names another digest before it"
            self._wrong(self._doubted - confirmed, what)
            self._doubted = 0

    def _check(self, entry: Entry) -> None:
        """What stands in the record against what stands beside it. Raises NotCanonical."""
        personal = self._commitment(entry)
        before, after = frame(entry, personal)
        if not (entry.body.startswith(before) and entry.body.endswith(after)):
            self._explain(entry, personal)
            return
        facts = self._facts.read(entry.body[len(before) : -len(after)])
        if entry.kind not in KINDS or not _TIME.fullmatch(entry.at):
            self._wrong(entry.seq, "there is no such kind of record, or its time is none")
        if entry.kind == "disposed":
            self._disposed.update(map(str, facts.get("records", ())))
        if entry.kind in _WITH_TEXT and self._texts is not None:
            self._check_text(entry.seq, facts, self._texts)

    def _commitment(self, entry: Entry) -> str:
        """The commitment that the record must hold, given what is personal beside it; of disposed fields, what it holds."""
        if entry.salt or entry.personal or entry.person:
            return committed(entry.person, entry.salt, entry.personal)
        held = _COMMITMENT.search(entry.body, max(entry.body.rfind('"personal":'), 0))
        if held and self._personal:
            self._cleared[entry.id] = entry.seq
        return held[1] if held else ""

    def _explain(self, entry: Entry, personal: str) -> None:
        """Says which of the fields it is. Raises NotCanonical."""
        content = read(entry.body)
        if not isinstance(content, dict) or content.keys() != FIELDS or content["schema"] != SCHEMA:
            self._wrong(entry.seq, "it has other fields than a record")
            return
        differing = [name for name in _COLUMNS if content[name] != getattr(entry, name)]
        if differing:
            self._wrong(entry.seq, f"`{differing[0]}` beside it is not what stands in it")
        if content["personal"] != personal:
            what = "its personal fields, salt or person were changed" if content["personal"] else "it holds nothing personal"
            self._wrong(entry.seq, f"what is personal beside it does not belong to it: {what}")

    def _check_text(self, seq: int, facts: Mapping[str, Any], texts: Texts) -> None:
        clauses, signed = texts.get(str(facts.get("text_sha256"))), facts.get("clauses")
        if clauses is self._fitted[0] and signed is self._fitted[1]:
            return
        if clauses is None:
            self._wrong(seq, "the text that it names is not there, or was changed")
        elif not isinstance(signed, dict) or not signed.items() <= clauses.items():
            self._wrong(seq, "its clauses are not those of the text that it names")
        else:
            self._fitted = (clauses, signed)

    def _compare_roots(self) -> None:
        """The roots over as many records as there are now."""
        size = self._tree.size
        for root in self._roots.get(size, ()):
            if (root.root, root.head) == (self._tree.root(), self._head):
                self._fitting, self._good = self._fitting + 1, size
            elif size == 0:
                self._wrong(0, f"the root of {root.day} is over no record, and is not {EMPTY}")
            else:
                # A mistake that is known in this range is why, and names the record better than the range does.
                known = [each.seq for each in self._problems] + [self._doubted - 1] * bool(self._doubted)
                first = min((seq for seq in known if seq > self._good), default=min(self._good + 1, size))
                self._wrong(first, f"records {first} to {size} are not those that the root of {root.day} was made over")

    def _wrong(self, seq: object, what: str) -> None:
        problem = Problem(seq if isinstance(seq, int) else 0, what)
        if len(self._problems) < 2 * LISTED:
            self._problems.append(problem)
        else:
            self._more += 1
