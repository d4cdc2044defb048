"""The conversation in Teams over real HTTP: what each kind of activity is answered, and where."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.dispatcher import Dispatcher
from bot.journeys.home import UNCOVERED
from tests.teams_driver import TeamsDriver, actions, inputs, visible
from tests.teams_stand_in import BOT, Json, Person, activity, invoke, message, pressed

QUESTION = "can i scroll instagram while im on the clock"
ANSWER = "416.8.5.f"
UNANSWERED = "how much vacation do i get after five years here"
TELL_HR = UNCOVERED.submit
IN_CHANNEL = Person(kind="channel")


@pytest.fixture
def alice(dispatcher: Dispatcher) -> Iterator[TeamsDriver]:
    """Alice, staff, in her chat with the bot."""
    with closing(TeamsDriver(dispatcher)) as driver:
        yield driver


def test_a_question_is_answered(alice: TeamsDriver) -> None:
    """With a card in the conversation, a line for notifications, no second text, and the bot's own token."""
    assert ANSWER in alice.say(QUESTION)
    (sent,) = alice.microsoft.posts
    assert sent["type"] == "message"
    assert sent["summary"].startswith("Quoted from the policy: ")
    assert "text" not in sent
    assert sent["from"]["id"] == BOT
    assert alice.microsoft.tokens == ["Bearer bot-token"]


@pytest.mark.parametrize(
    "text",
    [
        f"<at>Clausebot</at> {QUESTION}",
        f"{QUESTION} <at>Clausebot</at>",
        f"<at>Clausebot</at>&nbsp;{html.escape(QUESTION)}\r\n",
        f"<at>Clausebot</at>\xa0{QUESTION}\n\n",
    ],
)
def test_the_bots_own_mention_is_no_part_of_a_question(alice: TeamsDriver, text: str) -> None:
    """Wherever it stands."""
    mention = {"type": "mention", "mentioned": {"id": BOT}, "text": "<at>Clausebot</at>"}
    alice.call({**message(alice.microsoft, IN_CHANNEL, ""), "text": text, "entities": [mention]})
    assert ANSWER in visible(alice.first_card(IN_CHANNEL))


@pytest.mark.parametrize("kind", ["channel", "groupChat"])
def test_among_others_the_bot_answers_to_its_name_only(alice: TeamsDriver, kind: str) -> None:
    """What does not mention it is not for it."""
    alice.call(activity(alice.microsoft, Person(kind=kind), "message", text=QUESTION))
    other = {"type": "mention", "mentioned": {"id": "29:bob"}, "text": "<at>Bob</at>"}
    alice.call(activity(alice.microsoft, Person(kind=kind), "message", text=f"<at>Bob</at> {QUESTION}", entities=[other]))
    assert alice.microsoft.posts == []


def test_a_mention_alone_gets_help(alice: TeamsDriver) -> None:
    """There is nothing in it to look for."""
    alice.call(message(alice.microsoft, IN_CHANNEL, " "))
    assert "word for word" in visible(alice.first_card(IN_CHANNEL))


def test_what_somebody_writes_stays_text(alice: TeamsDriver) -> None:
    """Markup in a question comes back as it was written, in an element that reads none."""
    said = "Can I *use* <b>Facebook</b> [now](http://evil.example) during work time? And who do I have to send reporters to?"
    shown = alice.say(html.escape(said))
    assert "“Can I *use* <b>Facebook</b> [now](http://evil.example) during work time?”" in shown
    assert [each["text"] for each in alice.card["body"] if each["type"] == "TextBlock" and "evil" in each["text"]] == []


def test_a_press_in_a_chat_leaves_the_quote_where_it_is(alice: TeamsDriver) -> None:
    """The answer is a message of its own, and the press is told so."""
    alice.say(QUESTION)
    (button,) = [each for each in actions(alice.card) if each["title"] == "Ask a person"]
    answer = alice.call(pressed(alice.microsoft, Person(), button["data"]))
    assert answer == {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "The answer is below."}
    assert "Nothing was sent to anybody" in visible(alice.microsoft.posts[-1]["attachments"][0]["content"])


def test_a_press_in_a_channel_is_answered_to_the_one_who_pressed(alice: TeamsDriver) -> None:
    """In the place of the card, for that person alone; nothing is sent into the channel."""
    alice.call(message(alice.microsoft, IN_CHANNEL, QUESTION))
    (button,) = [each for each in actions(alice.first_card(IN_CHANNEL)) if each["title"] == "Ask a person"]
    answer = alice.call(pressed(alice.microsoft, IN_CHANNEL, button["data"]))
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Nothing was sent to anybody" in visible(answer["value"])
    assert len(alice.microsoft.posts) == 1


def test_nothing_is_shared_from_teams(alice: TeamsDriver) -> None:
    """The button that only Slack can do is not shown."""
    assert "Share in this channel" not in alice.say(QUESTION)


def test_a_form_opens_filled_in_a_dialog(alice: TeamsDriver) -> None:
    """With the question from the card's hidden field; what is sent is answered in the same dialog."""
    assert UNANSWERED not in alice.say(UNANSWERED)
    opened = alice.press(TELL_HR)
    assert "Your question, as HR will see it" in opened
    assert inputs(alice.card) == {"uncovered.question": UNANSWERED}
    assert "Kept for HR" in alice.submit(TELL_HR, {"question": "how many days off"})


def test_a_dialog_leads_on(alice: TeamsDriver) -> None:
    """From the neutral list of forms to a form, to an answer, and to what is pressed below it."""
    alice.say("help")
    alice.press("Forms")
    assert "Your question, in your own words" in alice.submit("Next", {"form": "ask"})
    assert ANSWER in alice.submit("Ask", {"question": QUESTION})
    assert "Nothing was sent to anybody" in alice.press("Ask a person")


def test_buttons_work_in_clients_that_only_send_messages(alice: TeamsDriver) -> None:
    """A press comes as a message with data, and a form can be filled where it stands."""
    alice.say(UNANSWERED)
    (nearest, form) = actions(alice.card)
    for data in (nearest["fallback"]["data"], {**form["data"], **inputs(alice.card)}):
        alice.call(activity(alice.microsoft, Person(), "message", value=data))
    other, filling = [each["attachments"][0]["content"] for each in alice.microsoft.posts[-2:]]
    assert "Other clauses that come near it" in visible(other)
    assert inputs(filling) == {"uncovered.question": UNANSWERED}
    (send,) = actions(filling)
    alice.call(activity(alice.microsoft, Person(), "message", value={**send["data"], **inputs(filling)}))
    assert "Kept for HR" in visible(alice.microsoft.posts[-1]["attachments"][0]["content"])


def test_a_dialog_is_called_after_what_is_in_it(alice: TeamsDriver) -> None:
    """After the form where there is nothing else; an answer is none, although it may end with a form."""

    def titled(name: str, data: Json) -> str:
        return str(alice.call(invoke(alice.microsoft, Person(), name, {"data": data}))["task"]["value"]["title"])

    assert titled("task/fetch", {"action": "open:uncovered"}) == "Tell HR"
    assert titled("task/submit", {"form": "ask", "ask.question": UNANSWERED}) == "Answer"
    assert titled("task/submit", {"form": "ask", "ask.question": QUESTION}) == "Answer"


def test_the_search_box_lists_clauses(alice: TeamsDriver) -> None:
    """Each can be inserted word for word, with nothing to press; an empty box gets a hint."""
    found = query(alice, QUESTION)["attachments"]
    assert 1 <= len(found) <= 5
    assert ANSWER in found[0]["preview"]["content"]["title"]
    assert "Employees may not use social media while on work time" in visible(found[0]["content"])
    assert list(actions(found[0]["content"])) == []
    assert query(alice, "") == {"type": "message", "text": "Type your question, in your own words."}
    initial = {"commandId": "search", "parameters": [{"name": "initialRun", "value": "true"}]}
    assert "Type your question" in str(alice.call(invoke(alice.microsoft, Person(), "composeExtension/query", initial)))


def query(driver: TeamsDriver, text: str) -> Json:
    """What the search box shows for a text."""
    value = {"commandId": "search", "parameters": [{"name": "question", "value": text}], "queryOptions": {"skip": 0, "count": 25}}
    found: Json = driver.call(invoke(driver.microsoft, Person(), "composeExtension/query", value))["composeExtension"]
    return found


def test_a_message_can_be_checked_as_a_draft(alice: TeamsDriver) -> None:
    """Its text, without markup, stands in the form; sending it is answered in the dialog."""
    content = "<p>Vote for <b>me</b> &amp; <i>us</i></p><blockquote>an “older” post</blockquote><div>today</div>"
    value = {
        "commandId": "draft",
        "commandContext": "message",
        "messagePayload": {"body": {"contentType": "html", "content": content}},
    }
    opened = alice.call(invoke(alice.microsoft, Person(), "composeExtension/fetchTask", value))["task"]
    assert (opened["type"], opened["value"]["title"]) == ("continue", "Check a draft")
    card = opened["value"]["card"]["content"]
    assert inputs(card)["draft.draft"] == "Vote for me & us\n\n“an ‘older’ post”\n\ntoday"
    (send,) = actions(card)
    data = {**send["data"], **inputs(card), "draft.account": "personal"}
    sent = alice.call(invoke(alice.microsoft, Person(), "composeExtension/submitAction", {"commandId": "draft", "data": data}))
    assert sent["task"]["type"] == "continue"


def test_whoever_installs_the_bot_is_welcomed_once(alice: TeamsDriver) -> None:
    """Teams tells of it in two ways."""
    alice.call(activity(alice.microsoft, Person(), "conversationUpdate", membersAdded=[{"id": BOT}, {"id": "29:alice"}]))
    alice.call(activity(alice.microsoft, Person(), "installationUpdate", action="add"))
    (sent,) = alice.microsoft.posts
    assert "Ask about a policy" in visible(sent["attachments"][0]["content"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("adaptiveCard/action", {"action": {"data": {"action": "other", "value": "forged"}}}),
        ("adaptiveCard/action", {"action": "other"}),
        ("adaptiveCard/action", None),
        ("task/fetch", {"data": "x"}),
        ("task/fetch", 7),
        ("task/submit", {"data": {"form": "unheard of"}}),
        ("task/submit", {"data": {"form": "uncovered", "uncovered.question": 5}}),
        ("composeExtension/query", {"parameters": "x"}),
        ("composeExtension/fetchTask", {"commandId": "unheard of", "messagePayload": []}),
        ("composeExtension/submitAction", {"data": [1]}),
        ("task/submit", {"data": {"form": "ask", "ask.question": "\ud800 \x00"}}),
    ],
)
def test_broken_invokes_are_answered_kindly(alice: TeamsDriver, name: str, value: object) -> None:
    """In the place where the person is, never with an error."""
    answer = alice.call(invoke(alice.microsoft, Person(kind="groupChat"), name, value))
    assert answer
    assert "Something went wrong" not in str(answer)


def test_a_failure_is_told_where_the_person_is(
    alice: TeamsDriver, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    """With a number that stands in the log too, and no word of what was written in either."""
    object.__setattr__(dispatcher, "knowledge", None)
    shown = [alice.say("a canary of a question")]
    shown.append(str(query(alice, "a canary of a question")))
    data = {"form": "ask", "ask.question": "a canary of a question"}
    shown.append(str(alice.call(invoke(alice.microsoft, Person(), "task/submit", {"data": data}))))
    assert all("Something went wrong on my side" in each for each in shown)
    assert caplog.text.count("turn failed: AttributeError at") == 3
    assert "canary" not in caplog.text + "".join(shown)
