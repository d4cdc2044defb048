"""Finds marks, digests and receipts in what was gathered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.canary.digests import Digests
from tests.canary.disguises import needles
from tests.canary.finding import Finder
from tests.canary.haul import Source
from tests.canary.unpacking import unpacked

# So many words of a receipt in their order are that receipt.
RUN = 3
# For so many receipts their words are looked for in every disguise; for more only as words.
FEW = 60
_WORDS = re.compile(rb"[a-z]{2,}")
_ESCAPED = re.compile(rb"\\+[nrt]|%[0-9a-f]{2}|\\+u[0-9a-f]{4}|&#?[a-z0-9]{1,6};")


@dataclass(frozen=True)
class Hit:
    """A leak: which fact, in which disguise, where; and what stands around it."""

    kind: str
    how: str
    where: str
    near: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.kind} ({self.how}) in {self.where}: …{self.near}…"


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
            for mark in (joint.join(word.decode() for word in words[1:5]) for joint in (" ", "-")):
                looked_for += needles({"receipt": mark})
        self._folded = Finder(needle for needle in looked_for if needle.folded)
        self._exact = Finder(needle for needle in looked_for if not needle.folded)

    def hits(self, sources: Iterable[Source]) -> list[Hit]:
        """Every leak once, with where it was found first."""
        found: dict[Hit, None] = {}
        for source in sources:
            for where, data in unpacked(source.data, source.where):
                for hit in self._in(where, data):
                    found.setdefault(hit)
        return list(found)

    def _in(self, where: str, data: bytes) -> Iterator[Hit]:
        folded = data.lower()
        # Encoded text may be broken into lines.
        unbroken = data.replace(b"\r", b"").replace(b"\n", b"")
        for finder, text in ((self._folded, folded), (self._exact, data), (self._exact, unbroken)):
            for needle, place in finder.find(text):
                yield Hit(needle.kind, needle.how, where, _near(text, place))
        for kind, how, start in self._digests.found_in(data):
            yield Hit(kind, how, where, _near(data, start))
        yield from self._receipts(where, folded)

    def _receipts(self, where: str, folded: bytes) -> Iterator[Hit]:
        if not self._runs:
            return
        for how, text in (("words", folded), ("words in UTF-16", folded.replace(b"\x00", b""))):
            words = _words(text)
            for run in zip(*(words[place:] for place in range(RUN)), strict=False):
                if run in self._runs:
                    yield Hit("receipt", how, where, "three of its words")
                    return


def _words(folded: bytes) -> list[bytes]:
    return _WORDS.findall(_ESCAPED.sub(b" ", folded.lower()))


def _near(data: bytes, start: int) -> str:
    return data[max(0, start - 30) : start + 50].decode("utf-8", "replace").replace("\x00", "").replace("\n", " ")
