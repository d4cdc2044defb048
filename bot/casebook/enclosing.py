"""The files of a case as one content to be sealed: those that came with the report, cleaned before, and pages captured by HR."""

from __future__ import annotations

from collections.abc import Sequence

from bot.casebook.padding import FILES, TooLong
from bot.casebook.shapes import Enclosure

MOST = 20
_HEAD = 8


def to_bytes(files: Sequence[Enclosure]) -> bytes:
    """All in one: of each the lengths, its name and kind, its content. Raises TooLong where they are too many or too large."""
    if len(files) > MOST or sum(len(each.content) for each in files) > FILES[-1]:
        raise TooLong
    parts = []
    for each in files:
        head = f"{each.name[:200]}\n{each.media_type}".encode("utf-8", "replace")
        parts += [len(head).to_bytes(_HEAD, "big"), len(each.content).to_bytes(_HEAD, "big"), head, each.content]
    return b"".join(parts)


def from_bytes(content: bytes) -> tuple[Enclosure, ...]:
    """The files again."""
    found, start = [], 0
    while start < len(content):
        head, size = (int.from_bytes(content[start + at : start + at + _HEAD], "big") for at in (0, _HEAD))
        start += 2 * _HEAD
        name, _, media_type = content[start : start + head].decode().rpartition("\n")
        start += head
        found.append(Enclosure(name, media_type, content[start : start + size]))
        start += size
    return tuple(found)
