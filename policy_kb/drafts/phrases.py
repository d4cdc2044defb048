"""The small language in which triggers are written, and how a phrase is found among the words of a draft.

`class action` is two words in any of their forms; `=seal` is this form alone; `vote yes/no` leaves a choice; `our * pay` lets
up to two words stand between; `(us) pay` takes any phrase of the list "us"; `<phone number>` is a figure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from policy_kb.drafts.figures import KINDS
from policy_kb.drafts.folding import Word, fold
from policy_kb.drafts.spellings import american, forms

MOST_BETWEEN = 2
_PART = re.compile(r"(?:\([^()]*\)|[^\s()])+")
_LETTERS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word of a phrase: as it is written there, and all forms in which it counts."""

    written: str
    forms: frozenset[str]


# One way to fill a place of a phrase: a word or several.
Filling = tuple[Wanted, ...]
# A place of a phrase: the fillings it may have; none at all stands for up to MOST_BETWEEN words of any kind.
Slot = tuple[Filling, ...]


class BadPhrase(Exception):
    """A phrase that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """One phrase: its slots, or the kind of figure that it stands for. Equal to itself alone, since policies' lists differ."""

    written: str
    slots: tuple[Slot, ...] = ()
    figure: str = ""

    @property
    def single_words(self) -> frozenset[str]:
        """The forms of the words that are the whole phrase."""
        fillings = self.slots[0] if len(self.slots) == 1 else ()
        return frozenset(form for filling in fillings if len(filling) == 1 for form in filling[0].forms)


def read_phrase(written: str, lists: Mapping[str, Sequence[Phrase]]) -> Phrase:
    """The phrase that is written so. Raises BadPhrase."""
    text = written.strip()
    if text.startswith("<") and text.endswith(">"):
        if text[1:-1] not in KINDS:
            raise BadPhrase(f"no figure is called {text}; there are {', '.join(sorted(KINDS))}")
        return Phrase(written, figure=text[1:-1])
    slots = tuple(_slot(part, lists) for part in _PART.findall(text))
    if not slots or not slots[0] or not slots[-1]:
        raise BadPhrase(f"{written!r} must begin and end with a word")
    return Phrase(written, slots)


def _slot(part: str, lists: Mapping[str, Sequence[Phrase]]) -> Slot:
    """One place of a phrase: a gap, or all that its alternatives may be."""
    return () if part == "*" else tuple(filling for each in part.split("/") for filling in _alternative(each, lists))


def _alternative(written: str, lists: Mapping[str, Sequence[Phrase]]) -> Iterator[Filling]:
    """A word, or the phrases of a list."""
    name = written.removeprefix("(").removesuffix(")")
    if name == written:
        yield _filling(written)
    elif name not in lists:
        raise BadPhrase(f"no list is called {name!r}")
    else:
        for phrase in lists[name]:
            yield from _fillings(phrase)


def _fillings(phrase: Phrase) -> Iterator[Filling]:
    """All that a phrase of a list may be, as fillings of one slot."""
    if phrase.figure or not all(phrase.slots):
        raise BadPhrase(f"{phrase.written!r} is too much for a list; a figure or a gap cannot stand in one")
    for way in product(*phrase.slots):
        yield tuple(word for filling in way for word in filling)


def _filling(written: str) -> Filling:
    """One word with its forms, or several words where signs such as a hyphen stand inside."""
    exactly = written.startswith("=")
    words = [american(word.replace("'", "")) for word in _LETTERS.findall(fold(written))]
    if not words:
        raise BadPhrase(f"{written!r} has no letters")
    return tuple(Wanted(word, frozenset({word}) if exactly else forms(word)) for word in words)


def ends(slots: Sequence[Slot], words: Sequence[Word], at: int, first: bool = True) -> Iterator[int]:
    """Where the slots may end that begin at this word; nothing where they do not fit."""
    if not slots:
        yield at
    elif not slots[0]:
        for between in range(MOST_BETWEEN + 1):
            if all(_follows(words, at + place) for place in range(between)):
                yield from ends(slots[1:], words, at + between, False)
    else:
        for filling in slots[0]:
            if _fits(filling, words, at, first):
                yield from ends(slots[1:], words, at + len(filling), False)


def _fits(filling: Filling, words: Sequence[Word], at: int, first: bool) -> bool:
    return all(
        at + place < len(words)
        and not wanted.forms.isdisjoint(words[at + place].forms)
        and ((first and not place) or _follows(words, at + place))
        for place, wanted in enumerate(filling)
    )


def _follows(words: Sequence[Word], at: int) -> bool:
    """Whether the word at this place goes on with the one before it."""
    return 0 < at < len(words) and not words[at].apart and words[at].sentence == words[at - 1].sentence


class Index:
    """Phrases by the words that they may begin with, and `figures` by their kind.

    `written` are all words that stand in a phrase, `forms` all their forms.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_word: dict[str, list[Phrase]] = defaultdict(list)
        self.figures: dict[str, list[Phrase]] = defaultdict(list)
        wanted: set[Wanted] = set()
        for phrase in phrases:
            if phrase.figure:
                self.figures[phrase.figure].append(phrase)
            else:
                wanted.update(word for slot in phrase.slots for filling in slot for word in filling)
                for form in {form for filling in phrase.slots[0] for form in filling[0].forms}:
                    self._by_word[form].append(phrase)
        self.written = frozenset(word.written for word in wanted)
        self.forms = frozenset(form for word in wanted for form in word.forms)

    def find(self, words: Sequence[Word]) -> Iterator[tuple[Phrase, int, int]]:
        """Each phrase that stands among the words, with its first word's place and the place after its last."""
        for at, word in enumerate(words):
            # In a fixed order, so that the same draft always gives the same answer.
            for phrase in dict.fromkeys(phrase for form in sorted(word.forms) for phrase in self._by_word.get(form, ())):
                end = next(ends(phrase.slots, words, at), None)
                if end is not None:
                    yield phrase, at, end
