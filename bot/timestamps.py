"""Time-stamps by an authority outside (RFC 3161): asked over HTTP, looked at before they are believed."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

# How long an authority may take, in seconds.
PATIENCE = 10.0
# No answer is longer, in bytes; real ones have some 6,000.
LONGEST = 64 * 1024
_SHA256 = "2.16.840.1.101.3.4.2.1"
GRANTED, FAILED = "granted", "failed"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What came of asking: `granted` with the whole answer in base64, or `failed` with a code. There is no third, and no time of
    our own in either."""

    state: str
    detail: str


class _Failed(Exception):
    """Its message is the code of what failed."""


async def stamp(url: str, content: bytes, seconds: float = PATIENCE) -> Stamp:
    """The authority's time-stamp over the SHA-256 of this content. Never raises for what the authority does.

    The answer is granted only where it is for this content and this request; its signature is checked by whoever uses it, against
    a certificate of their own trust (docs/record-format.md says how).
    """
    # Loaded with the first time-stamp: with its cryptography it takes 18 MB, and few ask an authority.
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True).build()
    try:
        answer = await _asked(url, request.as_bytes(), seconds)
        _look_at(answer, hashlib.sha256(content).digest(), request.nonce)
    except _Failed as failed:
        return Stamp(FAILED, str(failed))
    return Stamp(GRANTED, base64.b64encode(answer).decode())


async def _asked(url: str, request: bytes, seconds: float) -> bytes:
    limit = aiohttp.ClientTimeout(total=seconds)
    kind = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.post(url, data=request, headers=kind) as response:
            if response.status != 200:
                raise _Failed(f"http {response.status}")
            answer = b""
            async for piece in response.content.iter_any():
                answer += piece
                if len(answer) > LONGEST:
                    raise _Failed("too long")
            return answer
    except TimeoutError:
        raise _Failed("timeout") from None
    except (aiohttp.ClientError, OSError, ValueError):
        raise _Failed("unreachable") from None


def _look_at(answer: bytes, digest: bytes, nonce: int | None) -> None:
    """Raises _Failed unless this grants a time-stamp over this digest, to the request with this nonce."""
    from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        response = decode_timestamp_response(answer)
        status = response.status
    except ValueError:
        raise _Failed("unreadable") from None
    if status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        raise _Failed(f"refused {status}")
    try:
        _compare(response, digest, nonce)
    except ValueError:
        raise _Failed("unreadable") from None


def _compare(response: TimeStampResponse, digest: bytes, nonce: int | None) -> None:
    told = response.tst_info
    if told.message_imprint.hash_algorithm.dotted_string != _SHA256 or told.message_imprint.message != digest:
        raise _Failed("other digest")
    if told.nonce != nonce:
        raise _Failed("other nonce")
