"""Who is in a user group of Slack (scope `usergroups:read`); with `users:read.email` accounts are known by address too."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.audience import Member
from bot.channels import DeliveryError
from bot.channels.slack.api import CHANNEL, Api
from bot.people import Account, Profile

# So many addresses are asked for in one go, since each is a call; the others are asked for the next day.
MOST = 500
log = logging.getLogger(__name__)


class Groups:
    """Reads user groups by their id. `profile` asks Slack for somebody's address."""

    kind = "slack_group"

    def __init__(self, api: Api, profile: Callable[[str], Awaitable[Profile | None]]) -> None:
        self._api = api
        self._profile = profile

    async def members(self, group: str, known: frozenset[str]) -> Sequence[Member] | None:
        """The group's members; None where Slack does not tell. Of `known` accounts no address is asked."""
        try:
            answer = await self._api.call("usergroups.users.list", {"usergroup": group})
        except DeliveryError as error:
            log.warning("a user group is not told: %s", error)
            return None
        found = answer.get("users")
        if not isinstance(found, list):
            return None
        users = [user for user in found if isinstance(user, str) and user]
        asked = set([user for user in users if user not in known][:MOST])
        return [Member(Account(CHANNEL, "", user), await self._email(user) if user in asked else "") for user in users]

    async def _email(self, user: str) -> str:
        profile = await self._profile(user)
        return profile.email if profile else ""
