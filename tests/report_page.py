"""The pages of reports for tests: a casebook in memory behind the real door, real HTTP, and a browser without scripts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.attachments import Attachment
from bot.channels.web.report import Report
from bot.database import DatabaseGone
from bot.journeys.report import Reader, Terms, Written
from bot.journeys.report_back import Behind
from bot.reporting import Reporting
from bot.server import application
from bot.tokens import Tokens
from tests.serving import Serving
from tests.web_driver import Element, put, read

WORDS = "amber brisk candle drift ember fable grove"
TERMS = Terms((Reader("hr", "Human Resources"), Reader("independent", "Ada Clerk")), 1100, 5, False, False)
REPORT = {
    "f1": "a",
    "f2": "A page of the Parks posts pictures of children.",
    "f3": "https://example.org/a",
    "f4": "416.8.5.a",
    "f5": "b",
    "f6": "hr",
    "f7": "none",
    "f8": "a",
}


@dataclass
class Book:
    """Keeps what it is given, in memory."""

    kept: list[tuple[Written, tuple[Attachment, ...]]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    gone: bool = False

    def terms(self) -> Terms:
        return TERMS

    def file(self, written: Written, attachments: Sequence[Attachment] = ()) -> str:
        if self.gone:
            raise DatabaseGone
        self.kept.append((written, tuple(attachments)))
        return WORDS

    def behind(self, receipt: str) -> Behind | None:
        return Behind("received", (("1 March 2027", "Thank you. Which page was it?"),)) if receipt.strip() == WORDS else None

    def add(self, receipt: str, words: str) -> bool:
        self.added.append(words)
        return receipt == WORDS

    def retaliation(self, receipt: str, words: str) -> str | None:
        self.added.append(words)
        return WORDS if receipt == WORDS else None

    def change(self, receipt: str) -> str | None:
        return WORDS.upper() if receipt == WORDS else None


class Page:
    """Somebody at the pages, without scripts; `headers` go with each request."""

    def __init__(self, book: Book | None = None, door: Reporting | None = None, **given: Any) -> None:
        self.book = book or Book()
        self._thread = ThreadPoolExecutor(1)
        self.part = Report(door or Reporting(self.book, self._thread), Tokens(b"test"), **given)
        self._serving = Serving(lambda: application([], self._fine, "", [self.part]))
        self.url = self._serving.url
        self.headers: dict[str, str] = {}
        self.status = 0
        self.answered: Mapping[str, str] = {}
        self.html = ""

    def close(self) -> None:
        self._serving.close()
        self._thread.shutdown()

    @property
    def page(self) -> Element:
        """What is shown, as a tree."""
        return read(self.html)

    @property
    def main(self) -> str:
        """What is seen below the header."""
        return self.page.one("main").text

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> str:
        """One request; what is seen."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(method, path, body, {**self.headers, **(headers or {})})
            answer = connection.getresponse()
            self.status, self.answered, self.html = answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()
        return self.main if self.html.startswith("<!doctype") else self.html

    def open(self, path: str = "/report") -> str:
        return self.send("GET", path)

    def submit(self, values: Mapping[str, str], files: Sequence[bytes] = (), **more: str) -> str:
        """Fills the form that is shown, and sends it as a browser does."""
        form = self.page.one("main").one("form")
        shown = {each.attributes["name"]: each.attributes["value"] for each in form.all("input", type="text")}
        sent = {**shown, **put(form, {f"field-{name}": text for name, text in values.items()})[0], **more}
        path = urlsplit(form.attributes["action"]).path
        if form.attributes.get("enctype"):
            return self.send("POST", path, *in_parts(sent, files))
        assert not files, "this form takes no files"
        return self.send("POST", path, urlencode(sent).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    async def _fine(self) -> None:
        """Nothing is checked."""


def in_parts(sent: Mapping[str, str], files: Sequence[bytes], name: str = "IMG CANARYNAME.jpg") -> tuple[bytes, dict[str, str]]:
    """A body in parts and its header, as browsers write them."""
    edge = secrets.token_hex(16)
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n'.encode() for key, text in sent.items()]
    for content in files or (b"",):
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name if content else ""}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{edge}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={edge}"}
