"""What is packed within bytes, wherever in them it begins: zip, gzip, zlib, bzip2, xz, and base64 around any of these."""

from __future__ import annotations

import base64
import binascii
import bz2
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator

DEEPEST = 5
# No more than so many bytes are read of one packed part.
LARGEST = 64 * 1024 * 1024
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|[\x08\x18\x28\x38\x48\x58\x68]\x1d")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_PACKED = re.compile(rb"PK\x03\x04|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\x00|\x78[\x01\x5e\x9c\xda]")


def unpacked(data: bytes, name: str = "", depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """These bytes, then everything packed in them, each with a name that says where it was."""
    yield name, data
    if depth < DEEPEST:
        for how, inner in _parts(data):
            yield from unpacked(inner, f"{name} > {how}", depth + 1)


def _parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield from _zipped(data)
    for found in re.finditer(rb"\x1f\x8b\x08", data):
        yield from _stream("gzip", data, found.start(), zlib.decompressobj(zlib.MAX_WBITS | 16).decompress)
    for found in _ZLIB.finditer(data):
        yield from _stream("zlib", data, found.start(), zlib.decompressobj().decompress)
    for found in re.finditer(rb"BZh[1-9]", data):
        yield from _stream("bzip2", data, found.start(), bz2.BZ2Decompressor().decompress)
    for found in re.finditer(rb"\xfd7zXZ\x00", data):
        yield from _stream("xz", data, found.start(), lzma.LZMADecompressor().decompress)
    for found in _BASE64.finditer(data):
        inner = _from_base64(found[0])
        if inner and _PACKED.match(inner):
            yield "base64", inner


def _zipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    if b"PK\x05\x06" not in data:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "zip names", " ".join(archive.namelist()).encode() + b" " + archive.comment
            for member in archive.infolist():
                yield f"zip {member.filename}", archive.read(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, OSError):
        return


def _stream(how: str, data: bytes, start: int, decompress: object) -> Iterator[tuple[str, bytes]]:
    """What a stream that begins here holds, as far as it can be read; by chance something may only look like one."""
    found = b""
    try:
        for place in range(start, len(data), 4096):
            found += decompress(data[place : place + 4096])  # type: ignore[operator]
            if len(found) > LARGEST:
                break
    except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError):
        pass
    if len(found) > 4:
        yield how, found


def _from_base64(text: bytes) -> bytes:
    core = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    core = core[: len(core) // 4 * 4] if len(core) % 4 == 1 else core
    try:
        return base64.b64decode(core + b"=" * (-len(core) % 4))
    except (binascii.Error, ValueError):
        return b""
