"""Who is a guest: asked of Teams, since an activity seldom says so."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels import DeliveryError
from bot.channels.teams.arrival import Arrival, is_guest, text
from bot.channels.teams.connector import authorisation
from bot.channels.teams.login import Login

# In seconds. Somebody waits for a form meanwhile, and whoever is a guest stays one for longer than this.
TIMEOUT = 1.5
KEPT = 600.0
MOST = 5_000
_TOO_MANY = 429
log = logging.getLogger(__name__)


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
        self._known: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()
        self._warned = False

    async def is_outsider(self, arrival: Arrival) -> bool:
        """Whether Teams knows the writer as a guest or as a member of another tenant.

        Where it does not tell, or not in time, what the activity said stands.
        """
        key = (arrival.conversation, arrival.account)
        self._forget_old()
        if key in self._known:
            return self._known[key][1]
        try:
            async with asyncio.timeout(TIMEOUT):
                member = await self._member(arrival)
        except (DeliveryError, aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError) as error:
            log.info("a member was not looked up: %s", type(error).__name__)
            return False
        found = self._is_outsider(member)
        self._known[key] = (self._clock(), found)
        return found

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
        while self._known and (len(self._known) >= MOST or next(iter(self._known.values()))[0] < oldest):
            self._known.popitem(last=False)

    def _warn(self, status: int) -> None:
        """One line, however often: what is refused once is refused to everybody. It names nobody."""
        if not self._warned:
            self._warned = True
            log.warning("Teams does not tell who is a guest (%s): members of the tenant count as staff", status)
