"""Writing to somebody in Teams unasked: where they have the bot, as kept when they installed it, or in a known conversation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.channels import DeliveryError
from bot.channels.teams.connector import Connector, may_answer
from bot.channels.teams.conversation import CHANNEL
from bot.channels.teams.render import CONTENT_TYPE, render, summary
from bot.dispatcher import Dispatcher
from bot.people import Account
from bot.views import View

# Teams takes our token no longer: not the message's fault, and mended by whoever runs the bot.
_OURS = frozenset({"401"})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an activity is posted."""

    service: str
    conversation: str = field(repr=False)
    bot: str


class Sending:
    """The way out of Teams. `connect` gives a connector to a service URL; `local` and `plain_http` say which may be called."""

    name = CHANNEL

    def __init__(self, door: Dispatcher, connect: Callable[[str], Connector], *, local: bool, plain_http: bool) -> None:
        self._door = door
        self._connect = connect
        self._local = local
        self._plain_http = plain_http

    async def send(self, to: Account | str, view: View, key: str, *, again: bool = False) -> None:
        """Posts a card. What was posted cannot be read back, so `again` changes nothing: it is sent once more.

        Raises DeliveryError, permanent where the bot is not installed for the person.
        """
        del key, again
        place = await (self._given(to) if isinstance(to, str) else self._known(to))
        if not may_answer(place.service, local=self._local, plain_http=self._plain_http):
            raise DeliveryError("post: no service URL that may be written to", permanent=True)
        activity = {
            "type": "message",
            "from": {"id": place.bot},
            "conversation": {"id": place.conversation},
            "summary": summary(view),
            "attachments": [{"contentType": CONTENT_TYPE, "content": render(view)}],
        }
        try:
            await self._connect(place.service).post(place.conversation, activity)
        except DeliveryError as error:
            if str(error).rpartition(": ")[2] in _OURS:
                raise DeliveryError(str(error), permanent=False) from None
            raise

    async def _known(self, account: Account) -> _Place:
        """Where one person has the bot."""
        reference = await self._door.in_thread(self._door.ledger.reference, CHANNEL, account.id)
        if reference is None:
            raise DeliveryError("reference: the bot is not installed for them", permanent=True)
        return _place(reference.conversation)

    async def _given(self, conversation: str) -> _Place:
        """A conversation as JSON, or its id alone: then it is reached as those are who have the bot."""
        if conversation.startswith("{"):
            return _place(conversation)
        references = await self._door.in_thread(self._door.ledger.references, CHANNEL)
        if not references:
            raise DeliveryError("reference: nobody has the bot yet, so Teams' address is not known", permanent=False)
        known = _place(references[0].conversation)
        return _Place(known.service, conversation, known.bot)


def _place(conversation: str) -> _Place:
    """What a reference says. Raises DeliveryError where it says nothing."""
    try:
        found: Any = json.loads(conversation)
        return _Place(str(found["service_url"]), str(found["conversation"]), str(found.get("bot", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DeliveryError("reference: unreadable", permanent=True) from None
