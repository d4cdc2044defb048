"""Finds marks, digests and receipts in what was gathered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.drill.digests import Digests
from bot.drill.disguises import needles
from bot.drill.finding import Finder
from bot.drill.places import Source
from bot.drill.unpacking import Hay, Shut

# So many words of a receipt in their order are that receipt.
RUN = 3
# For so many receipts their words are looked for in every disguise; for more only as words.
FEW = 60
_WORDS = re.compile(rb"[a-z]{2,}")
_ESCAPED = re.compile(rb"\\+[nrt]|%[0-9a-f]{2}|\\+u[0-9a-f]{4}|&#?[a-z0-9]{1,6};")


@dataclass(frozen=True)
class Hit:
    """A leak: which fact, in which disguise, where; at which byte of it, and what stands around it."""

    kind: str
    how: str
    where: str
    near: str = field(default="", compare=False)
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.kind} ({self.how}) in {self.where}: …{self.near}…"


@dataclass
class Looked:
    """What a search found, each leak once; what it could not open, with the reason; and how much it read."""

    hits: dict[Hit, None] = field(default_factory=dict)
    shut: Shut = field(default_factory=dict)
    sources: int = 0
    bytes: int = 0


class Search:
    """Looks for everything at once; `receipts` are the words of receipts, in order."""

    def __init__(self, marks: Mapping[str, str], digests: Digests, receipts: Iterable[Sequence[str]] = ()) -> None:
        self._digests = digests
        looked_for = needles(marks)
        self._runs: set[tuple[bytes, ...]] = set()
        told = [_words(" ".join(words).encode()) for words in receipts]
        for words in told:
            self._runs |= set(zip(*(words[place:] for place in range(RUN)), strict=False))
        for words in told[:FEW]:
            for mark in (joint.join(word.decode() for word in words[1:5]) for joint in (" ", "-", "+")):
                looked_for += needles({"receipt": mark})
        # Whatever part of a receipt stands somewhere, one of these words is in it.
        self._within = {word for words in told for word in words[RUN - 1 :: RUN]}
        self._folded = Finder(needle for needle in looked_for if needle.folded)
        self._exact = Finder(needle for needle in looked_for if not needle.folded)

    def hits(self, sources: Iterable[Source]) -> list[Hit]:
        """Every leak once, with where it was found first."""
        return list(self.look(sources).hits)

    def look(self, sources: Iterable[Source]) -> Looked:
        """Every leak once, with where it was found first; and what was read, and what could not be."""
        looked = Looked()

        def sees(where: str, at: int, window: bytes) -> None:
            for hit in self._in(where, at, window):
                looked.hits.setdefault(hit)

        for source in sources:
            hay = Hay(source.where, sees, looked.shut)
            try:
                for piece in source.pieces():
                    hay.push(piece)
                    looked.bytes += len(piece)
                looked.sources += 1
            except OSError as error:
                looked.shut[source.where] = error.strerror or type(error).__name__
            hay.close()
        return looked

    def _in(self, where: str, at: int, data: bytes) -> Iterator[Hit]:
        folded = data.lower()
        # Encoded text may be broken into lines.
        unbroken = data.replace(b"\r", b"").replace(b"\n", b"")
        for finder, text in ((self._folded, folded), (self._exact, data), (self._exact, unbroken)):
            for needle, place in finder.find(text):
                yield Hit(needle.kind, needle.how, where, _near(text, place), at + place)
        for kind, how, start in self._digests.found_in(data):
            yield Hit(kind, how, where, _near(data, start), at + start)
        yield from self._receipts(where, at, folded)

    def _receipts(self, where: str, at: int, folded: bytes) -> Iterator[Hit]:
        for how, text in (("words", folded), ("words in UTF-16", folded.replace(b"\x00", b""))):
            first = next((word for word in self._within if word in text), None)
            if first is None:
                continue
            words = _words(text)
            for run in zip(*(words[place:] for place in range(RUN)), strict=False):
                if run in self._runs:
                    yield Hit("receipt", how, where, "three of its words", at)
                    return


def _words(folded: bytes) -> list[bytes]:
    return _WORDS.findall(_ESCAPED.sub(b" ", folded.lower()))


def _near(data: bytes, start: int) -> str:
    return data[max(0, start - 30) : start + 50].decode("utf-8", "replace").replace("\x00", "").replace("\n", " ")
