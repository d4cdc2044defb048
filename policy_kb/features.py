"""Words to features: stems and their pairs, pieces of words, and concepts of the lexicon. Pure Python, no training library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from policy_kb.lexicon import Group
from policy_kb.words import stem, tokens

# Each space is brought to length 1 and then weighted; the weights were chosen on held-out authors.
SPACES = (("w", 1.4), ("c", 1.0), ("l", 0.8))
SHORTEST_PIECE, LONGEST_PIECE = 2, 5
# A large prime without structure: byte strings taken modulo a Mersenne prime collide.
_MODULUS = 7_727_931_375_426_941_027


class Concepts:
    """The lexicon as a table of stems; the longest term that fits stands for its group."""

    def __init__(self, table: Mapping[tuple[str, ...], str]) -> None:
        self._groups = dict(table)
        self._longest: dict[str, int] = {}
        for words in self._groups:
            self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))

    @classmethod
    def of(cls, groups: Iterable[Group]) -> Concepts:
        """The table of these groups; a term of several groups stands for the first by name."""
        table: dict[tuple[str, ...], str] = {}
        for group in groups:
            for term in (*group.terms, group.canonical):
                words = tuple(map(stem, tokens(term)))
                if words:
                    table[words] = min(table.get(words, group.id), group.id)
        return cls(table)

    def as_rows(self) -> list[list[str]]:
        """The table as lists of texts, group first."""
        return [[group, *words] for words, group in self._groups.items()]

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[str]]) -> Concepts:
        """The table that `as_rows` gave."""
        return cls({tuple(words): group for group, *words in rows})

    def replace(self, words: Sequence[str]) -> list[str]:
        """The stems, with `=group` in place of every term of the lexicon."""
        out: list[str] = []
        at = 0
        while at < len(words):
            length, word = self._match(words, at)
            out.append(word)
            at += length
        return out

    def _match(self, words: Sequence[str], at: int) -> tuple[int, str]:
        for length in range(min(self._longest.get(words[at], 0), len(words) - at), 0, -1):
            group = self._groups.get(tuple(words[at : at + length]))
            if group:
                return length, f"={group}"
        return 1, words[at]


def extract(text: str, concepts: Concepts) -> tuple[list[str], list[str], list[str]]:
    """The features of a text in each of the SPACES, repeated as often as they occur."""
    words = tokens(text)
    stemmed = [stem(word) for word in words]
    pieces = [piece for word in words for piece in _pieces(word)]
    return _singles_and_pairs(stemmed), pieces, _singles_and_pairs(concepts.replace(stemmed))


def key(space: str, feature: str) -> int:
    """A number for a feature, the same on every machine: its bytes as a number, modulo a large prime."""
    return int.from_bytes(f"{space}{feature}".encode(errors="replace"), "big") % _MODULUS


def count(features: Iterable[str]) -> Mapping[str, int]:
    """How often each feature occurs."""
    counts: dict[str, int] = {}
    for feature in features:
        counts[feature] = counts.get(feature, 0) + 1
    return counts


def _singles_and_pairs(words: list[str]) -> list[str]:
    return words + [f"{first} {second}" for first, second in pairwise(words)]


@lru_cache(maxsize=20_000)
def _pieces(word: str) -> tuple[str, ...]:
    """All pieces of 2 to 5 signs of a word with a space on either side; a shorter word gives itself once."""
    padded = f" {word} "
    pieces: list[str] = []
    for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
        if size >= len(padded):
            pieces.append(padded)
            break
        pieces += [padded[at : at + size] for at in range(len(padded) - size + 1)]
    return tuple(pieces)
