"""One form for one content: RFC 8785 (JSON Canonicalization Scheme), with texts in Unicode's NFC."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any

import rfc8785


class NotCanonical(ValueError):
    """This cannot be written in one canonical form: a number with a fraction or of more than 53 bits, half a character, a key
    that is no text or stands there twice, or lists within lists without end."""


def canonical(content: object) -> bytes:
    """The content as canonical JSON: keys in order, no blanks, every text in NFC, UTF-8.

    Takes texts, whole numbers, true, false, null, lists and objects. Raises NotCanonical for anything else.
    """
    try:
        return rfc8785.dumps(_normal(content))
    except NotCanonical:
        raise
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonical(str(error)) from None


def nfc(text: str) -> str:
    """The text with each letter in its shortest form, as it stands in canonical JSON."""
    return unicodedata.normalize("NFC", text)


def sha256(content: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(content).hexdigest()


def _normal(content: object) -> Any:
    match content:
        case str():
            return nfc(content)
        case bool() | int() | None:
            return content
        case Mapping():
            return _normal_object(content)
        case list() | tuple():
            return [_normal(each) for each in content]
    raise NotCanonical(f"{type(content).__name__} has no canonical form here")


def _normal_object(content: Mapping[object, object]) -> dict[str, Any]:
    normal = {}
    for key, value in content.items():
        if not isinstance(key, str):
            raise NotCanonical(f"a key is a {type(key).__name__}, not a text")
        normal[nfc(key)] = _normal(value)
    if len(normal) < len(content):
        raise NotCanonical("two keys are the same text in NFC")
    return normal
