"""Words in which signs stand for letters: f*** and sh!t are read by their length and the letters that are left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_MASKED = re.compile(r"(?<![\w@.])[a-z](?:[a-z]|[*@$#]|!(?=[a-z*])){1,14}(?!\w)")
_SIGNS = re.compile(r"[*@$#!]")


def masked(text: str, words: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Each word that stands masked in a folded text, with its place; the first of the words that it may be."""
    known = tuple(words)
    for match in _MASKED.finditer(text):
        bold = text[match.start() - 1 : match.start()] == "*" == match[0][-1]
        if _SIGNS.search(match[0]) and not bold:
            pattern = re.compile(_SIGNS.sub("[a-z]", match[0]))
            for word in known:
                if pattern.fullmatch(word):
                    yield word, *match.span()
                    break
