"""Single requests to the local page, of browsers and of others."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from tests.web_driver import Element, read

ENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


class Answer:
    """What the server answered: status, headers, text, and the page where it is one."""

    def __init__(self, url: str, body: str | bytes | None, headers: Mapping[str, str], method: str = "") -> None:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
        try:
            connection.request(method or ("GET" if body is None else "POST"), "/", body, dict(headers))
            answer = connection.getresponse()
            self.status, self.headers, self.text = answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    @property
    def page(self) -> Element:
        """The page; where it is none, this fails."""
        return read(self.text)

    @property
    def main(self) -> str:
        """What is seen of the page below its header."""
        return self.page.one("main").text


def get(url: str, **headers: str) -> Answer:
    """The page at the start."""
    return Answer(url, None, {name.replace("_", "-"): value for name, value in headers.items()})


def post(url: str, fields: Mapping[str, str] | str | bytes, **headers: str) -> Answer:
    """What the page's forms send, or this body."""
    body = urlencode(fields) if isinstance(fields, Mapping) else fields
    return Answer(url, body, ENCODED | {name.replace("_", "-"): value for name, value in headers.items()})
