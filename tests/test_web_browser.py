"""The local page in a real browser: by keyboard, without and with scripts, and as checkers of HTML and accessibility see it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, NoReturn

import pytest

from bot import demonstration
from bot.database.sqlite import SQLite
from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.ledger import Ledger
from bot.tokens import Tokens
from policy_kb import KnowledgeBase
from tests.conftest import HERE
from tests.web_driver import WebDriver

SCRIPT = HERE / "browser" / "web_journeys.js"
NEEDED = ("playwright-core", "axe-core", "html-validate")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 240
UNCOVERED = "how much vacation do i get after five years here"
CLAUSE = "Employees may not use social media while on work time"


@contextmanager
def door_to(knowledge: KnowledgeBase) -> Iterator[Dispatcher]:
    """The real dispatcher over a ledger in memory."""
    with ThreadPoolExecutor(1) as thread:
        database = SQLite()
        yield Dispatcher(knowledge, read_directory(), Tokens(b"test"), Ledger(database), thread)
        thread.submit(database.close).result()


def missing(what: str) -> NoReturn:
    """Skips the test, aloud; in CI nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing: {what}")
    pytest.skip(f"missing: {what}")


def modules() -> str:
    """Where the browser's packages are installed."""
    places = [*os.environ.get("NODE_PATH", "").split(os.pathsep), str(SCRIPT.parent / "node_modules")]
    found = (place for place in places if place and all(os.path.isdir(os.path.join(place, name)) for name in NEEDED))
    return next(found, None) or missing(f"{', '.join(NEEDED)} (make browser)")


def pages(driver: WebDriver) -> dict[str, str]:
    """HTML of each kind of page, as it is sent."""
    found = {"home": driver.html}
    driver.press("Forms")
    found["forms"] = driver.html
    driver.submit("Next", {"form": "draft"})
    found["draft"] = driver.html
    for question in ("416.8.5 (d)", "416.4.2", "416.8.5.z", UNCOVERED, "   "):
        driver.say(question)
        found[question] = driver.html
    return found


@pytest.fixture(scope="module")
def seen(knowledge: KnowledgeBase) -> Any:
    """What the browser saw on all journeys; it is started once."""
    node = shutil.which("node") or missing("Node.js")
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None) or missing("Chromium")
    known = os.environ | {"NODE_PATH": modules(), "CHROMIUM": chromium}
    with door_to(knowledge) as door, closing(WebDriver(door)) as driver:
        door.thread.submit(demonstration.seed, door.ledger).result()
        given = json.dumps({"url": driver.url, "pages": pages(driver)})
        done = subprocess.run([node, SCRIPT], input=given, capture_output=True, text=True, timeout=SECONDS, env=known)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_keys_alone_are_enough_without_scripts(seen: Any) -> None:
    """Skip link, question, answer and a button under it; the answer has the focus, and the ask box is there again."""
    found = seen["withoutScripts"]
    assert (found["first"]["tag"], found["skipped"]["id"]) == ("a", "main")
    assert (found["answered"]["at"]["id"], found["answered"]["title"]) == ("answer", "Answer: 416.8.5.f · Clausebot")
    assert CLAUSE in found["answered"]["text"]
    assert "Ask a person" in found["pressed"]["done"]
    assert "Nothing was sent to anybody." in found["pressed"]["text"]
    assert found["boxes"] == 1


def test_with_scripts_the_page_becomes_a_conversation(seen: Any) -> None:
    """Exchanges are appended, the focus goes to each answer, and the ask box is empty again."""
    found = seen["running"]
    assert found["stayed"]
    assert [each["id"] for each in (found["answered"]["at"], found["pressed"], found["refused"])] == [
        "answer-1",
        "answer-2",
        "answer-3",
    ]
    assert found["answered"]["title"] == "Answer: 416.8.5.f · Clausebot"
    assert [part in text for part, text in zip((CLAUSE, "Ask a person", "Not sent yet"), found["texts"], strict=True)] == [
        True
    ] * 3
    assert (found["empty"], found["homes"]) == ("", 0)


def test_enter_asks_and_shift_enter_does_not(seen: Any) -> None:
    """As in the chats that people know."""
    assert seen["running"]["lines"] == "two\nlines"


def test_ids_stay_unique_in_a_conversation(seen: Any) -> None:
    """Labels and descriptions point to their own fields."""
    ids = seen["running"]["ids"]
    assert len(ids) == len(set(ids))


def test_a_script_that_fails_falls_back_to_posting(seen: Any) -> None:
    """Questions and buttons alike, with what the button says."""
    found = seen["falling"]
    assert not found["stayed"]
    assert found["label"] in found["done"]


def test_nothing_is_refused_by_the_page_s_own_policy(seen: Any) -> None:
    """The browser reports no blocked style or script and no error."""
    assert seen["said"] == []


def test_accessibility(seen: Any) -> None:
    """axe-core finds nothing on any page, light or dark."""
    assert len(seen["axe"]) >= 10
    assert {name: found for name, found in seen["axe"].items() if found} == {}


def test_valid_html(seen: Any) -> None:
    """Every page conforms as it is sent."""
    assert len(seen["html"]) == 8
    assert {name: found for name, found in seen["html"].items() if found} == {}


def test_narrow_windows_and_large_letters(seen: Any) -> None:
    """At 320 pixels, and with letters twice as large, nothing is wider than the window."""
    assert {name: wider for name, wider in seen["overflow"].items() if max(wider) > 0} == {}
