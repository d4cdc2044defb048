"""What is rendered can be seen: pictures show the payload as it is, and a missing tool is said aloud."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests import validators
from tests.test_card_validators import card
from tests.test_validators import SOUND, message, plain


def test_pictures_of_blocks(tmp_path: Path) -> None:
    """Views and messages are drawn sharply, in Slack's frames, with plain text as it is written."""
    literal = message({"type": "section", "text": plain("<!channel> *not bold* `x` &lt;@U1&gt; :smile:")})
    sent = SOUND | {"literal": {"said": "May I <b>post</b>?", "shown": literal}}
    drawn = validators.picture_blocks(sent, tmp_path)
    assert {name: shown.problems for name, shown in drawn.items()} == dict.fromkeys(sent, ())
    assert "<!channel> *not bold* `x` <@U1> :smile:" in drawn["literal"].text
    assert "May I <b>post</b>?" in drawn["literal"].text
    assert "Only visible to you" in drawn["message"].text
    assert "Quoted *as is*" in drawn["message"].text
    assert "Send" in drawn["modal"].text
    assert [_width(tmp_path / f"{name}.png") for name in ("message", "modal", "home")] == [1360, 1040, 1360]


def test_pictures_of_cards(tmp_path: Path) -> None:
    """Cards are drawn sharply, in Teams' frames, with its markup, and with what the renderer says."""
    dialog = {"title": "Check a draft", "card": {"content": card(1, label=None)}}
    asked = {"said": "May I?", "shown": {"text": "Beside", "attachments": [{"content": card(0, text="**bold** # `as is`")}]}}
    drawn = validators.picture_cards({"dialog": dialog, "asked": asked}, tmp_path)
    assert [shown.problems for shown in drawn.values()] == [(), ()]
    assert "Check a draft" in drawn["dialog"].text
    assert drawn["dialog"].events == ("Required inputs should have a label",)
    assert all(words in drawn["asked"].text for words in ("May I?", "Beside", "bold # `as is`"))
    assert [_width(tmp_path / f"{name}.png") for name in drawn] == [1200, 1200]


def test_pictures_of_cut_buttons(tmp_path: Path) -> None:
    """A button that has no room for its title is said, one that has is not."""
    wide = [{"type": "Action.Submit", "title": "Which clauses touch this draft?"}] * 3
    drawn = validators.picture_cards({"wide": card(2, actions=wide), "narrow": card(2)}, tmp_path)
    assert drawn["wide"].events == ('The button "Which clauses touch this draft?" is cut.',) * 3
    assert drawn["narrow"].events == ()


def test_pictures_of_pages(tmp_path: Path) -> None:
    """A web page is drawn whole, and a script of it that fails is said."""
    drawn = validators.picture_pages({"page": "<p>Shown</p><script>throw new Error('broken')</script>"}, tmp_path)
    assert drawn["page"].text == "Shown"
    assert drawn["page"].problems == ("the page failed: broken",)
    assert _width(tmp_path / "page.png") == 1568


def test_pictures_reach_no_network(tmp_path: Path) -> None:
    """What a payload asks of the network is not fetched, and said."""
    picture = {"type": "image", "image_url": "https://city.example/logo.png", "alt_text": "logo"}
    drawn = validators.picture_blocks({"image": message(picture)}, tmp_path)
    assert "https://city.example/logo.png" in " ".join(drawn["image"].problems)


def test_missing_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Node.js a check is skipped by name; in CI it fails."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"Node\.js"):
        validators.card_events({})
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"Node\.js"):
        validators.card_events({})


def test_failing_script(tmp_path: Path) -> None:
    """A script that fails is an error of its own, and not a clean result."""
    with pytest.raises(AssertionError, match=r"picture_cards\.js failed"):
        validators.picture_cards({"none": None}, tmp_path)


def _width(png: Path) -> int:
    """The width that a PNG file tells, in pixels."""
    begins = png.read_bytes()[:24]
    assert begins.startswith(b"\x89PNG")
    width: int = struct.unpack(">I", begins[16:20])[0]
    return width
