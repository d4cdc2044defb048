"""What happens on each kind of payload: read it, hand the turn to the dispatcher, show the view where the person is."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.channels import DeliveryError
from bot.channels.once import Deliveries, Once
from bot.channels.slack import render
from bot.channels.slack.api import CHANNEL, Api, Json
from bot.channels.slack.payloads import blank_fields, dig, held_values, plain_text, state_values, text_at, user_of
from bot.channels.slack.people import People
from bot.channels.slack.showing import Showing, unshared
from bot.dispatcher import Dispatcher
from bot.logs import correlate, place
from bot.surface import MESSAGE_SHORTCUT
from bot.turns import Pressed, Said, Submitted, Turn
from bot.views import OPEN

# Slack waits three seconds. A question is answered in the acknowledgement itself where that takes no longer than this, in
# seconds; else it is acknowledged and answered afterwards.
PATIENCE = 0.18
FORM_PATIENCE = 2.0
SUBMIT = "submit:"
_HELP = ("", "help", "?")
# What people write themselves; all other kinds are edits, joins and the like.
_WRITTEN = ("", "file_share", "thread_broadcast", "me_message")
_SLACKBOT = "USLACKBOT"
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
        self._showing = Showing(door, api, people)
        self._deliveries = Deliveries(door, CHANNEL)
        self._submissions: Once[Json] = Once()
        self.running: set[asyncio.Future[None]] = set()
        self._suggesting = True

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
            acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()

            async def acknowledge(**given: object) -> None:
                await ack(**given)  # type: ignore[arg-type] # one of the many shapes that Bolt takes
                if not acknowledged.done():
                    acknowledged.set_result(None)

            turn = asyncio.ensure_future(self._bordered(answer(acknowledge, body)))
            self.running.add(turn)
            turn.add_done_callback(self.running.discard)
            await asyncio.wait({turn, acknowledged}, return_when=asyncio.FIRST_COMPLETED)

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
        answering = asyncio.ensure_future(self._showing.answered(turn, body, render.message))
        message = await _soon(answering, PATIENCE)
        if message:
            await ack(response_type="ephemeral", **message)
            return
        await ack()
        await self._api.respond(text_at(body, "response_url"), {"response_type": "ephemeral", **await answering})

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
        edited_or_ours = dig(event, "edited") or dig(event, "bot_id")
        if edited_or_ours or user_of(body) in ("", _SLACKBOT) or text_at(event, "subtype") not in _WRITTEN:
            return
        text = plain_text(text_at(event, "text"))
        turn: Turn = Said(text) if text else Pressed("help")
        await self._api.post(
            text_at(event, "channel"), await self._showing.answered(turn, body, unshared(render.message)), thread
        )

    async def home(self, body: Json) -> None:
        """Somebody opened the app: its Home is drawn, or questions are suggested in its messages."""
        event = dig(body, "event")
        if text_at(event, "tab") == "messages":
            await self._suggest(text_at(event, "channel"))
            return
        view = await self._showing.formed(Pressed("home"), body, render.home)
        await self._api.call("views.publish", {"user_id": user_of(body), "view": view})

    async def _suggest(self, channel: str) -> None:
        """Suggests what to ask; an app that is no agent may not, and tries once."""
        if not self._suggesting:
            return
        prompts = [{"title": each, "message": each} for each in self._door.examples]
        arguments = {"channel_id": channel, "title": "For example", "prompts": prompts}
        try:
            await self._api.call("assistant.threads.setSuggestedPrompts", arguments, attempts=1)
        except DeliveryError as error:
            self._suggesting = not error.permanent

    async def uninstalled(self, body: Json) -> None:
        """Something says that the app was removed; if so, what was kept to write to its people goes."""
        event = dig(body, "event")
        if text_at(event, "type") == "tokens_revoked" and not dig(event, "tokens", "bot"):
            return
        if await self._people.is_removed():
            log.warning("the app was removed from Slack")
            await self._door.in_thread(self._door.ledger.forget, CHANNEL)

    async def shortcut(self, ack: Ack, body: Json) -> None:
        """A shortcut opens a form; the one on a message takes the message into it as a draft."""
        await ack()
        callback = text_at(body, "callback_id")
        if callback == MESSAGE_SHORTCUT[0]:
            draft = plain_text(text_at(body, "message", "text"))
            await self._showing.dialog(body, Pressed(f"{OPEN}draft"), {"draft": draft})
        elif callback.startswith(OPEN):
            await self._showing.dialog(body, Pressed(callback))

    async def action(self, ack: Ack, body: Json) -> None:
        """A button was pressed, in a message, a dialog or the Home."""
        await ack()
        pressed = (dig(body, "actions") or [None])[0]
        action = text_at(pressed, "action_id").partition("#")[0]
        if text_at(pressed, "type") != "button":
            return
        turn = Pressed(action, text_at(pressed, "value"))
        if action.startswith(SUBMIT):
            form = action.removeprefix(SUBMIT)
            values = state_values(dig(body, "view"), form)
            filled = bool(values) and not blank_fields(dig(body, "view"), values)
            await self._showing.dialog(body, Submitted(form, values) if filled else Pressed(f"{OPEN}{form}"), values)
        elif action.startswith(OPEN):
            await self._showing.dialog(body, turn, held_values(body, action.removeprefix(OPEN)))
        elif dig(body, "view"):
            await self._showing.dialog(body, turn)
        else:
            await self._press(body, turn)

    async def _press(self, body: Json, turn: Pressed) -> None:
        """The answer to a press stands under the message that was pressed: to its reader alone, or in the conversation."""
        private = bool(dig(body, "container", "is_ephemeral"))
        how = render.message if private else unshared(render.message)
        message = await self._showing.answered(turn, body, render.shared if turn.action == "share" else how)
        if turn.action == "share" or private:
            kind = "in_channel" if turn.action == "share" and render.is_quote(message) else "ephemeral"
            answer = {"response_type": kind, "replace_original": False, **message}
            await self._api.respond(text_at(body, "response_url"), answer)
            return
        thread = text_at(body, "container", "thread_ts") or text_at(body, "message", "thread_ts")
        channel = text_at(body, "channel", "id") or text_at(body, "container", "channel_id")
        await self._api.post(channel, message, thread)

    async def submission(self, ack: Ack, body: Json) -> None:
        """A dialog was sent; what comes of it stands in the same dialog."""
        view = dig(body, "view")
        form = text_at(view, "callback_id")
        values = state_values(view, form)
        blank = blank_fields(view, values)
        if blank:
            await ack(response_action="errors", errors={f"{form}:{name}": "Please fill this in." for name in blank})
            return
        sealed = text_at(view, "private_metadata")
        sent = (user_of(body), text_at(view, "id"), text_at(view, "hash"), json.dumps([sealed, values], sort_keys=True))
        key = "\n".join(sent) if all(sent) else ""
        making = self._submissions.answer(key, lambda: self._showing.sent(form, values, sealed, body))
        answering = asyncio.ensure_future(making)
        shown = await _soon(answering, FORM_PATIENCE)
        if shown:
            await ack(response_action="update", view=shown)
            return
        await ack(response_action="update", view=render.waiting(secrets.token_hex(8)))
        await self._showing.late(form, values, text_at(view, "id"), await answering)


async def _soon(answering: asyncio.Future[Json], patience: float) -> Json | None:
    """What is shown, if it is there within so many seconds; the work goes on either way."""
    await asyncio.wait({answering}, timeout=patience)
    return answering.result() if answering.done() else None
