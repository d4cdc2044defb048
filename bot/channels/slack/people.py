"""Who somebody is to the organisation, as far as Slack says. Kept in memory for minutes, stored nowhere."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

from bot.channels import DeliveryError
from bot.channels.slack.api import Api
from bot.channels.slack.payloads import team_of, text_at, user_of
from bot.people import Sender, Standing

KEPT = 600.0
MOST = 10_000
# How long a question about somebody may hold up a form, in seconds.
PATIENCE = 1.0
LONGEST_PAUSE = 60.0
log = logging.getLogger(__name__)


class People:
    """Tells staff from guests and other organisations. `teams` are the workspaces served, by default the token's own."""

    def __init__(self, api: Api, teams: Sequence[str]) -> None:
        self._api = api
        self._teams = frozenset(teams)
        self._guests: dict[str, tuple[float, bool]] = {}
        self.bot_user = ""
        self.wrong = "Slack has not been reached yet"

    async def introduce(self) -> None:
        """Asks Slack who we are until it says so; ends when it refuses the token for good."""
        pause = 1.0
        while self.wrong:
            try:
                self._know(await self._api.call("auth.test", {}, attempts=1))
            except DeliveryError as error:
                self.wrong = (
                    f"Slack does not accept the token ({error})" if error.permanent else f"Slack cannot be reached ({error})"
                )
                log.warning("%s", self.wrong)
                if error.permanent:
                    return
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    def _know(self, answer: Mapping[str, object]) -> None:
        self.bot_user = text_at(answer, "user_id")
        own = {text_at(answer, "team_id"), text_at(answer, "enterprise_id")} - {""}
        self._teams = self._teams or frozenset(own)
        self.wrong = ""

    def sender(self, body: object) -> Sender:
        """The sender of a turn that only asks: staff of a workspace that is served, else an outsider."""
        known = team_of(body) in self._teams or text_at(body, "enterprise", "id") in self._teams
        return Sender("slack", Standing.STAFF if known else Standing.OUTSIDER)

    async def sender_of_form(self, body: object) -> Sender:
        """The sender of a turn with a form: guests of the workspace are outsiders too.

        Where Slack does not say in time, somebody of the workspace counts as staff.
        """
        sender = self.sender(body)
        if sender.standing is Standing.STAFF and await self._is_guest(user_of(body)):
            return Sender("slack", Standing.OUTSIDER)
        return sender

    async def _is_guest(self, user: str) -> bool:
        met, guest = self._guests.get(user, (0.0, False))
        if not user or time.monotonic() - met < KEPT:
            return guest
        try:
            call = self._api.call("users.info", {"user": user}, attempts=1)
            answer = await asyncio.wait_for(call, PATIENCE)
        except (DeliveryError, TimeoutError):
            return False
        found = answer.get("user")
        guest = isinstance(found, dict) and any(
            found.get(kind) for kind in ("is_restricted", "is_ultra_restricted", "is_stranger")
        )
        if len(self._guests) >= MOST:
            self._guests.clear()
        self._guests[user] = (time.monotonic(), guest)
        return guest
