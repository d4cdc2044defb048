"""A policy version cut into pages to read before signing: every word, in order, clause by clause. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.citation import date, mark
from bot.publishing import Published, clause_text, difference
from bot.views import Block, Facts, Heading, Quote, Text
from policy_kb import Clause, Kind, Policy

# What a page holds at most, in characters and in clauses; every channel shows that much whole.
PAGE_TEXT = 3_600
PAGE_CLAUSES = 12


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its blocks, and the clauses on it (ids)."""

    blocks: tuple[Block, ...]
    clauses: tuple[str, ...]


def pages(published: Published, only: Collection[str] | None = None, before: Policy | None = None) -> tuple[Page, ...]:
    """The whole version as pages; or `only` these clauses, each with what became of it since `before`, which was signed."""
    return _cut(published.policy, None if only is None else tuple(only), before)


# Everybody who signs a version goes through the same pages, one after another.
@lru_cache(maxsize=64)
def _cut(policy: Policy, only: tuple[str, ...] | None, before: Policy | None) -> tuple[Page, ...]:
    made: list[Page] = []
    blocks: list[Block] = []
    held: list[str] = []
    size = 0
    for clause, piece in _pieces(policy, only):
        shown = tuple(_shown(policy, clause, piece, before if only is not None else None))
        length = sum(map(_length, shown))
        if blocks and (size + length > PAGE_TEXT or len(held) >= PAGE_CLAUSES):
            made.append(Page(tuple(blocks), tuple(dict.fromkeys(held))))
            blocks, held, size = [], [], 0
        blocks += shown
        held.append(clause.id)
        size += length
    if blocks:
        made.append(Page(tuple(blocks), tuple(dict.fromkeys(held))))
    gone = _gone(policy, only, before)
    return (*made, gone) if gone else tuple(made)


def title(published: Published) -> str:
    """What is read, in one line."""
    policy = published.policy
    return f"{policy.title} ({policy.id}), version {policy.version}, effective {date(policy.effective)}"


def _pieces(policy: Policy, only: Collection[str] | None) -> Iterator[tuple[Clause, str]]:
    """Each clause with its words; one that is longer than a page in several pieces, which together are the whole."""
    for clause in policy.clauses:
        if only is not None and clause.id not in only:
            continue
        for piece in cut(clause.text, PAGE_TEXT) or [""]:
            yield clause, piece


def cut(text: str, longest: int) -> list[str]:
    """The text in pieces of at most so many characters, cut before a line break or a blank where there is one; joined, they are
    the text again."""
    pieces = []
    while len(text) > longest:
        at = max(text.rfind("\n", longest // 2, longest), text.rfind(" ", longest // 2, longest))
        at = at if at > 0 else longest
        pieces.append(text[:at])
        text = text[at:]
    return [*pieces, text] if text else pieces


def _shown(policy: Policy, clause: Clause, piece: str, before: Policy | None) -> Iterator[Block]:
    """A clause as it is read: its number and heading above its words, which stand unchanged."""
    name = f"{clause.id} {clause.heading}".strip()
    if clause.kind is Kind.DEFINITION:
        name = f"{clause.parent} (definition of “{clause.heading}”)"
    begins = clause.text.startswith(piece)
    yield Heading(name if begins else f"{name} (continued)")
    if piece:
        yield Quote(
            piece.strip("\n"), f"{policy.id} {policy.title}, version {policy.version}", mark=mark(clause) if begins else ""
        )
    if before is not None:
        yield _changed(clause, before.clause(clause.id))


def _changed(clause: Clause, old: Clause | None) -> Block:
    """What is new in a clause, in its own words."""
    if old is None:
        return Text("This clause is new.")
    parts = [
        (kind, words) for kind, words in difference(clause_text(old), clause_text(clause)) if kind != "kept" and words.strip()
    ]
    labels = {"removed": "Taken out", "added": "Put in"}
    return Facts(tuple((labels[kind], f"“{words.strip()}”") for kind, words in parts))


def _gone(policy: Policy, only: Collection[str] | None, before: Policy | None) -> Page | None:
    """The clauses that were signed and are no longer there."""
    if only is None or before is None:
        return None
    gone = [clause for clause in before.clauses if clause.id in only and policy.clause(clause.id) is None]
    if not gone:
        return None
    names = "\n".join(f"- {clause.id} {clause.heading}".rstrip() for clause in gone)
    return Page((Text(f"These clauses are no longer part of the policy:\n{names}"),), tuple(clause.id for clause in gone))


def _length(block: Block) -> int:
    match block:
        case Quote(text):
            return len(text)
        case Facts(pairs):
            return sum(len(label) + len(value) for label, value in pairs)
        case Heading(text) | Text(text):
            return len(text)
    return 0


def clauses_of(shown: Sequence[Page]) -> tuple[str, ...]:
    """The clauses of all these pages, in order."""
    return tuple(dict.fromkeys(id for page in shown for id in page.clauses))
