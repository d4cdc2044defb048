"""What stands in a button or a form of a case, so that it can be found again: sealed, for one person, for half an hour.

No platform may keep the id of a case. A handle is encrypted (ChaCha20-Poly1305) under a key of its own that is made of this
installation's secret, so that every replica reads it and none has to remember it; two handles of one case have nothing in common.
"""

from __future__ import annotations

import datetime
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.tokens import Tokens

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

HOLDS = datetime.timedelta(minutes=30)
# Every handle is as long as every other; in bytes.
_LONGEST = 96
_NONCE = 12
_TIME = 8


class ForgedHandle(Exception):
    """This was not made here, or it was made for somebody else."""


class OldHandle(Exception):
    """This was open for more than half an hour, so nothing was done. Please look once more, then go on."""

    def __init__(self, text: str) -> None:
        super().__init__(self.__doc__)
        # What it held. It is genuine, and of whoever uses it.
        self.text = text


@dataclass(frozen=True)
class Handles:
    """Makes and reads handles. `tokens` has the installation's secret."""

    tokens: Tokens = field(repr=False)
    now: Callable[[], datetime.datetime]

    def made(self, text: str, person: str) -> str:
        """A handle that gives this short text back to this person (an id), and to nobody else."""
        content = text.encode()
        assert len(content) <= _LONGEST, "an id, an act and a number"
        moment = int(self.now().timestamp()).to_bytes(_TIME, "big")
        nonce = os.urandom(_NONCE)
        sealed = self._cipher().encrypt(nonce, moment + content.ljust(_LONGEST, b"\0"), person.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def read(self, handle: str, person: str) -> str:
        """The text again. Raises ForgedHandle, and OldHandle where it has held for too long."""
        from cryptography.exceptions import InvalidTag

        try:
            raw = urlsafe_b64decode(handle.encode())
            opened = self._cipher().decrypt(raw[:_NONCE], raw[_NONCE:], person.encode())
        except (InvalidTag, ValueError):
            raise ForgedHandle from None
        text = opened[_TIME:].rstrip(b"\0").decode()
        made = datetime.datetime.fromtimestamp(int.from_bytes(opened[:_TIME], "big"), datetime.UTC)
        if self.now() >= made + HOLDS:
            raise OldHandle(text)
        return text

    def _cipher(self) -> ChaCha20Poly1305:
        # Loaded with the first case that is shown in chat: it takes megabytes, and few installations show any.
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        return ChaCha20Poly1305(bytes.fromhex(self.tokens.digest("handles of cases")))
