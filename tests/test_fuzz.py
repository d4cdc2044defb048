"""Broken payloads with good signatures: no 5xx, nothing of the program's inside in an answer, nobody gets another's answer.

`CLAUSEBOT_FUZZED` sets how many payloads each endpoint gets; `make soak` asks for ten thousand.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
import urllib.parse
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from typing import Any

import requests

from bot.channels.web.render import ACTION, FIELD, FORM, LABEL, STANDING, STATE, VALUE
from bot.dispatcher import Dispatcher
from bot.seals import sealing
from bot.tokens import Tokens
from tests.fuzzing import broken, mutated
from tests.slack_driver import SlackDriver
from tests.slack_stand_in import TEAM, signed
from tests.teams_driver import TeamsDriver
from tests.teams_stand_in import Person, activity, invoke, message, pressed
from tests.web_driver import WebDriver

COUNT = int(os.environ.get("CLAUSEBOT_FUZZED", "500"))
INSIDE = re.compile(r"Traceback|File \"|\w+Error\b|Exception|site-packages|\.py\b|sqlite|<class ")
TAG = re.compile(r"zq(\d+)x([0-9a-f]{8})")
# A state that the bot under test has sealed itself, by the secret of tests.conftest.
SEALED = sealing(Tokens(b"test"))("request-1", ["drawn"], "uncovered")
Send = Callable[[int, random.Random], requests.Response]


def tag(number: int) -> str:
    """What marks one payload's text and addresses; with a check sum, so that a broken byte makes no other's tag of it."""
    return f"zq{number}x{zlib.crc32(str(number).encode()):08x}"


def tags(text: str) -> set[str]:
    """The tags in a text."""
    return {found[0] for found in TAG.finditer(text) if found[0] == tag(int(found[1]))}


def say(kind: str, found: Counter[int]) -> None:
    """The dated line for the docs."""
    statuses = ", ".join(f"{count:,} × {status}" for status, count in sorted(found.items()))
    print(f"\n{date.today()}: {COUNT:,} broken payloads to {kind}: {statuses}")  # noqa: T201 - what `make soak` prints


def fuzz(kind: str, send: Send) -> None:
    """Sends them all, four at a time, and looks at every answer."""

    def one(number: int) -> int:
        answer = send(number, random.Random(number))  # noqa: S311 - broken on purpose, the same each time
        assert answer.status_code < 500, f"payload {number}"
        assert not INSIDE.search(answer.text), f"payload {number}: {answer.text[:300]}"
        others = tags(answer.text) - {tag(number)}
        assert not others, f"payload {number} got {others}"
        return answer.status_code

    with ThreadPoolExecutor(4) as pool:
        say(kind, Counter(pool.map(one, range(COUNT))))


def slack_payloads(number: int, response_url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """One of each kind that Slack sends, by somebody of their own, with their own mark in every text."""
    user, mark = f"U{tag(number)}", f"vacation {tag(number)} please"
    who = {"user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM}, "trigger_id": f"{number}.1", "response_url": response_url}
    state = {"values": {"uncovered:question": {"value": {"type": "plain_text_input", "value": mark}}}}
    view = {"type": "modal", "id": f"V{number}", "hash": "1", "callback_id": "uncovered", "state": state, "blocks": []}
    button = {"type": "button", "action_id": "other#1", "value": "forged"}
    direct = {"type": "message", "channel_type": "im", "channel": f"D{tag(number)}", "user": user, "text": mark, "ts": "1.1"}
    opened = {"type": "app_home_opened", "tab": "home", "user": user, "channel": f"D{tag(number)}"}
    mention = {"type": "app_mention", "channel": f"C{tag(number)}", "user": user, "text": f"<@U0BOT> {mark}", "ts": "1.2"}
    for content in (direct, opened, mention, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}):
        yield (
            "event",
            {"type": "event_callback", "event_id": f"Ev{number}", "team_id": TEAM, "api_app_id": "A1", "event": content},
        )
    yield (
        "interaction",
        {"type": "block_actions", **who, "actions": [button], "channel": {"id": f"D{tag(number)}"}, "container": {}},
    )
    yield (
        "interaction",
        {"type": "block_actions", **who, "actions": [{**button, "action_id": "submit:ask"}], "view": {**view, "type": "home"}},
    )
    yield (
        "interaction",
        {"type": "block_actions", **who, "actions": [{**button, "action_id": "open:forms#2"}], "message": {"blocks": [view]}},
    )
    private = {"type": "message", "is_ephemeral": True}
    yield "interaction", {"type": "block_actions", **who, "actions": [{**button, "action_id": "share#1"}], "container": private}
    yield "interaction", {"type": "view_submission", **who, "view": view}
    asked = [{"type": "input", "block_id": "uncovered:question", "optional": True}]
    yield "interaction", {"type": "view_submission", **who, "view": {**view, "private_metadata": SEALED, "blocks": asked}}
    yield "interaction", {"type": "message_action", **who, "callback_id": "draft", "message": {"text": mark}}
    yield "interaction", {"type": "shortcut", **who, "callback_id": "open:ask"}
    command = {"command": "/policy", "text": mark, "user_id": user, "team_id": TEAM, "channel_id": f"C{tag(number)}"}
    yield "command", {**command, "response_url": response_url, "trigger_id": f"{number}.2"}


def test_slack(dispatcher: Dispatcher) -> None:
    """Every kind of payload that Slack sends, and their bytes."""
    with closing(SlackDriver(dispatcher)) as driver:

        def send(number: int, chance: random.Random) -> requests.Response:
            kind, payload = chance.choice(list(slack_payloads(number, f"{driver.slack.response_url()}?of={tag(number)}")))
            payload = mutated(payload, chance)
            if kind == "event":
                body = json.dumps(payload)
            elif kind == "interaction":
                body = urllib.parse.urlencode({"payload": json.dumps(payload)})
            else:
                body = urllib.parse.urlencode({name: str(value) for name, value in payload.items()})
            if chance.random() < 0.15:
                body = broken(body, chance).decode("latin-1")
            content, headers = signed(body, form=kind != "event")
            return requests.post(f"{driver.bot.url}/slack/events", data=content, headers=headers, timeout=30)

        fuzz("/slack/events", send)
        time.sleep(0.5)
        answered = [call for call in driver.slack.calls if call[0] in ("chat.postMessage", "response_url", "views.publish")]
        assert {"chat.postMessage", "response_url", "views.publish"} <= {method for method, _ in answered}
        for _, call in answered:
            whose = tags(str(call.get("channel") or call.get("of") or call.get("user_id") or ""))
            said = json.dumps({name: value for name, value in call.items() if name not in ("of", "channel", "user_id")})
            assert not whose or tags(said) <= whose
        for name, view in driver.slack.views.items():
            assert len(tags(json.dumps(view))) <= 1, name
        assert "416.1" in driver.say("416.1")


def test_teams(dispatcher: Dispatcher) -> None:
    """Every kind of activity that Teams sends, and their bytes, under a good token."""
    with closing(TeamsDriver(dispatcher)) as driver:

        def send(number: int, chance: random.Random) -> requests.Response:
            person = Person(tag(number), chance.choice(["personal", "groupChat", "channel"]))
            mark = f"vacation {tag(number)} please"
            form = {"data": {"form": "uncovered", "uncovered.question": mark}, "context": {"theme": "default"}}
            moved = {"membersAdded": [{"id": "28:11111111-1111-1111-1111-111111111111"}]}
            microsoft = driver.microsoft
            search = {"commandId": "search", "parameters": [{"name": "q", "value": mark}]}
            fetch = {"commandId": "draft", "messagePayload": {"body": {"content": mark}}}
            payload = chance.choice(
                [
                    message(microsoft, person, mark),
                    pressed(microsoft, person, {"action": "other", "value": "forged"}),
                    invoke(microsoft, person, "task/fetch", form),
                    invoke(microsoft, person, "task/submit", form),
                    invoke(microsoft, person, "task/submit", {"data": {**form["data"], "state": SEALED}}),
                    activity(microsoft, person, "message", value={**form["data"], "state": SEALED}),
                    invoke(microsoft, person, "composeExtension/query", search),
                    invoke(microsoft, person, "composeExtension/fetchTask", fetch),
                    invoke(microsoft, person, "composeExtension/submitAction", {"commandId": "draft", **form}),
                    activity(microsoft, person, "conversationUpdate", **moved),
                    activity(microsoft, person, "installationUpdate", action="add"),
                    activity(microsoft, person, "messageReaction", reactionsAdded=[{"type": "like"}]),
                ]
            )  # fmt: skip
            body = json.dumps(mutated(payload, chance))
            content = broken(body, chance) if chance.random() < 0.15 else body.encode()
            headers = {"Authorization": token, "Content-Type": "application/json"}
            return requests.post(f"{driver.bot.url}/api/messages", data=content, headers=headers, timeout=30)

        token = driver.microsoft.token()
        fuzz("/api/messages", send)
        for posted in driver.microsoft.posts:
            whose = tags(posted["conversation"]["id"])
            said = json.dumps({name: value for name, value in posted.items() if name != "conversation"})
            assert not whose or tags(said) <= whose
        assert "416.1" in driver.say("416.1")


def test_local_page(dispatcher: Dispatcher) -> None:
    """Questions, presses and forms of the local page."""
    with closing(WebDriver(dispatcher)) as driver:

        def send(number: int, chance: random.Random) -> requests.Response:
            mark, who = f"vacation {tag(number)} please", {STANDING: chance.choice(["staff", "supervisor", "hr"])}
            payload = chance.choice(
                [
                    {FORM: "ask", f"{FIELD}question": mark, **who},
                    {FORM: "uncovered", f"{FIELD}question": mark, **who},
                    {FORM: "uncovered", f"{FIELD}question": mark, STATE: SEALED, **who},
                    {FORM: "draft", f"{FIELD}account": "official", f"{FIELD}draft": mark, **who},
                    {ACTION: "other", VALUE: "forged", LABEL: mark, **who},
                    {ACTION: "open:forms", **who},
                ]
            )
            body = urllib.parse.urlencode({str(name): str(value) for name, value in mutated(payload, chance).items()})
            content = broken(body, chance) if body and chance.random() < 0.15 else body.encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return requests.post(f"{driver.url}/", data=content, headers=headers, timeout=30)

        fuzz("the local page", send)
        assert "416.1" in driver.say("416.1")
