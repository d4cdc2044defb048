"""The visit to a page: where it goes and where it never does, what it takes and when it stops. Over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
import socket
import ssl
import threading
import tracemalloc
import zlib
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.capture import packing, refusals, visiting
from bot.capture.refusals import NotCaptured, NotPublic
from bot.capture.visiting import Captured, Visitor, look_up
from tests.caserooms import NOW
from tests.site_stand_in import HERE, NAME, Site, answer, endless, leads_to, site, slow
from tests.smtp_stand_in import Certificate
from tests.test_capture_addresses import ANYBODY, closed

PAGE = answer(b"<title>Crew</title><p>What they posted</p>")
INSIDE = ("127.0.0.2", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00::1", "0.0.0.0")  # noqa: S104


def captured(where: Site, path: str = "/", **other: object) -> Captured:
    """The page at a path, as the visitor gets it."""
    return asyncio.run(where.visitor(**other).visit(where.url(path)))


def refused(where: Site, address: str, **other: object) -> type[NotCaptured]:
    """Why an address is not captured."""
    with pytest.raises(NotCaptured) as why:
        asyncio.run(where.visitor(**other).visit(address))
    assert (why.value.__cause__, str(why.value)) == (None, "")  # nothing of the page or its address is told with it
    return why.type


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that anything is connected to; none answers."""
    found: list[str] = []

    async def connect(_: Any, __: socket.socket, address: tuple[Any, ...]) -> None:
        found.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", connect)
    return found


def test_a_page_is_captured_with_its_text_digest_and_time() -> None:
    """Everything that is kept of it."""
    with site(a=PAGE) as there:
        found = captured(there, "/a?b=c#d")
    content = PAGE.partition(b"\r\n\r\n")[2]
    assert (found.address, found.redirects, found.kind, found.at) == (there.url("/a?b=c"), (), "text/html", NOW)
    assert (found.content, found.digest) == (content, hashlib.sha256(content).hexdigest())
    assert (found.read.title, found.read.text) == ("Crew", "What they posted")


def test_the_visit_tells_nothing_of_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cookie (not even one that the site has just set), no referrer, no proxy, no name: the same few headers each time."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with site(a=answer(status="302 Found", Location="/b", Set_Cookie="id=1; Path=/"), b=PAGE) as there:
        captured(there, "/a")
    for head in there.asked:
        sent = dict(line.partition(": ")[::2] for line in head.splitlines()[1:] if line)
        assert sent.keys() == {"Host", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Connection"}
        assert (sent["Host"], sent["User-Agent"], sent["Connection"]) == (f"{NAME}:{there.port}", "page-capture/1.0", "close")


def test_redirects_are_followed_and_kept() -> None:
    """Five at most, each looked up and checked anew."""
    pages = {
        f"r{n}": leads_to(f"r{n + 1}", status) for n, status in enumerate(("301 X", "302 X", "303 X", "307 X", "308 X", "302 X"))
    }
    with site(**pages, r6=PAGE) as there:
        found = captured(there, "/r1")
        assert found.address == there.url("/r6")
        assert found.redirects == tuple(there.url(f"/r{n}") for n in range(1, 6))
        assert there.looked_up == [NAME] * 6
        assert refused(there, there.url("/r0")) is refusals.TooManyRedirects


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_visited(address: str, connected: list[str]) -> None:
    """At once or by a redirect, alone or beside a public address: nothing is connected to."""
    with site() as there:
        for found in ((address,), (ANYBODY[0], address), (address, ANYBODY[0])):
            there.names["inside.example"] = found
            assert refused(there, "http://inside.example/") is NotPublic
    assert connected == []


@pytest.mark.parametrize("address", INSIDE)
def test_a_site_that_leads_inside_is_not_followed(address: str) -> None:
    """By a name; the site itself has been visited once, and nothing else."""
    with site(a=leads_to("http://inside.example/secret")) as there:
        there.names["inside.example"] = (address,)
        assert refused(there, there.url("/a")) is NotPublic
        assert len(there.asked) == 1


@pytest.mark.parametrize(
    "location",
    [
        *(
            "http://127.0.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]/",
            "http://2130706433/",
            "http://0x7f.1/",
        ),
        *(
            "http://[::ffff:127.0.0.1]/",
            "//127.1/",
            "http://localhost/",
            "file:///etc/passwd",
            "gopher://site.example/",
            "http://:80/",
        ),
        *(
            "http://site.example:22/",
            "http://bob@site.example/",
            "http://site.example\\@127.0.0.1/",
            "",
            "http://[::1",
            "\xff\xfe",
        ),
    ],
)
def test_a_site_leads_to_nothing_that_is_no_address(location: str) -> None:
    """Numbers in all spellings, other schemes and ports, and nothing at all."""
    with site() as there:
        there.pages["/a"] = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
        assert refused(there, there.url("/a")) in (refusals.LedAstray, refusals.NotThere)
        assert there.looked_up in ([NAME], [NAME, NAME])


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://localhost/", "http://bob@site.example/"]
)
def test_an_address_that_is_none_is_not_visited(address: str, connected: list[str]) -> None:
    """A number is never asked for at all."""
    with site() as there:
        assert refused(there, address) is refusals.BadAddress
        assert there.looked_up == []
    assert connected == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(closed, st.sampled_from(ANYBODY)), min_size=1, max_size=4))
def test_only_public_addresses_are_ever_connected_to(connected: list[str], addresses: list[str]) -> None:
    """Whatever a name leads to: all of its addresses are public and those are connected to, or none is."""
    connected.clear()

    async def found(_: str) -> Sequence[str]:
        return addresses

    with pytest.raises(NotCaptured) as why:
        asyncio.run(Visitor(look_up=found).visit("http://site.example/"))
    assert set(connected) == (set(addresses) if set(addresses) <= set(ANYBODY) else set())
    assert why.type is (refusals.Unreachable if connected else NotPublic)


def test_a_name_that_is_bent_between_two_look_ups_leads_nowhere(connected: list[str]) -> None:
    """DNS rebinding: what is connected to is what was looked at; a second look-up is not made."""
    answers = [(ANYBODY[0],), ("127.0.0.1",)]

    async def bent(_: str) -> Sequence[str]:
        return answers.pop(0)

    with pytest.raises(refusals.Unreachable):
        asyncio.run(Visitor(look_up=bent).visit("http://bent.example/"))
    assert connected == [ANYBODY[0]]
    assert len(answers) == 1


def test_a_name_that_is_bent_for_the_redirect_is_looked_at_again() -> None:
    """The second visit to the same name is checked as the first was."""
    answers = [(HERE,), ("127.0.0.2",)]

    async def bent(_: str) -> Sequence[str]:
        return answers.pop(0)

    with site(a=leads_to("/b"), b=PAGE) as there:
        assert refused(there, there.url("/a"), look_up=bent) is NotPublic
        assert len(there.asked) == 1


def test_the_last_look_is_at_what_is_connected_to(connected: list[str]) -> None:
    """Even where an address came past the resolver, a socket for it is not opened."""
    looks = iter([True, False])

    async def found(_: str) -> Sequence[str]:
        return ("10.0.0.7",)

    with pytest.raises(refusals.Unreachable):
        asyncio.run(Visitor(look_up=found, may=lambda _: next(looks)).visit("http://site.example/"))
    assert connected == []


def test_names_are_looked_up_as_this_machine_does() -> None:
    """The real look-up; a name that there is not is said to be none."""
    assert HERE in asyncio.run(look_up("localhost"))
    with pytest.raises(refusals.NoSuchSite):
        asyncio.run(Visitor().visit("http://no-such-site.invalid/"))


def test_look_ups_that_never_end_hold_no_thread_of_anybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait ends, its thread does not: so many at once as visits, and no more is begun until one of them is over."""
    go_on, ended = threading.Event(), threading.Semaphore(0)
    asked: list[str] = []
    threads: set[str] = set()

    def never(name: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(name)
        threads.add(threading.current_thread().name)
        go_on.wait(20)
        ended.release()
        return []

    async def visits() -> None:
        for number in range(visiting.AT_ONCE + 3):
            with pytest.raises(refusals.TooSlow if number < visiting.AT_ONCE else refusals.Busy):
                await Visitor(patience=0.2).visit(f"http://site-{number}.example/")
        go_on.set()

    with monkeypatch.context() as here:
        here.setattr(socket, "getaddrinfo", never)
        asyncio.run(visits())
        assert all(ended.acquire(timeout=10) for _ in asked)
    assert asked == [f"site-{number}.example" for number in range(visiting.AT_ONCE)]
    assert not any(each.startswith("asyncio") for each in threads)
    assert HERE in asyncio.run(look_up("localhost"))  # afterwards they are there again


def test_a_name_without_an_address_is_no_site() -> None:
    """It is there, and leads nowhere."""
    with site() as there:
        there.names["empty.example"] = ()
        assert refused(there, "http://empty.example/") is refusals.NoSuchSite


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (answer(b"", "404 Not Found"), refusals.NotThere),
        (answer(b"", "410 Gone"), refusals.NotThere),
        (answer(b"", "401 Unauthorized"), refusals.NeedsLogin),
        (answer(b"", "403 Forbidden"), refusals.SiteRefuses),
        (answer(b"", "429 Too Many Requests"), refusals.SiteRefuses),
        (answer(b"", "500 X"), refusals.SiteRefuses),
        (answer(b"", "204 No Content"), refusals.SiteRefuses),
        (answer(b"", "304 Not Modified"), refusals.SiteRefuses),
        (answer(b"x", Content_Type="application/zip"), refusals.OtherKind),
        (answer(b"x", Content_Type="image/svg+xml"), refusals.OtherKind),
        (answer(b"x", Content_Type=""), refusals.OtherKind),
        (answer(b"x", length=packing.LARGEST + 1), refusals.TooLarge),
        (answer(b"x" * (packing.LARGEST + 1)), refusals.TooLarge),
        (endless, refusals.TooLarge),
        (answer(gzip.compress(b"\0" * 200_000_000, 1), Content_Encoding="gzip"), refusals.TooLarge),
        (answer(b"no gzip", Content_Encoding="gzip"), refusals.Unreachable),
        (answer(gzip.compress(b"torn")[:-4], Content_Encoding="gzip"), refusals.Unreachable),
        (answer(gzip.compress(b"one") + gzip.compress(b"two"), Content_Encoding="gzip"), refusals.Unreachable),
        (answer(b"x", Content_Encoding="br"), refusals.Unreachable),
        (answer(b"x", Content_Encoding="gzip, gzip"), refusals.Unreachable),
        (answer(b"x", length=99), refusals.Unreachable),
        (b"", refusals.Unreachable),
        (b"SSH-2.0-OpenSSH_9.2\r\n", refusals.Unreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", refusals.Unreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", refusals.Unreachable),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n", refusals.Unreachable),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 10_000 + b"\r\n", refusals.Unreachable),
        (b"HTTP/1.1 200 " + b"x" * 100_000, refusals.Unreachable),
    ],
)
def test_what_cannot_be_captured_is_said_in_plain_words(page: Any, why: type[NotCaptured]) -> None:
    """Each has its own sentence, and nothing else comes out of it, whatever the site does."""
    with site(a=page) as there:
        assert refused(there, there.url("/a")) is why


@pytest.mark.parametrize(
    ("address", "visited"),
    [
        ("{site}/none", True),
        ("{site}/slow", True),
        ("{site}/inside", True),
        ("http://site.example:{closed}/", True),
        ("http://inside.example/", False),
        ("http://none.example/", False),
        ("http://127.0.0.1/", False),
        ("nonsense", False),
    ],
)
def test_whether_anybody_was_visited_is_known(address: str, visited: bool) -> None:
    """As soon as a connection is tried, a site may have noticed; before that nobody has."""
    with site(slow=slow, inside=leads_to("http://inside.example/")) as there, socket.socket() as closed:
        closed.bind((HERE, 0))
        there.names["inside.example"] = ("10.0.0.7",)
        where = address.format(site=there.url(""), closed=closed.getsockname()[1])
        visitor = there.visitor(patience=0.5, ports=(80, 443, there.port, closed.getsockname()[1]))
        with pytest.raises(NotCaptured) as why:
            asyncio.run(visitor.visit(where))
        assert why.value.visited == visited


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 Found\r\nLocation: ", b"HTTP/1.1 200 OK\r\nContent-Type: "]),
)
@settings(max_examples=40, deadline=None)
def test_whatever_a_site_sends_is_a_page_or_a_refusal(sent: bytes, before: bytes) -> None:
    """Bytes of any kind in place of an answer, a header or an address."""
    with site(a=before + sent + b"\r\n\r\n") as there:
        try:
            captured(there, "/a", patience=5.0)
        except NotCaptured:
            return


def test_a_charset_that_is_none_is_no_failure() -> None:
    """Of a page that says `charset*=%00a''x` the words are there; the site cannot make the visit fail in a way of its own."""
    with site(a=answer(b"<p>words</p>", Content_Type="text/html; charset*=%00a''x")) as there:
        assert captured(there, "/a").read.text == "words"


@pytest.mark.parametrize("page", [slow, lambda send: slow(lambda part: send(part[:1]) if len(part) > 1 else None)])
def test_a_slow_site_is_given_up(page: Any) -> None:
    """At the end of the whole visit's time, also where a letter comes every now and then, in the head or in the page."""
    with site(a=page) as there:
        assert refused(there, there.url("/a"), patience=0.5) is refusals.TooSlow


def test_redirects_share_the_time_of_one_visit() -> None:
    """Six slow steps are no six visits."""

    def step(send: Any) -> None:
        import time

        time.sleep(0.2)
        send(leads_to("/a"))

    with site(a=step) as there:
        assert refused(there, there.url("/a"), patience=0.5) is refusals.TooSlow


def test_what_leads_on_is_not_read() -> None:
    """The body of a redirect may be endless."""

    def page(send: Any) -> None:
        send(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Type: text/html\r\n\r\n")
        endless(send)

    with site(a=page, b=PAGE) as there:
        assert captured(there, "/a").read.text == "What they posted"


@pytest.mark.parametrize(
    "path", ["login", "accounts/login/", "i/flow/login", "authwall", "signin", "user-login.php", "checkpoint"]
)
def test_a_page_to_sign_in_at_is_no_page(path: str) -> None:
    """Where the site leads on to one; a page of that name that HR asks for is one."""
    with site(a=leads_to(f"/{path}?next=a")) as there:
        there.pages[f"/{path}"] = PAGE
        assert refused(there, there.url("/a")) is refusals.NeedsLogin
        assert captured(there, f"/{path}").read.title == "Crew"


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_is_packed_all_the_same_is_unpacked(pack: Any) -> None:
    """The digest is that of what is kept."""
    with site(a=answer(pack(b"<p>words"), Content_Encoding="gzip" if pack is gzip.compress else "deflate")) as there:
        found = captured(there, "/a")
    assert (found.content, found.read.text, found.digest) == (b"<p>words", "words", hashlib.sha256(b"<p>words").hexdigest())


def test_a_bomb_is_not_unpacked() -> None:
    """200 MB in 900 KB take no more memory than the limit."""

    async def chunks() -> AsyncIterator[bytes]:
        yield bomb

    bomb = gzip.compress(b"\0" * 200_000_000, 1)
    tracemalloc.start()
    try:
        with pytest.raises(refusals.TooLarge):
            asyncio.run(packing.read(chunks(), "gzip"))
        assert tracemalloc.get_traced_memory()[1] < 4 * packing.LARGEST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"])
def test_other_files_are_kept_as_they_are(kind: str) -> None:
    """With their digest and no text."""
    with site(a=answer(b"%PDF <p>", Content_Type=f"{kind}; charset=utf-8")) as there:
        found = captured(there, "/a")
    assert (found.kind, found.content, found.read.text) == (kind, b"%PDF <p>", "")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for the site's name."""
    return Certificate(tmp_path_factory.mktemp("tls"), NAME)


def test_a_certificate_must_be_good_for_the_name(certificate: Certificate) -> None:
    """It is checked against the name and not the number; whoever it is signed by must be trusted."""
    with site(certificate.server, a=PAGE) as there:
        assert captured(there, "/a", trust=lambda: certificate.client).read.title == "Crew"
        there.names["other.example"] = (HERE,)
        other = there.url("/a", "other.example")
        assert refused(there, other, trust=lambda: certificate.client) is refusals.BadCertificate
        assert refused(there, there.url("/a"), trust=ssl.create_default_context) is refusals.BadCertificate
        assert len(there.asked) == 1


@pytest.mark.anonymity
def test_p2_nothing_of_a_visit_is_logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """At DEBUG, with asyncio's own debugging on, through pages, redirects, bad cookies and failures."""
    caplog.set_level(logging.DEBUG)
    bad = answer(b"CANARY", Set_Cookie="CANARY\x01=[;=CANARY")
    with site(CANARY=leads_to("/CANARY2"), CANARY2=bad, CANARY3=b"HTTP/1.1 200 CANARY\r\nCANARY") as there:
        there.names["canary.example"] = ("10.0.0.7",)
        addresses = [
            *map(there.url, ("/CANARY", "/CANARY2", "/CANARY3", "/CANARY4")),
            "http://canary.example/",
            "http://canary.invalid/",
        ]
        for address in addresses:
            try:
                asyncio.run(there.visitor().visit(address), debug=True)
            except NotCaptured:
                continue
    said = "\n".join(f"{each.name} {each.getMessage()} {each.exc_text}" for each in caplog.records) + "".join(capfd.readouterr())
    assert "canary" not in said.lower()


def test_what_is_captured_stays_out_of_a_dump(tmp_path: Path) -> None:
    """What an exception's handler or a debugger prints of it holds neither address nor words."""
    with site(a=PAGE) as there:
        assert NAME not in repr(found := captured(there, "/a"))
    assert "posted" not in repr(found)
