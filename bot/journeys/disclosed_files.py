"""Files of a case that leave the room: texts with their words blacked out, all others whole. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.journeys.redaction import Blackening

if TYPE_CHECKING:
    from bot.casebook.shapes import Enclosure

FOLDER = "files"
# By media type, of what a report can bring with it (`bot.attachments`) and a captured page can be; all else is `bin`.
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/pdf": "pdf"}
_KINDS = {"png": "picture (PNG)", "jpg": "picture (JPEG)", "webp": "picture (WebP)", "pdf": "PDF", "txt": "text", "bin": "other"}
_MARKUP = re.compile(r"<[A-Za-z!/?][^>]*>")


def kind_of(file: Enclosure) -> str:
    """What kind of file it is, in words of ours: whoever made it cannot put any in."""
    return _KINDS[_suffix(file)]


def name_of(file: Enclosure, passage: int) -> str:
    """What the file of a passage is called in the export. Its own name, which can come of its content, is left behind."""
    return f"{FOLDER}/passage-{passage}.{_suffix(file)}"


def left_of(file: Enclosure, blackening: Blackening) -> tuple[bytes, int, tuple[int, ...]]:
    """The content of a file as it leaves, how many words were blacked out in it, and how often each phrase was found."""
    text = _plain_text(file.content) if _is_text(file) else None
    if text is None:
        return file.content, 0, (0,) * len(blackening.phrases)
    left, blocks, found = blackening.over(text)
    return left.encode(), blocks, found


def readable(name: str, content: bytes) -> str:
    """The text of a file of the export that somebody can read as it is; empty for all others."""
    return (_plain_text(content) if name.endswith(".txt") else None) or ""


def hides(file: Enclosure, blackening: Blackening) -> bool:
    """Whether words that should be blacked out would stay in a file: in a page's code, in a text of an unknown encoding, or
    spelled in code. Pictures and PDFs are not searched."""
    if not blackening.phrases or not _is_text(file):
        return False
    text = _plain_text(file.content)
    if text is not None:
        return blackening.hidden_in(blackening.over(text)[0])
    return any(sum(blackening.found_in(each)) or blackening.hidden_in(each) for each in _readings(file.content))


def _readings(content: bytes) -> Iterator[str]:
    for encoding in ("utf-8", "utf-16", "latin-1"):
        text = content.decode(encoding, "ignore")
        seen = html.unescape(text)
        yield from (text, _MARKUP.sub("", seen), _MARKUP.sub(" ", seen))


def _plain_text(content: bytes) -> str | None:
    """A text in which words can be blacked out; None for all else, a web page's code among it."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if _MARKUP.search(text) else text


def _is_text(file: Enclosure) -> bool:
    return file.media_type.partition(";")[0].strip().casefold().startswith("text/")


def _suffix(file: Enclosure) -> str:
    return "txt" if _is_text(file) else _SUFFIXES.get(file.media_type.partition(";")[0].strip().casefold(), "bin")
