"""A draft as words with their places: what two people type differently comes out alike, and can be shown as it was typed."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from policy_kb.drafts.spellings import american, unrepeated

_CURLY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "`": "'"})
_SPELT_OUT = {"`": "'", "%": " percent"}
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]\x00]*(?=\s|\x00|$)|[;\n]")
_ABBREVIATION = re.compile(r"\b(?:mr|mrs|ms|dr|st|no|nr|vs?|lt|sgt|capt|ofc|det|jr|sr|dept|inc|co|[a-z])$")
# What may stand between the words of one phrase.
_JOINT = re.compile(r"[\s'#@&*_~+/-]*")
# Fewer words between two full stops belong to what stands before or after.
_FRAGMENT = 5


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `forms` are its spellings to look up, `start` and `end` its place in the folded text.

    `apart` says that a comma or the like stands before it, so that no phrase goes on with it.
    """

    forms: frozenset[str]
    start: int
    end: int
    sentence: int
    apart: bool


class Folded:
    """A text in lower case, without accents and invisible signs. Its places lead back to the text as it was typed."""

    def __init__(self, text: str) -> None:
        self.typed = text
        signs: list[str] = []
        self._origin: list[int] = []
        for at, sign in enumerate(text):
            for folded in _folded(sign):
                signs.append(folded)
                self._origin.append(at)
        self.text = "".join(signs)

    def as_typed(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the folded text stands in the typed one."""
        return self._origin[start], self._origin[end - 1] + 1

    def sentence(self, place: int) -> int:
        """The number of the sentence at a place of the folded text."""
        return bisect_right(self._sentences, place)

    def with_fragments(self, sentences: Iterable[int]) -> set[int]:
        """These sentences with those of a few words before and after them, which say what they say by them."""
        return {each for at in sentences for each in (at - 1, at, at + 1) if each == at or self._is_fragment(each)}

    def _is_fragment(self, sentence: int) -> bool:
        bounds = [0, *self._sentences, len(self.text)]
        if not 0 <= sentence < len(bounds) - 1:
            return False
        return len(_WORD.findall(self.text, bounds[sentence], bounds[sentence + 1])) < _FRAGMENT

    def words(self, leave_out: Callable[[int], bool], mended: Callable[[str], str | None]) -> tuple[Word, ...]:
        """All words but those that begin where `leave_out` says so; a slip of the keyboard has its `mended` form too."""
        found: list[Word] = []
        end = 0
        for start, after in self._stretches():
            if leave_out(start):
                continue
            plain = american(self.text[start:after].replace("'", ""))
            forms = {plain, unrepeated(plain), mended(plain) or plain}
            apart = not _JOINT.fullmatch(self.text, end, start)
            found.append(Word(frozenset(forms), start, after, self.sentence(start), apart))
            end = after
        return tuple(found)

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Start and end of each word; #RunTogether and @RunTogether are several."""
        for match in _WORD.finditer(self.text):
            start, end = match.span()
            if start and self.text[start - 1] in "#@":
                yield from self._humps(start, end)
            else:
                yield start, end

    def _humps(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        typed_start, typed_end = self.as_typed(start, end)
        cuts = [typed_start + match.start() for match in _HUMP.finditer(self.typed[typed_start:typed_end])]
        at = start
        for place in range(start + 1, end):
            if self._origin[place] in cuts and self._origin[place] != self._origin[place - 1]:
                yield at, place
                at = place
        yield at, end

    @cached_property
    def _sentences(self) -> list[int]:
        """Where each sentence but the first begins."""
        return [
            match.end()
            for match in _SENTENCE_END.finditer(self.text)
            if match[0] != "." or not _ABBREVIATION.search(self.text, max(0, match.start() - 5), match.start())
        ]


def fold(text: str) -> str:
    """A text as it is looked up: the words of the triggers go the same way as those of the drafts."""
    return "".join(map("".join, map(_folded, text)))


def _folded(sign: str) -> str:
    if sign.isascii():
        return _SPELT_OUT.get(sign) or sign.lower()
    signs = unicodedata.normalize("NFKD", sign).casefold().translate(_CURLY)
    return "".join(each for each in signs if unicodedata.category(each) not in ("Mn", "Cf"))
