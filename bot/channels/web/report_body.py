"""What the page of reports sends, read into memory and nowhere else: no temporary file, no name of a file, no header is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.attachments import LARGEST, MOST
from bot.channels.web.posts import ENCODED, Malformed, fields, typed
from bot.channels.web.render import FORM, STATE
from bot.sentences import sentence

MULTIPART = "multipart/form-data"
FILE, WORK = "file", "work"
# Of one text, and of a whole body, in bytes.
LONGEST_TEXT = 64 * 1024
LARGEST_BODY = MOST * LARGEST + 512 * 1024
_MOST_FIELDS = 40


class NotWhole(Exception):
    """A form that was not read to its end; `sent` is what was read of it, without files. What was typed stands before these."""

    def __init__(self, sent: Sent | None = None) -> None:
        super().__init__(sentence(self))
        self.sent = sent


class TooMuch(NotWhole):
    """That is more than can be sent at once: three files at most, none larger than 5 MB. Nothing was sent or kept."""


class Broken(Exception):
    """That did not arrive whole, so nothing was sent or kept. Please go back and send it again."""


class Crowded(NotWhole):
    """Too much is being sent by others at this moment."""


class Memory:
    """How many bytes all bodies together hold while they are read; who sends slowly keeps nobody else out."""

    def __init__(self, most: int = 8 * LARGEST_BODY) -> None:
        self._most = most
        self._held = 0

    def take(self, size: int) -> None:
        """So many more. Raises Crowded where there is no room for them."""
        if self._held + size > self._most:
            raise Crowded
        self._held += size

    def give(self, size: int) -> None:
        """So many are free again."""
        self._held -= size


class _Share:
    """What one body holds of it; no body more than one form with all its files could."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._held = 0

    def take(self, size: int) -> None:
        if self._held + size > LARGEST_BODY:
            raise TooMuch
        self._memory.take(size)
        self._held += size

    def give_back(self) -> None:
        self._memory.give(self._held)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came in: which, its texts by field, its sealed state, the solved work, and the contents of its files."""

    form: str
    values: Mapping[str, str] = field(repr=False)
    state: str = field(default="", repr=False)
    work: str = field(default="", repr=False)
    files: tuple[bytes, ...] = field(default=(), repr=False)


async def read(request: web.Request, memory: Memory) -> Sent:
    """The form. Raises Malformed, Broken, TooMuch, Crowded, and web.HTTPRequestEntityTooLarge."""
    if request.content_type == ENCODED:
        return _sent(fields(await request.read()), ())
    if request.content_type != MULTIPART:
        raise Malformed
    share = _Share(memory)
    try:
        return await _in_parts(await request.multipart(), share)
    except (ValueError, AssertionError, HttpProcessingError):
        raise Broken from None
    finally:
        share.give_back()


async def _in_parts(reader: MultipartReader, share: _Share) -> Sent:
    texts: dict[str, str] = {}
    files: list[bytes] = []
    try:
        await _read(reader, share, texts, files)
    except NotWhole as refusal:
        raise type(refusal)(_sent(texts, ())) from None
    return _sent(texts, tuple(files))


async def _read(reader: MultipartReader, share: _Share, texts: dict[str, str], files: list[bytes]) -> None:
    """Puts the texts and the contents of the files where they belong, one after the other."""
    async for part in _parts(reader):
        name = part.name or ""
        if name == FILE:
            content = await _content(part, LARGEST, share)
            # A browser sends an empty file where none was chosen.
            if content or part.filename:
                files.append(content)
        elif name in texts:
            raise Malformed
        else:
            texts[name] = (await _content(part, LONGEST_TEXT, share)).decode("utf-8").replace("\r\n", "\n")
        if len(files) > MOST or len(texts) > _MOST_FIELDS:
            raise TooMuch


async def _parts(reader: MultipartReader) -> AsyncIterator[BodyPartReader]:
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise Broken
        yield part


async def _content(part: BodyPartReader, most: int, share: _Share) -> bytes:
    """The bytes of a part. Raises TooMuch as soon as they are more than this, Crowded where there is no room for them."""
    found = bytearray()
    while chunk := await part.read_chunk():
        share.take(len(chunk))
        found += chunk
        if len(found) > most:
            raise TooMuch
    return bytes(found)


def _sent(texts: Mapping[str, str], files: tuple[bytes, ...]) -> Sent:
    return Sent(texts.get(FORM, ""), typed(texts), texts.get(STATE, ""), texts.get(WORK, ""), files)
