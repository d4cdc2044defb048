"""How staff ask for each clause, and what the policy does not answer: `NAME.phrasings.yaml` beside `NAME.md`.

Adding a phrasing is adding a line; `docs/policies.md` shows the file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy_kb.clauses import Policy
from policy_kb.located import Located, line_of, read_file, read_yaml
from policy_kb.mistakes import MistakeList

ASKED, NOT_ANSWERED = "also asked as", "not answered here"
_KEYS = ("policy", ASKED, NOT_ANSWERED)
_KINDS = ("near", "far")
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to ask. `clause` is None for a message that no clause answers.

    `near` marks such a message that uses the policy's words all the same; `by` is who wrote the line.
    """

    text: str
    clause: str | None
    by: str
    policy: str = ""
    near: bool = False


def read_phrasings(path: Path, policy: Policy) -> tuple[Phrasing, ...]:
    """The phrasings of this policy, in file order.

    Raises KnowledgeBaseError with every mistake in the file.
    """
    mistakes = MistakeList(path)
    text = read_file(path, mistakes)
    document = read_yaml(text, mistakes) if text is not None else None
    mistakes.stop_if_any()
    found = tuple(_document(document, policy, mistakes))
    _refuse_doubles(found, mistakes)
    mistakes.stop_if_any()
    return found


def _document(document: Any, policy: Policy, mistakes: MistakeList) -> Iterator[Phrasing]:
    if not isinstance(document, dict):
        mistakes.add(1, f"must hold 'policy', '{ASKED}' and '{NOT_ANSWERED}'")
        return
    for key in document:
        if key not in _KEYS:
            mistakes.add(line_of(key), f"unknown key {key!r}; known are {', '.join(_KEYS)}")
    if (named := document.get("policy")) != policy.id:
        mistakes.add(line_of(named, 1), f"policy: {named!r} is not the policy beside it, which is {policy.id!r} (in quotes)")
    keys = {str(key): key for key in document}
    for clause, authors in _mapping(document.get(ASKED), keys.get(ASKED, ASKED), mistakes):
        target = policy.clause(clause)
        if target is None or not target.text:
            mistakes.add(line_of(clause), f"policy {policy.id} has no clause {clause!r} with a text")
        for by, line in _lines(authors, clause, mistakes):
            yield Phrasing(line, str(clause), by, policy.id)
    for kind, authors in _mapping(document.get(NOT_ANSWERED), keys.get(NOT_ANSWERED, NOT_ANSWERED), mistakes):
        if kind not in _KINDS:
            mistakes.add(line_of(kind), f"{kind!r} under '{NOT_ANSWERED}'; known are {', '.join(_KINDS)}")
        for by, line in _lines(authors, kind, mistakes):
            yield Phrasing(line, None, by, policy.id, near=kind == "near")


def _mapping(value: Any, where: str, mistakes: MistakeList) -> Iterator[tuple[str, Any]]:
    if value is None:
        return
    if not isinstance(value, dict):
        mistakes.add(line_of(where, 1), f"'{where}' must hold 'name:' lines with lists under them")
        return
    for key, inner in value.items():
        if isinstance(key, Located):
            yield key, inner
        else:
            mistakes.add(line_of(where, 1), f"{key!r} under '{where}' must be in quotes")


def _lines(authors: Any, where: str, mistakes: MistakeList) -> Iterator[tuple[str, Located]]:
    """Each author's lines, checked one by one."""
    for by, lines in _mapping(authors, where, mistakes):
        if not isinstance(lines, list):
            mistakes.add(line_of(by), f"'{by}' must hold a list, one '- phrasing' a line")
            continue
        for line in lines:
            if not isinstance(line, Located):
                mistakes.add(line_of(by), f"{line!r} under '{by}' must be in quotes to be a text")
            elif problem := _problem(line):
                mistakes.add(line.line, problem)
            else:
                yield str(by), line


def _problem(line: str) -> str:
    if not line.strip():
        return "empty phrasing"
    if len(line) > _LONGEST:
        return f"a phrasing of {len(line)} characters; {_LONGEST} at most"
    if any(unicodedata.category(sign) == "Cc" for sign in line):
        return "control characters; delete them"
    return ""


def sameness(text: str) -> str:
    """What two phrasings share when they differ only in case, punctuation and spaces."""
    return " ".join(re.findall(r"\w+|[^\w\s]+$", text.casefold())) or text


def _refuse_doubles(found: tuple[Phrasing, ...], mistakes: MistakeList) -> None:
    seen: dict[str, Phrasing] = {}
    for phrasing in found:
        first = seen.setdefault(sameness(phrasing.text), phrasing)
        if first is not phrasing:
            place = first.clause or NOT_ANSWERED
            mistakes.add(line_of(phrasing.text), f"{phrasing.text!r} stands already under {place}, line {line_of(first.text)}")
