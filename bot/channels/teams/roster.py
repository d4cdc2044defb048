"""Who is a guest: asked of Teams, since an activity seldom says so."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels import DeliveryError
from bot.channels.acquaintances import Acquaintances, Met
from bot.channels.teams.arrival import Arrival, is_guest, text
from bot.channels.teams.connector import authorisation
from bot.channels.teams.login import Login
from bot.people import Profile

# In seconds. Somebody waits for a form meanwhile.
TIMEOUT = 1.5
log = logging.getLogger(__name__)


class Roster:
    """Looks members of a conversation up with the bot's own token; `tenants` are ours."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        login: Login | None,
        tenants: Iterable[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._login = login
        self._tenants = frozenset(tenant.lower() for tenant in tenants)
        self._met: Acquaintances[tuple[str, str]] = Acquaintances(clock)
        self._warned: set[str] = set()

    async def is_outsider(self, arrival: Arrival, *, untold: bool = False) -> bool:
        """Whether Teams knows the writer as a guest or as a member of another tenant; `untold` for a turn that leaves no trace.

        Where it does not tell, or not in time, what was known before stands, or else what the activity said.
        """
        met = self._met.known(_key(arrival), untold=untold) or await self._asked(arrival, warn=not untold)
        return met.outsider

    async def profile(self, arrival: Arrival) -> Profile | None:
        """The writer's address in the tenant, and their name; None for outsiders and where Teams does not tell in time."""
        met = self._met.said(_key(arrival)) or await self._asked(arrival, warn=False)
        return None if met.outsider else met.profile

    async def _asked(self, arrival: Arrival, *, warn: bool) -> Met:
        """What Teams says of the writer now."""
        try:
            async with asyncio.timeout(TIMEOUT):
                member = await self._member(arrival)
        except (DeliveryError, aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError) as error:
            if warn:
                self._warn(error)
            return self._met.failed(_key(arrival))
        return self._met.told(_key(arrival), outsider=self._is_outsider(member), profile=_profile(member))

    async def _member(self, arrival: Arrival) -> Mapping[str, Any]:
        """What the roster says of the writer.

        Raises DeliveryError, aiohttp.ClientError, TimeoutError, OSError, ValueError or RecursionError.
        """
        names = (quote(each, safe="") for each in (arrival.conversation, arrival.account))
        path = "/v3/conversations/{}/members/{}".format(*names)
        url = URL(f"{arrival.service.rstrip('/')}{path}", encoded=True)
        headers = await authorisation(self._login)
        # A redirect would take the token along to an address that nobody has checked.
        async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
            answer.raise_for_status()
            found = json.loads(await answer.read())
        return found if isinstance(found, dict) else {}

    def _is_outsider(self, member: Mapping[str, Any]) -> bool:
        tenant = text(member, "tenantId", strict=False).lower()
        return is_guest(member) or (bool(tenant) and tenant not in self._tenants)

    def _warn(self, error: Exception) -> None:
        """One line for each reason, however often. It names nobody."""
        reason = str(error.status) if isinstance(error, aiohttp.ClientResponseError) else type(error).__name__
        if reason not in self._warned:
            self._warned.add(reason)
            log.warning("Teams does not tell who is a guest (%s): members of the tenant count as staff", reason)


def _key(arrival: Arrival) -> tuple[str, str]:
    return arrival.conversation, arrival.account


def _profile(member: Mapping[str, Any]) -> Profile | None:
    """The address is the directory's own, or the name that the member signs in with, which is one too."""
    email = text(member, "email", strict=False) or text(member, "userPrincipalName", strict=False)
    return Profile(email, text(member, "name", strict=False)) if email else None
