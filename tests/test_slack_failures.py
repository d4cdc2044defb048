"""Slack over real HTTP: what happens when Slack or the program fails, broken payloads, and the socket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests

from bot.dispatcher import Dispatcher
from tests.slack_driver import SlackDriver, until, visible
from tests.slack_stand_in import Fault, event, payload, signed
from tests.test_slack import ANSWER, QUESTION, UNANSWERED, dm


@pytest.fixture
def alice(dispatcher: Dispatcher) -> Iterator[SlackDriver]:
    """Alice, staff, in Slack."""
    with closing(SlackDriver(dispatcher)) as driver:
        yield driver


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (Fault("chat.postMessage", status=429, headers={"Retry-After": "0"}), 2),
        (Fault("chat.postMessage", status=500), 2),
        (Fault("chat.postMessage", times=2, status=503), 3),
        (Fault("chat.postMessage", status=502, page="Bad Gateway"), 2),
        (Fault("chat.postMessage", cut=True), 2),
        (Fault("chat.postMessage", lose=True), 1),
        (Fault("chat.postMessage", delay=1.0), 1),
    ],
    ids=["429", "500", "503 twice", "a page", "cut", "answer lost", "slow"],
)
def test_a_failing_slack_gets_the_answer_exactly_once(alice: SlackDriver, fault: Fault, calls: int) -> None:
    """In a direct message, where it can be read back, even a lost answer does not double."""
    alice.slack.faults = [fault]
    assert ANSWER in alice.say(QUESTION)
    until(lambda: len(alice.slack.called("chat.postMessage")) == calls)
    time.sleep(0.7)
    assert len(alice.slack.posted) == 1


def test_where_it_cannot_be_read_back_a_lost_answer_is_sent_once_more(alice: SlackDriver) -> None:
    """At least once, at most twice."""
    alice.slack.faults = [Fault("chat.postMessage", times=9, lose=True)]
    alice.send(event({"type": "app_mention", "channel": "C1", "user": "U1", "text": QUESTION, "ts": "5.5"}))
    until(lambda: len(alice.slack.posted) == 2)
    time.sleep(1.2)
    assert len(alice.slack.posted) == 2


def test_a_refusal_for_good_is_not_tried_again(alice: SlackDriver) -> None:
    """A channel that does not exist does not come to exist."""
    alice.slack.faults = [Fault("chat.postMessage", times=9, status=200, body={"ok": False, "error": "channel_not_found"})]
    alice.send(event(dm()))
    until(lambda: alice.slack.called("chat.postMessage"))
    time.sleep(0.7)
    assert len(alice.slack.called("chat.postMessage")) == 1


def test_a_removed_app_is_not_ready(alice: SlackDriver) -> None:
    """Slack is asked whether it is so; `/readyz` says so then, and comes back when the token works again."""
    url = f"{alice.bot.url}/readyz"
    alice.send(event({"type": "app_uninstalled"}, team="T0ELSE"))
    until(lambda: len(alice.slack.called("auth.test")) == 2)
    assert requests.get(url, timeout=5).status_code == 200
    alice.slack.faults = [Fault("auth.test", times=2, status=200, body={"ok": False, "error": "account_inactive"})]
    alice.send(event({"type": "app_uninstalled"}))
    until(lambda: requests.get(url, timeout=5).status_code == 503)


def test_guests_that_cannot_be_told_apart_are_offered_no_form(alice: SlackDriver, caplog: pytest.LogCaptureFixture) -> None:
    """Where Slack will not say who somebody is, the log says so, once and without a name."""
    alice.slack.faults = [Fault("users.info", times=9, status=200, body={"ok": False, "error": "missing_scope"})]
    for user in ("U0ONE", "U0TWO"):
        alice.send(event(dm(UNANSWERED, user=user)))
    until(lambda: len(alice.slack.posted) == 2)
    assert not any("Tell HR" in visible(each) for each in alice.slack.posted)
    assert caplog.text.count("guests cannot be told from staff") == 1
    assert "U0" not in caplog.text


def test_a_wait_that_is_too_long_is_not_waited(alice: SlackDriver) -> None:
    """Slack asks for two minutes; nobody in a chat waits so long, and asking sooner would be refused."""
    alice.slack.faults = [Fault("chat.postMessage", times=9, status=429, headers={"Retry-After": "120"})]
    alice.send(event(dm()))
    until(lambda: alice.slack.called("chat.postMessage"))
    time.sleep(0.5)
    assert len(alice.slack.called("chat.postMessage")) == 1


def test_an_app_that_is_no_agent_suggests_once(alice: SlackDriver) -> None:
    """Without the scope for it, and without troubling the log each time."""
    method = "assistant.threads.setSuggestedPrompts"
    alice.slack.faults = [Fault(method, times=9, status=200, body={"ok": False, "error": "missing_scope"})]
    for _ in range(2):
        alice.send(event({"type": "app_home_opened", "tab": "messages", "user": alice.user, "channel": "D1"}))
        until(lambda: alice.slack.called(method))
        alice.say("416.1")
    assert len(alice.slack.called(method)) == 1


def test_the_apology_is_shown(alice: SlackDriver, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture) -> None:
    """A failure inside is answered kindly, logged by type and place, and nothing of the question or its asker is logged."""
    dispatcher.thread.submit(dispatcher.ledger._database.run, "DROP TABLE IF EXISTS uncovered").result()
    object.__setattr__(dispatcher.ledger, "_laid", True)
    alice.say(UNANSWERED)
    shown = alice.submit("Tell HR it’s not covered", {})
    assert "Something went wrong on my side" in shown
    assert "turn failed: OperationalError" in caplog.text
    for private in ("vacation", "U0ALICE", "uncovered"):
        assert private not in caplog.text


def test_many_people_get_their_own_answers(alice: SlackDriver) -> None:
    """A hundred questions at once, each answered in its own conversation."""
    numbers = [f"416.8.5.{letter}" for letter in "abcdefghi"] + ["416.1", "416.2", "416.9.1", "416.10"]
    asked = {f"D{place}": numbers[place % len(numbers)] for place in range(100)}
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda each: alice.send(event(dm(each[1], user=f"U{each[0]}", channel=each[0]))), asked.items()))
    until(lambda: len(alice.slack.posted) == len(asked))
    for posted in alice.slack.posted:
        assert f"{asked[posted['channel']]}, Social" in visible(posted) or f"{asked[posted['channel']]} (" in visible(posted)


def test_a_body_that_is_no_payload_is_refused(alice: SlackDriver) -> None:
    """With a good signature, 400 and never 500."""
    odd = payload({"type": 5, "user": []})
    for body, form in (("payload=%7B", True), ("{", False), (odd, True), ("\x00", True), ("[]", False)):
        content, headers = signed(body, form=form)
        answer = requests.post(f"{alice.bot.url}/slack/events", data=content, headers=headers, timeout=5)
        assert answer.status_code in (200, 400, 404), (body, answer.status_code)
        assert "Error" not in answer.text


def test_over_a_socket(dispatcher: Dispatcher) -> None:
    """Socket Mode answers without any address of ours; a dead socket makes the program not ready and is opened anew."""
    with closing(SlackDriver(dispatcher, signing_secret="", app_token="xapp-1", ping=0.3)) as driver:  # noqa: S106 - the stand-in takes any
        assert requests.post(f"{driver.bot.url}/slack/events", timeout=5).status_code == 404
        answer = driver.slack.send_envelope(json.loads(event(dm())), "events_api")
        assert answer["envelope_id"] == "e1"
        until(lambda: driver.slack.posted)
        assert ANSWER in visible(driver.slack.posted[0])
        assert requests.get(f"{driver.bot.url}/readyz", timeout=5).status_code == 200
        driver.slack.faults = [Fault("apps.connections.open", times=8, status=500)]
        driver.slack.hang_up()
        until(lambda: requests.get(f"{driver.bot.url}/readyz", timeout=5).status_code == 503)
        until(lambda: len(driver.slack.opened) == 2)
        until(lambda: requests.get(f"{driver.bot.url}/readyz", timeout=5).status_code == 200)
        driver.slack.send_envelope(json.loads(event(dm("416.1"))), "events_api")
        until(lambda: len(driver.slack.posted) == 2)


def test_the_stand_in_signs_like_slack() -> None:
    """The example of Slack's own documentation (docs.slack.dev/authentication/verifying-requests-from-slack)."""
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = signed(body, secret="8f742231b10e8888abcd99yyyzzz85a5", at=1531420618)[1]  # noqa: S106 - the documentation's
    assert headers["X-Slack-Signature"] == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
