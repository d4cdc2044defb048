"""A process that delivers until nothing waits: what the tests kill. The channel is a file, a line for each key that it accepted.

    python -m tests.outbox_child DATABASE RECORD SEED

DATABASE is a file, or the address of a PostgreSQL database. `ready` is printed once the work begins.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from bot.channels import DeliveryError
from bot.database.postgres import Postgres
from bot.database.sqlite import SQLite
from bot.ledger import Ledger
from bot.outbox import Outbox
from bot.pacing import Pacing
from bot.people import Account
from bot.views import View

# How long a dead process's notices wait, in seconds.
LEASE = 0.6
# At most so long is a message under way to the file, and its answer back, in seconds.
SLOWEST = 0.004


class File:
    """A channel that writes what it accepts into a file, and refuses one in ten before."""

    name = "slack"

    def __init__(self, path: str, seed: int) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._chance = random.Random(seed)  # noqa: S311 - nothing depends on it but when things happen

    async def send(self, to: Account | str, view: View, key: str, *, again: bool = False) -> None:
        """Accepts a message after a moment, and answers after another."""
        del to, view, again
        await asyncio.sleep(self._chance.uniform(0, SLOWEST))
        if self._chance.random() < 0.1:
            raise DeliveryError("send: HTTP 429", permanent=False)
        os.write(self._file, f"{key}\n".encode())
        await asyncio.sleep(self._chance.uniform(0, SLOWEST))


def handle_of(database: str) -> Postgres | SQLite:
    """The database by its file or address."""
    return Postgres(database) if database.startswith("postgres") else SQLite(Path(database))


def outbox_into(record: str, seed: int, ledger: Ledger, thread: Executor) -> Outbox:
    """An outbox whose one channel is the file `record`; it loses no time, and gives up nothing."""
    return Outbox(
        ledger,
        thread,
        str,
        [File(record, seed)],
        pacing=Pacing({}),
        next_attempt=lambda attempts, _wait, _key: 0.02 if attempts < 1000 else None,
        lease=LEASE,
        every=0.02,
    )


def waiting(ledger: Ledger) -> int:
    """How many notices are to be delivered."""
    with ledger.transaction():
        return ledger.notices.counts(4e9).waiting


async def deliver(database: str, record: str, seed: int) -> None:
    """Delivers everything."""
    handle = handle_of(database)
    ledger = Ledger(handle)
    with ThreadPoolExecutor(1) as thread:
        outbox = outbox_into(record, seed, ledger, thread)
        await outbox.start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while await asyncio.get_running_loop().run_in_executor(thread, waiting, ledger):
            await asyncio.sleep(0.05)
        await outbox.stop()
        thread.submit(handle.close).result()


if __name__ == "__main__":
    asyncio.run(deliver(sys.argv[1], sys.argv[2], int(sys.argv[3])))
