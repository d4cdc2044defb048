"""Who somebody is to the organisation, as far as Slack says. Kept in memory for minutes, stored nowhere."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

from bot.channels import DeliveryError
from bot.channels.slack.api import CHANNEL, Api
from bot.channels.slack.payloads import enterprise_of, team_of, text_at, user_of
from bot.people import Sender, Standing

KEPT = 600.0
MOST = 10_000
# How long a question about somebody may hold up a form, in seconds.
PATIENCE = 1.0
LONGEST_PAUSE = 60.0
_GUEST = ("is_restricted", "is_ultra_restricted", "is_stranger")
log = logging.getLogger(__name__)


class People:
    """Tells staff from guests and other organisations. `teams` are the workspaces served, by default the token's own."""

    def __init__(self, api: Api, teams: Sequence[str]) -> None:
        self._api = api
        self._named = frozenset(teams)
        self._served: frozenset[str] = frozenset()
        self._guests: dict[str, tuple[float, bool]] = {}
        self._introduced = asyncio.Event()
        self._introducing: asyncio.Task[None] | None = None
        self._told = False
        self.bot_user = ""
        self.wrong = "Slack has not been reached yet"

    def start(self) -> None:
        """Asks Slack who we are, in the background, until it says so."""
        self.stop()
        self._introducing = asyncio.create_task(self._introduce())

    def stop(self) -> None:
        """Asks no more."""
        if self._introducing:
            self._introducing.cancel()

    async def is_removed(self) -> bool:
        """Whether Slack takes our token no longer; asked when something says that the app was removed."""
        try:
            self._know(await self._api.call("auth.test", {}, attempts=1))
        except DeliveryError as error:
            self._doubt(error)
            self.start()
            return error.permanent
        return False

    async def _introduce(self) -> None:
        pause = 1.0
        while True:
            try:
                self._know(await self._api.call("auth.test", {}, attempts=1))
            except DeliveryError as error:
                self._doubt(error)
                await asyncio.sleep(LONGEST_PAUSE if error.permanent else pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            else:
                return

    def _know(self, answer: Mapping[str, object]) -> None:
        self.bot_user = text_at(answer, "user_id")
        own = {text_at(answer, "team_id")}
        if answer.get("is_enterprise_install"):
            own.add(text_at(answer, "enterprise_id"))
        self._served = self._named or frozenset(own - {""})
        self.wrong = ""
        self._introduced.set()

    def _doubt(self, error: DeliveryError) -> None:
        wrong = f"Slack does not accept the token ({error})" if error.permanent else f"Slack cannot be reached ({error})"
        if wrong != self.wrong:
            log.warning("%s", wrong)
        self.wrong = wrong

    def sender(self, body: object) -> Sender:
        """The sender of a turn that only asks: staff of an organisation that is served, else an outsider."""
        known = {team_of(body), enterprise_of(body)} & self._served
        return Sender(CHANNEL, Standing.STAFF if known else Standing.OUTSIDER)

    async def sender_of_form(self, body: object) -> Sender:
        """The sender of a turn with a form: guests of the workspace are outsiders too."""
        if not self._introduced.is_set():
            try:
                await asyncio.wait_for(self._introduced.wait(), PATIENCE)
            except TimeoutError:
                return self.sender(body)
        sender = self.sender(body)
        if sender.standing is Standing.STAFF and await self.is_guest(user_of(body)):
            return Sender(CHANNEL, Standing.OUTSIDER)
        return sender

    async def is_guest(self, user: str) -> bool:
        """Whether Slack says that somebody is a guest or a stranger.

        Where it does not say in time, no; where it will not say, yes, since nobody is told apart then.
        """
        met, guest = self._guests.get(user, (float("-inf"), False))
        if not user or time.monotonic() - met < KEPT:
            return guest
        try:
            answer = await asyncio.wait_for(self._api.call("users.info", {"user": user}, attempts=1), PATIENCE)
        except TimeoutError:
            return False
        except DeliveryError as error:
            if error.permanent and not self._told:
                self._told = True
                log.warning("guests cannot be told from staff, so nobody is offered a form: %s", error)
            return error.permanent
        found = answer.get("user")
        guest = isinstance(found, dict) and any(found.get(kind) for kind in _GUEST)
        if len(self._guests) >= MOST:
            self._guests.clear()
        self._guests[user] = (time.monotonic(), guest)
        return guest
