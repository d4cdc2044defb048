"""Slack over real HTTP: who may call, what is answered once, what stands where, and what happens when Slack fails."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
import requests

from bot.dispatcher import Dispatcher
from tests.slack_driver import SlackDriver, buttons, until, visible
from tests.slack_stand_in import TEAM, Fault, command, event, signed

QUESTION = "can i scroll instagram while im on the clock"
ANSWER = "416.8.5.f"
UNANSWERED = "how much vacation do i get after five years here"


@pytest.fixture
def alice(dispatcher: Dispatcher) -> Iterator[SlackDriver]:
    """Alice, staff, in Slack."""
    with closing(SlackDriver(dispatcher)) as driver:
        yield driver


def dm(text: str = QUESTION, user: str = "U0ALICE", channel: str = "D1", **more: Any) -> dict[str, Any]:
    """A direct message's event."""
    return {"type": "message", "channel_type": "im", "channel": channel, "user": user, "text": text, "ts": "1.1", **more}


def submitted(field: dict[str, Any]) -> dict[str, Any]:
    """The view of a sent form for HR."""
    state = {"values": {"uncovered:question": field}}
    return {"type": "modal", "id": "V1", "hash": "1.a", "callback_id": "uncovered", "state": state}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=00"},
        signed(event(dm()), secret="another" * 5)[1],
        signed(event(dm()), at=time.time() - 600)[1],
        signed("another body")[1],
    ],
    ids=["none", "garbage", "another secret", "ten minutes old", "another body"],
)
def test_only_slack_is_answered(alice: SlackDriver, headers: dict[str, str]) -> None:
    """A request without a fresh, fitting signature gets 401 and reaches nothing."""
    answer = requests.post(f"{alice.bot.url}/slack/events", data=event(dm()).encode(), headers=headers, timeout=5)
    assert answer.status_code == 401
    assert alice.slack.posted == []


def test_the_address_is_confirmed(alice: SlackDriver) -> None:
    """Slack's own check of the address gets its challenge back."""
    answer = alice.send(json.dumps({"type": "url_verification", "challenge": "c123"}))
    assert answer.json()["challenge"] == "c123"


def test_an_event_delivered_again_is_answered_once(alice: SlackDriver) -> None:
    """Three deliveries, one of them at the same time, one answer."""
    body = event(dm(), "Ev1")
    with ThreadPoolExecutor(2) as pool:
        assert [each.status_code for each in pool.map(alice.send, [body, body])] == [200, 200]
    assert alice.send(body).status_code == 200
    alice.say("416.1")
    assert [ANSWER in visible(each) for each in alice.slack.posted].count(True) == 1


def test_an_event_that_another_replica_met_is_not_answered(alice: SlackDriver, dispatcher: Dispatcher) -> None:
    """De-duplication goes through the ledger, which replicas share."""
    with closing(SlackDriver(dispatcher)) as replica:
        body = event(dm(), "Ev2")
        replica.send(body)
        until(lambda: replica.slack.posted)
        alice.send(body)
        alice.say("416.1")
        assert len(alice.slack.posted) == 1


def test_a_command_is_answered_to_its_asker_and_can_be_shared(alice: SlackDriver) -> None:
    """In the acknowledgement itself; Share brings the quote into the channel, without the question and its asker."""
    answer = alice.send(command(QUESTION, alice.slack.response_url()), form=True).json()
    assert answer["response_type"] == "ephemeral"
    assert ANSWER in answer["text"]
    share = next(each for each in buttons(answer) if each["text"]["text"] == "Share in this channel")
    pressed = {
        "type": "block_actions",
        "user": {"id": alice.user, "team_id": TEAM},
        "response_url": alice.slack.response_url(),
        "container": {"type": "message", "is_ephemeral": True, "channel_id": "C1"},
        "actions": [{"type": "button", **share}],
    }
    alice.interact(pressed)
    until(lambda: alice.slack.posted)
    shared = alice.slack.posted[0]
    assert shared["response_type"] == "in_channel"
    assert ANSWER in visible(shared)
    assert list(buttons(shared)) == []
    for private in (QUESTION, alice.user):
        assert private not in json.dumps(shared)


def test_a_forged_share_is_told_to_its_presser_alone(alice: SlackDriver) -> None:
    """A refusal never goes to the channel."""
    action = {"type": "button", "action_id": "share#1", "value": "forged"}
    container = {"type": "message", "is_ephemeral": True}
    alice.interact({"type": "block_actions", "user": {"id": "U1"}, "response_url": alice.slack.response_url(),
                    "container": container, "actions": [action]})  # fmt: skip
    until(lambda: alice.slack.posted)
    assert alice.slack.posted[0]["response_type"] == "ephemeral"


@pytest.mark.parametrize("text", ["", "help", " HELP "])
def test_help(alice: SlackDriver, text: str) -> None:
    """`/policy` alone, and `/policy help`."""
    answer = alice.send(command(text, alice.slack.response_url()), form=True).json()
    assert "I find the clause of the written policy" in answer["text"]


def test_a_slow_database_does_not_hold_up_the_acknowledgement(alice: SlackDriver, dispatcher: Dispatcher) -> None:
    """The thread that owns the ledger is blocked; everything is acknowledged well within three seconds, and answered."""
    gate = threading.Event()
    dispatcher.thread.submit(gate.wait, 30)
    try:
        for body, form in ((event(dm()), False), (command(QUESTION, alice.slack.response_url()), True)):
            start = time.monotonic()
            assert alice.send(body, form=form).status_code == 200
            assert time.monotonic() - start < 2.5
        until(lambda: any(ANSWER in visible(each) for each in alice.slack.posted))
    finally:
        gate.set()


def test_a_slow_database_shows_a_waiting_dialog_and_then_the_answer(alice: SlackDriver, dispatcher: Dispatcher) -> None:
    """A form whose keeping takes long is acknowledged in time; what came of it is shown later."""
    gate = threading.Event()
    alice.say(UNANSWERED)
    alice.press("Tell HR it’s not covered")
    dispatcher.thread.submit(gate.wait, 30)
    try:
        assert "One moment" in alice.submit("Tell HR it’s not covered", {})
    finally:
        gate.set()
    until(lambda: "Kept for HR" in visible(alice.slack.called("views.update")[-1]["view"]))


def test_a_form_sent_twice_is_kept_once(alice: SlackDriver, dispatcher: Dispatcher) -> None:
    """The same submission delivered again gets the same answer and keeps nothing more."""
    field = {"value": {"type": "plain_text_input", "value": UNANSWERED}}
    view = submitted(field)
    body = {"type": "view_submission", "user": {"id": alice.user, "team_id": TEAM}, "view": view}
    first, second = alice.interact(body).json(), alice.interact(body).json()
    assert first == second
    assert "Kept for HR" in visible(first["view"])
    assert len(dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result()) == 1


def test_a_blank_field_is_said_beside_it(alice: SlackDriver) -> None:
    """Blanks are no answer."""
    field = {"value": {"type": "plain_text_input", "value": "   "}}
    view = submitted(field)
    answer = alice.interact({"type": "view_submission", "user": {"id": alice.user}, "view": view}).json()
    assert answer == {"response_action": "errors", "errors": {"uncovered:question": "Please fill this in."}}


def test_a_mention_is_answered_in_its_thread(alice: SlackDriver) -> None:
    """And nothing in it can be pressed that would only repeat it there."""
    alice.send(event({"type": "app_mention", "channel": "C1", "user": "U1", "text": f"<@U0BOT> {QUESTION}", "ts": "5.5"}))
    until(lambda: alice.slack.posted)
    posted = alice.slack.posted[0]
    assert (posted["channel"], posted["thread_ts"]) == ("C1", "5.5")
    assert ANSWER in visible(posted)
    assert "Share" not in visible(posted)


@pytest.mark.parametrize(
    "content",
    [
        dm(bot_id="B1"),
        {
            "type": "app_mention",
            "channel": "C1",
            "user": "U1",
            "text": "416.8",
            "ts": "1.1",
            "edited": {"user": "U1", "ts": "2.2"},
        },
        dm(user="USLACKBOT"),
        dm(subtype="message_changed"),
        dm(user=""),
        dm(channel_type="channel"),
        {"type": "reaction_added", "user": "U1"},
        {"type": "message"},
        {},
    ],
)
def test_what_nobody_wrote_to_the_bot_is_not_answered(alice: SlackDriver, content: dict[str, Any]) -> None:
    """Accepted, so that Slack does not send it again, and not answered."""
    assert alice.send(event(content)).status_code in (200, 400)
    alice.say("416.1")
    assert len(alice.slack.posted) == 1


def test_user_text_never_becomes_markup(alice: SlackDriver) -> None:
    """Mentions, links and code in a question come back, where they do at all, as the signs that were typed."""
    nasty = "how much vacation <!channel> <@U1> <https://evil.example|click> `code` *bold* & more do i get"
    alice.say(nasty)
    posted = alice.slack.posted[-1]
    assert not [sign for sign in ("<!", "<@", "<http") if sign in posted["text"]]
    kinds = {part["type"] for part in walk(posted["blocks"]) if part.get("type") in ("mrkdwn", "plain_text")}
    assert kinds == {"plain_text"}


def walk(part: object) -> Iterator[dict[str, Any]]:
    """All objects inside."""
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from walk(each)


def test_home(alice: SlackDriver) -> None:
    """The Home has the ask box and the policies; asking there answers in a dialog, and in it one can go on."""
    alice.send(event({"type": "app_home_opened", "tab": "home", "user": alice.user, "channel": "D1"}))
    until(lambda: alice.slack.called("views.publish"))
    published = alice.slack.called("views.publish")[0]
    assert published["user_id"] == alice.user
    assert "416 Social Media Policy" in visible(published["view"])
    state = {"values": {"ask:question": {"value": {"type": "plain_text_input", "value": QUESTION}}}}
    button = {"type": "button", "action_id": "submit:ask#0"}
    home = {"type": "home", "id": "V0", "state": state}
    alice.interact({"type": "block_actions", "user": {"id": alice.user, "team_id": TEAM}, "view": home, "actions": [button]})
    assert ANSWER in alice._wait_for_view(0)
    assert "Other clauses that come near it" in alice.press("Not what I meant")
    assert len(alice.slack.called("views.open")) == 1


def test_asking_nothing_in_the_home_opens_the_question(alice: SlackDriver) -> None:
    """An empty ask box brings the form."""
    state = {"values": {"ask:question": {"value": {"type": "plain_text_input", "value": None}}}}
    button = {"type": "button", "action_id": "submit:ask#0"}
    alice.interact({"type": "block_actions", "user": {"id": alice.user, "team_id": TEAM},
                    "view": {"type": "home", "state": state}, "actions": [button]})  # fmt: skip
    assert "Your question, in your own words" in alice._wait_for_view(0)


def test_suggested_prompts(alice: SlackDriver) -> None:
    """Where somebody opens the conversation, questions are suggested; no thread is named, which would fail silently."""
    alice.send(event({"type": "app_home_opened", "tab": "messages", "user": alice.user, "channel": "D1"}))
    until(lambda: alice.slack.called("assistant.threads.setSuggestedPrompts"))
    call = alice.slack.called("assistant.threads.setSuggestedPrompts")[0]
    assert call["channel_id"] == "D1"
    assert len(call["prompts"]) == 4
    assert "thread_ts" not in call


@pytest.mark.parametrize(("callback", "seen"), [("open:ask", "Your question"), ("open:forms", "What would you like to do?")])
def test_global_shortcuts(alice: SlackDriver, callback: str, seen: str) -> None:
    """Each opens its form: first a light dialog, then the filled one."""
    alice.interact({"type": "shortcut", "callback_id": callback, "user": {"id": alice.user, "team_id": TEAM}})
    assert seen in alice._wait_for_view(0)
    assert "One moment" in visible(alice.slack.called("views.open")[0]["view"])


def test_the_message_shortcut_takes_the_message_as_a_draft(alice: SlackDriver) -> None:
    """As its writer saw it, into the form's own field."""
    message = {"text": "Vote for &lt;Jane&gt; <https://jane.example|here>"}
    who = {"id": alice.user, "team_id": TEAM}
    alice.interact({"type": "message_action", "callback_id": "draft", "message": message, "user": who})
    assert "Vote for <Jane> here" in alice._wait_for_view(0)


def test_forms_one_after_the_other(alice: SlackDriver) -> None:
    """From the neutral list to a form, in one dialog."""
    alice.say("help")
    alice.press("Forms")
    assert "Your question, as HR will see it" in alice.submit("Next", {"form": "uncovered"})
    assert "Kept for HR" in alice.submit("Tell HR it’s not covered", {"question": UNANSWERED})


def test_other_organisations_and_guests_get_answers_at_most(alice: SlackDriver) -> None:
    """No form is shown to them, and none is taken from them."""
    alice.send(event(dm(UNANSWERED, user="U9", user_team="T0ELSE")))
    until(lambda: alice.slack.posted)
    assert "I found no clause that answers this" in visible(alice.slack.posted[0])
    assert "Tell HR" not in visible(alice.slack.posted[0])
    alice.slack.guests.add("U8")
    alice.interact({"type": "shortcut", "callback_id": "open:forms", "user": {"id": "U8", "team_id": TEAM}})
    assert "Forms are for staff" in alice._wait_for_view(0)


def test_a_slow_look_up_of_a_guest_does_not_hold_up_a_form(alice: SlackDriver) -> None:
    """Whatever Slack takes to say who somebody is, a submission is acknowledged within three seconds."""
    alice.slack.faults = [Fault("users.info", times=9, delay=5)]
    start = time.monotonic()
    alice.interact(
        {"type": "view_submission", "user": {"id": "U7", "team_id": TEAM}, "view": submitted({"value": {"value": "x y"}})}
    )
    assert time.monotonic() - start < 2.8


def test_an_outsider_keeps_the_ask_box(alice: SlackDriver) -> None:
    """Their Home has it, and no other form."""
    alice.slack.guests.add("U8")
    alice.send(event({"type": "app_home_opened", "tab": "home", "user": "U8", "channel": "D8"}))
    until(lambda: alice.slack.called("views.publish"))
    shown = visible(alice.slack.called("views.publish")[0]["view"])
    assert "Your question, in your own words" in shown
    assert "Forms" not in shown


def test_a_question_asked_by_command_is_not_typed_again(alice: SlackDriver) -> None:
    """The form under a private answer is filled, from what Slack sends of such a message."""
    answer = alice.send(command(UNANSWERED, alice.slack.response_url()), form=True).json()
    (held,) = [block for block in answer["blocks"] if block["type"] == "input"]
    state = {"values": {held["block_id"]: {"value": {"type": "plain_text_input", "value": held["element"]["initial_value"]}}}}
    button = next(each for each in buttons(answer) if each["text"]["text"] == "Tell HR it’s not covered")
    alice.interact(
        {
            "type": "block_actions",
            "user": {"id": alice.user, "team_id": TEAM},
            "container": {"type": "message", "is_ephemeral": True, "channel_id": "C1"},
            "channel": {"id": "C1"},
            "response_url": alice.slack.response_url(),
            "state": state,
            "actions": [{"type": "button", **button}],
        }
    )
    assert UNANSWERED in alice._wait_for_view(0)


def test_a_corrected_form_sent_again_is_the_one_that_counts(alice: SlackDriver, dispatcher: Dispatcher) -> None:
    """The same dialog with other words is another submission."""
    who = {"id": alice.user, "team_id": TEAM}
    for text in (UNANSWERED, f"{UNANSWERED} today"):
        view = submitted({"value": {"type": "plain_text_input", "value": text}})
        alice.interact({"type": "view_submission", "user": who, "view": view})
    kept = dispatcher.thread.submit(dispatcher.ledger.uncovered, dispatcher.today()).result()
    assert sorted(each.question for each in kept) == [UNANSWERED, f"{UNANSWERED} today"]


def test_a_lost_answer_to_opening_a_dialog_still_fills_it(alice: SlackDriver) -> None:
    """The right to open one is used up, so it is found again by its name."""
    alice.slack.faults = [Fault("views.open", lose=True)]
    alice.interact({"type": "shortcut", "callback_id": "open:ask", "user": {"id": alice.user, "team_id": TEAM}})
    assert "Your question" in alice._wait_for_view(0)
    assert len(alice.slack.called("views.open")) == 1


def test_an_organisation_wide_install_serves_its_workspaces(dispatcher: Dispatcher) -> None:
    """On Enterprise Grid staff are staff by message, command and shortcut alike; in a shared channel only by workspace."""
    with closing(SlackDriver(dispatcher, teams=("E1",))) as driver:
        for more, offered in (({"enterprise_id": "E1"}, True), ({"authorizations": [{"enterprise_id": "E1"}]}, True),
                              ({"enterprise_id": "E1", "is_ext_shared_channel": True}, False), ({}, False)):  # fmt: skip
            before = len(driver.slack.posted)
            body = {**json.loads(event(dm(UNANSWERED), team="T9")), **more}
            driver.send(json.dumps(body))
            until(lambda before=before: len(driver.slack.posted) > before)
            assert ("Tell HR" in visible(driver.slack.posted[-1])) is offered


def test_a_form_that_slack_does_not_open_is_told(alice: SlackDriver) -> None:
    """Where the press came with an address to answer at."""
    alice.slack.faults = [Fault("views.open", times=9, status=200, body={"ok": False, "error": "expired_trigger_id"})]
    action = {"type": "button", "action_id": "open:forms#1"}
    who = {"id": alice.user, "team_id": TEAM}
    pressed = {"type": "block_actions", "user": who, "actions": [action], "response_url": alice.slack.response_url()}
    alice.interact(pressed)
    until(lambda: alice.slack.posted)
    assert "press again" in alice.slack.posted[0]["text"]
