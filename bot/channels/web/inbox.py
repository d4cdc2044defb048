"""What was sent to somebody at the local page: kept in memory, shown at the start of the page."""

from __future__ import annotations

from collections import OrderedDict, defaultdict

from bot.channels import DeliveryError
from bot.people import Account
from bot.views import View

CHANNEL = "web"
# The newest are shown; so many for each account.
MOST = 20


class Inbox:
    """The way out of the local page."""

    name = CHANNEL

    def __init__(self) -> None:
        self._received: defaultdict[str, OrderedDict[str, View]] = defaultdict(OrderedDict)

    async def send(self, to: Account | str, view: View, key: str, *, again: bool = False) -> None:
        """Puts it into the account's inbox, once for each key. Raises DeliveryError for a place: the page has none."""
        del again
        if isinstance(to, str):
            raise DeliveryError("web: no place but an account's", permanent=True)
        received = self._received[to.id]
        received.setdefault(key, view)
        while len(received) > MOST:
            received.popitem(last=False)

    def of(self, account: str) -> tuple[View, ...]:
        """What an account was sent, newest first, by the account's id."""
        return tuple(reversed(self._received[account].values())) if account in self._received else ()
