"""The receipt: seven words, shown once. What is kept of it finds a report and seals replies; nobody can go back from that."""

from __future__ import annotations

import hmac
import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

import pyrage
from argon2.low_level import Type, hash_secret_raw

WORDS = 7
# Argon2id, in KiB and passes: OWASP's smallest recommendation. The receipt has 90 bits, so this is a brake, not the protection.
MEMORY, PASSES = 19 * 1024, 2
# Longer than any seven words; what is beyond is not looked at, so that a long text costs no more.
_LONGEST = 400
_MOST_WITHIN = 6
_SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PREFIX = "age-secret-key-"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt and what follows from it: the digest that finds its report, and the secret key that opens the replies.

    `words` is for its owner's eyes alone, and empty where somebody typed it. Only `lookup` and `public` may be kept.
    """

    words: str = field(repr=False)
    lookup: str = field(repr=False)
    identity: str = field(repr=False)

    @property
    def public(self) -> str:
        """The public key that replies are sealed to."""
        return str(pyrage.x25519.Identity.from_str(self.identity).to_public())


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    """The 7,776 words of the long list of the Electronic Frontier Foundation."""
    text = resources.files("xkcdpass").joinpath("static", "eff-long").read_text("ascii")
    return tuple(sorted(set(text.split())))


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    return frozenset(word_list())


def new_words(choose: Callable[[Sequence[str]], str]) -> str:
    """Seven words, each chosen by this out of all; `secrets.choice` is the one to use."""
    return " ".join(choose(word_list()) for _ in range(WORDS))


def within(text: str) -> tuple[str, ...]:
    """What in this text may be a receipt: seven words of the list in a row, with others of the list before or behind them or not.

    Of a long row its beginning and its end, and of all only the first few, since each costs a look-up.
    """
    known, found = _known_words(), []
    words = re.findall(r"[a-z]+(?:-[a-z]+)*", unicodedata.normalize("NFKC", text).casefold())
    for is_known, row in itertools.groupby(words, known.__contains__):
        run = list(row) if is_known else []
        rows = [" ".join(run[at : at + WORDS]) for at in range(len(run) - WORDS + 1)]
        found += rows if len(rows) <= _MOST_WITHIN else rows[: _MOST_WITHIN // 2] + rows[-_MOST_WITHIN // 2 :]
    return tuple(dict.fromkeys(found))[:_MOST_WITHIN]


def normal(typed: str) -> str:
    """What was typed, as far as it counts: letters in their order, whatever stands between and around them."""
    plain = unicodedata.normalize("NFKC", typed[:_LONGEST]).casefold()
    return " ".join(re.findall(r"[^\W\d_]+", plain))


def derive(typed: str, salt: bytes, words: str = "") -> Receipt:
    """The receipt that somebody typed, whatever they typed: it always costs the same (P12). `salt` is the installation's own."""
    root = hash_secret_raw(normal(typed).encode(), salt, PASSES, MEMORY, 1, 32, Type.ID)
    return Receipt(
        words, _expanded(root, b"clausebot receipt: look-up").hex(), _identity(_expanded(root, b"clausebot receipt: key"))
    )


def _expanded(root: bytes, purpose: bytes) -> bytes:
    """HKDF-Expand (RFC 5869) with SHA-256, one block."""
    return hmac.digest(root, purpose + b"\x01", "sha256")


def _identity(secret: bytes) -> str:
    """32 bytes as age writes a secret key: Bech32 (BIP 173)."""
    number = int.from_bytes(secret, "big") << 4  # 256 bits in 52 groups of five
    groups = [number >> 5 * place & 31 for place in reversed(range(52))]
    start = [ord(sign) >> 5 for sign in _PREFIX] + [0] + [ord(sign) & 31 for sign in _PREFIX]
    check = _checksum([*start, *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    groups += [check >> 5 * place & 31 for place in reversed(range(6))]
    return (_PREFIX + "1" + "".join(_SIGNS[group] for group in groups)).upper()


def _checksum(groups: Sequence[int]) -> int:
    check = 1
    for group in groups:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ group
        for place, mask in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= mask if top >> place & 1 else 0
    return check
