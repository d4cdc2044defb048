"""Words blacked out: found whatever their case, composition and spacing, and replaced by a block of constant length. Pure."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from bot.journeys import spelled

# What stands for what was blacked out; always so long, so that its length tells nothing.
BLOCK = "█████"
# A phrase with fewer letters or digits would black out half of a text.
FEWEST_LETTERS, LONGEST, MOST = 2, 200, 100
# Signs that people write for each other.
_SAME = str.maketrans({**dict.fromkeys("’‘‛ʼ′`", "'"), **dict.fromkeys("“”„‟″", '"'), **dict.fromkeys("‐‑‒–—―−", "-")})
# Signs without a shape that are no format characters (Cf): joiners, fillers and selectors of variants.
_SELECTORS = {chr(code) for code in range(0xFE00, 0xFE10)}
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | _SELECTORS
# Letters of ASCII that no mark follows: each stands for itself.
_ASCII = re.compile(r"[!-~]+(?=[\x00-\x7f]|\Z)")
# No writing puts more marks on a letter (UAX #15, stream-safe text); to put more in order takes the square of their number.
_MOST_MARKS = 31
# How the names of letters begin that are written without blanks between words, or with endings: there every place is an edge.
_BLANKLESS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")


def tidy(phrases: Sequence[str]) -> tuple[str, ...]:
    """The phrases without blanks around them, each once; those in which nothing is to be seen are left out."""
    found = {_folded(each).text.strip(): " ".join(each.split()) for each in phrases}
    return tuple(each for seen, each in found.items() if seen)


def mistakes(phrases: Sequence[str]) -> list[str]:
    """What is wrong with phrases, by their place; no phrase is repeated."""
    wrong = [f"There are more than {MOST} phrases to black out."] if len(phrases) > MOST else []
    for place, phrase in enumerate(phrases, 1):
        if sum(map(str.isalnum, phrase)) < FEWEST_LETTERS:
            wrong.append(f"Phrase {place} to black out has fewer than two letters or digits.")
        if len(phrase) > LONGEST:
            wrong.append(f"Phrase {place} to black out is longer than {LONGEST} letters.")
        if BLOCK[0] in phrase:
            wrong.append(f"Phrase {place} to black out has the sign in it that stands for what is blacked out.")
    return wrong


@dataclass(frozen=True)
class Blackening:
    """What blacks out these phrases, which `tidy` has left, and with which `mistakes` finds nothing wrong."""

    phrases: tuple[str, ...] = field(default=(), repr=False)

    def found_in(self, text: str) -> tuple[int, ...]:
        """How often each phrase stands in a text."""
        folded = _folded(text)
        return tuple(sum(1 for _ in _places(folded.text, each)) for each in self._folded)

    def over(self, text: str) -> tuple[str, int, tuple[int, ...]]:
        """The text with a block for each place where a phrase stands, how many blocks those are, and how often each phrase stood
        there. Places that overlap are one block."""
        if not self.phrases:
            return text, 0, ()
        folded = _folded(text)
        places = [list(_places(folded.text, each)) for each in self._folded]
        spans = sorted((folded.starts[start], folded.ends[end - 1]) for each in places for start, end in each)
        parts, blocks, at = [], 0, 0
        for start, end in spans:
            if start >= at:
                parts += [text[at:start], BLOCK]
                blocks += 1
            at = max(at, end)
        return "".join([*parts, text[at:]]), blocks, tuple(map(len, places))

    def hidden_in(self, text: str) -> bool:
        """Whether a text spells a phrase in code (`Zo%C3%AB`, `Zo&euml;`, `Zo\\u00eb`), where it is not found."""
        return any(any(self.found_in(each)) for each in spelled.readings(text))

    @cached_property
    def _folded(self) -> list[str]:
        return [_folded(each).text.strip() for each in self.phrases]


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text as it is compared, and of each of its signs where that which it stands for begins and ends in the text itself."""

    text: str
    starts: array[int]
    ends: array[int]


def _folded(text: str) -> _Folded:
    """A letter is taken together with its marks, so that composed and decomposed are the same."""
    signs: list[str] = []
    starts, ends = array("L"), array("L")
    at = 0
    while at < len(text):
        ascii = _ASCII.match(text, at)
        if ascii:  # most of what there is, and quicker than sign by sign
            signs.append(ascii[0].lower().translate(_SAME))
            starts.extend(range(at, ascii.end()))
            ends.extend(range(at + 1, ascii.end() + 1))
            at = ascii.end()
            continue
        end = at + 1
        while end < len(text) and end - at < _MOST_MARKS and _belongs(text[end]):
            end += 1
        piece = _plain(text[at:end])
        if piece == " " and signs and signs[-1] == " ":
            ends[-1] = end
        else:
            for sign in piece:
                signs.append(sign)
                starts.append(at)
                ends.append(end)
        at = end
    return _Folded("".join(signs), starts, ends)


@lru_cache(4096)
def _plain(letter: str) -> str:
    """A letter with its marks, as it is compared: Unicode's compatibility caseless match (chapter 3.13, D146)."""
    seen = "".join(sign for sign in letter if not _unseen(sign))
    for _ in range(2):
        seen = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", seen).casefold())
    return "".join(" " if sign.isspace() else sign for sign in seen.translate(_SAME))


@lru_cache(4096)
def _belongs(sign: str) -> bool:
    return bool(unicodedata.combining(sign)) or _unseen(sign)


def _unseen(sign: str) -> bool:
    return sign in _UNSEEN or unicodedata.category(sign) == "Cf"


def _places(text: str, phrase: str) -> Iterator[tuple[int, int]]:
    """Where a phrase stands whole, from and to."""
    at = text.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        whole = _is_edge(text, at) and _is_edge(text, end)
        if whole:
            yield at, end
        at = text.find(phrase, end if whole else at + 1)


def _is_edge(text: str, at: int) -> bool:
    """Whether a word can begin or end here."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    return not (_of_word(before) and _of_word(after)) or _blankless(before) or _blankless(after)


def _of_word(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


def _blankless(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith(_BLANKLESS)
