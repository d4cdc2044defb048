"""The forms of an English word, British spelling beside American, and slips of the keyboard."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

SHORTEST_MENDED, TWO_SLIPS_FROM = 7, 10
_VOWELS = "aeiou"
_RUN = re.compile(r"([a-z])\1{2,}")
# Both sides of a comparison go through these, so it does not matter that some words come out that nobody writes.
_AMERICAN = (
    (re.compile(r"(is|ys)(e|es|ed|er|ers|ing|ation|ations|able)$"), lambda found: found[1][0] + "z" + found[2]),
    (
        re.compile(r"^((?:dis|un|mis)?(?:behavi|col|fav|flav|harb|hon|hum|lab|neighb|od|parl|rum|sav|vap|vig|endeav|glam))our"),
        r"\1or",
    ),
    (re.compile(r"^(def|off|lic|pret)ence"), r"\1ense"),
    (
        re.compile(r"^(travel|cancel|label|model|fuel|level|signal|counsel|quarrel|libel|marvel|tunnel|channel)l(ed|ing|ers?)$"),
        r"\1\2",
    ),
    (re.compile(r"^(cent|theat|met|lit|fib)re(s?)$"), r"\1er\2"),
    (re.compile(r"^(program)me(s?)$"), r"\1\2"),
    (re.compile(r"^(judg|acknowledg)e(ments?)$"), r"\1\2"),
    (re.compile(r"^(catal|dial|anal)ogue(s?)$"), r"\1og\2"),
    (re.compile(r"^grey"), "gray"),
    (re.compile(r"^cheque"), "check"),
)


@lru_cache(maxsize=20_000)
def american(word: str) -> str:
    """The American spelling of a word in lower case."""
    for pattern, instead in _AMERICAN:
        word = pattern.sub(instead, word)
    return word


def unrepeated(word: str) -> str:
    """The word with a letter written three times or more written once."""
    return _RUN.sub(r"\1", word)


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """The word with its plural, possessive, past and "-ing" forms, in American spelling."""
    found = {word, f"{word}s"}
    if len(word) > 2 and word.isalpha() and not word.endswith(("ing", "ed")):
        found |= {_with_es(word), *_pasts(word)}
    return frozenset(map(american, found))


def _with_es(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if _ends_in_y(word) else f"{word}s"


def _pasts(word: str) -> tuple[str, ...]:
    if word.endswith("ie"):
        return f"{word}d", f"{word[:-2]}ying"
    if word.endswith("e"):
        return f"{word}d", f"{word}ing" if word.endswith(("ee", "oe", "ye")) else f"{word[:-1]}ing"
    if _ends_in_y(word):
        return f"{word[:-1]}ied", f"{word}ing"
    root = f"{word}{word[-1]}" if _doubles(word) else word
    return f"{root}ed", f"{root}ing"


def _ends_in_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in _VOWELS


def _doubles(word: str) -> bool:
    """Whether the last letter is doubled: one vowel before one consonant at the end of a word of one syllable."""
    return (
        word[-1] not in f"{_VOWELS}wxy"
        and word[-2] in _VOWELS
        and not any(sign in _VOWELS for sign in word[:-2].removeprefix("qu"))
        and word[-3:-2] not in _VOWELS
    )


class Slips:
    """Mends slips of the keyboard: a letter too few, one too many, or two that changed places.

    A wrong letter is no slip here, since too many words differ from others by one ("treat", "great"). `meant` are the words to be
    found again, `known` all that are right as they are; `is_common` says of any other word that it is no slip.
    """

    def __init__(self, meant: Iterable[str], known: Iterable[str], is_common: Callable[[str], bool]) -> None:
        self._known = frozenset(known)
        self._is_common = is_common
        self._by_initial: dict[str, list[str]] = defaultdict(list)
        for word in sorted({form for each in meant for form in (each, f"{each}s")}):
            if len(word) >= SHORTEST_MENDED and word.isascii() and word.isalpha():
                self._by_initial[word[0]].append(word)

    def mended(self, word: str) -> str | None:
        """The word that was meant; None where it is no slip."""
        if len(word) < SHORTEST_MENDED or word in self._known or self._is_common(word):
            return None
        near = (other for other in self._by_initial[word[0]] if abs(len(other) - len(word)) <= 2)
        return next((other for other in near if _is_slip(word, other)), None)


def _is_slip(word: str, meant: str) -> bool:
    most = 1 if len(meant) < TWO_SLIPS_FROM else 2
    slips = OSA.distance(word, meant, score_cutoff=most)
    if slips > most:
        return False
    shared = sum(min(word.count(sign), meant.count(sign)) for sign in set(word))
    # Each slip changes the number of letters or leaves all of them as they are; a wrong letter does neither.
    return shared == min(len(word), len(meant))
