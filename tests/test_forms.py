"""Forms that carry a state, in every channel: sealed with what was drawn, shown whole, and refused where they were changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.channels.console import render as console
from bot.channels.slack import render as slack
from bot.channels.teams import render as teams
from bot.channels.web import render as web
from bot.dispatcher import Dispatcher
from bot.seals import digest
from bot.tokens import ForgedButton, Tokens
from bot.turns import Pressed, Submitted
from bot.views import Quote, View
from tests.conftest import HERE
from tests.drivers import ConsoleDriver, Driver
from tests.driving import CHANNELS, person
from tests.signing_door import PAGE, SIGN, SIGNING, WRONG, SigningDoor, reading, signing_door
from tests.slack_driver import SlackDriver
from tests.teams_driver import TeamsDriver, actions
from tests.web_driver import WebDriver

GOLDEN = HERE / "golden" / "signing"
DRAWN: dict[str, Callable[[View], object]] = {
    "console": console.drawn,
    "web": lambda shown: web.drawn(web.Page(shown)),
    "slack": slack.drawn,
    "teams": teams.drawn,
}
NAME = {"name": "Alice Stone"}


@pytest.fixture
def door(dispatcher: Dispatcher) -> SigningDoor:
    """What answers."""
    return signing_door(dispatcher)


@pytest.fixture
def alice(channel: str, door: SigningDoor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """Alice, staff, before the page to read."""
    with person(channel, door, monkeypatch) as driver:
        driver.say("sign")
        driver.press("Read and sign")
        yield driver


def drawn(channel: str, shown: View) -> object:
    """What the channel draws of a view, its buttons signed as they are on their way out."""
    return DRAWN[channel](shown.with_values(Tokens(b"test").sign))


def seen(driver: Driver) -> object:
    """What stands before the person, as the channel sent it, without what is sealed."""
    match driver:
        case SlackDriver():
            return {name: part for name, part in driver._shown.items() if name in ("title", "blocks", "submit")}
        case TeamsDriver():
            body = json.loads(json.dumps(driver.card["body"]))
            for action in actions(body):
                action["data"].pop("state", None)
            return body
        case WebDriver():
            answer = driver.html.partition('id="answer-title">Answer</h2>\n')[2].partition("\n</section>")[0]
            return "\n".join(line for line in answer.split("\n") if 'name="state"' not in line)
        case ConsoleDriver():
            return driver._last.strip("\n")
    raise AssertionError(driver)


def golden(channel: str) -> object:
    """What the signing page is agreed to look like."""
    path = GOLDEN / f"{channel}.{'txt' if channel in ('console', 'web') else 'json'}"
    found = drawn(channel, SIGNING)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = found if isinstance(found, str) else json.dumps(found, indent=1, ensure_ascii=False)
        path.write_text(f"{text}\n", "utf-8")
        pytest.fail(f"{path.name} was missing and has been written: look at it")
    text = path.read_text("utf-8").removesuffix("\n")
    return text if isinstance(found, str) else json.loads(text)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a1_what_is_digested_is_what_is_shown(alice: Driver, door: SigningDoor, channel: str) -> None:
    """The agreed page is what is drawn, what arrives at the person, and what the form that comes back was sealed with."""
    alice.submit("Next page", {})
    assert door.sent == Submitted("page", {}, "request-1 page-1", digest(drawn(channel, PAGE)))
    agreed = golden(channel)
    assert drawn(channel, SIGNING) == agreed
    assert seen(alice) == agreed
    assert "It is kept." in alice.submit("Sign", NAME)
    assert (door.sent.state, door.sent.rendered) == (SIGN.state, digest(agreed))


@pytest.mark.parametrize("channel", CHANNELS)
def test_a1_another_text_is_another_digest(channel: str) -> None:
    """One sign more, and the digest is another one."""
    other = reading(Quote("Every word of it counts!", "416.2, Policy, version 1"))
    assert digest(drawn(channel, other)) != digest(drawn(channel, PAGE)) == digest(drawn(channel, PAGE))


def tampered(driver: Driver, change: Callable[[str], str]) -> None:
    """The sealed state of the form that is shown, changed as by a client that is not to be trusted."""
    match driver:
        case SlackDriver():
            driver._shown["private_metadata"] = change(driver._shown["private_metadata"])
        case TeamsDriver():
            data = next(each["data"] for each in actions(driver.card) if "state" in each["data"])
            data["state"] = change(data["state"])
        case WebDriver():
            attributes: Any = driver.page.one("main").one("input", name="state").attributes
            attributes["value"] = change(attributes["value"])


@pytest.mark.parametrize("channel", ["web", "slack", "teams"])
def test_a_forged_state_is_refused(alice: Driver, door: SigningDoor) -> None:
    """Also one that was sealed for another form, and the signed value of a button; no journey hears of any."""
    taken: list[str] = []
    tampered(alice, lambda sealed: taken.append(sealed) or sealed)  # type: ignore[func-returns-value]
    alice.submit("Next page", {})
    before = len(door.met)
    tampered(alice, lambda _: taken[0])
    assert str(ForgedButton.__doc__) in alice.submit("Sign", NAME)
    for forged in ("forged", door.tokens.sign("request-1"), door.tokens.sign('["form", "page", "x"]')):
        alice.say("sign")
        alice.press("Read and sign")
        tampered(alice, lambda _, forged=forged: forged)
        assert str(ForgedButton.__doc__) in alice.submit("Next page", {})
    assert not [turn for turn, _ in door.met[before:] if isinstance(turn, Submitted) and turn.form != "ask"]


@pytest.mark.parametrize("channel", ["web", "slack", "teams"])
def test_a_missing_state_is_an_empty_one(alice: Driver, door: SigningDoor) -> None:
    """What that means is the journey's to say."""
    tampered(alice, lambda _: "")
    alice.submit("Next page", {})
    assert door.sent == Submitted("page", {})


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_may_be_left_empty_may(alice: Driver, door: SigningDoor) -> None:
    """It comes empty or not at all; what is filled comes as it is."""
    alice.submit("Next page", {})
    alice.submit("Sign", NAME)
    assert {name: value for name, value in door.sent.values.items() if value} == NAME
    alice.say("sign")
    alice.press("Read and sign")
    alice.submit("Next page", {})
    alice.submit("Sign", {**NAME, "how": "paper", "note": "Thank you."})
    assert door.sent.values == {**NAME, "how": "paper", "note": "Thank you."}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_form_comes_back_with_what_is_wrong_and_what_was_typed(alice: Driver, door: SigningDoor) -> None:
    """Above it what is wrong; it carries its state again, and is sent again."""
    alice.submit("Next page", {})
    shown = alice.submit("Sign", {"name": "Bob Marsh", "note": "zebrafinch"})
    assert WRONG in shown
    assert "zebrafinch" in shown or isinstance(alice, ConsoleDriver)
    alice.submit("Sign", NAME)
    assert door.sent.state == SIGN.state
    assert {name: value for name, value in door.sent.values.items() if value} == {**NAME, "note": "zebrafinch"}


@pytest.mark.parametrize("channel", CHANNELS)
def test_buttons_beside_a_form_bring_their_values(alice: Driver, door: SigningDoor) -> None:
    """One goes back, one opens another form, and what they carry comes with them."""
    alice.submit("Next page", {})
    assert "Every word of it counts." in alice.press("Back")
    alice.submit("Next page", {})
    assert "Nothing is signed then." in alice.press("Decline")
    assert door.met[-1][0] == Pressed("open:decline", door.tokens.sign("request-1"))
    assert "It is kept." in alice.submit("Decline to sign", {"reason": "I am on leave."})
    assert (door.sent.state, dict(door.sent.values)) == ("request-1", {"reason": "I am on leave."})


WORDS = "An employee’s “own” words, naïve or not; and what follows. " * 90
LONG = {
    "one quote": reading(Quote(WORDS[:4500], "416.9, Policy, version 1")),
    "25 quotes": reading(
        *(Quote(WORDS[at : at + 180], f"416.{at} (A HEADING), A Policy’s Title, version 1") for at in range(0, 4500, 180))
    ),
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", LONG)
def test_a_page_is_shown_whole(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch, channel: str, name: str) -> None:
    """4,500 characters of a policy, as one quote or as many, with every sign of it."""
    door = signing_door(dispatcher, LONG[name])
    with person(channel, door, monkeypatch) as driver:
        driver.say("sign")
        shown = "".join(driver.press("Read and sign").split())
        place = 0
        for quote in door.page.blocks:
            if isinstance(quote, Quote):
                place = shown.index("".join(quote.text.split()), place)
        driver.submit("Next page", {})
    assert door.sent.rendered == digest(drawn(channel, door.page))
