"""What may be visited: names of sites, written as addresses are, and machines that anybody can reach."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.capture.addresses import LONGEST, completed, found_in, is_public, led_on, web_address
from bot.capture.refusals import BadAddress, LedAstray

# What no visit may reach, by network (IANA's registries of special-purpose addresses; the last three are clouds' own).
CLOSED = (
    *(
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
    ),
    *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16"),
    *(
        "4000::/3",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "168.63.129.16/32",
        "169.254.169.254/32",
        "fd00:ec2::254/128",
    ),
)
ANYBODY = ("1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e")


def within(network: str) -> st.SearchStrategy[str]:
    """Any address of a network."""
    found = ipaddress.ip_network(network)
    last = int(found.broadcast_address)
    return st.integers(int(found.network_address), last).map(lambda number: str(type(found.network_address)(number)))


closed = st.one_of(*map(within, CLOSED))
private = st.one_of(*map(within, ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16")))


@given(closed)
def test_no_special_address_is_public(address: str) -> None:
    """Private, shared, of this machine, of this link, for many, for examples, for the future: none is visited."""
    assert not is_public(address)


@given(private, st.sampled_from(["::ffff:{}", "::{}", "64:ff9b::{}", "::ffff:0:{}", "fe80::{}", "2002:{h}::", "2001:0:{h}::{}"]))
def test_no_disguise_of_a_private_address_is_public(address: str, disguise: str) -> None:
    """Mapped, compatible, translated, carried by 6to4 or Teredo: it is the same machine."""
    number = int(ipaddress.ip_address(address))
    assert not is_public(disguise.format(address, h=f"{number >> 16:x}:{number & 0xFFFF:x}"))


@pytest.mark.parametrize("address", ANYBODY)
def test_what_anybody_reaches_is_public(address: str) -> None:
    """In both families."""
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "site.example", "1.1.1", "0x7f.1", "2606:4700:4700::1111%eth0", "1.1.1.1 ", "١.1.1.1"])
def test_what_is_no_address_is_not_public(address: str) -> None:
    """Nor is one that is bound to a network card."""
    assert not is_public(address)


@pytest.mark.parametrize(
    ("text", "visited"),
    [
        ("https://site.example/a?b=c#d", "https://site.example/a?b=c"),
        ("HTTP://Site.Example:80", "http://site.example"),
        ("https://site.example./", "https://site.example/"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
        ("https://exämple。example/", "https://xn--exmple-cua.example/"),
        ("https://site.example/a%2fb?q=%26", "https://site.example/a%2Fb?q=%26"),
        ("http://site.example:443/", "http://site.example:443/"),
    ],
)
def test_addresses_are_read_as_they_are_visited(text: str, visited: str) -> None:
    """Small letters, the name as machines write it, no place within the page."""
    assert str(web_address(text)) == visited


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "site.example",
            "the page of the crew",
            "ftp://site.example/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https:///",
        ),
        *("https:site.example", "https:/site.example", "https://", "https://?q", "https://#x"),
        *(
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://017700000001/",
            "http://0x7f000001/",
            "http://0x7f.1/",
        ),
        *(
            "http://0/",
            "http://1.1.1.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::1",
            "http://[fe80::1%25eth0]/",
        ),
        *("http://１２７.０.０.１/", "http://①②⑦.⓪.⓪.①/", "http://site.0x1/", "http://site.1/", "http://site.1e100/"),
        *("http://localhost/", "http://localhost./", "http://intranet/", "http://site..example/", "http://-site.example/"),
        *("http://bob@site.example/", "http://bob:word@site.example/", "http://@site.example/", "http://site.example@127.0.0.1/"),
        *(
            "http://127.0.0.1\\@site.example/",
            "http://site.example\\@127.0.0.1/",
            "http:\\\\site.example\\",
            "http://site.example\\a",
        ),
        *("http://site.example:22/", "http://site.example:8080/", "http://site.example:0/", "http://site.example:99999/"),
        *(
            "http://site.example:8o/",
            "http://site.example/a b",
            " http://site.example/",
            "http://site.example/\n",
            "http://a\tb.example/",
        ),
        *("http://site.example\x00.example/", "http://site.example%00/", "http://site%2eexample/", "http://site.example/\ud800"),
        f"http://{'a' * 64}.example/",
        f"http://{'a.' * 126}example/",
        f"http://site.example/{'a' * LONGEST}",
    ],
)
def test_what_is_no_address_or_written_oddly_is_refused(text: str) -> None:
    """Numbers in all spellings, names without a dot, names and passwords, other ports, blanks and backslashes."""
    with pytest.raises(BadAddress):
        web_address(text)


@given(
    st.text(st.characters(), max_size=60),
    st.sampled_from(["{}", "http://{}", "http://{}/", "http://a.example/{}", "https://{}@b.example"]),
)
def test_any_text_is_an_address_or_none(text: str, around: str) -> None:
    """Nothing else comes of it; and what is an address is so again when it is read again, with a name as its host."""
    try:
        found = web_address(around.format(text))
    except BadAddress:
        return
    assert web_address(str(found)) == found
    assert found.scheme in ("http", "https")
    assert found.port in (80, 443)
    assert "." in (found.raw_host or "")
    assert not found.user
    with pytest.raises(ValueError, match="does not appear"):
        ipaddress.ip_address(found.raw_host or "")


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("/b", "https://site.example/b"),
        ("?q=1", "https://site.example/a/page?q=1"),
        ("//other.example/", "https://other.example/"),
        (" http://other.example/a b ", "http://other.example/a%20b"),
    ],
)
def test_where_a_site_leads_on_to(location: str, where: str) -> None:
    """Read from the page that leads on."""
    assert str(led_on(URL("https://site.example/a/page"), location)) == where


@pytest.mark.parametrize(
    "location",
    [
        "",
        "//127.0.0.1/",
        "http://[::1]/",
        "http://[::1",
        "http://2130706433/",
        "ftp://site.example/",
        "\\\\inside",
        "http://a@b.example/",
    ],
)
def test_a_site_leads_nowhere_else(location: str) -> None:
    """What HR could not ask for, a site cannot either."""
    with pytest.raises(LedAstray):
        led_on(URL("https://site.example/a/page"), location)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" site.example/a?b ", "https://site.example/a?b"),
        ("http://site.example", "http://site.example"),
        ("10.0.0.7", "10.0.0.7"),
        ("bob@site.example", "bob@site.example"),
        ("file:///etc/passwd", "file:///etc/passwd"),
    ],
)
def test_an_address_as_people_type_it(typed: str, read: str) -> None:
    """The name of a site alone is one; nothing else is made to be."""
    assert completed(typed) == read


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("https://site.example/1", "https://site.example/1"),
        ("It is at https://site.example/1?a=b, since Monday.", "https://site.example/1?a=b"),
        ("(see http://site.example/1)", "http://site.example/1"),
        ("site.example/groups/1", "https://site.example/groups/1"),
        ("The page of the night crew", ""),
        ("", ""),
        ("bob@city.example", ""),
    ],
)
def test_the_address_in_what_a_reporter_wrote(words: str, address: str) -> None:
    """The first one; what ends the sentence does not belong to it."""
    assert found_in(words) == address
