"""A site of somebody else's, on this machine: a real server that says exactly what a test wants, and a visitor that may go there.

The visitor makes all its checks; the stand-in's own address and port are the only ones added to what may be visited.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import takewhile

from bot.capture.addresses import PORTS, is_public
from bot.capture.visiting import Visitor
from tests.caserooms import NOW

HERE = "127.0.0.1"
NAME = "site.example"
# What a site sends for a path, byte by byte as it is.
Sends = bytes | Callable[[Callable[[bytes], object]], None]


def answer(body: bytes = b"", status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """A whole answer; `headers` with _ for -."""
    named = {"Content-Type": "text/html; charset=utf-8", **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items() if value)]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def leads_to(location: str, status: str = "302 Found") -> bytes:
    """An answer that leads on."""
    return answer(status=status, Location=location)


@dataclass
class Site:
    """What it sends by path, what it was asked, and where names lead (those of `names`, and its own)."""

    pages: dict[str, Sends] = field(default_factory=dict)
    names: dict[str, Sequence[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"

    def url(self, path: str = "/", name: str = NAME) -> str:
        """The address of one of its pages."""
        return f"{self.scheme}://{name}:{self.port}{path}"

    async def look_up(self, name: str) -> Sequence[str]:
        """Where a name leads."""
        self.looked_up.append(name)
        if name == NAME:
            return (HERE,)
        if name not in self.names:
            raise socket.gaierror
        return self.names[name]

    def visitor(self, **other: object) -> Visitor:
        """A visitor for whom this site is on the internet."""
        usual: Mapping[str, object] = {
            "look_up": self.look_up,
            "may": lambda address: address == HERE or is_public(address),
            "ports": (*PORTS, self.port),
            "now": lambda: NOW,
        }
        return Visitor(**{**usual, **other})  # type: ignore[arg-type] # a test gives what fits


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def site(tls: ssl.SSLContext | None = None, **pages: Sends) -> Iterator[Site]:
    """A site with these pages, on a free port; over TLS where it is given."""
    stand_in = Site({f"/{name}": sends for name, sends in pages.items()}, scheme="https" if tls else "http")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the visitor has left, or would not come in
                if tls:
                    with tls.wrap_socket(self.request, server_side=True) as secured:
                        _talk(stand_in, secured)
                else:
                    _talk(stand_in, self.request)

    with _Server((HERE, 0), Handler) as server:
        stand_in.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield stand_in
        finally:
            server.shutdown()
            thread.join(10)


def _talk(stand_in: Site, connection: socket.socket) -> None:
    with connection.makefile("rb") as lines:
        head = "".join(line.decode() for line in takewhile(bytes.strip, lines))
    if not head:
        return
    stand_in.asked.append(head)
    sends = stand_in.pages.get(head.split()[1].partition("?")[0], answer(b"", "404 Not Found"))
    if isinstance(sends, bytes):
        connection.sendall(sends)
    else:
        sends(connection.sendall)


def endless(send: Callable[[bytes], object]) -> None:
    """A page without an end."""
    send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        send(b"<p>more</p>" * 10_000)


def slow(send: Callable[[bytes], object]) -> None:
    """A page of which a letter comes every now and then."""
    send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        send(b"x")
        time.sleep(0.05)
