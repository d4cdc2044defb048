"""A reverse proxy that writes down more than it should, for tests: real HTTP on both sides, and a file for what it writes."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

# What is written of a request: its handler, and its body.
Line = Callable[[BaseHTTPRequestHandler, bytes], str]
_HOPS = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


def combined(request: BaseHTTPRequestHandler, _: bytes) -> str:
    """As nginx and Apache log unless they are told otherwise."""
    agent, referrer = request.headers.get("User-Agent", "-"), request.headers.get("Referer", "-")
    return f'{request.client_address[0]} - - [28/Nov/2026:05:41:08 +0000] "{request.requestline}" 200 512 "{referrer}" "{agent}"'


def common(request: BaseHTTPRequestHandler, _: bytes) -> str:
    """Without the browser."""
    return f'{request.client_address[0]} - - [28/Nov/2026:05:41:08 +0000] "{request.requestline}" 200 512'


def bodies(_: BaseHTTPRequestHandler, body: bytes) -> str:
    """What a firewall that reads bodies puts into its log."""
    return f"body={base64.b64encode(body).decode()}" if body else ""


class WritingProxy:
    """Stands before the server at `url`: writes `line` of each request to `path`, and adds `cookie` to each answer.

    With a `status` it answers that itself, and where to log in.
    """

    def __init__(self, url: str, path: Path, line: Line | None = None, cookie: str = "", status: int = 0) -> None:
        target = urlsplit(url).netloc

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if line and (written := line(self, body)):
                    with path.open("a", encoding="utf-8") as log:
                        log.write(f"{written}\n")
                if status:
                    self._answer(status, [("Location", "https://login.example/")], b"no")
                    return
                connection = HTTPConnection(target, timeout=60)
                connection.request(self.command, self.path, body or None, dict(self.headers))
                answer = connection.getresponse()
                kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOPS]
                self._answer(answer.status, kept + [("Set-Cookie", cookie)] * bool(cookie), answer.read())
                connection.close()

            def _answer(self, code: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response_only(code)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stops."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
