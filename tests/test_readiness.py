"""What the server says of itself, to whom, and how it bears what callers do."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests
from aiohttp import web

from bot import server
from bot.channels import Part
from bot.server import LARGEST, application
from tests.serving import Serving

ELSEWHERE = {"X-Forwarded-For": "203.0.113.77"}
TOKEN = "letmein"  # noqa: S105 - the test's own


class Sound:
    """A part that works."""

    ill = ""
    routes: Sequence[web.RouteDef] = ()

    def __init__(self) -> None:
        self.stopped = False

    async def start(self) -> None: ...

    async def stop(self) -> None:
        self.stopped = True

    def ready(self) -> str:
        return self.ill


class Ailing(Sound):
    """A part that is not ready."""

    ill = "the part is ill"


class Slow(Sound):
    """A part that takes its time to stop."""

    async def stop(self) -> None:
        await asyncio.sleep(0.5)
        self.stopped = True


class Stuck(Sound):
    """A part that never stops."""

    async def stop(self) -> None:
        await asyncio.sleep(3600)


class Breaking(Sound):
    """A part whose stopping fails."""

    async def stop(self) -> None:
        raise OSError("secret words")


class Routed(Sound):
    """A part with a route."""

    def __init__(self, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        super().__init__()
        self.routes = [web.post("/part", answer)]


async def fine() -> None:
    """A ledger that can be written."""


async def broken() -> None:
    """A ledger that cannot."""
    raise OSError("secret words")


def serving(*parts: Part, check: Callable[[], Awaitable[None]] = fine) -> Serving:
    """The application with these parts, over a ledger."""
    return Serving(lambda: application(parts, check, TOKEN))


@pytest.mark.parametrize(
    ("parts", "check", "status", "told"),
    [
        ((), fine, 200, "ready"),
        ((Sound(),), fine, 200, "ready"),
        ((Sound(), Ailing()), fine, 200, "ready\nthe part is ill"),
        ((Ailing(),), fine, 503, "the part is ill"),
        ((Ailing(), Ailing()), fine, 503, "the part is ill\nthe part is ill"),
        ((Sound(),), broken, 503, "the ledger cannot be written (OSError)"),
    ],
)
def test_readiness(parts: Sequence[Part], check: Callable[[], Awaitable[None]], status: int, told: str) -> None:
    """Ready as long as the ledger can be written and one channel works; only this machine and the token learn what is ill."""
    with closing(serving(*parts, check=check)) as served:
        url = f"{served.url}/readyz"
        assert requests.get(f"{served.url}/healthz", timeout=5).status_code == 200
        here = requests.get(url, timeout=5)
        assert (here.status_code, here.text) == (status, f"{told}\n")
        trusted = requests.get(url, headers={**ELSEWHERE, "Authorization": f"Bearer {TOKEN}"}, timeout=5)
        assert (trusted.status_code, trusted.text) == (status, f"{told}\n")
        stranger = requests.get(url, headers=ELSEWHERE, timeout=5)
        assert (stranger.status_code, stranger.text) == (status, "ready\n" if status == 200 else "not ready\n")


def test_parts_beside_the_channels_make_nobody_unready() -> None:
    """What they say is told to the trusted; a sound one does not stand for a channel that is ill. They are stopped too."""
    for channel, status, told in (
        (Sound(), 200, "ready\nthe part is ill\n"),
        (Ailing(), 503, "the part is ill\nthe part is ill\n"),
    ):
        beside = Ailing()
        with closing(Serving(lambda: application([channel], fine, TOKEN, [beside]))) as served:  # noqa: B023 - served at once
            answer = requests.get(f"{served.url}/readyz", timeout=5)
            assert (answer.status_code, answer.text) == (status, told)
            assert "ill" not in requests.get(f"{served.url}/readyz", headers=ELSEWHERE, timeout=5).text
        assert beside.stopped


def test_strangers_cannot_fill_the_ledgers_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a check hangs no other is begun, everybody is answered in time, and it is asked again once it has ended."""
    monkeypatch.setattr(server, "CHECKING", 0.3)
    asked, held = 0, True

    async def check() -> None:
        nonlocal asked
        asked += 1
        while held:
            await asyncio.sleep(0.02)

    with closing(serving(Sound(), check=check)) as served:
        url, start = f"{served.url}/readyz", time.monotonic()
        answers = [requests.get(url, timeout=5) for _ in range(5)]
        assert time.monotonic() - start < 1
        assert {answer.status_code for answer in answers} == {503}
        assert answers[0].text == "the ledger cannot be written (TimeoutError)\n"
        assert asked == 1
        held = False
        time.sleep(0.1)
        assert [requests.get(url, timeout=5).status_code for _ in range(5)] == [200] * 5
        assert asked == 1
        time.sleep(0.4)
        assert requests.get(url, timeout=5).status_code == 200
        assert asked == 2


def test_metrics_are_for_this_machine_or_the_token() -> None:
    """A call through a proxy on the same machine is not from this machine."""
    with closing(serving()) as served:
        url = f"{served.url}/metrics"
        assert requests.get(url, timeout=5).status_code == 200
        assert requests.get(url, headers=ELSEWHERE, timeout=5).status_code == 404
        assert requests.get(url, headers={**ELSEWHERE, "Authorization": "Bearer wrong"}, timeout=5).status_code == 404
        assert requests.get(url, headers={**ELSEWHERE, "Authorization": f"Bearer {TOKEN}"}, timeout=5).status_code == 200


def raw(url: str, *pieces: bytes, wait: float = 0.0, enough: int = LARGEST) -> bytes:
    """What comes back for these bytes, to the end of the connection or until it is enough."""
    place = urlsplit(url)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(wait)
        found = b""
        while len(found) < enough and (got := connection.recv(65536)):
            found += got
    return found


@pytest.mark.parametrize("name", [b"Authorization", b"X-Forwarded-For", b"User-Agent", b"Cookie", b"Content-Type", b"Accept"])
@pytest.mark.parametrize("path", [b"/metrics", b"/readyz", b"/healthz", b"/nothing"])
def test_any_bytes_in_a_header_are_answered(name: bytes, path: bytes) -> None:
    """Never with 500."""
    with closing(serving()) as served:
        for value in (b"Bearer \xff", b"\x80\xfe\xff", "Bearer é".encode(), b"Bearer \xc3\xa9\xed\xa0\x80"):
            forwarded = b"X-Real-IP: 203.0.113.7\r\n"
            answer = raw(
                served.url,
                b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s%s: %s\r\n\r\n" % (path, forwarded, name, value),
            )
            assert answer[:12] in (b"HTTP/1.1 200", b"HTTP/1.1 404", b"HTTP/1.1 400"), (value, answer)


def test_what_fails_in_a_route_is_answered_without_words(caplog: pytest.LogCaptureFixture) -> None:
    """With a plain 500, and one line by type and place."""

    async def fails(_: web.Request) -> web.Response:
        raise LookupError("secret words")

    async def late(_: web.Request) -> web.Response:
        raise TimeoutError("secret words")

    for route, name in ((fails, "LookupError"), (late, "TimeoutError")):
        caplog.clear()
        with closing(serving(Routed(route))) as served, caplog.at_level(logging.INFO):
            answer = requests.post(f"{served.url}/part", timeout=5)
            assert (answer.status_code, answer.text) == (500, "")
            assert requests.get(f"{served.url}/part", timeout=5).status_code == 405
        (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        assert line.startswith(f"request failed: {name} at test_readiness.py:")
        assert "secret" not in caplog.text


async def length(request: web.Request) -> web.Response:
    """Says how long the body is."""
    return web.Response(text=str(len(await request.read())))


def test_a_body_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """It is the caller's mistake; aiohttp tells nobody of a broken chunk, so that the time limit ends it."""
    monkeypatch.setattr(server, "BODY", 0.5)
    with closing(serving(Routed(length))) as served:
        head = b"POST /part HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        assert raw(served.url, head + b"Content-Length: 3\r\n\r\nabc").endswith(b"3")
        packed = raw(served.url, head + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", enough=12)
        assert packed.startswith(b"HTTP/1.1 400"), packed
        chunked = raw(served.url, head + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n", wait=0.1)
        assert chunked == b""
    assert "request failed" not in caplog.text


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The connection is closed; a turn that takes long after its body was read is not touched."""
    monkeypatch.setattr(server, "BODY", 0.3)

    async def working(request: web.Request) -> web.Response:
        text = await request.text()
        await asyncio.sleep(0.6)
        return web.Response(text=text)

    with closing(serving(Routed(working))) as served:
        head = b"POST /part HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n"
        start = time.monotonic()
        assert raw(served.url, head + b"abc") == b""
        assert time.monotonic() - start < 2
        assert raw(served.url, head + b"abcde", b"fghij", wait=0.1).endswith(b"abcdefghij")
        assert requests.get(f"{served.url}/healthz", timeout=5).status_code == 200
    assert "request failed" not in caplog.text


def test_parts_stop_together(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """None waits for another, none is left out because another fails or hangs, and what went wrong is one line each."""
    monkeypatch.setattr(server, "STOPPING", 1.0)
    parts = (Slow(), Breaking(), Slow(), Stuck(), Slow())
    served = serving(*parts)
    start = time.monotonic()
    served.close()
    assert time.monotonic() - start < 1.4
    assert [part.stopped for part in parts] == [True, False, True, False, True]
    said = [record.getMessage() for record in caplog.records if record.name == "bot.server"]
    assert said[0].startswith("Breaking did not stop: OSError at test_readiness.py:")
    assert said[1:] == ["Stuck did not stop in time"]
    assert "secret" not in caplog.text


def test_only_what_was_started_is_stopped() -> None:
    """Where a part cannot start, those before it are stopped."""

    class Unable(Sound):
        async def start(self) -> None:
            raise OSError

    async def attempt(*parts: Part) -> None:
        with pytest.raises(OSError):  # noqa: PT011 - it says nothing
            await web.AppRunner(application(parts, fine)).setup()

    first, last = Sound(), Sound()
    asyncio.run(attempt(first, Unable(), last))
    assert (first.stopped, last.stopped) == (True, False)
