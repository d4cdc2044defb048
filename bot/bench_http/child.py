"""A server under load: one application, alone in a process of its own."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import web

from bot import app
from bot.bench_http.stand_ins import listen
from bot.channels.teams.cloud import Cloud
from bot.config import Settings

OURS, BARE, EMPTY, REPORTS = "ours", "bare", "empty", "reports"
# How long a server may take to start, to answer here or to stop, in seconds.
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a server is given: settings, and the addresses of the stand-ins."""

    settings: Settings
    slack_api: str
    cloud: Cloud


@dataclass(frozen=True, slots=True)
class Usage:
    """What the child has taken: seconds of processor time, and the megabytes of memory that it holds now."""

    processor: float
    memory: float


class Server:
    """The parent's side. `url` is known once it is open."""

    def __init__(self, kind: str, surroundings: Surroundings) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=_run, args=(kind, surroundings, theirs), daemon=True)
        self._child.start()
        theirs.close()
        self.url = ""

    async def open(self) -> None:
        """Waits until it listens.

        Raises OSError where it does not.
        """
        self.url = str(await self._received())

    async def usage(self) -> Usage:
        """What it has taken so far.

        Raises OSError where it is gone.
        """
        self._pipe.send("usage")
        usage = await self._received()
        assert isinstance(usage, Usage)
        return usage

    async def close(self) -> None:
        """Lets it finish, or ends it."""
        self._pipe.close()
        await asyncio.to_thread(self._child.join, _PATIENCE)
        self._child.kill()

    async def _received(self) -> object:
        try:
            return await asyncio.to_thread(self._read)
        except EOFError:
            raise OSError("the server to measure ended by itself") from None

    def _read(self) -> object:
        if not self._pipe.poll(_PATIENCE):
            raise OSError("the server to measure does not answer")
        return self._pipe.recv()


@asynccontextmanager
async def serving(kind: str, surroundings: Surroundings) -> AsyncIterator[Server]:
    """A server of this kind, until it is left. Raises OSError where it does not start."""
    server = Server(kind, surroundings)
    try:
        await server.open()
        yield server
    finally:
        await server.close()


def _run(kind: str, surroundings: Surroundings, pipe: Connection) -> None:
    """The child's side: serves until the pipe is closed."""
    # The SDK leaves connections unclosed and says so for each; only the bare server logs nothing.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"  # the stand-ins are on this machine
    with _application(kind, surroundings) as served:
        asyncio.run(_serve(served, pipe))


async def _serve(served: web.Application, pipe: Connection) -> None:
    runner, url = await listen(served)
    pipe.send(url)
    try:
        while await asyncio.to_thread(pipe.recv):
            pipe.send(Usage(time.process_time(), _resident()))
    except EOFError:
        await runner.cleanup()


@contextmanager
def _application(kind: str, surroundings: Surroundings) -> Iterator[web.Application]:
    """Each loads no more than it needs, since its memory is measured too."""
    if kind == OURS:
        from bot.bench_http import ours

        with ours.application(surroundings.settings, surroundings.slack_api, surroundings.cloud) as served:
            yield served
    elif kind == REPORTS:
        from bot.bench_reports import ours as reporting

        with reporting.application(surroundings.settings, surroundings.slack_api) as served:
            yield served
    else:
        from bot.bench_http import bare

        yield bare.empty() if kind == EMPTY else bare.application(app.knowledge_base(surroundings.settings), surroundings.cloud)


def _resident() -> float:
    """The megabytes of memory that this process holds now; where the platform does not tell, the most that it held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("ascii", "replace").splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, others kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1024**2
