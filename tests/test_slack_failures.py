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
from tests.slack_stand_in import SECRET, Fault, event, payload, signed
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
        (Fault("chat.postMessage", cut=True), 2),
        (Fault("chat.postMessage", lose=True), 1),
        (Fault("chat.postMessage", delay=1.0), 1),
    ],
    ids=["429", "500", "503 twice", "cut", "answer lost", "slow"],
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
    """`/readyz` says so."""
    assert requests.get(f"{alice.bot.url}/readyz", timeout=5).status_code == 200
    alice.send(event({"type": "app_uninstalled"}))
    until(lambda: requests.get(f"{alice.bot.url}/readyz", timeout=5).status_code == 503)
    assert "removed" in requests.get(f"{alice.bot.url}/readyz", timeout=5).text


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


def test_the_stand_in_checks_like_slack() -> None:
    """The signature that tests send is the one that Slack would."""
    assert signed("a", at=1)[1]["X-Slack-Signature"] == signed("a", secret=SECRET, at=1)[1]["X-Slack-Signature"]
