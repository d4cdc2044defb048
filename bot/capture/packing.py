"""What a site sends, taken only as far as the limits go: its bytes, unpacked, and what kind they are."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from bot.capture.refusals import OtherKind, TooLarge, Unreachable

# Of a page as it comes, and unpacked; in bytes.
LARGEST = 5 * 1024 * 1024
PAGES, TEXTS = frozenset({"text/html", "application/xhtml+xml"}), frozenset({"text/plain"})
FILES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})
# We ask for no packing; some sites pack all the same. zlib tells these two apart by itself.
_PACKED, _EITHER = frozenset({"gzip", "x-gzip", "deflate"}), 32 + zlib.MAX_WBITS


def kind(content_type: str) -> str:
    """The kind that a site says it sends, without what follows it. Raises OtherKind where it is none of ours."""
    found = content_type.partition(";")[0].strip().lower()
    if found not in PAGES | TEXTS | FILES:
        raise OtherKind
    return found


async def read(chunks: AsyncIterator[bytes], packing: str) -> bytes:
    """The whole, unpacked. Raises TooLarge as soon as it is, Unreachable where it is packed in another way or torn."""
    packing = packing.strip().lower()
    if packing not in _PACKED | {"", "identity"}:
        raise Unreachable
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > LARGEST:
            raise TooLarge
    return _unpacked(bytes(content)) if packing in _PACKED else bytes(content)


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj(_EITHER)
    try:
        content = unpacking.decompress(packed, LARGEST + 1)
    except zlib.error:
        raise Unreachable from None
    if len(content) > LARGEST:
        raise TooLarge
    if not unpacking.eof or unpacking.unused_data:
        raise Unreachable
    return content
