"""What the server carries of reports: HR's case room, the work of the windows, and the count that the form says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.case_access import CaseAccess
from bot.case_dialogs import Dialogs
from bot.case_door import CaseDoor
from bot.case_handles import Handles
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
from bot.report_settings import MODAL
from bot.report_upkeep import ReportUpkeep
from bot.views import Quote

T = TypeVar("T")


def rooms(door: Dispatcher, here: Reports, settings: Settings, delivers: Callable[[], None]) -> list[Part]:
    """The pages for whoever reports; and HR's, where there is a casebook, from where on HR gets links to them in chat."""
    page = Report(door.reporting, door.tokens, settings.reports.leave, failed=here.failures.add)
    if here.casebook is None:
        return [page, here.failures]
    access = _access(door, settings)
    room = Caseroom(here.casebook, settings.hours, door.today)
    door.cases = cases_in_chat(door, here, room, access, shown=settings.reports.read_in_chat == MODAL)

    def quoted(clause: str) -> Quote | None:
        found = door.knowledge.clause(clause)
        return quote(door.knowledge, found) if found else None

    cases = Cases(access, room, door.in_thread, _in_book(here), quoted, k=settings.reports.k, failed=here.failures.add)
    floods, failed = (door.flood, *page.floods), here.failures.add
    upkeep = ReportUpkeep(door, here.counted, floods, here.casebook.window, access.readers, failed=failed, delivers=delivers)
    return [page, cases, upkeep, here.failures]


def cases_in_chat(door: Dispatcher, here: Reports, room: Caseroom, access: CaseAccess, *, shown: bool) -> CaseDoor:
    """The door of cases in chat; it shows them where that is switched on."""
    failed = here.failures.add

    async def link(reader: str) -> str:
        return await door.in_thread(access.link_for, reader)

    dialogs = Dialogs(room, _in_book(here), Handles(door.tokens, door.now), link, failed) if shown else None
    return CaseDoor(access, door.in_thread, dialogs, failed)


def work(door: Dispatcher, here: Reports, settings: Settings, delivers: Callable[[], None]) -> list[Tick]:
    """What is done at each round by one replica: windows are kept."""
    if here.casebook is None:
        return []
    room = Caseroom(here.casebook, settings.hours, door.today)
    readers = _access(door, settings).readers
    releasing = Releasing(room, readers, door.ledger, _in_book(here), door.in_thread, delivers=delivers)
    here.alarms.append(_alarm(releasing))
    return [("windows", releasing.tick)]


def _alarm(releasing: Releasing) -> Callable[[str, str, tuple[str, ...]], None]:
    """Tells at once those who read a report that somebody is in danger; called from the thread that filed it. What this process
    does not live to tell is told by a later round."""
    loop, telling = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def tell(mark: str, route: str, involved: tuple[str, ...]) -> None:
        task = loop.create_task(releasing.at_once(mark, route, involved))
        telling.add(task)
        task.add_done_callback(telling.discard)

    def alarm(mark: str, route: str, involved: tuple[str, ...]) -> None:
        loop.call_soon_threadsafe(tell, mark, route, involved)

    return alarm


def _access(door: Dispatcher, settings: Settings) -> CaseAccess:
    return CaseAccess(door.ledger, door.tokens, settings.own_url, settings.reports.recipients, door.now, door.today)


def _in_book(here: Reports) -> Callable[..., asyncio.Future[T]]:
    """Runs a call in the casebook's own thread."""

    def run(call: Callable[..., T], *given: object) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(here.thread, call, *given)

    return run
