"""Who is a guest: asked of Teams, since an activity seldom says so."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels import DeliveryError
from bot.channels.teams.arrival import Arrival, is_guest, text
from bot.channels.teams.connector import authorisation
from bot.channels.teams.login import Login
from bot.people import Profile

# In seconds. Somebody waits for a form meanwhile, and whoever is a guest stays one for longer than this.
TIMEOUT = 1.5
KEPT = 600.0
MOST = 5_000
_TOO_MANY = 429
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Met:
    """What Teams said of somebody, and when (by the roster's clock)."""

    at: float
    outsider: bool
    profile: Profile | None = field(repr=False)


class Roster:
    """Looks members of a conversation up with the bot's own token; `tenants` are ours. In memory, for ten minutes."""

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
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], _Met] = OrderedDict()
        self._warned = False

    async def is_outsider(self, arrival: Arrival) -> bool:
        """Whether Teams knows the writer as a guest or as a member of another tenant.

        Where it does not tell, or not in time, what the activity said stands.
        """
        met = await self._look_up(arrival)
        return met is not None and met.outsider

    async def profile(self, arrival: Arrival) -> Profile | None:
        """The writer's address in the tenant, and their name; None for outsiders and where Teams does not tell in time."""
        met = await self._look_up(arrival)
        return met.profile if met and not met.outsider else None

    async def _look_up(self, arrival: Arrival) -> _Met | None:
        """What Teams knows of the writer; None where it does not tell in time."""
        key = (arrival.conversation, arrival.account)
        self._forget_old()
        if key in self._known:
            return self._known[key]
        try:
            async with asyncio.timeout(TIMEOUT):
                member = await self._member(arrival)
        except (DeliveryError, aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError) as error:
            log.info("a member was not looked up: %s", type(error).__name__)
            return None
        self._known[key] = _Met(self._clock(), self._is_outsider(member), _profile(member))
        return self._known[key]

    async def _member(self, arrival: Arrival) -> Mapping[str, Any]:
        """What the roster says of the writer; nothing where it is closed to the bot.

        Raises DeliveryError, aiohttp.ClientError, TimeoutError, OSError, ValueError or RecursionError.
        """
        names = (quote(each, safe="") for each in (arrival.conversation, arrival.account))
        path = "/v3/conversations/{}/members/{}".format(*names)
        url = URL(f"{arrival.service.rstrip('/')}{path}", encoded=True)
        headers = await authorisation(self._login)
        # A redirect would take the token along to an address that nobody has checked.
        async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
            if 400 <= answer.status < 500 and answer.status != _TOO_MANY:
                self._warn(answer.status)
                return {}
            answer.raise_for_status()
            found = json.loads(await answer.read())
        return found if isinstance(found, dict) else {}

    def _is_outsider(self, member: Mapping[str, Any]) -> bool:
        tenant = text(member, "tenantId", strict=False).lower()
        return is_guest(member) or (bool(tenant) and tenant not in self._tenants)

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT
        while self._known and (len(self._known) >= MOST or next(iter(self._known.values())).at < oldest):
            self._known.popitem(last=False)

    def _warn(self, status: int) -> None:
        """One line, however often: what is refused once is refused to everybody. It names nobody."""
        if not self._warned:
            self._warned = True
            log.warning("Teams does not tell who is a guest (%s): members of the tenant count as staff", status)


def _profile(member: Mapping[str, Any]) -> Profile | None:
    """The address is the directory's own, or the name that the member signs in with, which is one too."""
    email = text(member, "email", strict=False) or text(member, "userPrincipalName", strict=False)
    return Profile(email, text(member, "name", strict=False)) if email else None
