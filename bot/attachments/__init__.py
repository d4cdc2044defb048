"""Files that come with a report: what is seen of them is kept, and all that tells of their maker, device or time is not. Pure.

A file is judged by its content alone; its name, and what the browser called it, are never looked at. Pictures are painted anew,
a PDF is built anew of what its pages need, a text stays as text; everything else is refused. The libraries are loaded with the
first file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.sentences import sentence

MOST = 3
# Of one file, in bytes, before and after it was cleaned.
LARGEST = 5 * 1024 * 1024


class NotTaken(ValueError):
    """This file cannot be taken."""

    @property
    def why(self) -> str:
        """Why it is not taken, and what to do instead."""
        return sentence(self)


class Empty(NotTaken):
    """It is empty."""


class TooLarge(NotTaken):
    """It is larger than 5 MB. Take a screenshot of what matters in it, and add that instead."""


class TooManyPixels(NotTaken):
    """It has too many pixels to be painted anew here. Take a screenshot of it, and add that instead."""


class BrokenPicture(NotTaken):
    """It cannot be read as a picture. Open it, take a screenshot, and add that instead."""


class UnsafePaper(NotTaken):
    """It cannot be freed safely from what may be hidden in it: it is locked, damaged, has layers, or is built in an unusual way.
    Open it, take screenshots of the pages that matter, and add those instead."""


class OtherKind(NotTaken):
    """Files of this kind may hold the name of whoever made them. Print it to a PDF and add that; or take a screenshot. Taken are
    pictures (PNG, JPEG, WebP), PDFs and plain text."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A cleaned file; `name` is ours, such as `attachment-1.png`."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


def cleaned(files: Sequence[bytes]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """The files, cleaned, in their order; or, where one is not taken, nothing and for each of those a sentence."""
    found, refused = [], []
    for number, content in enumerate(files, 1):
        try:
            suffix, media_type, clean = _cleaner(content)
            made = clean(content)
            if len(made) > LARGEST:
                raise TooLarge
        except NotTaken as not_taken:
            refused.append(f"File {number} was not taken. {not_taken.why}")
        else:
            found.append(Attachment(f"attachment-{number}.{suffix}", media_type, made))
    return (() if refused else tuple(found)), tuple(refused)


def _cleaner(content: bytes) -> tuple[str, str, Callable[[bytes], bytes]]:
    """What this content is: our suffix, its media type and what cleans it. Raises NotTaken."""
    if not content:
        raise Empty
    if len(content) > LARGEST:
        raise TooLarge
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png", "image/png", _painted("PNG")
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg", "image/jpeg", _painted("JPEG")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp", "image/webp", _painted("WEBP")
    if content.startswith(b"%PDF-"):
        return "pdf", "application/pdf", _rebuilt
    return "txt", "text/plain; charset=utf-8", _plain


def _painted(kind: str) -> Callable[[bytes], bytes]:
    def paint(content: bytes) -> bytes:
        from bot.attachments.pictures import painted

        return painted(content, kind)

    return paint


def _rebuilt(content: bytes) -> bytes:
    from bot.attachments.papers import rebuilt

    return rebuilt(content)


def _plain(content: bytes) -> bytes:
    from bot.attachments.texts import plain

    return plain(content)
