"""How often a report, a receipt or the case room failed: told once a day, as a number without a time (DECISIONS 20)."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.channels import Stateless
from bot.office_hours import Hours

log = logging.getLogger(__name__)


class DailyTotal(Stateless):
    """A part of the server; each process tells its own, when the organisation's day ends or the program does."""

    routes: Sequence[web.RouteDef] = ()

    def __init__(self, hours: Hours, now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)) -> None:
        self._hours = hours
        self._now = now
        self._count = 0
        self._telling: asyncio.Task[None] | None = None

    def add(self) -> None:
        """One more has failed; from any thread."""
        self._count += 1

    async def start(self) -> None:
        """Begins to wait for the end of the day."""
        self._telling = asyncio.create_task(self._tell())

    async def stop(self) -> None:
        """Tells what has not been told yet."""
        if self._telling:
            self._telling.cancel()
        self.say()

    def say(self) -> None:
        """One line, where there is something to tell; from then on it counts anew."""
        count, self._count = self._count, 0
        if count:
            log.error("reports, receipts or the case room failed since the last such line: %d", count)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(self.wait())
            self.say()

    def wait(self) -> float:
        """Seconds until the next day of the organisation begins."""
        now = self._now()
        tomorrow = self._hours.day(now) + datetime.timedelta(days=1)
        begins = datetime.datetime.combine(tomorrow, datetime.time(), ZoneInfo(self._hours.zone))
        return max(1.0, (begins - now).total_seconds())
