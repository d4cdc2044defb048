"""Who somebody is to the organisation, as far as Slack says."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Mapping, Sequence

from bot.channels import DeliveryError
from bot.channels.acquaintances import Acquaintances, Met
from bot.channels.slack.api import CHANNEL, Api
from bot.channels.slack.payloads import dig, enterprise_of, team_of, text_at, user_of
from bot.people import Account, Profile, Sender, Standing

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
        self._met: Acquaintances[str] = Acquaintances()
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
        # In an organisation of several workspaces somebody is the same in all of them, so the organisation's id goes first.
        tenant = next((each for each in (enterprise_of(body), team_of(body)) if each in self._served), "")
        if not tenant:
            return Sender(CHANNEL, Standing.OUTSIDER)
        user = user_of(body)
        account = Account(CHANNEL, tenant, user) if user else None
        return Sender(CHANNEL, Standing.STAFF, account, functools.partial(self.profile, user) if user else None)

    async def sender_of_form(self, body: object, *, untold: bool = False) -> Sender:
        """The sender of a turn with a form: guests of the workspace are outsiders too; `untold` if it leaves no trace."""
        if not self._introduced.is_set():
            try:
                await asyncio.wait_for(self._introduced.wait(), PATIENCE)
            except TimeoutError:
                return self.sender(body)
        sender = self.sender(body)
        if sender.standing is Standing.STAFF and await self.is_guest(user_of(body), untold=untold):
            return Sender(CHANNEL, Standing.OUTSIDER)
        return sender

    async def is_guest(self, user: str, *, untold: bool = False) -> bool:
        """Whether Slack says that somebody is a guest or a stranger.

        Where it does not say in time, what was known before, or no; where it will not say, yes, since nobody is told apart then.
        """
        if not user:
            return False
        met = self._met.known(user, untold=untold) or await self._asked(user, warn=not untold)
        return met.outsider

    async def profile(self, user: str) -> Profile | None:
        """The address that Slack has confirmed, and the name; None for guests, where Slack does not say in time, and where the
        app may not read addresses (the scope is optional).
        """
        met = self._met.said(user) or await self._asked(user, warn=False)
        return None if met.outsider else met.profile

    async def _asked(self, user: str, *, warn: bool) -> Met:
        """What Slack says of somebody now. A failure is counted nowhere: a report's form may have asked."""
        asking = self._api.call("users.info", {"user": user}, attempts=1, untold=True)
        try:
            answer = await asyncio.wait_for(asking, PATIENCE)
        except TimeoutError:
            return self._met.failed(user)
        except DeliveryError as error:
            if error.permanent and warn and not self._told:
                self._told = True
                log.warning("guests cannot be told from staff, so nobody is offered a form: %s", error)
            return self._met.failed(user, outsider=error.permanent)
        found = answer.get("user")
        return self._met.told(user, outsider=any(dig(found, kind) for kind in _GUEST), profile=_profile(found))


def _profile(user: object) -> Profile | None:
    """What stands in a user's profile; without an address, or with one that nobody has confirmed, it says nothing."""
    email = text_at(user, "profile", "email")
    if not email or dig(user, "is_email_confirmed") is False:
        return None
    return Profile(email, text_at(user, "profile", "real_name"))
