"""Signed values: what a button carried comes back unchanged or not at all."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer


class ForgedButton(Exception):
    """This button was not made by this program, or is too old for it."""


class Tokens:
    """Signs and reads button values with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._serializer = URLSafeSerializer(secret, salt="button")

    def sign(self, value: str) -> str:
        """The value with its signature, safe in a URL; an empty value stays empty."""
        return str(self._serializer.dumps(value)) if value else ""

    def read(self, token: str) -> str:
        """The value that was signed.

        Raises ForgedButton where the signature does not fit.
        """
        if not token:
            return ""
        try:
            value = self._serializer.loads(token)
        except BadSignature:
            raise ForgedButton from None
        if not isinstance(value, str):
            raise ForgedButton
        return value
