"""A real HTTP server for tests: an aiohttp application on a free port of this machine, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")


class Serving:
    """Serves what `make` gives (called inside the server's event loop) until `close`."""

    def __init__(self, make: Callable[[], web.Application | Awaitable[web.Application]]) -> None:
        self._make = make
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self.url = self.run(self._start())
        except BaseException:
            self._end()
            raise

    def run(self, work: Coroutine[Any, Any, T], timeout: float = 30) -> T:
        """Runs a coroutine in the server's event loop and gives what it gives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def close(self) -> None:
        """Stops serving; cleans up as a stopping server does."""
        try:
            self.run(self._runner.cleanup())
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> str:
        made = self._make()
        app = made if isinstance(made, web.Application) else await made
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        return f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
