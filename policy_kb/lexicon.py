"""How staff name things, under the policies' own terms: `lexicon.yaml` in the policies' directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy_kb.located import Located, line_of, read_file, read_yaml
from policy_kb.mistakes import MistakeList

_KEYS = {"id", "kind", "canonical", "clause", "terms"}


@dataclass(frozen=True, slots=True)
class Group:
    """Words for one thing: `canonical` is the policies' wording (alternatives between commas), `terms` are what staff say."""

    id: str
    kind: str
    canonical: str
    terms: tuple[str, ...]


def read_lexicon(path: Path) -> tuple[Group, ...]:
    """The groups of the lexicon.

    Raises KnowledgeBaseError with every mistake in the file.
    """
    mistakes = MistakeList(path)
    text = read_file(path, mistakes)
    document = read_yaml(text, mistakes) if text is not None else None
    mistakes.stop_if_any()
    groups = document.get("groups") if isinstance(document, dict) else None
    if not isinstance(groups, list):
        mistakes.add(1, "must hold 'groups', a list")
        groups = []
    found = tuple(_groups(groups, mistakes))
    _refuse_doubles(found, mistakes)
    mistakes.stop_if_any()
    return found


def _groups(groups: list[Any], mistakes: MistakeList) -> Iterator[Group]:
    last = 1
    for each in groups:
        if not isinstance(each, dict):
            mistakes.add(line_of(each, last), "a group needs 'id', 'kind', 'canonical' and 'terms'")
            continue
        last = line_of(next(iter(each), None), last)
        missing = sorted(_KEYS - {"clause"} - each.keys())
        unknown = sorted(map(str, each.keys() - _KEYS))
        terms = each.get("terms")
        if missing or unknown:
            mistakes.add(last, f"missing {', '.join(missing) or 'nothing'}; unknown {', '.join(unknown) or 'nothing'}")
        elif not isinstance(terms, list) or not all(isinstance(term, Located) and term.strip() for term in terms):
            mistakes.add(last, f"'terms' of {each['id']!r} must be a list of texts; put numbers and yes/no words in quotes")
        else:
            yield Group(str(each["id"]), str(each["kind"]), str(each["canonical"]), tuple(terms))


def _refuse_doubles(groups: tuple[Group, ...], mistakes: MistakeList) -> None:
    ids: set[str] = set()
    for group in groups:
        if group.id in ids:
            mistakes.add(line_of(group.terms[0] if group.terms else None), f"group {group.id!r} stands twice")
        ids.add(group.id)
        terms: set[str] = set()
        for term in group.terms:
            if term.casefold() in terms:
                mistakes.add(line_of(term), f"term {term!r} stands twice in {group.id!r}")
            terms.add(term.casefold())
