"""Openers of what is packed, and where in bytes something packed may begin. Each opens in steps, what it is given and no more."""

from __future__ import annotations

import base64
import binascii
import bz2
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Protocol

STEP = 64 * 1024
# As long as the longest beginning: with less after it, it may not be known yet.
HEAD = 32
# zip, gzip, bzip2, xz, and zlib in its eight sizes. One by one, since what begins with a known byte is found many times faster.
_BEGINNINGS = (
    rb"PK\x03\x04",
    rb"\x1f\x8b\x08",
    rb"BZh[1-9]",
    rb"\xfd7zXZ\x00",
    rb"\x78[\x01\x5e\x9c\xda]",
    *(re.escape(bytes([size])) + rb"\x1d" for size in range(0x08, 0x78, 0x10)),
)
_PACKED = tuple(re.compile(each) for each in _BEGINNINGS)
_BASE64 = re.compile(rb"[CGHKOQSUWa-e/_](?<![A-Za-z0-9+/_-].)[A-Za-z0-9+/_-]{23}")
_RUN = re.compile(rb"[A-Za-z0-9+/]*")
# A file's header in a zip; the flag that says that a password is needed.
_ZIP, _LOCKED = struct.Struct("<4sHHHHHIIIHH"), 1
_STANDARD = bytes.maketrans(b"-_", b"+/")
# What the openers raise for something that only looked packed, or is broken.
BROKEN = (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError)


class Opener(Protocol):
    """Opens one packed part; `ended` once it is over. What is none raises one of BROKEN."""

    ended: bool

    def feed(self, data: memoryview) -> Iterator[bytes]:
        """What comes of these bytes, in steps."""

    def rest(self) -> bytes:
        """What is left where nothing follows."""


class _Deflated:
    """gzip, zlib, and what stands in a zip, by the bits that zlib wants to know."""

    def __init__(self, bits: int) -> None:
        self._opened = zlib.decompressobj(bits)

        self.ended = False

    def feed(self, data: memoryview) -> Iterator[bytes]:
        left: bytes | memoryview = data
        while len(left) and not self._opened.eof:
            piece = self._opened.decompress(left, STEP)
            left = self._opened.unconsumed_tail
            yield piece
        self.ended = self._opened.eof

    def rest(self) -> bytes:
        return self._opened.flush()


class _Zipped(_Deflated):
    """A file in a zip, which begins after its header."""

    def __init__(self, header: int) -> None:
        super().__init__(-zlib.MAX_WBITS)
        self._header = header

    def feed(self, data: memoryview) -> Iterator[bytes]:
        skipped = min(self._header, len(data))
        self._header -= skipped
        yield from super().feed(data[skipped:])


class _Streamed:
    """bzip2 and xz."""

    def __init__(self, opened: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._opened = opened
        self.ended = False

    def feed(self, data: memoryview) -> Iterator[bytes]:
        yield self._opened.decompress(data, STEP)
        while not self._opened.eof and not self._opened.needs_input:
            yield self._opened.decompress(b"", STEP)
        self.ended = self._opened.eof

    def rest(self) -> bytes:
        return b""


class _Based:
    """base64, in one line or in many."""

    def __init__(self) -> None:
        self._left = b""
        self.ended = False

    def feed(self, data: memoryview) -> Iterator[bytes]:
        text = self._left + bytes(data).translate(_STANDARD, b"\r\n")
        found = _RUN.match(text)
        run = found[0] if found else b""
        self.ended = len(run) < len(text)
        whole = len(run) // 4 * 4
        self._left = run[whole:]
        yield base64.b64decode(run[:whole])
        if self.ended:
            yield self.rest()

    def rest(self) -> bytes:
        left, self._left = self._left, b""
        return base64.b64decode(left + b"=" * (-len(left) % 4)) if len(left) > 1 else b""


def beginnings(window: bytes, start: int, until: int) -> Iterator[tuple[int, str, Opener]]:
    """Where something packed may begin, from `start` and before `until`."""
    for pattern in _PACKED:
        for found in pattern.finditer(window, start):
            if found.start() >= until:
                break
            if made := _opener(found[0], window, found.start()):
                yield found.start(), *made
    for found in _BASE64.finditer(window, start):
        if found.start() >= until:
            break
        if _holds_packed(found[0]):
            yield found.start(), "base64", _Based()


def _holds_packed(text: bytes) -> bool:
    try:
        opened = base64.b64decode(text.translate(_STANDARD))
    except binascii.Error:
        return False
    return any(pattern.match(opened) for pattern in _PACKED)


def _opener(beginning: bytes, window: bytes, start: int) -> tuple[str, Opener] | None:
    match beginning[:2]:
        case b"PK":
            return _in_zip(window, start)
        case b"\x1f\x8b":
            return "gzip", _Deflated(zlib.MAX_WBITS | 16)
        case b"BZ":
            return "bzip2", _Streamed(bz2.BZ2Decompressor())
        case b"\xfd7":
            return "xz", _Streamed(lzma.LZMADecompressor())
        case _:
            return "zlib", _Deflated(zlib.MAX_WBITS)


def _in_zip(window: bytes, start: int) -> tuple[str, Opener] | None:
    """A file of a zip by its own header (APPNOTE 4.3.7); what is stored in it unpacked, or packed in another way, stands in the
    open or begins as that does."""
    header = window[start : start + _ZIP.size]
    if len(header) < _ZIP.size:
        return None
    _, _, flags, method, *_, name, extra = _ZIP.unpack(header)
    if method != zipfile.ZIP_DEFLATED or flags & _LOCKED:
        return None
    named = window[start + _ZIP.size : start + _ZIP.size + name].decode("utf-8", "replace")
    return f"zip {named}", _Zipped(_ZIP.size + name + extra)
