"""What is packed within bytes, wherever in them it begins, opened as they go by: zip, gzip, zlib, bzip2, xz, base64 around these.

Whatever its size, only a few windows of it are held in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bot.drill.openers import BROKEN, HEAD, STEP, Opener, beginnings

DEEPEST = 5
# No more than so many bytes are read of one packed part; that there was more is told.
LARGEST = 4 * 1024**3
# So much is looked at once, and so much of it once more with what follows, so that nothing is cut in two.
WINDOW, OVERLAP = 4 * 1024**2, 8 * 1024

# Told of each window: where it is, at which byte it begins, and its bytes.
Sees = Callable[[str, int, bytes], None]
# What could not be read or opened, each with its reason.
Shut = dict[str, str]


class Hay:
    """Bytes in which is searched, pushed in pieces of any size; what is packed in them becomes hay of its own."""

    def __init__(self, where: str, sees: Sees, shut: Shut, depth: int = 0) -> None:
        self._where, self._sees, self._shut, self._depth = where, sees, shut, depth
        self._held = bytearray()
        # How many of the held bytes were looked at before, at which byte they begin, and up to where beginnings were looked for.
        self._old, self._at, self._begun = 0, 0, 0
        self._parts: list[_Part] = []

    def push(self, data: bytes | memoryview) -> None:
        """More bytes."""
        view = memoryview(data)
        while len(view):
            room = max(WINDOW - len(self._held), 1)
            self._held += view[:room]
            view = view[room:]
            if len(self._held) >= WINDOW:
                self._look(final=False)

    def close(self) -> None:
        """No more bytes follow."""
        # By chance two or three bytes look like the beginning of something packed.
        if len(self._held) > self._old and not (self._depth and self._at + len(self._held) <= 4):
            self._look(final=True)
        for part in self._parts:
            part.close()
        self._parts = []

    def _look(self, *, final: bool) -> None:
        window = bytes(self._held)
        self._sees(self._where, self._at, window)
        fresh = memoryview(window)[self._old :]
        self._parts = [part for part in self._parts if part.feed(fresh)]
        until = len(window) if final else len(window) - HEAD
        if self._depth < DEEPEST:
            for start, how, opener in beginnings(window, self._begun - self._at, until):
                part = _Part(opener, f"{self._where} > {how}", self._sees, self._shut, self._depth + 1)
                if part.feed(memoryview(window)[start:]):
                    self._parts.append(part)
        self._begun = self._at + until
        self._held = bytearray(window[-OVERLAP:])
        self._at += len(window) - len(self._held)
        self._old = len(self._held)


class _Part:
    """Something packed, with the hay that is made of it."""

    def __init__(self, opener: Opener, where: str, sees: Sees, shut: Shut, depth: int) -> None:
        self._opener, self._where, self._shut = opener, where, shut
        self._hay = Hay(where, sees, shut, depth)
        self._size = 0

    def feed(self, data: memoryview) -> bool:
        """Whether it goes on after these bytes."""
        try:
            self._open(data)
        except BROKEN:
            self._opener.ended = True
        if self._size > LARGEST:
            self._shut[self._where] = f"larger than {LARGEST / 1024**3:g} GB when opened; the rest was not read"
        if self._opener.ended or self._size > LARGEST:
            self._hay.close()
            return False
        return True

    def _open(self, data: memoryview) -> None:
        for start in range(0, len(data), STEP):
            for piece in self._opener.feed(data[start : start + STEP]):
                self._size += len(piece)
                if self._size > LARGEST:
                    return
                self._hay.push(piece)
            if self._opener.ended:
                return

    def close(self) -> None:
        """Nothing follows; what was packed may have been cut off."""
        with suppress(*BROKEN):
            self._hay.push(self._opener.rest())
        self._hay.close()
