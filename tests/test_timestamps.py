"""Time-stamps: what is granted is granted, and everything else is a failure with a code, never a time of our own."""

from __future__ import annotations

import asyncio
import base64
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.timestamps import LONGEST, Stamp, stamp
from tests import databases

CONTENT = b"2026-11-02 12 " + b"a" * 64 + b" " + b"b" * 64 + b"\n"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

AUTHORITY = """
[tsa]
default_tsa = tsa1
[tsa1]
serial = {place}/serial
signer_cert = {place}/tsa.pem
signer_key = {place}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def _asked(answer: Answer, content: bytes = CONTENT, seconds: float = 5.0) -> Stamp:
    """What comes of asking an authority that answers so."""

    async def ask() -> Stamp:
        application = web.Application()
        application.router.add_post("/", answer)
        async with TestServer(application) as server:
            return await stamp(str(server.make_url("/")), content, seconds)

    return asyncio.run(ask())


def _says(body: bytes, status: int = 200) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.Response(body=body, status=status, content_type="application/timestamp-reply")

    return answer


async def _hangs(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority of our own: a key, a certificate for time-stamping, its configuration; openssl does the rest."""
    if not shutil.which("openssl"):
        databases.absent("openssl", "PATH")
    place = tmp_path_factory.mktemp("authority")
    (place / "tsa.cnf").write_text(AUTHORITY.format(place=place), "utf-8")
    (place / "serial").write_text("01\n", "utf-8")
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "2"]
    _openssl(place, *made, "-subj", "/CN=Test authority", "-addext", "extendedKeyUsage=critical,timeStamping")
    return place


def _openssl(place: Path, *words: str) -> str:
    return subprocess.run(["openssl", *words], cwd=place, check=True, capture_output=True, text=True, timeout=60).stdout


def _grants(place: Path, request: bytes | None = None) -> Answer:
    """Answers like an authority; where `request` is given, always to that one."""

    async def answer(asked: web.Request) -> web.StreamResponse:
        (place / "query.tsq").write_bytes(request or await asked.read())
        _openssl(place, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return web.Response(body=(place / "reply.tsr").read_bytes(), content_type="application/timestamp-reply")

    return answer


def _query(place: Path, content: bytes, *words: str) -> bytes:
    (place / "other.txt").write_bytes(content)
    _openssl(place, "ts", "-query", "-data", "other.txt", "-out", "other.tsq", *words)
    return (place / "other.tsq").read_bytes()


def test_a15_a_time_stamp_that_is_granted_is_kept_as_it_came(authority: Path) -> None:
    """The whole answer is kept, and openssl verifies it against the line and the authority's certificate."""
    found = _asked(_grants(authority))
    assert found.state == "granted"
    (authority / "kept.tsr").write_bytes(base64.b64decode(found.detail))
    (authority / "line.txt").write_bytes(CONTENT)
    _openssl(authority, "ts", "-verify", "-data", "line.txt", "-in", "kept.tsr", "-CAfile", "tsa.pem")


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [(b"another line", ["-sha256", "-cert"], "other digest"), (CONTENT, ["-sha512", "-cert"], "other digest")],
)
def test_a15_a_time_stamp_over_something_else_is_a_failure(authority: Path, content: bytes, words: list[str], code: str) -> None:
    """A genuine token over another digest, or by another hash, is not taken."""
    assert _asked(_grants(authority, _query(authority, content, *words))) == Stamp("failed", code)


def test_a15_a_time_stamp_for_another_request_is_a_failure(authority: Path) -> None:
    """A genuine token over the same line from another time, or without the number that we sent, is not taken."""
    for words in (["-sha256", "-cert"], ["-sha256", "-cert", "-no_nonce"]):
        assert _asked(_grants(authority, _query(authority, CONTENT, *words))) == Stamp("failed", "other nonce")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (_says(b"", 500), "http 500"),
        (_says(b"<html>Moved</html>", 404), "http 404"),
        (_says(b""), "unreadable"),
        (_says(b"<html>It works!</html>"), "unreadable"),
        (_says(bytes.fromhex("30053003020100")), "unreadable"),
        (_says(bytes.fromhex("30053003020102")), "refused 2"),
        (_says(bytes.fromhex("30053003020103")), "refused 3"),
        (_says(b"\x30" * (LONGEST + 1)), "too long"),
        (_cut, "unreachable"),
    ],
)
def test_a15_an_authority_that_fails_is_a_failure(answer: Answer, code: str) -> None:
    """An error, nothing, something else, a refusal, too much and a broken line each have their code."""
    assert _asked(answer) == Stamp("failed", code)


def test_a15_an_authority_that_hangs_is_a_failure() -> None:
    """After the time limit it is given up."""
    assert _asked(_hangs, seconds=0.3) == Stamp("failed", "timeout")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://nowhere.invalid/", "http://["])
def test_a15_an_authority_that_is_not_there_is_a_failure(url: str) -> None:
    """A port where nobody listens, a name that nobody has, and no address at all."""
    assert asyncio.run(stamp(url, CONTENT, 5.0)) in (Stamp("failed", "unreachable"), Stamp("failed", "timeout"))
