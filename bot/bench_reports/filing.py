"""A report, written and sent as a browser without scripts does, until its receipt is shown."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from bot.bench_http.asking import PATIENCE
from bot.channels.web.render import FIELD, FORM, STATE
from bot.channels.web.report_render import RECEIPT_TITLE, REPORT
from bot.journeys.report import WRITE
from bot.reporting import AWAY, CROWDED

_WRITTEN = {
    "f1": "a",
    "f2": "The page of the pool shows children by their names, and has done so for weeks. " * 5,
    "f3": "https://social.example/pool",
    "f4": "",
    "f5": "b",
    "f6": "hr",
    "f7": "none",
    "f8": "a",
}
_OURS = {"Sec-Fetch-Site": "same-origin"}
_STATE = re.compile(rf'name="{STATE}" value="([^"]+)"')
# Words that stand in the answer where nothing was kept, and it was said so.
_KINDLY = (CROWDED, AWAY)


@dataclass(frozen=True, slots=True)
class Filed:
    """One Send: how many seconds it took, whether a receipt was shown, or else whether it was kindly refused."""

    seconds: float
    receipt: bool
    refused: bool = False


class Writer:
    """Somebody at the page. Before `send` comes `prepare`, which opens the form and sees the promise."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url}{REPORT}"
        self._state = ""
        # Everybody writes something else: exactly the same is not kept twice.
        self._written = {**_WRITTEN, "f2": f"{_WRITTEN['f2']} {secrets.token_hex(8)}"}

    async def prepare(self) -> float:
        """Opens the page and presses Send the first time, which keeps nothing; how many seconds that press took."""
        async with self._session.get(self._url) as opened:
            await opened.read()
        shown, seconds = await self._posted({})
        found = _STATE.search(shown)
        self._state = found[1] if found else ""
        return seconds

    async def send(self) -> Filed:
        """Presses Send once more, which files."""
        try:
            async with asyncio.timeout(PATIENCE):
                shown, seconds = await self._posted({STATE: self._state} if self._state else {})
        except (aiohttp.ClientError, TimeoutError):
            return Filed(PATIENCE, receipt=False)
        return Filed(seconds, RECEIPT_TITLE in shown, any(words in shown for words in _KINDLY))

    async def _posted(self, more: Mapping[str, str]) -> tuple[str, float]:
        clock = asyncio.get_running_loop().time
        body = {FORM: WRITE, **{f"{FIELD}{name}": text for name, text in self._written.items()}, **more}
        begun = clock()
        async with self._session.post(self._url, data=body, headers=_OURS) as answer:
            shown = await answer.text()
        return shown, clock() - begun
