"""The pages of reports in a real browser, as on a telephone: by keyboard, with and without scripts, light and dark."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from bot.flood import Flood
from tests.conftest import HERE
from tests.report_page import WORDS, Page
from tests.test_web_browser import CHROMIUMS, SECONDS, missing, modules

pytestmark = pytest.mark.anonymity

LEFT = "https://www.example.gov/"


@pytest.fixture(scope="module")
def seen() -> Iterator[Any]:
    """What the browser saw; without scripts two may be sent here (a report with a refused file before, and a receipt)."""
    node = shutil.which("node") or missing("Node.js")
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None) or missing("Chromium")
    known = os.environ | {"NODE_PATH": modules(), "CHROMIUM": chromium}
    with closing(Page(leave=LEFT, bare=Flood(all=3))) as page:
        given = json.dumps({"url": page.url, "left": LEFT, "receipt": WORDS})
        script = str(HERE / "browser" / "report_page.js")
        done = subprocess.run([node, script], input=given, capture_output=True, text=True, timeout=SECONDS, env=known)
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout) | {"kept": page.book.kept, "turned_away": any(each.told() for each in page.part.floods)}


def test_reports_and_receipts_without_scripts(seen: Any) -> None:
    """Whole: the replies are read at the end."""
    assert "Which page was it?" in seen["withoutScripts"]


def test_scripts_do_the_work(seen: Any) -> None:
    """Four people sent; those with scripts used nothing of the small quota, which the one without had used up."""
    assert "Which page was it?" in seen["withScripts"]
    assert len(seen["kept"]) == 4
    assert [file.content for _, files in seen["kept"] for file in files] == [b"words"] * 4
    assert not seen["turned_away"]


def test_p17_nothing_is_asked_of_others_and_nothing_is_left_behind(seen: Any) -> None:
    """No request to another host, no cookie; titles say nothing; leaving takes the page out of the way back."""
    assert (seen["asked"], seen["cookies"], set(seen["titles"])) == ([], [], {"Form · Clausebot"})
    assert seen["left"] == {"at": LEFT, "more": 0}


def test_the_browser_finds_nothing_wrong(seen: Any) -> None:
    """No blocked style or script, no error, nothing wider than a telephone, valid HTML, accessible in light and dark."""
    assert seen["said"] == []
    assert set(seen["wider"].values()) == {0}
    assert {name: found for name, found in (seen["html"] | seen["axe"]).items() if found} == {}
    assert len(seen["axe"]) == 8
