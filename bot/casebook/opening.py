"""The keys of those who read reports, where this machine has them. In level sealed nothing imports this module (P10)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping

import pyrage

from bot.casebook.keys import parsed
from bot.casebook.sealing import NotForThisKey, unseal

# So long after the passphrase was given, reports can be read; in minutes.
OPEN_FOR = 30


class Locked(Exception):
    """The reports are locked. Give the passphrase to open them for half an hour."""


class WrongPassphrase(Exception):
    """This passphrase does not open the key."""


def unwrapped(wrapped: bytes, passphrase: str) -> str:
    """The text of a key file that a passphrase opens. Raises WrongPassphrase. Takes a second or so, on purpose."""
    try:
        return bytes(pyrage.passphrase.decrypt(wrapped, passphrase)).decode()
    except (pyrage.DecryptError, UnicodeDecodeError):
        raise WrongPassphrase from None


class Ring:
    """The secret keys by recipient, in memory."""

    def __init__(self, identities: Mapping[str, tuple[str, ...]]) -> None:
        self._identities = dict(identities)

    def open(self, recipients: Collection[str], sealed: bytes) -> bytes | None:
        """The content, if one of these recipients may read it; else None. Raises Locked."""
        identities = [key for id in sorted(recipients) for key in self._identities.get(id, ())]
        try:
            return unseal(sealed, *identities) if identities else None
        except NotForThisKey:
            return None

    def open_any(self, sealed: bytes) -> bytes:
        """The content, whoever may read it: to seal it anew. Raises NotForThisKey and Locked."""
        return unseal(sealed, *(key for keys in self._identities.values() for key in keys))


class Vault:
    """A ring wrapped with a passphrase, open for half an hour after it was given. `now` is the clock."""

    def __init__(self, wrapped: bytes, now: Callable[[], datetime.datetime]) -> None:
        self._wrapped, self._now = wrapped, now
        self._ring: Ring | None = None
        self._until = now()

    def unlock(self, passphrase: str) -> None:
        """Opens it. Raises WrongPassphrase. Takes a second or so, on purpose."""
        text = unwrapped(self._wrapped, passphrase)
        self._ring, self._until = Ring(parsed(text)), self._now() + datetime.timedelta(minutes=OPEN_FOR)

    def lock(self) -> None:
        """Closes it at once."""
        self._ring = None

    def open(self, recipients: Collection[str], sealed: bytes) -> bytes | None:
        """As a ring. Raises Locked."""
        return self._opened().open(recipients, sealed)

    def open_any(self, sealed: bytes) -> bytes:
        """As a ring. Raises Locked."""
        return self._opened().open_any(sealed)

    def _opened(self) -> Ring:
        if self._now() >= self._until:
            self._ring = None
        if self._ring is None:
            raise Locked
        return self._ring
