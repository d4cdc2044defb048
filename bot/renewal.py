"""A newly published version of a policy comes into force while the program runs: it is learnt beside, and then answered from."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

from aiohttp import web

from bot import editions
from bot.dispatcher import Dispatcher
from bot.ledger import DatabaseGone
from bot.logs import place
from policy_kb import KnowledgeBase

# How often it is looked whether another version is in force, in seconds.
EVERY = 60.0
log = logging.getLogger(__name__)


class Renewal:
    """A part of the server that has no route. `learn` gives the knowledge base anew (it may take a minute), or None.

    Each replica does this for itself, since each answers from its own.
    """

    routes: Sequence[web.RouteDef] = ()

    def __init__(self, door: Dispatcher, learn: Callable[[], KnowledgeBase | None], every: float = EVERY) -> None:
        self._door = door
        self._learn = learn
        self._every = every
        self._going: asyncio.Task[None] | None = None
        self._wrong = ""

    async def start(self) -> None:
        """Begins to look."""
        self._going = asyncio.create_task(self._go())

    async def stop(self) -> None:
        """Looks no more; what is being learnt is left to its own processes, which end with this one."""
        if self._going:
            self._going.cancel()

    def ready(self) -> str:
        """Why answers still come from the version before."""
        return f"the version in force cannot be learnt ({self._wrong})" if self._wrong else ""

    async def _go(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            with contextlib.suppress(DatabaseGone):
                await self.round()

    async def round(self) -> None:
        """Learns and changes over where another version is in force by now. Raises DatabaseGone."""
        try:
            found = await self._found()
        except DatabaseGone:
            raise
        except Exception as error:  # noqa: BLE001 - whatever keeps it from being learnt, the version before goes on answering
            if self._wrong != place(error):
                log.error("the version in force cannot be learnt: %s", place(error))
            self._wrong = place(error)
            return
        self._wrong = ""
        if found:
            self._door.renew(found)
            log.info("another version of a policy is in force and answered from")

    async def _found(self) -> KnowledgeBase | None:
        """The knowledge base anew, with all that is read when it is first wanted; None where there is nothing new."""
        changed = await self._door.in_thread(editions.changed, self._door.ledger, self._door.knowledge, self._door.today())
        return await asyncio.to_thread(self._whole) if changed else None

    def _whole(self) -> KnowledgeBase | None:
        found = self._learn()
        if found:
            found.drafts  # noqa: B018 - read here, so that nobody who checks a draft waits for it
        return found
