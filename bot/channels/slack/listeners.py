"""What happens on each kind of payload: read it, hand the turn to the dispatcher, show the view where the person is."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.channels import DeliveryError, apology
from bot.channels.once import Deliveries, Once
from bot.channels.slack import render
from bot.channels.slack.api import Api, Json
from bot.channels.slack.payloads import dig, held_values, plain_text, state_values, text_at, user_of
from bot.channels.slack.people import People
from bot.dispatcher import Dispatcher
from bot.logs import correlate, correlation, place
from bot.metrics import FAILED
from bot.people import Sender
from bot.surface import MESSAGE_SHORTCUT
from bot.turns import Pressed, Said, Submitted, Turn
from bot.views import OPEN, Quote, View

# Slack waits three seconds. A question is answered in the acknowledgement itself where that takes no longer than this, in
# seconds; else it is acknowledged and answered afterwards.
PATIENCE = 0.2
FORM_PATIENCE = 2.0
CHANNEL = "slack"
SUBMIT = "submit:"
_HELP = ("", "help", "?")
# What people write themselves; all other kinds are edits, joins and the like.
_WRITTEN = ("", "file_share", "thread_broadcast", "me_message")
_SLACKBOT = "USLACKBOT"
_PRESS_AGAIN = {"response_type": "ephemeral", "text": "Slack did not open the form in time. Please press again."}
_ANY = re.compile("")
log = logging.getLogger(__name__)


class Ack(Protocol):
    """Acknowledges a payload, with an answer in it where there is one."""

    async def __call__(self, **given: object) -> None: ...


class Listeners:
    """The listeners of one Slack app; `running` holds the turns in flight."""

    def __init__(self, door: Dispatcher, api: Api, people: People) -> None:
        self._door = door
        self._api = api
        self._people = people
        self._deliveries = Deliveries(door, CHANNEL)
        self._submissions: Once[View] = Once()
        self.running: set[asyncio.Future[None]] = set()
        self.revoked = False

    def register(self, app: AsyncApp) -> None:
        """Registers one listener for each kind of payload, the most frequent first."""
        app.command(_ANY)(self._listener(self.command))
        app.action({"type": "block_actions", "action_id": _ANY})(self._listener(self.action))
        app.view(_ANY)(self._listener(self.submission))
        app.shortcut(_ANY)(self._listener(self.shortcut))
        for event, answer in (
            ("message", self.message),
            ("app_mention", self.mention),
            ("app_home_opened", self.home),
            ("app_uninstalled", self.uninstalled),
            ("tokens_revoked", self.uninstalled),
        ):
            app.event(event)(self._listener(self._once(answer)))

    def _listener(self, answer: Callable[[Ack, Json], Awaitable[None]]) -> Callable[[AsyncAck, Json], Awaitable[None]]:
        """What Bolt calls: it returns once Slack has been acknowledged, and the turn goes on by itself."""

        async def listener(ack: AsyncAck, body: Json) -> None:
            correlate()
            acknowledged = asyncio.Event()

            async def acknowledge(**given: object) -> None:
                await ack(**given)  # type: ignore[arg-type] # one of the many shapes that Bolt takes
                acknowledged.set()

            turn = asyncio.ensure_future(self._bordered(answer(acknowledge, body)))
            self.running.add(turn)
            turn.add_done_callback(self.running.discard)
            waiting = asyncio.ensure_future(acknowledged.wait())
            await asyncio.wait({turn, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()

        return listener

    async def _bordered(self, turn: Awaitable[None]) -> None:
        """The border: whatever fails is logged here, once, without content."""
        try:
            await turn
        except DeliveryError as error:
            log.warning("not delivered: %s", error)
        except Exception as error:  # noqa: BLE001 - the channel's border
            log.error("listener failed: %s", place(error))

    def _once(self, answer: Callable[[Json], Awaitable[None]]) -> Callable[[Ack, Json], Awaitable[None]]:
        """An event is acknowledged at once, and answered once however often it is delivered."""

        async def once(ack: Ack, body: Json) -> None:
            await ack()
            if await self._deliveries.is_new(text_at(body, "event_id")):
                await answer(body)

        return once

    async def command(self, ack: Ack, body: Json) -> None:
        """`/policy TEXT`: answered to the asker alone."""
        text = plain_text(text_at(body, "text"))
        turn = Pressed("help") if text.lower() in _HELP else Said(text)
        answering = asyncio.ensure_future(self._view(turn, self._people.sender(body)))
        view = await _soon(answering, PATIENCE)
        if view:
            await ack(response_type="ephemeral", **render.message(view))
            return
        await ack()
        message = render.message(await answering)
        await self._api.respond(text_at(body, "response_url"), {"response_type": "ephemeral", **message})

    async def message(self, body: Json) -> None:
        """A direct message, answered where it was written."""
        event = dig(body, "event")
        if text_at(event, "channel_type") == "im":
            await self._answer(body, thread=text_at(event, "thread_ts"))

    async def mention(self, body: Json) -> None:
        """A mention in a channel, answered in its thread."""
        event = dig(body, "event")
        await self._answer(body, thread=text_at(event, "thread_ts") or text_at(event, "ts"))

    async def _answer(self, body: Json, thread: str) -> None:
        event = dig(body, "event")
        if dig(event, "bot_id") or user_of(body) in ("", _SLACKBOT) or text_at(event, "subtype") not in _WRITTEN:
            return
        text = plain_text(text_at(event, "text"))
        turn: Turn = Said(text) if text else Pressed("help")
        view = await self._view(turn, self._people.sender(body))
        await self._api.post(text_at(event, "channel"), render.message(view.without_action("share")), thread)

    async def home(self, body: Json) -> None:
        """Somebody opened the app: its Home is drawn, or questions are suggested in its messages."""
        event = dig(body, "event")
        if text_at(event, "tab") == "messages":
            prompts = [{"title": each, "message": each} for each in self._door.examples]
            arguments = {"channel_id": text_at(event, "channel"), "title": "For example", "prompts": prompts}
            await self._api.call("assistant.threads.setSuggestedPrompts", arguments, attempts=1)
            return
        view = await self._sent(Pressed("home"), body)
        await self._api.call("views.publish", {"user_id": user_of(body), "view": render.home(view)})

    async def uninstalled(self, body: Json) -> None:
        """The app was removed: what was kept to write to its people goes, and the program says that it is not ready."""
        event = dig(body, "event")
        if text_at(event, "type") == "tokens_revoked" and not dig(event, "tokens", "bot"):
            return
        self.revoked = True
        log.warning("the app was removed from Slack")
        await asyncio.get_running_loop().run_in_executor(self._door.thread, self._door.ledger.forget, "slack")

    async def shortcut(self, ack: Ack, body: Json) -> None:
        """A shortcut opens a form; the one on a message takes the message into it as a draft."""
        await ack()
        callback = text_at(body, "callback_id")
        if callback == MESSAGE_SHORTCUT[0]:
            draft = plain_text(text_at(body, "message", "text"))
            await self._dialog(body, Pressed(f"{OPEN}draft"), {"draft": draft})
        elif callback.startswith(OPEN):
            await self._dialog(body, Pressed(callback))

    async def action(self, ack: Ack, body: Json) -> None:
        """A button was pressed, in a message, a dialog or the Home."""
        await ack()
        pressed = (dig(body, "actions") or [None])[0]
        action = text_at(pressed, "action_id").partition("#")[0]
        if text_at(pressed, "type") != "button":
            return
        if action.startswith(SUBMIT):
            form = action.removeprefix(SUBMIT)
            values = state_values(dig(body, "view"), form)
            filled = bool(values) and all(values.values())
            await self._dialog(body, Submitted(form, values) if filled else Pressed(f"{OPEN}{form}"), values)
        elif action.startswith(OPEN):
            await self._dialog(body, Pressed(action), held_values(dig(body, "message"), action.removeprefix(OPEN)))
        elif dig(body, "view"):
            await self._dialog(body, Pressed(action, text_at(pressed, "value")))
        else:
            await self._press(body, Pressed(action, text_at(pressed, "value")))

    async def _press(self, body: Json, turn: Pressed) -> None:
        """The answer to a press stands under the message that was pressed: to its reader alone, or in the conversation."""
        view = await self._view(turn, self._people.sender(body))
        sharing = turn.action == "share" and any(isinstance(block, Quote) for block in view.blocks)
        if sharing or dig(body, "container", "is_ephemeral"):
            kind = "in_channel" if sharing else "ephemeral"
            answer = {"response_type": kind, "replace_original": False, **render.message(view)}
            await self._api.respond(text_at(body, "response_url"), answer)
            return
        thread = text_at(body, "container", "thread_ts") or text_at(body, "message", "thread_ts")
        channel = text_at(body, "channel", "id") or text_at(body, "container", "channel_id")
        await self._api.post(channel, render.message(view.without_action("share")), thread)

    async def _dialog(self, body: Json, turn: Turn, values: Mapping[str, str] | None = None) -> None:
        """Shows the view in a dialog: at once a light one, since the right to open it lasts three seconds, then filled."""
        open_one = text_at(body, "view", "id") if text_at(body, "view", "type") == "modal" else ""
        opening = None if open_one else asyncio.ensure_future(self._open(text_at(body, "trigger_id")))
        view = await self._sent(turn, body)
        try:
            open_one = await opening if opening else open_one
        except DeliveryError:
            if text_at(body, "response_url"):
                await self._api.respond(text_at(body, "response_url"), {**_PRESS_AGAIN, "replace_original": False})
            raise
        shown = render.modal(view.filled(values or {}).without_action("share"))
        await self._api.call("views.update", {"view_id": open_one, "view": shown})

    async def _open(self, trigger: str) -> str:
        answer = await self._api.call("views.open", {"trigger_id": trigger, "view": render.waiting()}, attempts=2)
        return text_at(answer, "view", "id")

    async def submission(self, ack: Ack, body: Json) -> None:
        """A dialog was sent; what comes of it stands in the same dialog."""
        view = dig(body, "view")
        form = text_at(view, "callback_id")
        values = state_values(view, form)
        blank = {f"{form}:{name}": "Please fill this in." for name, value in values.items() if not value}
        if blank:
            await ack(response_action="errors", errors=blank)
            return
        sent = ":".join((user_of(body), text_at(view, "id"), text_at(view, "hash")))
        making = self._submissions.answer(sent, lambda: self._sent(Submitted(form, values), body))
        answering = asyncio.ensure_future(making)
        shown = await _soon(answering, FORM_PATIENCE)
        if shown:
            await ack(response_action="update", view=render.modal(shown.without_action("share")))
            return
        await ack(response_action="update", view=render.waiting())
        shown = await answering
        await self._api.call(
            "views.update", {"view_id": text_at(view, "id"), "view": render.modal(shown.without_action("share"))}
        )

    async def _sent(self, turn: Turn, body: Json) -> View:
        """What the dispatcher answers to a turn with a form, from staff or not."""
        return await self._view(turn, await self._people.sender_of_form(body))

    async def _view(self, turn: Turn, sender: Sender) -> View:
        """What the dispatcher answers; the apology where it fails."""
        try:
            return await self._door.handle(turn, sender)
        except Exception as error:  # noqa: BLE001 - said kindly, logged once, without content
            FAILED.labels(CHANNEL).inc()
            log.error("turn failed: %s", place(error))
            return apology(correlation())


async def _soon(answering: asyncio.Future[View], patience: float) -> View | None:
    """The view, if it is there within so many seconds; the work goes on either way."""
    await asyncio.wait({answering}, timeout=patience)
    return answering.result() if answering.done() else None
