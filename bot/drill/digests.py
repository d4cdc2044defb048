"""Digests of what is known of somebody: an id behind a digest whose salt is known is still that id."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.tokens import Tokens

# Programs cut digests; so many hexadecimal digits tell one from another.
ENOUGH = 16
_HEX = re.compile(rb"[0-9a-fA-F]{16,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{20,88}={0,2}")
_ALGORITHMS = ("md5", "sha1", "sha256", "sha512", "blake2b")


class Digests:
    """The digests of these people's ids, plain and with these secrets, to look words and cells up in."""

    def __init__(self, people: Iterable[Mapping[str, str]], secrets: Sequence[bytes]) -> None:
        self._known = {}
        for ids in people:
            for kind, value in ids.items():
                for how, digest in _digests(value, secrets):
                    self._known[digest.hex()[:ENOUGH]] = (kind, how)

    def found_in(self, data: bytes) -> Iterator[tuple[str, str, int]]:
        """Kind, how it is disguised, and where; hexadecimal and base64 digests, and bytes that are nothing but a digest."""
        if not self._known:
            return
        for found in _HEX.finditer(data):
            if hit := self._known.get(found[0][:ENOUGH].decode().lower()):
                yield (*hit, found.start())
        for found in _BASE64.finditer(data):
            if hit := self._known.get(_start(found[0])):
                yield (*hit, found.start())
        if 16 <= len(data) <= 64 and (hit := self._known.get(data[: ENOUGH // 2].hex())):
            yield (*hit, 0)


def _digests(value: str, secrets: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    for text in dict.fromkeys((value, value.lower(), f"slack\n{value}", f"teams\n{value}", f"slack:{value}", f"teams:{value}")):
        raw = text.encode()
        for algorithm in _ALGORITHMS:
            yield algorithm, hashlib.new(algorithm, raw).digest()
        for secret in secrets:
            yield "sha256 with the secret", hashlib.sha256(secret + raw).digest()
            yield "sha256 with the secret", hashlib.sha256(raw + secret).digest()
            yield "HMAC with the secret", hmac.digest(secret, raw, "sha256")
            yield "HMAC with the secret", hmac.digest(secret, raw, "sha1")
            yield "HMAC with the secret", bytes.fromhex(Tokens(secret).digest(text))


def _start(text: bytes) -> str:
    """The first digits of what stands in base64, as hexadecimal."""
    core = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))[:12]
    try:
        return base64.b64decode(core)[: ENOUGH // 2].hex()
    except (binascii.Error, ValueError):
        return ""
