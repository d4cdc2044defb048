"""A text as a text: read as UTF-8 and written anew, without marks that nobody sees. Pure."""

from __future__ import annotations

import re

from bot.attachments import OtherKind

# Kinds of files that are letters too, and have a place for their author, their way or their time.
_FORMATTED = re.compile(
    r"\s*(?:<|\{\\rtf|%!PS|BEGIN:V|#!"
    r"|(?:Received|Return-Path|Delivered-To|From|To|Date|Message-ID|MIME-Version|X-[\w-]+|Subject):\s)",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
# Signs without a shape, by which one copy can be told from another; what joins letters or emoji stays between those.
_UNSEEN = re.compile(
    r"[\u00ad\u034f\u061c\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0e\ufeff\ufff0-\ufffb]"
    r"|[\U000e0000-\U000e0fff]|(?<![^\x00-\x7f])[\u200c\u200d]"
)


def plain(content: bytes) -> bytes:
    """The text in UTF-8. Raises OtherKind where it is no text, or one of a kind that has a place for its author."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OtherKind from None
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    if _FORMATTED.match(text) or _CONTROLS.search(text):
        raise OtherKind
    return _UNSEEN.sub("", text).encode()
