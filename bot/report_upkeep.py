"""What every process that takes reports does for itself each minute, whichever of several replicas it is.

It counts people once a day, so that the form can say how many could have written a report; lets limits forget; and, when a window
is reached, has HR told where some were turned away since the last one. It never knows whether anybody wrote.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from aiohttp import web

from bot.casebook import Window
from bot.caseroom import Reader
from bot.channels import Stateless
from bot.database import DatabaseGone
from bot.dispatcher import Dispatcher
from bot.flood import Flood
from bot.opening_reports import Counted
from bot.releasing import FLOODED, notice

EVERY = 60.0


class ReportUpkeep(Stateless):
    """A part of the server. `window` gives the last window that was reached, `readers` who receives reports, asked in the
    ledger's thread; `failed` is called where a round fails, `delivers` when there is something to send."""

    routes: Sequence[web.RouteDef] = ()

    def __init__(
        self,
        door: Dispatcher,
        counted: Counted,
        floods: Sequence[Flood],
        window: Callable[[], Window],
        readers: Callable[[], Sequence[Reader]],
        *,
        failed: Callable[[], None] = lambda: None,
        delivers: Callable[[], None] = lambda: None,
    ) -> None:
        self._door = door
        self._counted = counted
        self._floods = floods
        self._window = window
        self._readers = readers
        self._failed = failed
        self._delivers = delivers
        self._day = door.today()
        self._last = window()
        self._owed = False
        self._going: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins; people were counted when the program began."""
        self._going = asyncio.create_task(self._go())

    async def stop(self) -> None:
        """Ends; what was not told yet is not told, since counts live as long as the process (P16)."""
        if self._going:
            self._going.cancel()

    async def round(self) -> None:
        """All that there is to do now. Raises DatabaseGone: what is owed is done in the next round then."""
        for flood in self._floods:
            flood.forget()
        if (window := self._window()) != self._last:
            told = [each.told() for each in self._floods]  # each is asked, so that each begins anew
            self._owed = any(told) or self._owed
            self._last = window
        if self._owed:
            await self._door.in_thread(self._tell, f"flooded:{window.day.isoformat()}:{window.name}")
            self._owed = False
            self._delivers()
        if self._day != (today := self._door.today()):
            before, self._day = self._day, today  # once a day also where it fails, so that one mistake is counted once
            try:
                await self._door.in_thread(self._counted.count, self._door.ledger, today)
            except DatabaseGone:
                self._day = before
                raise

    async def _go(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self._bordered()

    async def _bordered(self) -> None:
        try:
            with contextlib.suppress(DatabaseGone):
                await self.round()
        except Exception:  # noqa: BLE001 - a border: this ends with the program and not before; that it failed is counted
            self._failed()

    def _tell(self, key: str) -> None:
        with self._door.ledger.transaction():
            self._door.ledger.notices.add_all([notice(key, each, FLOODED, self._door.now()) for each in self._readers()])
