"""A process that signs for one person after another at the desk, and delivers their copies: what the tests kill."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bot.bench_signoffs import town
from bot.bench_signoffs.signing import record_of, steps
from bot.database.postgres import CONNECTIONS
from bot.ledger import Ledger
from bot.views import View
from tests.outbox_child import handle_of, outbox_into, waiting


@dataclass(frozen=True)
class Task:
    """What a process does: the people of a `request` up to a number who have not signed do so on a `database` (file or address).

    The channel is the file `record`, with a line for each notice that it accepts; in the file `said` stands a line for each
    record that the desk has answered for. `seed` sets what the channel refuses, and when. Only the `last` one comes to an end.
    """

    database: str
    record: str
    said: str
    request: str
    people: int
    seed: int = 0
    last: bool = False


def work(task: Task, ready: Connection) -> None:
    """Does the task; says when it begins."""
    asyncio.run(_work(task, ready))


async def _work(task: Task, ready: Connection) -> None:
    handle, loop = handle_of(task.database), asyncio.get_running_loop()
    ledger, said = Ledger(handle), os.open(task.said, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with ThreadPoolExecutor(1 if handle.dialect == "sqlite" else CONNECTIONS) as thread:
        desk = town.desk(ledger)
        outbox = outbox_into(task.record, task.seed, ledger, thread)
        await outbox.start()
        ready.send_bytes(b"ready")
        for number in await loop.run_in_executor(thread, left, ledger, task):
            shown, turns = View(()), steps(desk, number, task.request)
            while answer := await loop.run_in_executor(thread, next, turns, None):
                shown = answer
            os.write(said, f"{record_of(shown)}\n".encode())
            outbox.poke()
        while not task.last or await loop.run_in_executor(thread, waiting, ledger):
            await asyncio.sleep(0.05)
        await outbox.stop()
        thread.submit(handle.close).result()


def left(ledger: Ledger, task: Task) -> list[int]:
    """Those who have not signed, in order."""
    ids = {town.person(number).id: number for number in range(task.people)}
    with ledger.transaction():
        settled = ledger.requests.settled(task.request, list(ids))
    return [number for id, number in ids.items() if id not in settled]
