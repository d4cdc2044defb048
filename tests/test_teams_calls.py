"""Who may call the bot in Teams, and what is no activity: refused by the right number, never with an error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
import requests

from bot.channels.teams.channel import Teams
from bot.dispatcher import Dispatcher
from bot.journeys.home import UNCOVERED
from bot.server import application
from tests.serving import Serving
from tests.teams_driver import TeamsDriver, until, visible
from tests.teams_stand_in import APP_ID, KEY, OTHER_KEY, Json, Person, TeamsStandIn, activity, call, message

QUESTION = "can i scroll instagram while im on the clock"
UNANSWERED = "how much vacation do i get after five years here"
TELL_HR = UNCOVERED.submit


@pytest.fixture
def alice(dispatcher: Dispatcher) -> Iterator[TeamsDriver]:
    """Alice, staff, in her chat with the bot."""
    with closing(TeamsDriver(dispatcher)) as driver:
        yield driver


@pytest.fixture
def local(dispatcher: Dispatcher) -> Iterator[Serving]:
    """The bot in local mode."""
    with closing(Serving(lambda: application([Teams(dispatcher, None)], lambda: dispatcher.in_thread(lambda: None)))) as served:
        yield served


BAD_TOKENS: dict[str, Any] = {
    "none": lambda _: "",
    "garbage": lambda _: "Bearer x.y.z",
    "no bearer": lambda microsoft: microsoft.token().replace("Bearer", "Basic"),
    "another key": lambda microsoft: microsoft.token(OTHER_KEY),
    "an unknown key": lambda microsoft: microsoft.token(kid="k9"),
    "no key named": lambda microsoft: microsoft.token(kid=None),
    "another audience": lambda microsoft: microsoft.token(aud="22222222-2222-2222-2222-222222222222"),
    "no audience": lambda microsoft: microsoft.token(aud=None),
    "another issuer": lambda microsoft: microsoft.token(iss="https://evil.example"),
    "no issuer": lambda microsoft: microsoft.token(iss=None),
    "an emulator": lambda microsoft: microsoft.token(
        iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/", appid=APP_ID, ver="1.0", serviceurl=None
    ),
    "another bot": lambda microsoft: microsoft.token(ver="1.0", appid="another"),
    "expired": lambda microsoft: microsoft.token(exp=int(time.time()) - 4000),
    "not yet valid": lambda microsoft: microsoft.token(nbf=int(time.time()) + 4000),
    "another service": lambda microsoft: microsoft.token(serviceurl="http://127.0.0.1:1/"),
    "no service": lambda microsoft: microsoft.token(serviceurl=None),
}


@pytest.mark.parametrize("bad", BAD_TOKENS)
def test_only_microsoft_is_answered(alice: TeamsDriver, bad: str, caplog: pytest.LogCaptureFixture) -> None:
    """A bad token gets 401 and nothing else, reaches nobody, and stands in no log."""
    token = BAD_TOKENS[bad](alice.microsoft)
    answer = call(alice.bot.url, message(alice.microsoft, Person(), QUESTION), token)
    assert (answer.status_code, answer.content) == (401, b"")
    assert alice.microsoft.posts == []
    assert not token or token.split(" ")[1] not in caplog.text


def test_a_channel_that_no_key_is_for_is_refused(alice: TeamsDriver) -> None:
    """The stand-in's key may sign for Teams only."""
    body = {**message(alice.microsoft, Person(), QUESTION), "channelId": "webchat"}
    assert call(alice.bot.url, body, alice.microsoft.token()).status_code == 401


def test_a_key_signs_only_while_it_is_known(alice: TeamsDriver) -> None:
    """Keys are asked for once, whatever number of calls; an unknown one is not looked for again within the hour."""
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: alice.call(message(alice.microsoft, Person(), "hello")), range(8)))
    for number in range(5):
        token = alice.microsoft.token(KEY, kid=f"forged{number}")
        assert call(alice.bot.url, message(alice.microsoft, Person(), "hello"), token).status_code == 401
    assert alice.microsoft.keys_asked == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"type": "message", "serviceUrl": ' + b'{"a":' * 5_000,
        b"{}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_activity_is_refused(alice: TeamsDriver, body: bytes) -> None:
    """With 400, even with a right token."""
    assert call(alice.bot.url, body, alice.microsoft.token()).status_code == 400


WRONG_TYPES: dict[str, object] = {
    "type": 5,
    "id": {},
    "text": ["a"],
    "name": 1,
    "serviceUrl": 3,
    "conversation": "a",
    "from": [],
    "recipient": 2,
    "entities": {"a": 1},
    "membersAdded": "all",
}


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_wrong_types_are_refused(alice: TeamsDriver, name: str) -> None:
    """With 400, and nothing is sent."""
    body = {**message(alice.microsoft, Person(), QUESTION), name: WRONG_TYPES[name]}
    assert call(alice.bot.url, body, alice.microsoft.token()).status_code == 400
    assert alice.microsoft.posts == []


def test_only_json_is_read(alice: TeamsDriver) -> None:
    """Anything else gets 415."""
    body = message(alice.microsoft, Person(), QUESTION)
    answer = call(alice.bot.url, body, alice.microsoft.token(), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("typing", {}),
        ("messageReaction", {"reactionsAdded": [{"type": "like"}]}),
        ("messageDelete", {}),
        ("messageUpdate", {"text": QUESTION}),
        ("event", {"name": "application/vnd.microsoft.readReceipt", "value": 1}),
        ("unheardOf", {"value": ["a"], "entities": [{"type": "ProductInfo"}, 5], "channelData": 7}),
        ("conversationUpdate", {"membersAdded": [{"id": "29:bob"}]}),
        ("installationUpdate", {"action": "add-upgrade"}),
        ("invoke", {"name": "message/submitAction", "value": {"actionName": "feedback"}}),
        ("invoke", {"name": "signin/verifyState", "value": "x"}),
        ("invoke", {}),
    ],
)
def test_what_nobody_knows_is_accepted(alice: TeamsDriver, kind: str, more: Json) -> None:
    """With an empty 200, so that Teams goes on delivering."""
    body = activity(alice.microsoft, Person(), kind, **more)
    answer = call(alice.bot.url, body, alice.microsoft.token())
    assert (answer.status_code, answer.content) == (200, b"")
    assert alice.microsoft.posts == []


def test_local_mode_answers_an_emulator(local: Serving) -> None:
    """Without any token, over plain HTTP to this machine; everybody is staff."""
    with closing(TeamsStandIn()) as emulator:
        body = {"id": "1", "channelId": "emulator", "serviceUrl": emulator.service, "conversation": {"id": "c"}}
        people = {"from": {"id": "u"}, "recipient": {"id": "b"}}
        assert call(local.url, {**body, **people, "type": "message", "text": UNANSWERED}).status_code == 200
        until(lambda: emulator.posts)
        (sent,) = emulator.posts
        assert TELL_HR in visible(sent["attachments"][0]["content"])
        assert emulator.tokens == [""]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-Forwarded-For": "10.0.0.1"}, 403),
        ({"Forwarded": "for=10.0.0.1"}, 403),
        ({"Host": "rebound.example"}, 403),
        ({"Host": "localhost.evil.example:3978"}, 403),
        ({"Host": "localhost:3978"}, 400),
        ({"Host": "[::1]:3978"}, 400),
    ],
)
def test_local_mode_answers_no_page_and_no_proxy(local: Serving, headers: dict[str, str], status: int) -> None:
    """A page in a browser can reach this machine, also under a name that was bent to it, and a proxy stands for anybody."""
    assert requests.post(f"{local.url}/api/messages", json={}, headers=headers, timeout=5).status_code == status


def test_local_mode_sends_to_this_machine_only(local: Serving) -> None:
    """An address elsewhere is not called."""
    body = {"type": "message", "text": "hi", "serviceUrl": "http://192.0.2.1/", "conversation": {"id": "c"}}
    assert call(local.url, body).status_code == 400
