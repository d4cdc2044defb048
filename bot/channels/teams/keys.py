"""The keys that Microsoft signs its calls with: fetched beside the event loop's other work, kept for a day."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

log = logging.getLogger(__name__)

# In seconds. An unknown key is looked for once an hour, so that forged tokens cannot make us ask without end.
KEPT = 24 * 3600.0
UNKNOWN = 3600.0
AGAIN = 30.0
TIMEOUT = 5.0

Fetch = Callable[[str], Awaitable[Any]]


class KeysUnreachable(Exception):
    """The keys of the login cannot be fetched now."""


class UnknownKey(Exception):
    """The login has no such key."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and the channels whose calls it may sign; the names are those that botframework reads."""

    public_key: Any = field(repr=False)
    endorsements: tuple[str, ...]


class Keys:
    """The keys of one issuer, by the address of its OpenID configuration. Stands where botframework keeps its own cache."""

    def __init__(self, url: str, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._asking: asyncio.Future[None] | None = None
        self._healing: asyncio.Task[None] | None = None
        self._failed = False

    @property
    def missing(self) -> bool:
        """Whether there are none, although somebody has asked for them."""
        return self._failed and not self._keys

    async def get(self, key_id: str | None) -> Key:
        """The key with this id, fetched where it is not known yet.

        Raises UnknownKey, and KeysUnreachable where there is none at all.
        """
        now = self._clock()
        old = now - self._fetched > KEPT
        unknown = key_id not in self._keys and now - self._fetched > UNKNOWN
        if (old or unknown) and (self._asking or now - self._tried > AGAIN):
            await self._ask()
        if not self._keys:
            raise KeysUnreachable
        try:
            return self._keys[key_id or ""]
        except KeyError:
            raise UnknownKey from None

    def close(self) -> None:
        """Stops trying again."""
        if self._healing:
            self._healing.cancel()

    async def _heal(self) -> None:
        """Tries again until there are keys: where readiness decides who is called, no call would make us ask."""
        while self.missing:
            await asyncio.sleep(AGAIN)
            await self._ask()

    async def _ask(self) -> None:
        """Asks once for everybody who waits."""
        if self._asking is None:
            self._tried = self._clock()
            self._asking = asyncio.ensure_future(self._refresh())
            self._asking.add_done_callback(self._asked)
        await asyncio.shield(self._asking)

    def _asked(self, _: object) -> None:
        self._asking = None

    async def _refresh(self) -> None:
        """Takes over the issuer's keys; where that fails, what was known stays."""
        try:
            async with asyncio.timeout(TIMEOUT):
                configuration = await self._fetch(self._url)
                found = await self._fetch(configuration["jwks_uri"])
            keys = {each["kid"]: _key(each) for each in found["keys"] if each.get("kty") == "RSA" and "kid" in each}
        except (
            aiohttp.ClientError,
            TimeoutError,
            OSError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            PyJWTError,
        ) as error:
            log.warning("the keys of Microsoft's login cannot be fetched: %s", type(error).__name__)
            self._failed = True
            if self.missing and (self._healing is None or self._healing.done()):
                self._healing = asyncio.ensure_future(self._heal())
            return
        self._keys, self._fetched, self._failed = keys, self._clock(), False


async def fetch_json(session: aiohttp.ClientSession, url: str) -> Any:
    """The JSON at an address.

    Raises aiohttp.ClientError, TimeoutError or ValueError.
    """
    async with session.get(url) as answer:
        answer.raise_for_status()
        return json.loads(await answer.read())


def _key(jwk: Mapping[str, Any]) -> Key:
    return Key(RSAAlgorithm.from_jwk(dict(jwk)), tuple(jwk.get("endorsements") or ()))
