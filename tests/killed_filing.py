"""A process that files reports through the door, and works at the windows: what the tests kill.

Its clock runs fast, two days in a second, so that reports rest, come to light and are told of within a life.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot import opening_reports
from bot.case_access import CaseAccess
from bot.casebook.starting import casebook
from bot.caseroom import Caseroom
from bot.config import Settings
from bot.database import DatabaseGone
from bot.directory import read_directory
from bot.journeys.report import SEEN, WRITE
from bot.ledger import Ledger
from bot.opening_reports import Reports
from bot.releasing import Releasing
from bot.report_settings import FALLBACK, HR, NOTICES, Recipient, ReportSettings
from bot.tokens import Tokens
from bot.turns import Submitted
from bot.views import Facts, View
from tests.outbox_child import handle_of, outbox_into, waiting

# So many seconds of its clock go by in one.
SPEED = 2 * 86_400.0
# So many people write at once: two receipts are computed at a time, and the casebook takes one after the other.
WRITERS = 4
READERS = (
    Recipient("hr", "Hana Ruiz", HR, email="hana@city.example"),
    Recipient("independent", "Ada Clerk", FALLBACK, email="p0@city.example"),
)
REPORT = {"f1": "a", "f3": "", "f4": "416.8.5.a", "f5": "b", "f6": "hr", "f7": "none", "f8": "a"}


@dataclass(frozen=True)
class Task:
    """What a process does: reports are filed into `reports` (a file's directory, or an address), and told of from a `ledger`.

    The channel is the file `record`. In the file `said` stands a line for each report whose receipt was shown, with the receipt;
    in `told` one for each window whose work was done. `begun` is what its clock says at first. The `last` one files nothing
    and comes to an end when nothing waits.
    """

    ledger: str
    reports: str
    place: str
    record: str
    said: str
    told: str
    begun: datetime.datetime
    seed: int = 0
    last: bool = False


class Fast:
    """A clock that runs fast from a moment on."""

    def __init__(self, begun: datetime.datetime) -> None:
        self._begun, self._since = begun, time.monotonic()

    def __call__(self) -> datetime.datetime:
        return self._begun + datetime.timedelta(seconds=(time.monotonic() - self._since) * SPEED)


def settings_of(task: Task) -> Settings:
    """The installation's settings; recipients are told only after a release, so that each notice is owed to one."""
    reports = ReportSettings(recipients=READERS, local=True, notice=NOTICES[1], database_url=task.reports)
    return Settings(Path(task.place), reports=reports)


def work(task: Task, ready: Connection) -> None:
    """Does the task; says when it begins."""
    asyncio.run(_work(task, ready))


async def _work(task: Task, ready: Connection) -> None:
    settings, handle, clock = settings_of(task), handle_of(task.ledger), Fast(task.begun)
    opening_reports.casebook = functools.partial(casebook, now=clock)  # type: ignore[attr-defined] # the program asks the world's
    ledger, roles = Ledger(handle), read_directory()
    with ThreadPoolExecutor(1) as thread, opening_reports.reports(settings, roles, lambda _: None) as here:
        assert here.casebook is not None
        outbox = outbox_into(task.record, task.seed, ledger, thread)
        await outbox.start()
        releasing = _releasing(settings, here, ledger, thread, clock, outbox.poke)
        here.casebook.draw()  # what is loaded at first use is there
        ready.send_bytes(b"ready")
        writers = [asyncio.create_task(_write(task, here, writer)) for writer in range(0 if task.last else WRITERS)]
        while releasing._done is None or not task.last or await _left(here, ledger, thread):
            # The last life works at one window, and then delivers: at the next there would be something new to tell, and so on.
            if not task.last or releasing._done is None:
                await _tick(task, here, releasing, clock)
            await asyncio.sleep(0.01)
        await asyncio.gather(*writers)
        await outbox.stop()
        thread.submit(handle.close).result()


async def _write(task: Task, here: Reports, writer: int) -> None:
    """Files one report after the other; each has words of its own, and is said once its receipt is shown."""
    said = os.open(task.said, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in itertools.count():
        words = f"{task.seed}-{writer}-{number}"
        shown = await here.door.answer(Submitted(WRITE, {**REPORT, "f2": words}, SEEN))
        if receipt := receipt_of(shown):
            os.write(said, f"{words} {receipt}\n".encode())


def receipt_of(shown: View) -> str:
    """The seven words, where they are shown."""
    facts = (pair for block in shown.blocks if isinstance(block, Facts) for pair in block.pairs)
    return next((words for label, words in facts if label == "Seven words"), "")


async def _tick(task: Task, here: Reports, releasing: Releasing, clock: Fast) -> None:
    """One round. What was done for a window is said once its round has ended."""
    before = releasing._done
    with contextlib.suppress(DatabaseGone):
        await releasing.tick(clock())
    if (done := releasing._done) and done != before:
        with open(task.told, "a") as told:
            told.write(f"{done.day.isoformat()}:{done.name}\n")


def _releasing(
    settings: Settings, here: Reports, ledger: Ledger, thread: Executor, clock: Fast, delivers: Callable[[], None]
) -> Releasing:
    def today() -> datetime.date:
        return settings.hours.day(clock())

    def within(executor: Executor | None) -> Callable[..., Any]:
        return lambda call, *given: asyncio.get_running_loop().run_in_executor(executor, call, *given)

    assert here.casebook is not None
    access = CaseAccess(ledger, Tokens(b"nothing is signed"), "https://bot.example", READERS, clock, today)
    room = Caseroom(here.casebook, settings.hours, today)
    return Releasing(room, access.readers, ledger, within(here.thread), within(thread), delivers=delivers)


async def _left(here: Reports, ledger: Ledger, thread: Executor) -> bool:
    """Whether a report waits for its window, or a notice to be delivered."""
    assert here.casebook is not None
    loop, database = asyncio.get_running_loop(), here.casebook.store._database
    rows = await loop.run_in_executor(here.thread, lambda: list(database.rows("SELECT id FROM waiting LIMIT 1")))
    return bool(rows) or bool(await loop.run_in_executor(thread, waiting, ledger))
