"""Many needles in much hay: positions at which one may begin are found for all needles at once, then looked at one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from bot.drill.disguises import Needle

_BEGINS = 4


class Finder:
    """Finds needles that have four bytes or more."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self._by_beginning: dict[bytes, list[Needle]] = {}
        self._pairs = np.zeros(65536, dtype=bool)
        for needle in needles:
            assert len(needle.bytes) >= _BEGINS
            self._by_beginning.setdefault(needle.bytes[:_BEGINS], []).append(needle)
            self._pairs[needle.bytes[0] | needle.bytes[1] << 8] = True
        self._keys = np.array(sorted(int.from_bytes(each, "little") for each in self._by_beginning), dtype=np.uint32)

    def find(self, data: bytes) -> Iterator[tuple[Needle, int]]:
        """Each needle that is in it, once, with where it stands first."""
        met: set[int] = set()
        for place in self._candidates(data):
            for needle in self._by_beginning[data[place : place + _BEGINS]]:
                if id(needle) not in met and data.startswith(needle.bytes, place):
                    met.add(id(needle))
                    yield needle, place

    def _candidates(self, data: bytes) -> list[int]:
        if len(data) < _BEGINS or not len(self._keys):
            return []
        each = np.frombuffer(data, dtype=np.uint8).astype(np.uint32)
        places = np.flatnonzero(self._pairs[(each[:-3] | each[1:-2] << 8)])
        found = each[places] | each[places + 1] << 8 | each[places + 2] << 16 | each[places + 3] << 24
        at = np.searchsorted(self._keys, found).clip(max=len(self._keys) - 1)
        return [int(place) for place in places[self._keys[at] == found]]
