"""Signed values: what a button carried comes back unchanged or not at all."""

from __future__ import annotations

import hashlib
import hmac

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode


class ForgedButton(Exception):
    """This button was not made by this program, or is too old for it."""


class Tokens:
    """Signs and reads button values with one secret."""

    def __init__(self, secret: bytes) -> None:
        # The key for buttons is derived once; the library would do it again for each of them.
        key = Signer(secret, salt="button", digest_method=hashlib.sha256).derive_key()
        self._key = key
        self._signer = Signer(key, key_derivation="none", digest_method=hashlib.sha256)

    def digest(self, text: str) -> str:
        """A digest (hex) that nobody without the secret can make or check."""
        return hmac.new(self._key, b"digest\n" + text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def sign(self, value: str) -> str:
        """The value with its signature, safe in a URL; an empty value stays empty."""
        return self._signer.sign(base64_encode(value)).decode() if value else ""

    def read(self, token: str) -> str:
        """The value that was signed.

        Raises ForgedButton where the signature does not fit.
        """
        if not token:
            return ""
        try:
            return base64_decode(self._signer.unsign(token)).decode()
        except (BadData, UnicodeError):
            raise ForgedButton from None
