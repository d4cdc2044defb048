"""What can be read in a page, found by a process of its own: a page may be made so that reading it never ends."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bot.capture import packing, text

# How long reading may take, in seconds; pages of 5 MB take about one.
PATIENCE = 10.0
# As browsers read it; what is said at greater length (RFC 2231) is read as nothing, so that no site can make it fail.
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.ASCII | re.IGNORECASE)
# Without these some interpreters do not find their own library; nothing else of our surroundings is told to the reader.
_SURROUNDINGS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Read:
    """What a page says: its text, its title, what it says of itself (`about`). `cut` where the text goes on; `unread` where there
    is text that could not be read. All empty for what is no page and no text."""

    title: str = field(default="", repr=False)
    about: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    cut: bool = False
    unread: bool = False


async def read(content: bytes, content_type: str, patience: float = PATIENCE) -> Read:
    """What can be read in this content. Never raises for what is in it."""
    kind = packing.kind(content_type)
    if kind in packing.FILES:
        return Read()
    return await asyncio.to_thread(_read, content, "page" if kind in packing.PAGES else "text", charset(content_type), patience)


def charset(content_type: str) -> str:
    """The charset that is said beside a kind; empty where none is, or what is no name of one."""
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else ""


def _read(content: bytes, kind: str, declared: str, patience: float) -> Read:
    # -I and -S: the interpreter and its own library, and nothing else.
    command = [sys.executable, "-I", "-S", str(Path(text.__file__)), kind, declared]
    surroundings = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own file with our own interpreter
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            env=surroundings,
            check=True,
        )
        return Read(**json.loads(done.stdout))
    except (subprocess.SubprocessError, OSError, ValueError):
        return Read(unread=True)
