"""What can be read in a page, whoever made it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.capture import reading, text
from bot.capture.reading import Read

PAGE = b"""<!doctype html><html><head><title>The  night
crew</title><meta property="og:description" content="What a crew &amp; its van do">
<style>p { color: red }</style><script>var hidden = "<p>no</p>";</script></head>
<body><h1>Posts</h1><p>First <b>bold</b>line<br>second&nbsp;line &lt;3</p><template><p>not shown</p></template>
<div>A <img src=x alt="a van at
night"> here</div><svg><text>drawn</text></svg><noscript>Switch scripts on.</noscript><!-- remark --><p>Last"""


def read(content: bytes, content_type: str = "text/html; charset=utf-8", **other: float) -> Read:
    """What the process of its own reads."""
    return asyncio.run(reading.read(content, content_type, **other))


def test_the_words_of_a_page_in_lines() -> None:
    """Without scripts, styles and drawings, entities as letters, pictures by what is said of them."""
    assert read(PAGE) == Read(
        "The night crew",
        "What a crew & its van do",
        "Posts\nFirst boldline\nsecond line <3\nA [picture: a van at night] here\nSwitch scripts on.\nLast",
    )


def test_a_text_is_read_as_it_is() -> None:
    """Nothing in it is a tag."""
    assert read(b"One <b>\r\n\r\n  two", "text/plain").text == "One <b>\ntwo"


@pytest.mark.parametrize("kind", ["application/pdf", "image/png"])
def test_of_other_kinds_nothing_is_read(kind: str) -> None:
    """Their bytes are kept, and that is all."""
    assert read(b"%PDF-1.7 <p>words</p>", kind) == Read()


def test_a_long_text_is_cut_and_says_so() -> None:
    """All of it is in the bytes."""
    found = read(b"<p>word</p>" * 20_000)
    assert (len(found.text), found.cut) == (text.LONGEST, True)


@pytest.mark.parametrize(
    ("content", "declared", "letters"),
    [
        ("naïve €".encode("cp1252"), "iso-8859-1", "naïve €"),
        ("naïve".encode(), "", "naïve"),
        ("naïve".encode(), "none-such", "naïve"),
        ("Ямб".encode("koi8-r"), "KOI8-R", "Ямб"),
        ("日本".encode("shift_jis"), "Shift_JIS", "日本"),
        ("\ufeffnaïve".encode(), "koi8-r", "naïve"),
        ("naïve".encode("utf-16"), "utf-8", "naïve"),
        (b'<meta charset="windows-1251">' + "Ямб".encode("cp1251"), "", '<meta charset="windows-1251">Ямб'),
        (b"\xff\xfe\xfa", "utf-8", "\ufffd"),
        (b"na\xffve", "utf-8", "na\ufffdve"),
        *(
            (b"plain", name, "plain")
            for name in ("unicode_escape", "idna", "zlib", "rot13", "utf-7", "../os", "a\0b", "é", "x" * 9999)
        ),
    ],
)
def test_charsets_as_browsers_read_them(content: bytes, declared: str, letters: str) -> None:
    """By the mark, by the site's word, by the page's; what only Python knows is no charset."""
    assert text.decoded(content, declared) == letters


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_are_some_text(content: bytes, declared: str) -> None:
    """Nothing that a site sends, or says of it, makes reading fail; and it can be written down."""
    json.dumps(text.page(text.decoded(content, declared))).encode()


@pytest.mark.parametrize(
    "said",
    [
        "; charset*=%00a''x",
        "; charset*=%00''%E9",
        "; charset=a%00b\x00",
        "; charset=\udce9",
        "; charset*=hex''%E9",
        "; charset*0*=",
    ],
)
def test_a_charset_that_cannot_be_one_is_none(said: str) -> None:
    """What is said there is a stranger's: the page is read as if nothing were said."""
    assert read(b"words", f"text/plain{said}").text == "words"


PARAMETER = st.lists(
    st.sampled_from([*"*='\";%0 9aE\x00\udce9", "charset", "utf-8", "idna", "hex", "punycode", "%00", "%E9"]), max_size=14
)


@given(st.lists(PARAMETER.map("".join), min_size=1, max_size=3).map("; charset".join), st.text(max_size=20))
def test_whatever_is_said_beside_a_kind_is_a_charset_or_none(said: str, after: str) -> None:
    """Never a failure."""
    for header in (f"text/html; charset{said}", f"text/html;{said}{after}"):
        found = reading.charset(header)
        assert found.isascii()
        assert found == "" or found.isprintable()


@given(st.text(st.sampled_from("<>/!-&;#\"'= \npbscriptyletmd[]"), max_size=200))
def test_any_tags_are_some_page(html: str) -> None:
    """However they are nested or broken."""
    assert set(text.page(html)) == {"title", "about", "text", "cut"}


@pytest.mark.parametrize("trap", [b"<![CDATA[" * 500_000, b"<!--" * 1_000_000])
def test_a_page_made_to_be_read_for_ever_is_given_up(trap: bytes) -> None:
    """The process ends at its time; the page is kept without its text."""
    assert read(trap, patience=0.5) == Read(unread=True)


def test_the_reader_knows_nothing_of_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither our environment with its secrets, nor what is installed, nor the folder that somebody stands in."""
    spy = tmp_path / "spy.py"
    spy.write_text("import json, os, sys; print(json.dumps({'text': ' '.join([*os.environ.values(), *sys.path])}))", "utf-8")
    monkeypatch.setenv("CLAUSEBOT_SECRET", "CANARY")
    monkeypatch.setenv("PYTHONPATH", "CANARY")
    monkeypatch.setattr(text, "__file__", str(spy))
    found = read(b"").text
    assert found
    assert "CANARY" not in found
    assert "site-packages" not in found
    assert str(Path.cwd()) not in found.split()
