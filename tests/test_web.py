"""The local page over real HTTP: what is said and pressed, what is missing or cannot be read, and what goes wrong inside."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest

from bot import demonstration
from bot.channels.web.channel import TOO_LONG, Web
from bot.channels.web.posts import Malformed
from bot.dispatcher import Dispatcher, UnknownTurn
from bot.journeys import home
from bot.people import Sender
from bot.tokens import ForgedButton, Tokens
from bot.turns import Turn
from bot.views import Text, View
from tests.web_driver import WebDriver, serve
from tests.web_requests import Answer, get, post

UNCOVERED = "how much vacation do i get after five years here"
WORD = "zebrafinch"


@pytest.fixture
def url(dispatcher: Dispatcher) -> Iterator[str]:
    """The page's address; any port is right, and the people of the local mode are there."""
    dispatcher.thread.submit(demonstration.seed, dispatcher.ledger).result()
    with closing(serve(dispatcher)) as serving:
        yield serving.url


def test_the_start(url: str) -> None:
    """The ask box, the policies in force, and the way to the forms."""
    answer = get(url)
    assert [each.text for each in answer.page.all("h2")] == ["Ask about a policy", "In force"]
    assert "416 Social Media Policy" in answer.main
    assert [each.text for each in answer.page.one("main").all("button")] == ["Ask", "Forms", "My sign-offs"]
    assert answer.page.all(class_="exchange") == []


def test_a_question_is_repeated_above_its_answer(url: str) -> None:
    """Escaped, with its lines, and nowhere else on the page."""
    answer = post(url, {"form": "ask", "field-question": "416.8.5 (d)\r\n<b>&</b>"})
    done = answer.page.one(class_="done")
    assert done.text == "You asked 416.8.5 (d) <b>&</b>"
    assert "416.8.5 (d)\n&lt;b&gt;" in answer.text
    assert "<b>&" not in answer.text
    assert answer.page.one("textarea", id="ask-question").text == ""


def test_what_the_page_cannot_do_is_not_offered(url: str) -> None:
    """There is no channel to share in."""
    answer = post(url, {"form": "ask", "field-question": "416.12"})
    labels = [each.text for each in answer.page.one("main").all("button")]
    assert "Ask a person" in labels
    assert "Share in this channel" not in labels


def test_over_long_texts_are_cut(url: str) -> None:
    """As a browser would have done while they were typed."""
    answer = post(url, {"form": "ask", "field-question": "x" * 5000})
    assert answer.page.one(class_="words").text == "x" * 3000
    assert post(url, {"press": "help", "label": "y" * 5000}).page.one(class_="words").text == "y" * 200


def test_a_form_s_fields_are_repeated_with_their_labels(url: str) -> None:
    """A choice by what it is called."""
    answer = post(url, {"form": "draft", "field-account": "personal", "field-draft": WORD})
    done = answer.page.one(class_="done")
    assert answer.status == 200
    assert [each.text for each in done.all("dd")] == ["On my own, personal account", WORD]


def test_the_driver_s_person_keeps_what_is_pressed_for(dispatcher: Dispatcher) -> None:
    """A pre-filled form is sent as it stands."""
    with closing(WebDriver(dispatcher)) as staff:
        staff.say(UNCOVERED)
        assert "Kept for HR" in staff.submit(home.UNCOVERED.submit, {})
    kept = dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result()
    assert [each.question for each in kept] == [UNCOVERED]


# Who somebody is.


def test_hr_finds_what_staff_told_it(dispatcher: Dispatcher) -> None:
    """And stays HR while pressing on, until it is chosen otherwise."""
    dispatcher.thread.submit(demonstration.seed, dispatcher.ledger).result()
    with closing(WebDriver(dispatcher)) as staff:
        staff.say(UNCOVERED)
        staff.submit(home.UNCOVERED.submit, {})
    with closing(WebDriver(dispatcher, "hr")) as hr:
        hr.say("416.12")
        hr.press("Ask a person")
        assert {each.attributes["value"] for each in hr.page.one("main").all("input", name="standing")} == {"hr"}
        assert "checked" in hr.page.one("input", type="radio", value="hr").attributes
        assert UNCOVERED not in hr.html
    with closing(WebDriver(dispatcher, "hr")) as hr:
        assert UNCOVERED in hr.press("Questions told to HR")


def test_staff_does_not(url: str) -> None:
    """Neither the button nor what is behind it."""
    assert "Questions told to HR" not in get(url).text
    assert str(UnknownTurn.__doc__) in post(url, {"press": "gaps"}).main
    assert "No question was kept." in post(url, {"press": "gaps", "standing": "hr"}).main


# What is missing or cannot be read.


def test_an_empty_question_is_asked_for_again(url: str) -> None:
    """With a sentence beside the box, and a summary that has the focus and leads to it."""
    for fields in ({"field-question": ""}, {"field-question": " \r\n "}, {}):
        answer = post(url, {"form": "ask", "standing": "hr"} | fields)
        page = answer.page
        box = page.one("textarea")
        assert answer.status == 422
        assert box.attributes["aria-invalid"] == "true"
        assert page.one(id=box.attributes["aria-describedby"]).text.startswith("This is still empty.")
        summary = page.one(id="answer")
        assert summary.attributes["tabindex"] == "-1"
        assert [each.attributes["href"] for each in summary.all("a")] == [f"#{box.attributes['id']}"]
        assert page.one("title").text.startswith("Not sent yet")
        assert {each.attributes["value"] for each in page.one("main").all("input", name="standing")} == {"hr"}


def test_a_form_comes_back_with_what_was_typed(url: str) -> None:
    """Only what is missing or unknown is marked."""
    answer = post(url, {"form": "draft", "field-account": "other", "field-draft": f"{WORD} </textarea>"})
    assert answer.status == 422
    assert answer.page.one("textarea", id="draft-draft").text == f"{WORD} </textarea>"
    assert "aria-invalid" not in answer.page.one("textarea", id="draft-draft").attributes
    group = answer.page.one(role="radiogroup")
    assert group.attributes["aria-invalid"] == "true"
    assert answer.page.one(id=group.attributes["aria-describedby"]).text == "Please choose one of these."
    answer = post(url, {"form": "draft", "field-account": "personal"})
    assert "checked" in answer.page.one("input", value="personal").attributes
    assert [each.text for each in answer.page.all(class_="mistake")] == [
        "This is still empty. Please write it here, then send again."
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "press=home&form=ask",
        "standing=hr",
        "press=home&standing=outsider",
        "press=home&standing=admin",
        "press=home&press=help",
        "form=ask&field-question=%FF%FE",
        "form=ask&field-question=ü".encode("latin-1"),
        "press=home&" + "&".join(f"a{number}=1" for number in range(60)),
        b"\x00\x01\x02",
    ],
)
def test_what_no_browser_sends_is_not_read(url: str, body: str | bytes) -> None:
    """It is said so, in the same layout."""
    answer = post(url, body)
    assert answer.status == 400
    assert str(Malformed.__doc__) in answer.main
    assert answer.page.one("textarea", id="ask-question")


@pytest.mark.parametrize("kind", ["", "application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_other_encodings_are_not_read(url: str, kind: str) -> None:
    """A form of the page has one encoding."""
    assert Answer(url, "press=home", {"Content-Type": kind} if kind else {}).status == 400


def test_what_is_far_too_long_is_not_read(url: str) -> None:
    """More than the server takes at all."""
    answer = post(url, {"form": "ask", "field-question": "x" * 2_000_000})
    assert answer.status == 413
    assert TOO_LONG in answer.main


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"press": "fly"}, UnknownTurn),
        ({"press": "open:nothing"}, UnknownTurn),
        ({"press": "read"}, UnknownTurn),
        ({"form": "nothing", "field-a": "b"}, UnknownTurn),
        ({"press": "read", "value": "forged"}, ForgedButton),
        ({"press": "read", "value": quote("ünsigned")}, ForgedButton),
        ({"form": "ask", "field-question": "416", "state": "forged"}, ForgedButton),
    ],
)
def test_what_the_dispatcher_refuses_is_shown(url: str, fields: Mapping[str, str], refusal: type[Exception]) -> None:
    """In its own words."""
    answer = post(url, fields)
    assert answer.status == 200
    assert str(refusal.__doc__) in answer.main


# What goes wrong inside.


class Door:
    """A dispatcher that fails, or shows what cannot be shown."""

    tokens = Tokens(b"test")

    def __init__(self, shown: View | None) -> None:
        self._shown = shown

    async def handle(self, turn: Turn, sender: Sender) -> View:
        if self._shown is None:
            raise RuntimeError(f"something about {WORD} {turn} {sender}")
        return self._shown


UNSHOWABLE: Any = object()


@pytest.mark.parametrize("shown", [None, View((Text(WORD), UNSHOWABLE))])
def test_what_goes_wrong_is_said_kindly_and_logged_once_without_content(
    shown: View | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Wherever it happens; neither the question nor the exception's words leave."""
    caplog.set_level(logging.DEBUG)
    with closing(serve(Door(shown))) as serving:  # type: ignore[arg-type]
        answer = post(serving.url, {"form": "ask", "field-question": WORD, "standing": "hr"})
    assert answer.status == 500
    assert re.search(r"Something went wrong on my side.* Please try again. \(Error [0-9a-f]{8}\)", answer.main)
    assert answer.page.one("textarea", id="ask-question")
    assert WORD not in answer.text + caplog.text
    assert [record.name for record in caplog.records if record.levelno >= logging.WARNING] == ["bot.channels.web.channel"]


def test_the_page_is_a_part_of_the_server(dispatcher: Dispatcher) -> None:
    """It needs nothing, and is ready always."""
    part = Web(dispatcher, 3978)
    assert part.ready() == ""
    assert {(route.method, route.path) for route in part.routes} == {("GET", "/"), ("POST", "/")}
