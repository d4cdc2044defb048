"""Slips of the keyboard: an unknown word becomes the known one that it nearly is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

SHORTEST_MENDED, TWO_SLIPS_FROM = 5, 8
_SHORTEST_KNOWN = 4


class Spelling:
    """The words that occur; `is_common` says of any other word that it is no slip either."""

    def __init__(self, words: Iterable[str], is_common: Callable[[str], bool]) -> None:
        self._words = {word for word in words if len(word) >= _SHORTEST_KNOWN and word.isalpha() and word.isascii()}
        self._is_common = is_common
        self._by_initial: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words):
            self._by_initial[word[0]].append(word)

    def mended(self, word: str) -> str | None:
        """The known word with the same first letter that is one slip away, two for a long word; None where it is no slip."""
        if len(word) < SHORTEST_MENDED or not (word.isalpha() and word.isascii()) or word in self._words or self._is_common(word):
            return None
        slips = 1 if len(word) < TWO_SLIPS_FROM else 2
        near = [other for other in self._by_initial[word[0]] if abs(len(other) - len(word)) <= slips]
        found = process.extractOne(word, near, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        return found[0] if found else None
