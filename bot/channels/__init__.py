"""The rim: one folder per channel, each with `channel.py` (in and out) and `render.py` (View to its format, pure)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bot.people import Account
from bot.views import Text, View, view

if TYPE_CHECKING:
    from aiohttp import web


# How long turns in flight may take to finish when the program stops, in seconds; hosts kill after ten.
LEAVE = 4.0


class Part(Protocol):
    """What the server carries: a channel with its routes, started and stopped with it."""

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The routes that it answers."""

    async def start(self) -> None:
        """Opens what it needs; called once, before the first request."""

    async def stop(self) -> None:
        """Lets turns in flight finish, then closes what it opened; called once."""

    def ready(self) -> str:
        """What keeps it from working, in a few words without any secret; empty when it works."""


class Stateless(Part):
    """A part that answers requests and nothing else: it holds nothing open, and it always works."""

    async def start(self) -> None:
        """There is nothing to open."""

    async def stop(self) -> None:
        """There is nothing to close; the server lets requests in flight finish."""

    def ready(self) -> str:
        """It always works."""
        return ""


class Sending(Protocol):
    """The way out of a channel, for the outbox alone."""

    @property
    def name(self) -> str:
        """The channel, as accounts and addresses name it."""

    async def send(self, to: Account | str, view: View, key: str, *, again: bool = False) -> None:
        """Sends a view, its buttons signed, to an account or to a place. Returns once it is accepted.

        `key` is the notice's own, the same each time; `again` says that it may have arrived before. Raises DeliveryError.
        """


@runtime_checkable
class Reaching(Protocol):
    """A part that can be written through unasked."""

    @property
    def sending(self) -> Sending:
        """Its way out."""


class DeliveryError(Exception):
    """A message could not be delivered.

    `permanent` says that trying again is no use; `retry_after` is how many seconds the platform asks to wait, or None.
    The message names a method and a code, never a text or a person.
    """

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


def refused(refusal: Exception) -> View:
    """What somebody is shown whose turn was refused: the docstring of what was raised."""
    return view(Text(refusal.__doc__ or ""))


# Where nothing stands in the log.
NO_NUMBER = "not logged"


def apology(number: str) -> View:
    """What somebody is shown where the program failed; the number stands in the log too."""
    return view(Text(f"Something went wrong on my side, and what you wanted may not be done. Please try again. (Error {number})"))
