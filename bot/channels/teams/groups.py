"""Who is in a team of Teams: the members of its General channel, page by page. The app must be installed in the team."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from bot.audience import Member
from bot.channels import DeliveryError
from bot.channels.teams.arrival import text
from bot.channels.teams.connector import authorisation, may_answer
from bot.channels.teams.conversation import CHANNEL
from bot.channels.teams.login import Login
from bot.dispatcher import Dispatcher
from bot.people import Account

# As many as Microsoft gives at once; more pages than a tenant can have people are no pages.
PAGE = 500
PAGES = 400
TIMEOUT = aiohttp.ClientTimeout(total=20.0)
log = logging.getLogger(__name__)


class Groups:
    """Reads teams by the id of their General channel. `opened` gives the session and the bot's login once the channel runs."""

    kind = "teams_team"

    def __init__(
        self, door: Dispatcher, opened: Callable[[], tuple[aiohttp.ClientSession, Login | None]], *, local: bool, plain_http: bool
    ) -> None:
        self._door = door
        self._opened = opened
        self._local = local
        self._plain_http = plain_http

    async def members(self, group: str, known: frozenset[str]) -> Sequence[Member] | None:
        """The team's members; None where Teams does not tell, or nobody has the bot yet, so that its address is not known."""
        del known  # addresses come with the members
        service = await self._service()
        if not may_answer(service, local=self._local, plain_http=self._plain_http):
            log.warning("a team is not told: nobody has the bot yet, so Teams' address is not known")
            return None
        try:
            return await self._read(f"{service.rstrip('/')}/v3/conversations/{quote(group, safe='')}/pagedmembers")
        except (DeliveryError, aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError) as error:
            log.warning("a team is not told: %s", type(error).__name__)
            return None

    async def _read(self, address: str) -> list[Member]:
        """All pages; half of a team is none."""
        session, login = self._opened()
        found: list[Member] = []
        token = ""
        for _ in range(PAGES):
            query = urlencode({"pageSize": PAGE, **({"continuationToken": token} if token else {})})
            url = URL(f"{address}?{query}", encoded=True)
            # A redirect would take the token along to an address that nobody has checked.
            async with session.get(url, headers=await authorisation(login), timeout=TIMEOUT, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise DeliveryError(f"pagedmembers: {answer.status}", permanent=400 <= answer.status < 500)
                page: Any = json.loads(await answer.read())
            found += _members(page)
            token = text(page, "continuationToken", strict=False)
            if not token:
                return found
        raise ValueError("a team without an end")

    async def _service(self) -> str:
        """The address of Teams, out of what is kept of anybody who has the bot."""
        for reference in await self._door.in_thread(self._door.ledger.references, CHANNEL):
            try:
                return str(json.loads(reference.conversation)["service_url"])
            except (ValueError, KeyError, TypeError):
                continue
        return ""


def _members(page: Any) -> list[Member]:
    """The people of a page. Raises ValueError where it is none."""
    listed = page.get("members") if isinstance(page, dict) else None
    if not isinstance(listed, list):
        raise ValueError
    people = [each for each in listed if isinstance(each, dict)]
    return [Member(_account(each), _email(each)) for each in people if _account(each).id]


def _account(member: dict[str, Any]) -> Account:
    return Account(CHANNEL, text(member, "tenantId", strict=False), text(member, "aadObjectId", strict=False))


def _email(member: dict[str, Any]) -> str:
    return text(member, "email", strict=False) or text(member, "userPrincipalName", strict=False)
