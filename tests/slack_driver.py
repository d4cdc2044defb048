"""A person in Slack: writes direct messages, presses buttons and sends dialogs, over signed HTTP."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import requests

from bot.channels.slack.channel import Slack
from bot.config import SlackSettings
from bot.dispatcher import Dispatcher
from bot.server import application
from tests.drivers import flat
from tests.serving import Serving
from tests.slack_stand_in import SECRET, TEAM, Json, SlackStandIn, event, payload, signed

PATIENCE = 5.0


class SlackDriver:
    """Alice, in her direct messages with the bot. `close` stops the bot and the stand-in."""

    def __init__(self, dispatcher: Dispatcher, user: str = "U0ALICE", ping: float = 10.0, **settings: Any) -> None:
        self.slack = SlackStandIn()
        given = {"signing_secret": SECRET, **settings}
        self._channel = Slack(dispatcher, SlackSettings("xoxb-1", api_url=self.slack.url, **given), ping)
        self.bot = Serving(lambda: application([self._channel], lambda: dispatcher.in_thread(dispatcher.ledger.check)))
        self.user = user
        self._shown: Json = {}
        self._view_id = ""
        until(lambda: not self._channel.ready())

    def close(self) -> None:
        self.bot.close()
        self.slack.close()

    def say(self, text: str) -> str:
        before = len(self.slack.posted)
        written = html.escape(text, quote=False)
        self.send(
            event({"type": "message", "channel_type": "im", "channel": "D1", "user": self.user, "text": written, "ts": "1.1"})
        )
        return self._wait_for_message(before)

    def press(self, label: str) -> str:
        button = self._button(label)
        before, views = len(self.slack.posted), len(self.slack.called("views.update"))
        self.interact(self._pressed(button))
        if button["action_id"].startswith("open:") or self._view_id:
            return self._wait_for_view(views)
        return self._wait_for_message(before)

    def submit(self, label: str, values: Mapping[str, str]) -> str:
        if not (self._view_id and self._shown.get("submit", {}).get("text") == label):
            self.press(label)
        form = self._shown["callback_id"]
        inputs = {each["block_id"]: each["element"] for each in self._shown["blocks"] if each["type"] == "input"}
        typed = {f"{form}:{name}": value for name, value in values.items()}
        assert typed.keys() <= inputs.keys(), f"no such field among {list(inputs)}"
        state = {id: {"value": _state(element, typed.get(id))} for id, element in inputs.items()}
        view = {**self._shown, "id": self._view_id, "hash": str(time.time_ns()), "state": {"values": state}}
        answer = self.interact({"type": "view_submission", "user": {"id": self.user, "team_id": TEAM}, "view": view})
        body = json.loads(answer.text)
        assert body["response_action"] == "update", body
        self._shown = body["view"]
        return flat(visible(self._shown))

    def send(self, body: str, *, form: bool = False) -> requests.Response:
        """Posts a signed body to the bot."""
        content, headers = signed(body, form=form)
        return requests.post(f"{self.bot.url}/slack/events", data=content, headers=headers, timeout=PATIENCE)

    def interact(self, content: Mapping[str, object]) -> requests.Response:
        """Posts a signed interaction to the bot."""
        answer = self.send(payload({"trigger_id": f"{time.time_ns()}.1", "team": {"id": TEAM}, **content}), form=True)
        assert answer.status_code == 200
        return answer

    def _pressed(self, button: Json) -> Json:
        action = {"type": "button", "action_id": button["action_id"], "value": button.get("value", "")}
        common: Json = {"type": "block_actions", "user": {"id": self.user, "team_id": TEAM}, "actions": [action]}
        if self._view_id:
            return {**common, "container": {"type": "view"}, "view": {**self._shown, "id": self._view_id}}
        held = {
            each["block_id"]: {"value": _state(each["element"], None)}
            for each in self._shown["blocks"]
            if each["type"] == "input"
        }
        return {
            **common,
            "channel": {"id": "D1"},
            "container": {"type": "message"},
            "message": self._shown,
            "state": {"values": held},
        }

    def _button(self, label: str) -> Json:
        for element in buttons(self._shown):
            if element["text"]["text"] == label:
                return element
        raise AssertionError(f"no button {label!r} in {visible(self._shown)}")

    def _wait_for_message(self, before: int) -> str:
        until(lambda: len(self.slack.posted) > before)
        self._shown, self._view_id = self.slack.posted[-1], ""
        return flat(visible(self._shown))

    def _wait_for_view(self, before: int) -> str:
        until(lambda: len(self.slack.called("views.update")) > before)
        update = self.slack.called("views.update")[-1]
        self._shown = update["view"]
        self._view_id = update.get("view_id") or self.slack.names[update["external_id"]]
        return flat(visible(self._shown))


def until(done: Any) -> None:
    """Waits until something has happened."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.005)


def buttons(shown: Json) -> Iterator[Json]:
    """All buttons of a message or view."""
    for block in shown["blocks"]:
        yield from block["elements"] if block["type"] == "actions" else ()


def visible(part: object) -> str:
    """What somebody reads of a message or view, in order."""
    if isinstance(part, list):
        return "\n".join(filter(None, map(visible, part)))
    if not isinstance(part, dict):
        return ""
    if part.get("type") in ("rich_text", "rich_text_section", "rich_text_quote"):
        joint = "\n" if part["type"] == "rich_text" else ""
        return joint.join(map(visible, part["elements"]))
    if part.get("type") == "link":
        return f"{part['text']}: {part['url']}"
    if isinstance(part.get("text"), str) and "blocks" not in part:
        return str(part["text"])
    inside = [part.get(name) for name in ("title", "label", "text", "blocks", "elements", "element", "options", "submit")]
    own = str(part.get("initial_value", "")) if part.get("type") == "plain_text_input" else ""
    return "\n".join(filter(None, [*(visible(each) for each in inside if not isinstance(each, str)), own]))


def _state(element: Json, typed: str | None) -> Json:
    """What Slack sends of an input that holds this, or what it began with."""
    if element["type"] == "radio_buttons":
        option = {"value": typed} if typed else element.get("initial_option")
        return {"type": "radio_buttons", "selected_option": option}
    if element["type"] == "static_select":
        return {"type": "static_select", "selected_option": {"value": typed} if typed else element.get("initial_option")}
    if element["type"] == "checkboxes":
        options = [{"value": each} for each in typed.split(",")] if typed else element.get("initial_options", [])
        return {"type": "checkboxes", "selected_options": options}
    return {"type": "plain_text_input", "value": typed or element.get("initial_value")}
