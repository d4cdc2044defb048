"""A person in Teams: writes, presses buttons and fills dialogs, over calls that are signed as Microsoft signs them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.channels.teams.channel import Teams
from bot.config import MicrosoftSettings
from bot.dispatcher import Dispatcher
from bot.server import application
from tests.drivers import flat
from tests.serving import Serving
from tests.teams_stand_in import APP_ID, TENANT, Json, Person, TeamsStandIn, call, invoke, message, pressed

# Longer than a turn may take; in seconds.
PATIENCE = 12.0
SETTINGS = MicrosoftSettings(APP_ID, password="secret", tenant=TENANT, tenants=(TENANT,))  # noqa: S106 - the stand-in's own


class TeamsDriver:
    """Alice, in her chat with the bot. `close` stops the bot and the stand-in."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        person: Person | None = None,
        settings: MicrosoftSettings = SETTINGS,
        fetch: Callable[[], str] = lambda: "bot-token",
    ) -> None:
        self.microsoft = TeamsStandIn()
        self.channel = Teams(dispatcher, settings, cloud=self.microsoft.cloud, fetch=fetch)
        self.bot = Serving(lambda: application([self.channel], lambda: dispatcher.in_thread(dispatcher.ledger.check)))
        self.person = person or Person()
        self.card: Json = {}
        self._in_dialog = False

    def close(self) -> None:
        self.bot.close()
        self.microsoft.close()

    def say(self, text: str) -> str:
        before = len(self._sent())
        assert self.call(message(self.microsoft, self.person, text)) == {}
        return self._shown_in_message(before)

    def press(self, label: str) -> str:
        action = _action(self.card, label)
        if self._in_dialog:
            return self._submitted(action, {})
        if _opens_dialog(action):
            return self._opened(action)
        before = len(self._sent())
        answer = self.call(pressed(self.microsoft, self.person, action["data"]))
        if answer["type"] == "application/vnd.microsoft.activity.message":
            return self._shown_in_message(before)
        return self._show(answer["value"], dialog=False)

    def submit(self, label: str, values: Mapping[str, str]) -> str:
        action = _action(self.card, label)
        if not self._in_dialog:
            self._opened(action)
            action = _action(self.card, label)
        return self._submitted(action, values)

    def call(self, body: Json) -> Json:
        """Posts a signed activity, and waits until it is worked off; the JSON of the answer."""
        answer = call(self.bot.url, body, self.microsoft.token())
        assert answer.status_code == 200, answer.status_code
        self.settle()
        found: Json = answer.json() if answer.content else {}
        return found

    def settle(self) -> None:
        """Waits until no turn is being worked on: messages are acknowledged before they are answered."""
        until(lambda: not self.channel._running)

    def first_card(self, person: Person) -> Json:
        """The card of the first message that the person's conversation got."""
        card: Json = self.microsoft.sent_to(person.conversation)[0]["attachments"][0]["content"]
        return card

    def _opened(self, action: Json) -> str:
        return self._dialog("task/fetch", {**action["data"], **inputs(self.card)})

    def _submitted(self, action: Json, values: Mapping[str, str]) -> str:
        if action.get("associatedInputs") == "none":
            return self._dialog("task/submit", action["data"])
        held = inputs(self.card)
        typed = {f"{action['data'].get('form', '')}.{name}": value for name, value in values.items()}
        assert typed.keys() <= held.keys(), f"no such field among {list(held)}"
        filled = {**held, **typed}
        assert all(filled[each] for each in required(self.card)), "a client would not send it"
        return self._dialog("task/submit", {**action["data"], **filled})

    def _dialog(self, name: str, data: Json) -> str:
        answer = self.call(invoke(self.microsoft, self.person, name, {"data": data, "context": {"theme": "default"}}))
        return self._show(answer["task"]["value"]["card"]["content"], dialog=True)

    def _sent(self) -> list[Json]:
        return self.microsoft.sent_to(self.person.conversation)

    def _shown_in_message(self, before: int) -> str:
        (sent,) = self._sent()[before:]
        return self._show(sent["attachments"][0]["content"], dialog=False)

    def _show(self, card: Json, *, dialog: bool) -> str:
        self.card, self._in_dialog = card, dialog
        return flat(visible(card))


def until(done: Callable[[], object]) -> None:
    """Waits until something has happened."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.005)


def visible(part: Any) -> str:
    """What somebody reads of a card, in order; what is hidden is not among it."""
    if isinstance(part, list):
        return "\n".join(filter(None, map(visible, part)))
    if not isinstance(part, dict) or part.get("isVisible") is False:
        return ""
    if part["type"] == "RichTextBlock":
        return "".join(run["text"] for run in part["inlines"])
    own = [str(part[name]) for name in ("label", "text", "title", "value") if isinstance(part.get(name), str)]
    inside = [visible(part[name]) for name in ("body", "items", "actions", "choices") if name in part and name != "choices"]
    choices = [choice["title"] for choice in part.get("choices", ())]
    return "\n".join(filter(None, [*own, *inside, *choices]))


def actions(part: Any) -> Iterator[Json]:
    """All buttons of a card, in order."""
    if isinstance(part, list):
        for each in part:
            yield from actions(each)
    elif isinstance(part, dict):
        if part.get("type") == "ActionSet":
            yield from part["actions"]
        yield from actions([part.get("body", []), part.get("items", [])])


def inputs(part: Any) -> dict[str, str]:
    """What every input of a card holds, hidden ones too: a client sends them with what is pressed."""
    found: dict[str, str] = {}
    if isinstance(part, list):
        for each in part:
            found |= inputs(each)
    elif isinstance(part, dict):
        if str(part.get("type", "")).startswith("Input."):
            found[part["id"]] = part.get("value", "")
        found |= inputs([part.get("body", []), part.get("items", [])])
    return found


def required(card: Json) -> list[str]:
    """The ids of the inputs that must be filled; ours stand in the body itself."""
    return [each["id"] for each in card["body"] if each.get("isRequired")]


def _action(card: Json, label: str) -> Json:
    for action in actions(card):
        if action["title"] == label:
            return action
    raise AssertionError(f"no button {label!r} in:\n{visible(card)}")


def _opens_dialog(action: Json) -> bool:
    return bool(action["data"].get("msteams", {}).get("type") == "task/fetch")
