"""A JPEG inside a PDF, freed from all but what its points need, without painting it anew. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.attachments import UnsafePaper

_START, _END, _SCAN, _ADOBE = 0xD8, 0xD9, 0xDA, 0xEE
_RESTARTS = range(0xD0, 0xD8)
# Frames, tables of Huffman and arithmetic codes, quantisation, restart intervals, numbers of lines.
_NEEDED = {*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD} - {0xC8}


def bare(content: bytes) -> bytes:
    """The same points without EXIF, XMP, colour profile, comments, a small picture within, or anything after the end.

    Raises UnsafePaper where it is not built as a JPEG is.
    """
    try:
        return b"".join(_parts(content))
    except (IndexError, ValueError):
        raise UnsafePaper from None


def _parts(content: bytes) -> Iterator[bytes]:
    if content[:2] != bytes((0xFF, _START)):
        raise ValueError
    yield content[:2]
    at = 2
    while True:
        at, marker = _marker(content, at)
        if marker == _END:
            yield bytes((0xFF, _END))
            return
        size = int.from_bytes(content[at : at + 2], "big")
        body = content[at + 2 : at + size]
        if size < 2 or len(body) != size - 2:
            raise ValueError
        at += size
        if marker in _NEEDED or marker == _SCAN:
            yield bytes((0xFF, marker)) + size.to_bytes(2, "big") + body
        elif marker == _ADOBE and body[:5] == b"Adobe" and len(body) >= 12:
            # Of this only whether colours are turned is needed.
            yield bytes((0xFF, _ADOBE, 0, 14)) + b"Adobe\x00\x64\x00\x00\x00\x00" + body[11:12]
        if marker == _SCAN:
            end = _scan_end(content, at)
            yield content[at:end]
            at = end


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The next marker, and where it ends; markers may be filled up before."""
    if content[at] != 0xFF:
        raise ValueError
    while content[at] == 0xFF:
        at += 1
    return at + 1, content[at]


def _scan_end(content: bytes, at: int) -> int:
    """Where the points of a scan end: at a marker that is neither a filled-up byte nor a restart."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] != 0 and content[at + 1] not in _RESTARTS:
            return at
        at += 2
