"""The search finds a mark in every disguise, wherever it begins, and finds nothing where nothing is."""

# ruff: noqa: S311 - drawn alike in every run
from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import hmac
import html
import io
import json
import lzma
import os
import random
import sqlite3
import time
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.casebook.receipt import new_words
from bot.drill import unpacking
from bot.drill.digests import Digests
from bot.drill.moments import moments
from bot.drill.places import Source, Walk, files
from bot.drill.search import Search
from bot.tokens import Tokens
from tests.canary import clocks, identity
from tests.canary.identity import Canary

pytestmark = pytest.mark.anonymity
MARKS = {**identity.IDENTITY, **identity.PLACE, **identity.TEXT}
SECRET = b"the secret of this program"
SOMEBODY = Canary(7)
SEARCH = Search(MARKS, Digests([SOMEBODY.ids], [SECRET]), [new_words(random.Random(416).choice).split()])
RECEIPT = new_words(random.Random(416).choice)


def zipped(text: bytes) -> bytes:
    """A zip file with this in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner", text)
    return made.getvalue()


DISGUISES: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "upper case": lambda text: text.upper().encode(),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32-le"),
    "hex": lambda text: text.encode().hex().encode(),
    "hex in capitals": lambda text: text.encode().hex().upper().encode(),
    "URL": lambda text: urllib.parse.quote(text, safe="").encode(),
    "URL, all of it": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    "JSON": lambda text: json.dumps(text).encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)).encode(),
    "HTML": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace"),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, later by one": lambda text: base64.b64encode(b"x" + text.encode() + b"y"),
    "base64, later by two": lambda text: base64.urlsafe_b64encode(b"xx" + text.encode()),
    "base64 in lines": lambda text: base64.encodebytes(b"z" * 40 + text.encode() + b"z" * 40),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16")),
    "zlib": lambda text: b"before" + zlib.compress(b"x" * 99 + text.encode()) + b"after",
    "gzip": lambda text: b"\x00" * 3 + gzip.compress(text.encode()),
    "bzip2": lambda text: bz2.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode()),
    "zip": lambda text: zipped(text.encode()),
    "base64 in zip": lambda text: zipped(base64.b64encode(b"q" + text.encode())),
    "zip in base64": lambda text: b'{"file": "' + base64.b64encode(zipped(text.encode())) + b'"}',
    "zip in gzip in base64": lambda text: base64.b64encode(gzip.compress(zipped(text.encode()))),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("kind", [kind for kind in MARKS if kind not in ("team", "tenant")])
def test_a_fact_is_found_in_every_disguise(kind: str, disguise: str) -> None:
    """And named."""
    data = DISGUISES[disguise](f"who: {SOMEBODY[kind]} …")
    assert kind in {hit.kind for hit in SEARCH.hits([Source("there", data)])}


@given(st.binary(max_size=3000), st.binary(max_size=40), st.integers(0, 2))
def test_wherever_it_begins(before: bytes, after: bytes, shift: int) -> None:
    """At any place of any bytes, in base64 at each of its three alignments."""
    plain = before + SOMEBODY["user id"].encode() + after
    coded = before + b"\n" + base64.b64encode(b"-" * shift + SOMEBODY["user id"].encode() + after)
    for data in (plain, coded):
        assert "user id" in {hit.kind for hit in SEARCH.hits([Source("there", data)])}


@given(st.binary(max_size=5000))
def test_nothing_is_found_in_nothing(data: bytes) -> None:
    """Random bytes hold no mark."""
    assert SEARCH.hits([Source("there", data)]) == []


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_digests_of_ids(algorithm: str) -> None:
    """As hexadecimal, cut, in base64, and as bytes of their own."""
    digest = hashlib.new(algorithm, SOMEBODY["user id"].encode()).digest()
    for data in (digest.hex().encode(), digest.hex()[:20].encode(), b"key=" + base64.b64encode(digest) + b";", digest):
        assert "user id" in {hit.kind for hit in SEARCH.hits([Source("there", data)])}


def test_digests_with_the_secret() -> None:
    """A salt that the program holds hides nothing from the program's owner."""
    email = SOMEBODY["e-mail"]
    for data in (
        hmac.digest(SECRET, email.encode(), "sha256").hex(),
        hashlib.sha256(SECRET + email.encode()).hexdigest(),
        Tokens(SECRET).digest(f"slack\n{email}"),
    ):
        assert "e-mail" in {hit.kind for hit in SEARCH.hits([Source("there", data.encode())])}
    other = hmac.digest(b"another secret", email.encode(), "sha256").hex()
    assert SEARCH.hits([Source("there", other.encode())]) == []


@pytest.mark.parametrize("joint", [" ", "-", "\n", "\\n", "%20", "+", '", "', "</b> <b>", "_7_", "\u00a0"])
def test_a_receipt_is_found_whatever_joins_it(joint: str) -> None:
    """Also a part of it, and in UTF-16 and base64."""
    words = RECEIPT.split()
    for part in (words, words[2:5], words[-3:]):
        for data in (joint.join(part).encode(), joint.join(part).upper().encode("utf-16")):
            assert {hit.kind for hit in SEARCH.hits([Source("there", data)])} == {"receipt"}
    assert "receipt" in {hit.kind for hit in SEARCH.hits([Source("there", base64.b64encode(RECEIPT.encode()))])}
    assert SEARCH.hits([Source("there", joint.join(reversed(words)).encode())]) == []


def test_cells_are_read_one_by_one(tmp_path: Path) -> None:
    """A long packed value lies in pieces over the pages of a file, and is found all the same."""
    path = tmp_path / "x.sqlite"
    body = zlib.compress(random.Random(1).randbytes(30_000) + b" " + SOMEBODY["what"].encode())
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (body BLOB)")
        database.execute("INSERT INTO t VALUES (?)", (body,))
        database.commit()
    hits = {(hit.kind, hit.where) for hit in SEARCH.hits(files(tmp_path, "data"))}
    assert ("what", "data/x.sqlite t.body > zlib") in hits


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress, zipped, base64.b64encode])
def test_what_is_larger_than_a_window(pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark in what is packed, packed again, larger than is looked at once, at its very end; and across a window's border."""
    monkeypatch.setattr(unpacking, "WINDOW", 20_000)
    drawn = random.Random(2).randbytes(90_000)
    mark = SOMEBODY["what"].encode()
    for data in (drawn + mark, gzip.compress(drawn + mark)):
        assert "what" in {hit.kind for hit in SEARCH.hits([Source("there", drawn + pack(data) + drawn)])}
    for border in range(20_000 - len(mark), 20_001):
        (hit,) = SEARCH.hits([Source("there", drawn[:border] + mark + drawn)])
        assert hit.at == border


def test_what_is_too_large_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that grows without end is read up to a limit, and named."""
    monkeypatch.setattr(unpacking, "LARGEST", 1024**2)
    looked = SEARCH.look([Source("there", gzip.compress(bytes(3 * 1024**2) + SOMEBODY["what"].encode()))])
    assert not looked.hits
    assert list(looked.shut) == ["there > gzip"]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A file that is gone when it is read, and one that says that it is a database and is none."""
    (tmp_path / "broken.sqlite").write_bytes(b"SQLite format 3\x00" + bytes(84))
    walk = Walk(tmp_path, "data")
    looked = SEARCH.look([Source("gone", path=tmp_path / "gone"), *walk.sources()])
    assert looked.shut == {"gone": "No such file or directory"}
    assert list(walk.shut) == ["data/broken.sqlite (value by value)"]


def test_what_has_not_changed_is_left_out(tmp_path: Path) -> None:
    """It is counted; its own date, which can be set, does not hide a change."""
    (tmp_path / "old").write_text(SOMEBODY["what"])
    walk = Walk(tmp_path, "data", since=time.time() + 1)
    assert SEARCH.hits(walk.sources()) == []
    assert walk.unchanged == 1
    os.utime(tmp_path / "old", (1, 1))
    assert SEARCH.hits(Walk(tmp_path, "data", since=time.time() - 60).sources())


def test_moments() -> None:
    """Dates with times, seconds, finer counts, and ids that hold a time; a day alone is none."""
    told = {moment for moment, _ in moments(b"2026-11-20T14:02:11.123Z 1795183331 1795183331123 1795183331.5")}
    assert told == {1795183331.123, 1795183331.0, 1795183331.5}
    assert list(moments(b"2026-11-20 12 December 2019 416.8.5 f47ac10b-58cc-4372-a567-0e02b2c3d479")) == []
    (first,) = moments(b"c232ab00-9414-11ec-b3c8-9f6bdeced846")
    assert abs(first[0] - 1645557742) < 1


def test_a_moment_keeps_step_or_falls_together() -> None:
    """A place that tells a moment for most flows is a leak; one that does now and then is other work."""
    windows = [clocks.Window(1000.0 * each, 1000.0 * each + 0.2) for each in range(1, 11)]
    exact = [(window.start + 0.1, 0.001) for window in windows]
    some = [*exact[:4], *((5.0, 0.001) for _ in range(90))]
    (hit,) = clocks.in_step(windows, {"a": exact, "b": some, "c": [(0.0, 1.0)]})
    assert hit.where == "a"
