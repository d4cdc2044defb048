"""Who is who in Teams: outsiders, whom the bot could write to, and each answer once and to the one who asked."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from bot.config import MicrosoftSettings
from bot.dispatcher import Dispatcher
from bot.journeys.home import UNCOVERED
from tests.teams_driver import TeamsDriver, actions, visible
from tests.teams_stand_in import APP_ID, BOT, Person, activity, call, invoke, message, pressed

QUESTION = "can i scroll instagram while im on the clock"
ANSWER = "416.8.5.f"
UNANSWERED = "how much vacation do i get after five years here"
TELL_HR = UNCOVERED.submit
BOB = Person("bob")
IN_CHANNEL = Person(kind="channel")
STRANGER = Person("mallory", tenant="99999999-9999-9999-9999-999999999999")
GUEST = Person("guest", more={"userRole": "guest"})


@pytest.fixture
def alice(dispatcher: Dispatcher) -> Iterator[TeamsDriver]:
    """Alice, staff, in her chat with the bot."""
    with closing(TeamsDriver(dispatcher)) as driver:
        yield driver


def references(driver: TeamsDriver, dispatcher: Dispatcher) -> list[str]:
    """Whom the ledger could write to."""
    return [each.person for each in dispatcher.thread.submit(dispatcher.ledger.references, "teams").result()]


def test_where_staff_can_be_written_to_is_kept(alice: TeamsDriver, dispatcher: Dispatcher) -> None:
    """From installations in a chat of their own, until the bot is removed; messages only keep the place up to date.

    So somebody's only message leaves no row: it may be one that nobody is to know of.
    """
    alice.say(QUESTION)
    assert references(alice, dispatcher) == []
    alice.call(activity(alice.microsoft, Person(), "installationUpdate", action="add"))
    alice.say(QUESTION)
    (kept,) = dispatcher.thread.submit(dispatcher.ledger.references, "teams").result()
    assert kept.person == "aad-alice"
    assert Person().conversation in kept.conversation
    assert alice.microsoft.service in kept.conversation
    alice.call(activity(alice.microsoft, BOB, "installationUpdate", action="add"))
    assert references(alice, dispatcher) == ["aad-alice", "aad-bob"]
    alice.call(activity(alice.microsoft, Person(), "installationUpdate", action="remove"))
    alice.call(activity(alice.microsoft, BOB, "conversationUpdate", membersRemoved=[{"id": BOT}]))
    assert references(alice, dispatcher) == []


def test_nothing_is_kept_of_who_presses_or_fills_a_form(alice: TeamsDriver, dispatcher: Dispatcher) -> None:
    """Nor of who writes before others, nor of guests."""
    alice.call(invoke(alice.microsoft, Person(), "task/fetch", {"data": {"action": "open:uncovered"}}))
    alice.call(pressed(alice.microsoft, Person(), {"action": "help", "value": ""}))
    alice.call(message(alice.microsoft, IN_CHANNEL, QUESTION))
    alice.call(message(alice.microsoft, GUEST, QUESTION))
    assert references(alice, dispatcher) == []


def test_a_form_that_comes_as_a_message_leaves_no_row(alice: TeamsDriver, dispatcher: Dispatcher) -> None:
    """Neither of who sent it nor that it came; delivered twice it is one all the same."""
    data = {"form": "uncovered", "uncovered.question": "how many days off are there"}
    body = activity(alice.microsoft, Person(), "message", value=data)
    for _ in range(2):
        alice.call(body)
    alice.call(activity(alice.microsoft, Person(), "message", value={"action": "help", "value": ""}))
    assert len(alice.microsoft.posts) == 2
    assert len(kept(dispatcher)) == 1
    assert references(alice, dispatcher) == []
    assert deliveries(dispatcher) == 0
    alice.say(QUESTION)
    assert deliveries(dispatcher) == 1


def deliveries(dispatcher: Dispatcher) -> int:
    """How many deliveries the ledger remembers."""
    count = dispatcher.ledger._database.rows
    (row,) = dispatcher.thread.submit(lambda: list(count("SELECT count(*) AS n FROM delivered"))).result()
    return int(row["n"])


@pytest.mark.parametrize("again", ["composeExtension/query", "task/fetch", "composeExtension/fetchTask"])
def test_what_changes_nothing_is_not_remembered(alice: TeamsDriver, again: str) -> None:
    """What somebody searches for or opens; only presses and forms are."""
    value = {"commandId": "draft", "data": {"action": "open:ask"}, "parameters": [{"name": "question", "value": QUESTION}]}
    alice.call(invoke(alice.microsoft, Person(), again, value))
    assert len(alice.channel._once._met) == 0
    alice.call(pressed(alice.microsoft, Person(), {"action": "help", "value": ""}))
    assert len(alice.channel._once._met) == 1


@pytest.mark.parametrize(
    "person", [STRANGER, GUEST, Person("nobody", more={"aadObjectId": None})], ids=lambda person: person.name
)
def test_outsiders_get_answers_and_no_forms(alice: TeamsDriver, dispatcher: Dispatcher, person: Person) -> None:
    """Not as a button, not as a dialog, and nothing that they send is kept."""
    for text in (QUESTION, UNANSWERED):
        alice.call(message(alice.microsoft, person, text))
    answered, none = [each["attachments"][0]["content"] for each in alice.microsoft.sent_to(person.conversation)]
    assert ANSWER in visible(answered)
    assert TELL_HR not in visible(none)
    for name, data in (
        ("task/fetch", {"action": "open:uncovered"}),
        ("task/submit", {"form": "uncovered", "uncovered.question": "how many days off"}),
    ):
        shown = alice.call(invoke(alice.microsoft, person, name, {"data": data}))["task"]["value"]["card"]["content"]
        assert "Forms are for staff" in visible(shown)
        assert list(actions(shown)) == []
    assert dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result() == []


def test_an_unnamed_tenant_is_no_ones(dispatcher: Dispatcher) -> None:
    """Where no tenant is configured, nobody counts as staff."""
    with closing(TeamsDriver(dispatcher, settings=MicrosoftSettings(APP_ID, "MultiTenant", "secret"))) as driver:
        driver.call(message(driver.microsoft, Person(), UNANSWERED))
        assert TELL_HR not in visible(driver.first_card(Person()))


def test_the_tenants_of_the_settings_count_in_any_case(dispatcher: Dispatcher) -> None:
    """Ids are the same in capital letters."""
    settings = MicrosoftSettings(APP_ID, tenants=("ABCDEF00-0000-0000-0000-000000000001",))
    with closing(TeamsDriver(dispatcher, settings=settings)) as driver:
        person = Person(tenant="abcdef00-0000-0000-0000-000000000001")
        driver.call(message(driver.microsoft, person, UNANSWERED))
        assert TELL_HR in visible(driver.first_card(person))


def test_a_message_delivered_twice_is_answered_once(alice: TeamsDriver, dispatcher: Dispatcher) -> None:
    """Also when both come at the same time, and also after a restart."""
    body = message(alice.microsoft, Person(), QUESTION)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: alice.call(body), range(4))) == [{}] * 4
    assert len(alice.microsoft.posts) == 1
    with closing(TeamsDriver(dispatcher)) as started_again:
        token = started_again.microsoft.token(serviceurl=alice.microsoft.service)
        assert call(started_again.bot.url, body, token).status_code == 200
        started_again.settle()
    assert len(alice.microsoft.posts) == 1


def test_an_invoke_delivered_twice_is_worked_on_once(alice: TeamsDriver, dispatcher: Dispatcher) -> None:
    """The same answer comes back; the same id from somebody else, or with another content, is another turn."""
    data = {"form": "uncovered", "uncovered.question": "how many days off are there"}
    body = invoke(alice.microsoft, Person(), "task/submit", {"data": data})
    answers = [alice.call(body) for _ in range(3)]
    assert "Kept for HR" in str(answers[0])
    assert answers == answers[:1] * 3
    assert len(kept(dispatcher)) == 1
    alice.call({**body, "from": {"id": "29:bob", "aadObjectId": "aad-bob"}})
    alice.call({**body, "value": {"data": {**data, "uncovered.question": "how many days off for bob"}}})
    assert len(kept(dispatcher)) == 3


def kept(dispatcher: Dispatcher) -> list[str]:
    """The questions that HR was told."""
    return [each.question for each in dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result()]


def test_a_press_delivered_twice_sends_one_message(alice: TeamsDriver) -> None:
    """Even when both come at the same time."""
    body = pressed(alice.microsoft, Person(), {"action": "help", "value": ""})
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: alice.call(body), range(3)))
    assert answers == answers[:1] * 3
    assert len(alice.microsoft.posts) == 1


def test_nobody_gets_anybody_elses_answer(alice: TeamsDriver) -> None:
    """Twenty people ask at the same time, in messages and in dialogs; each reads the answer to the own question."""
    questions = {"416.6.16": "416.6.16", QUESTION: ANSWER, "416.12": "416.12", "416.6.5": "416.6.5"}
    people = [(Person(f"p{number}"), list(questions)[number % 4]) for number in range(20)]

    def ask(asked: tuple[Person, str]) -> str:
        person, question = asked
        alice.call(message(alice.microsoft, person, question))
        data = {"form": "ask", "ask.question": question}
        answer = alice.call(invoke(alice.microsoft, person, "task/submit", {"data": data}))
        return visible(answer["task"]["value"]["card"]["content"])

    with ThreadPoolExecutor(20) as threads:
        dialogs = list(threads.map(ask, people))
    for (person, question), dialog in zip(people, dialogs, strict=True):
        (sent,) = alice.microsoft.sent_to(person.conversation)
        shown = visible(sent["attachments"][0]["content"])
        for text in (shown, dialog):
            assert f"— {questions[question]}" in text
            assert not any(f"— {other}" in text for other in questions.values() if other != questions[question])
