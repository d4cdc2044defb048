"""What the server carries of reports: HR's case room, the work of the windows, and the count that the form says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.case_access import CaseAccess
from bot.caseroom import Caseroom
from bot.channels import Part
from bot.channels.web.cases import Cases
from bot.channels.web.report import Report
from bot.citation import quote
from bot.config import Settings
from bot.dispatcher import Dispatcher
from bot.jobs import Tick
from bot.opening_reports import Reports
from bot.releasing import Releasing
from bot.report_upkeep import ReportUpkeep
from bot.views import Quote

T = TypeVar("T")


def rooms(door: Dispatcher, here: Reports, settings: Settings, delivers: Callable[[], None]) -> list[Part]:
    """The pages for whoever reports; and HR's, where there is a casebook, from where on HR gets links to them in chat."""
    page = Report(door.reporting, door.tokens, settings.reports.leave, failed=here.failures.add)
    if here.casebook is None:
        return [page, here.failures]
    access = _access(door, settings)
    door.case_link = access.link_for
    room = Caseroom(here.casebook, settings.hours, door.today)

    def quoted(clause: str) -> Quote | None:
        found = door.knowledge.clause(clause)
        return quote(door.knowledge, found) if found else None

    cases = Cases(access, room, door.in_thread, _in_book(here), quoted, k=settings.reports.k, failed=here.failures.add)
    floods, failed = (door.flood, *page.floods), here.failures.add
    upkeep = ReportUpkeep(door, here.counted, floods, here.casebook.window, access.readers, failed=failed, delivers=delivers)
    return [page, cases, upkeep, here.failures]


def work(door: Dispatcher, here: Reports, settings: Settings, delivers: Callable[[], None]) -> list[Tick]:
    """What is done at each round by one replica: windows are kept."""
    if here.casebook is None:
        return []
    room = Caseroom(here.casebook, settings.hours, door.today)
    readers = _access(door, settings).readers
    releasing = Releasing(room, readers, door.ledger, _in_book(here), door.in_thread, delivers=delivers)
    here.alarms.append(_alarm(releasing))
    return [("windows", releasing.tick)]


def _alarm(releasing: Releasing) -> Callable[[str, tuple[str, ...]], None]:
    """Tells at once those who read a report that somebody is in danger; called from the thread that filed it."""
    loop, telling = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def tell(route: str, involved: tuple[str, ...]) -> None:
        task = loop.create_task(releasing.at_once(route, involved))
        telling.add(task)
        task.add_done_callback(telling.discard)

    def alarm(route: str, involved: tuple[str, ...]) -> None:
        loop.call_soon_threadsafe(tell, route, involved)

    return alarm


def _access(door: Dispatcher, settings: Settings) -> CaseAccess:
    return CaseAccess(door.ledger, door.tokens, settings.own_url, settings.reports.recipients, door.now, door.today)


def _in_book(here: Reports) -> Callable[..., asyncio.Future[T]]:
    """Runs a call in the casebook's own thread."""

    def run(call: Callable[..., T], *given: object) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(here.thread, call, *given)

    return run
