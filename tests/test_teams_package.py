"""The Teams package: the manifest by Microsoft's schema and beyond it, the icons, and the same bytes every time."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from bot import surface
from bot.manifests import ManifestError, icons, teams
from tests import validators

URL = "https://bot.example.gov"
BOT = "11111111-2222-3333-4444-555555555555"
PUBLISHER = teams.Publisher("City of Lee’s Summit", "https://cityofls.net/")


def packed(**changed: str) -> bytes:
    """The Teams package of a bot."""
    given = {"app_id": BOT, "version": "0.1.0", "url": URL, **changed}
    return teams.package(given["app_id"], PUBLISHER, given["version"], given["url"])


def test_teams_takes_the_package(tmp_path: Path) -> None:
    """By Microsoft's own schema, with an address of our own and without."""
    for url in (URL, ""):
        path = tmp_path / "app.zip"
        path.write_bytes(packed(url=url))
        assert validators.manifest_problems(path) == []


def test_a_bot_for_teams_says_which_channels_it_takes() -> None:
    """Teams refuses the upload without it from schema 1.25 on, and the schema does not tell."""
    tree = teams.manifest(BOT, PUBLISHER, "0.1.0")
    assert tuple(map(int, teams.SCHEMA.split("."))) >= (1, 25)
    assert "team" in tree["bots"][0]["scopes"]
    assert tree["supportsChannelFeatures"] == "tier1"


def test_the_package_is_the_same_every_time() -> None:
    """Byte for byte, with nothing in it but the three files, at the top."""
    assert packed() == packed()
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert {entry.date_time for entry in archive.infolist()} == {teams.NO_DATE}
        assert json.loads(archive.read("manifest.json")) == teams.manifest(BOT, PUBLISHER, "0.1.0", URL)


def test_the_bot_and_its_commands() -> None:
    """One registration answers messages, the search and the action on a message."""
    tree = teams.manifest(BOT.upper(), PUBLISHER, "0.1.0", f"{URL}:8443/")
    assert tree["bots"][0]["botId"] == tree["composeExtensions"][0]["botId"] == BOT
    search, draft = tree["composeExtensions"][0]["commands"]
    assert (search["id"], search["type"]) == (surface.SEARCH_COMMAND, "query")
    assert (draft["id"], draft["type"], draft["fetchTask"]) == (surface.DRAFT_COMMAND, "action", True)
    assert "message" in draft["context"]
    assert [each["scopes"] for each in tree["bots"][0]["commandLists"]] == [["personal"], ["team"], ["groupChat"]]
    assert tree["validDomains"] == ["bot.example.gov"]
    assert tree["name"]["short"] != tree["name"]["full"]
    assert tree["description"]["short"] not in tree["description"]["full"]


def test_the_id_of_the_app_stays() -> None:
    """An update replaces the app; another bot is another app; the bot's own id is not reused."""
    ids = [teams.manifest(bot, PUBLISHER, number)["id"] for bot, number in ((BOT, "0.1.0"), (BOT, "0.2.0"), (BOT[::-1], "0.1.0"))]
    assert ids[0] == ids[1]
    assert len({*ids, BOT}) == 3


@pytest.mark.parametrize(("app_id", "told"), [("", "MICROSOFT_APP_ID is missing"), ("clausebot", "looks like")])
def test_teams_wants_an_app_id(app_id: str, told: str) -> None:
    """None, or something else, is refused with a word on what it looks like."""
    with pytest.raises(ManifestError, match=told):
        packed(app_id=app_id)


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and the pixels of a PNG without filters. Raises AssertionError where a checksum does not fit."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        content = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert depth == 8
    size = {2: 3, 6: 4}[colour]
    rows = zlib.decompress(chunks[b"IDAT"])
    stride = width * size + 1
    assert len(rows) == stride * height
    flat = b"".join(rows[row * stride + 1 : (row + 1) * stride] for row in range(height))
    return width, height, [flat[start : start + size] for start in range(0, len(flat), size)]


def test_the_color_icon() -> None:
    """192 by 192, without transparency: the sign in the accent colour within a white bubble on the accent colour."""
    width, height, dots = pixels(icons.color())
    accent = bytes.fromhex(surface.ACCENT[1:])
    assert (width, height) == (192, 192)
    assert dots[0] == dots[-1] == accent
    assert 0.2 < dots.count(b"\xff\xff\xff") / len(dots) < 0.4
    beside, middle = dots[84 * 192 + 50], dots[84 * 192 + 60 : 84 * 192 + 130]
    assert beside == b"\xff\xff\xff"
    assert accent in middle


def test_the_outline_icon() -> None:
    """32 by 32: white lines on nothing."""
    width, height, dots = pixels(icons.outline())
    assert (width, height) == (32, 32)
    assert {dot[:3] for dot in dots} == {b"\xff\xff\xff"}
    assert dots[0][3] == 0
    assert 0.1 < sum(dot[3] > 200 for dot in dots) / len(dots) < 0.4
