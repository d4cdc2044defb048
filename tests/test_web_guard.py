"""Who is let in to the local page over real HTTP, and what every answer carries."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import pytest
from aiohttp import web

from bot.channels.web.channel import HEADERS, Web
from bot.channels.web.guard import ELSEWHERE, OTHER_NAME, OTHER_SITE
from bot.dispatcher import Dispatcher
from tests.serving import Serving
from tests.web_driver import serve
from tests.web_requests import ENCODED, Answer, get, post

QUESTION = "how much vacation do i get after five years here"


@pytest.fixture
def url(dispatcher: Dispatcher) -> Iterator[str]:
    """The page's address; any port is right."""
    with closing(serve(dispatcher)) as serving:
        yield serving.url


@pytest.fixture
def fixed(dispatcher: Dispatcher) -> Iterator[str]:
    """The address of a page that believes to be served on port 3978."""
    with closing(serve(dispatcher, 3978)) as serving:
        yield serving.url


@pytest.mark.parametrize("name", ["localhost:3978", "127.0.0.1:3978", "[::1]:3978", "LOCALHOST:3978"])
def test_the_machine_s_own_names_are_right(fixed: str, name: str) -> None:
    """With the port that the page is served on."""
    assert get(fixed, Host=name).status == 200
    assert post(fixed, {"press": "home"}, Host=name, Origin=f"http://{name}").status == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example:3978",
        "localhost.evil.example:3978",
        "127.0.0.1.evil.example:3978",
        "evil.example#localhost:3978",
        "user@localhost:3978",
        "localhost:3978:80",
        "localhost.:3978",
        "localhost:39780",
        "localhost",
        "127.0.0.2:3978",
        "0.0.0.0:3978",
        "[::1:3978",
        '""',
    ],
)
def test_other_names_are_wrong(fixed: str, name: str) -> None:
    """A name that somebody bent to this address is turned away, whatever is asked for."""
    for answer in (get(fixed, Host=name), post(fixed, {"press": "home"}, Host=name)):
        assert (answer.status, answer.text) == (403, OTHER_NAME)


@pytest.mark.parametrize("hosts", [b"", b"Host: localhost\r\nHost: evil.example\r\n"])
def test_a_request_names_one_host(url: str, hosts: bytes) -> None:
    """None and two are refused."""
    with closing(socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), 10)) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\n" + hosts + b"\r\n")
        assert raw.recv(100).split()[1] in (b"400", b"403")


def from_address(dispatcher: Dispatcher, address: str) -> Serving:
    """A server to which every caller seems to come from this address."""

    @web.middleware
    async def elsewhere(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        return await handler(request.clone(remote=address))

    def make() -> web.Application:
        app = web.Application(middlewares=[elsewhere])
        app.router.add_routes(Web(dispatcher, 0).routes)
        return app

    return Serving(make)


@pytest.mark.parametrize("address", ["203.0.113.7", "192.168.1.20", "::ffff:10.0.0.1", "fe80::1", "not an address", ""])
def test_other_machines_are_turned_away(dispatcher: Dispatcher, address: str) -> None:
    """However near they are."""
    with closing(from_address(dispatcher, address)) as serving:
        answer = get(serving.url)
    assert (answer.status, answer.text) == (403, ELSEWHERE)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_let_in(dispatcher: Dispatcher, address: str) -> None:
    """By every address that it has for itself."""
    with closing(from_address(dispatcher, address)) as serving:
        assert get(serving.url).status == 200


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
def test_a_proxy_is_turned_away(url: str, header: str) -> None:
    """Behind one, others than this machine may call."""
    answer = Answer(url, None, {header: "x"})
    assert (answer.status, answer.text) == (403, ELSEWHERE)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://{host}"},
        {"Origin": "http://{host}.evil.example"},
        {"Origin": "http://{host}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_posts_of_other_pages_are_not_read(url: str, dispatcher: Dispatcher, headers: Mapping[str, str]) -> None:
    """And nothing of them is kept."""
    sent = {name: value.format(host=urlsplit(url).netloc) for name, value in headers.items()}
    answer = Answer(url, urlencode({"form": "uncovered", "field-question": QUESTION}), ENCODED | sent)
    assert (answer.status, answer.text) == (403, OTHER_SITE)
    assert dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result() == []


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "null"}, {"Origin": "http://{host}", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_posts_of_the_page_are_read(url: str, headers: Mapping[str, str]) -> None:
    """As browsers send them, old ones too."""
    sent = {name: value.format(host=urlsplit(url).netloc) for name, value in headers.items()}
    assert Answer(url, "press=home", ENCODED | sent).status == 200


def test_headers(url: str) -> None:
    """On every page and every refusal: nothing is stored, framed, guessed or sent on, and no cookie is set."""
    answers = [
        get(url),
        post(url, {"press": "home"}),
        get(url, Host="evil.example"),
        post(url, "x"),
        Answer(url, None, {}, "HEAD"),
    ]
    assert [answer.status for answer in answers] == [200, 200, 403, 400, 200]
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "Set-Cookie" not in answer.headers
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none';")
    assert {"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(
        HEADERS["Content-Security-Policy"].split("; ")
    )
    assert (HEADERS["Cache-Control"], HEADERS["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_only_reading_and_posting(url: str) -> None:
    """Other methods are not answered."""
    assert {Answer(url, None, {}, method).status for method in ("PUT", "DELETE", "OPTIONS", "TRACE")} == {405}
