"""The bot's own access token: asked for in a thread of its own, so that a slow login keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import msal
import requests
from msal.exceptions import MsalError

from bot.channels import DeliveryError
from bot.channels.teams.cloud import Cloud
from bot.config import MicrosoftSettings

# In seconds. Microsoft's tokens live an hour or longer, and msal keeps them; this spares the way into the thread.
KEPT = 60.0
AGAIN = 10.0
TIMEOUT = 4.0


class LoginFailed(Exception):
    """Microsoft gives the bot no token; the message is its code for the reason."""


class Login:
    """Tokens, fetched by `fetch` (which may block) and kept for a minute."""

    def __init__(self, fetch: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token = ""
        self._until = float("-inf")
        self._asking: asyncio.Future[None] | None = None
        self._healing: asyncio.Task[None] | None = None
        self.wrong = ""

    async def token(self) -> str:
        """A token; empty where the bot has none and needs none.

        Raises DeliveryError where Microsoft gives none, or not in time.
        """
        if self._clock() >= self._until:
            try:
                await asyncio.wait_for(asyncio.shield(self._asked()), TIMEOUT)
            except TimeoutError:
                raise DeliveryError("login: no answer in time", permanent=False) from None
        if self.wrong:
            raise DeliveryError(f"login: {self.wrong}", permanent=False)
        return self._token

    def close(self) -> None:
        """Stops trying again. A fetch that is stuck is left to its thread, which does not hold the program up."""
        for task in (self._healing, self._asking):
            if task:
                task.cancel()

    def _asked(self) -> asyncio.Future[None]:
        """The question to Microsoft that is under way, or a new one: one for everybody who waits."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._ask())
        return self._asking

    async def _heal(self) -> None:
        """Tries again until there is a token: where readiness decides who is called, no call would make us ask."""
        while self.wrong:
            await asyncio.sleep(AGAIN)
            await self._asked()

    async def _ask(self) -> None:
        try:
            token = await _in_thread(self._fetch)
        except (LoginFailed, MsalError, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
            self.wrong = str(error) if isinstance(error, LoginFailed) else type(error).__name__
            self._until = self._clock() + AGAIN
            if self._healing is None or self._healing.done():
                self._healing = asyncio.ensure_future(self._heal())
        else:
            self.wrong, self._token, self._until = "", token, self._clock() + KEPT


def fetching(settings: MicrosoftSettings, cloud: Cloud, session: requests.Session | None = None) -> Callable[[], str]:
    """What fetches a token of this registration. The client is made at the first call, since that already asks the login."""
    session = session or _session()

    @functools.cache
    def client() -> Any:
        if settings.app_type == "UserAssignedMSI":
            identity = msal.UserAssignedManagedIdentity(client_id=settings.app_id)
            return msal.ManagedIdentityClient(identity, http_client=session)
        authority = f"{cloud.login}{cloud.tenant if settings.app_type == 'MultiTenant' else settings.tenant}"
        return msal.ConfidentialClientApplication(
            settings.app_id, client_credential=settings.password, authority=authority, http_client=session
        )

    def fetch() -> str:
        if settings.app_type == "UserAssignedMSI":
            return _token(client().acquire_token_for_client(resource=cloud.scope))
        return _token(client().acquire_token_for_client(scopes=[f"{cloud.scope}/.default"]))

    return fetch


def _in_thread(fetch: Callable[[], str]) -> asyncio.Future[str]:
    """What `fetch` gives, or raises. The thread is a daemon, since an executor's would be waited for when the program ends."""
    loop = asyncio.get_running_loop()
    given: asyncio.Future[str] = loop.create_future()

    def settle(take: Callable[[Any], None], found: object) -> None:
        if not given.done():
            take(found)

    def run() -> None:
        # Whoever waited may be gone, and the loop too.
        with contextlib.suppress(RuntimeError):
            try:
                token = fetch()
            except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
                loop.call_soon_threadsafe(settle, given.set_exception, error)
            else:
                loop.call_soon_threadsafe(settle, given.set_result, token)

    threading.Thread(target=run, name="teams-login", daemon=True).start()
    return given


def _token(answer: Mapping[str, Any]) -> str:
    """The token in an answer of the login.

    Raises LoginFailed with the login's codes; its description may name the tenant and is left out.
    """
    if "access_token" in answer:
        return str(answer["access_token"])
    codes = " ".join(f"AADSTS{code}" for code in answer.get("error_codes") or ())
    raise LoginFailed(f"{str(answer.get('error', 'unknown'))[:60]} {codes}".strip())


def _session() -> requests.Session:
    """A session that waits for nobody longer than we do ourselves."""
    session = requests.Session()
    session.request = functools.partial(session.request, timeout=TIMEOUT)  # type: ignore[method-assign]
    return session
