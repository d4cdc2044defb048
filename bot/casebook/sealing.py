"""Sealing with age. What is sealed to people has one number of stanzas, so that nobody can count who was left out (P9)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from typing import Any

import pyrage

from bot.casebook.padding import BODIES, NotPadded, pad, unpad
from bot.report_settings import MOST_RECIPIENTS

STANZAS = MOST_RECIPIENTS
_CHANCE = secrets.SystemRandom()


class NotSealed(Exception):
    """This could not be sealed, so nothing of it was kept. Please try again, or tell those who run this program."""


class NotForThisKey(Exception):
    """This key does not open it, or it is damaged."""


def seal(content: bytes, keys: Collection[str], total: int = STANZAS, buckets: Sequence[int] = BODIES) -> bytes:
    """The content, padded and encrypted to these public keys (`age1...`) and to as many throw-away ones as make `total`.

    Raises TooLong, and NotSealed where a key is none, or there are none or too many.
    """
    if not 0 < len(set(keys)) <= total:
        raise NotSealed
    padded = pad(content, buckets)
    try:
        to = [pyrage.x25519.Recipient.from_str(key) for key in set(keys)]
        to += [pyrage.x25519.Identity.generate().to_public() for _ in range(total - len(to))]
        _CHANCE.shuffle(to)
        return bytes(pyrage.encrypt(padded, to))
    except (pyrage.RecipientError, pyrage.EncryptError):
        raise NotSealed from None


def unseal(sealed: bytes, *identities: str) -> bytes:
    """The content, for whoever has one of these secret keys. Raises NotForThisKey where none fits or a byte was changed."""
    try:
        own: list[Any] = [pyrage.x25519.Identity.from_str(each) for each in identities]
        return unpad(pyrage.decrypt(sealed, own))
    except (pyrage.DecryptError, pyrage.IdentityError, NotPadded):
        raise NotForThisKey from None


def stanzas(sealed: bytes) -> int:
    """How many keys it was sealed to, throw-away ones and all; age adds a nonsense stanza of its own, which does not count."""
    head = sealed.partition(b"\n---")[0]
    return head.count(b"\n-> X25519 ")


def body(sealed: bytes) -> bytes:
    """What follows the header, which is of random length."""
    return sealed.partition(b"\n---")[2].partition(b"\n")[2]
