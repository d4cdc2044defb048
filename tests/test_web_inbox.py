"""Messages at the local page: who sees them, in which order, and that their buttons work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot import demonstration
from bot.channels import DeliveryError
from bot.channels.web.channel import Web
from bot.channels.web.inbox import MOST
from bot.channels.web.render import STANDINGS
from bot.dispatcher import Dispatcher
from bot.people import Account
from bot.server import application
from bot.views import Button, Heading, Text, View, view
from tests.serving import Serving
from tests.web_requests import get, post

STAFF, HR = Account("web", "local", "staff"), Account("web", "local", "hr")


class Page:
    """The local page, and its way out."""

    def __init__(self, door: Dispatcher) -> None:
        async def fine() -> None:
            """Nothing is checked."""

        self._web = Web(door, 0)
        self._serving = Serving(lambda: application([self._web], fine))
        self.url = self._serving.url

    def send(self, to: Account | str, shown: View, key: str) -> None:
        """Sends something unasked."""
        self._serving.run(self._web.sending.send(to, shown, key))

    def close(self) -> None:
        """Stops."""
        self._serving.close()


@pytest.fixture
def page(dispatcher: Dispatcher) -> Iterator[Page]:
    """The page over real HTTP."""
    with closing(Page(dispatcher)) as serving:
        yield serving


def test_messages_stand_at_the_start(page: Page) -> None:
    """Newest first, escaped, each once however often it is sent, and only for whom they are."""
    assert get(page.url).page.all(class_="messages") == []
    page.send(STAFF, view(Heading("First"), Text("<b>one</b>")), "a")
    page.send(STAFF, view(Text("Second")), "b")
    page.send(STAFF, view(Heading("First"), Text("again")), "a")
    page.send(HR, view(Text("For HR")), "c")
    answer = get(page.url)
    messages = answer.page.one(class_="messages")
    assert messages.one("h2").text == "Messages for you"
    assert [each.text for each in messages.all("article")] == ["Second", "First <b>one</b>"]
    assert "For HR" not in answer.text
    assert "For HR" in post(page.url, {"press": "home", "standing": "hr"}).main


def test_its_buttons_work(page: Page, dispatcher: Dispatcher) -> None:
    """Signed as the outbox signs them."""
    page.send(STAFF, view(Text("Any questions?"), Button("What can I ask?", "help")).with_values(dispatcher.tokens.sign), "a")
    form = next(each for each in get(page.url).page.one(class_="messages").all("form"))
    fields = {each.attributes["name"]: each.attributes["value"] for each in form.all("input")}
    answer = post(page.url, {**fields, "label": "What can I ask?"})
    assert answer.status == 200
    assert "You chose" in answer.main
    assert answer.page.all(class_="messages") == []


def test_only_the_newest_are_kept(page: Page) -> None:
    """In memory, so not without end."""
    for number in range(MOST + 5):
        page.send(STAFF, view(Text(f"number {number}.")), str(number))
    shown = get(page.url).main
    assert f"number {MOST + 4}." in shown
    assert "number 4." not in shown


def test_the_page_has_no_other_places(page: Page) -> None:
    """Nothing can be sent to a channel of it."""
    with pytest.raises(DeliveryError) as found:
        page.send("C1", view(Text("x")), "a")
    assert found.value.permanent


def test_the_page_names_whom_one_is_there() -> None:
    """A signature wants the name, so the page tells that of each seat."""
    assert {seat.id: seat.name for seat in STANDINGS} == {seat: person.name for seat, person in demonstration.PEOPLE.items()}
