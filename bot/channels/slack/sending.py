"""Writing to somebody in Slack unasked: in the direct message with the bot, or in a channel that the bot is in."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.channels import DeliveryError
from bot.channels.slack import render
from bot.channels.slack.api import CHANNEL, Api
from bot.people import Account
from bot.views import View

# What is wrong with the app and not with the message: once somebody mends it, the message can still go.
_OURS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
# How far back a message is looked for that may have arrived before; longer than a notice is tried again. In seconds.
_LOOKED_BACK = 3 * 24 * 3600.0
# The conversations that are remembered.
_MOST = 20_000


class Sending:
    """The way out of Slack."""

    name = CHANNEL

    def __init__(self, api: Api) -> None:
        self._api = api
        self._conversations: dict[str, str] = {}

    async def send(self, to: Account | str, view: View, key: str, *, again: bool = False) -> None:
        """Posts a message; one that may have arrived before is looked for first, where it can be read back.

        What the app itself may not do just now is no permanent failure. Raises DeliveryError.
        """
        mark = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        try:
            channel = to if isinstance(to, str) else await self._conversation(to.id)
            if again and await self._api.has(channel, mark, _LOOKED_BACK):
                return
            await self._api.post(channel, render.message(view), key=mark)
        except DeliveryError as error:
            code = str(error).rpartition(": ")[2]
            if code in _OURS:
                raise DeliveryError(str(error), permanent=False, retry_after=error.retry_after) from None
            raise

    async def _conversation(self, user: str) -> str:
        """The direct message with somebody. Raises DeliveryError, permanent where they are deactivated or unknown."""
        if user not in self._conversations:
            answer = await self._api.call("conversations.open", {"users": user})
            found: Any = answer.get("channel")
            id = found.get("id") if isinstance(found, dict) else None
            if not isinstance(id, str):
                raise DeliveryError("conversations.open: no channel", permanent=False)
            if len(self._conversations) >= _MOST:
                self._conversations.clear()
            self._conversations[user] = id
        return self._conversations[user]
