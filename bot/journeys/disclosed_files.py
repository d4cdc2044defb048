"""Files of a case that leave the room: texts with their words blacked out, all others whole. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.journeys.redaction import Blackening
from bot.journeys.spelled import entities

if TYPE_CHECKING:
    from bot.casebook.shapes import Enclosure

FOLDER = "files"
# By media type, of what a report can bring with it (`bot.attachments`) and a captured page can be; all else is `bin`.
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/pdf": "pdf"}
_KINDS = {"png": "picture (PNG)", "jpg": "picture (JPEG)", "webp": "picture (WebP)", "pdf": "PDF", "txt": "text", "bin": "other"}
_MARKUP = re.compile(r"<[A-Za-z!/?][^>]*>")
# NUL, of which UTF-16 and UTF-32 are full, and the signs with which others shift (ISO 2022).
_OTHERWISE = re.compile(r"[\x00\x0e\x0f\x1b]")


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
    """Whether words that should be blacked out would stay in a file: in a page's code, or spelled in code; or could, in a text
    that is not UTF-8. Pictures and PDFs are not searched."""
    if not blackening.phrases or not _is_text(file):
        return False
    text = _utf_8(file.content)
    if text is None:
        return True
    if not _MARKUP.search(text):
        return blackening.hidden_in(blackening.over(text)[0])
    seen = entities(text)
    read = (text, _MARKUP.sub("", seen), _MARKUP.sub(" ", seen))
    return any(any(blackening.found_in(each)) or blackening.hidden_in(each) for each in read)


def _utf_8(content: bytes) -> str | None:
    """A text; None for all that may be written otherwise: what is no UTF-8, and what has signs in it that only other encodings
    need."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if _OTHERWISE.search(text) else text


def _plain_text(content: bytes) -> str | None:
    """A text in which words can be blacked out; None for all else, a web page's code among it."""
    text = _utf_8(content)
    return None if text is None or _MARKUP.search(text) else text


def _is_text(file: Enclosure) -> bool:
    return file.media_type.partition(";")[0].strip().casefold().startswith("text/")


def _suffix(file: Enclosure) -> str:
    return "txt" if _is_text(file) else _SUFFIXES.get(file.media_type.partition(";")[0].strip().casefold(), "bin")
