"""What the server's periodic work is made of: the channels' groups, the witnesses, signatures that carry over."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Awaitable, Callable, Sequence

from bot import carrying
from bot.channels import Part
from bot.config import Settings
from bot.dispatcher import Dispatcher
from bot.expanding import Around
from bot.jobs import Groups, Jobs, Tick
from bot.witnessing import Witnessing


def jobs(
    door: Dispatcher,
    settings: Settings,
    channels: Sequence[Part],
    delivers: Callable[[], None],
    ticks: Sequence[Tick] = (),
) -> Jobs:
    """The periodic work of a server with these channels; `delivers` is called when there is something to send.

    `ticks` are done besides.
    """
    witnessing = Witnessing(door.ledger, door.in_thread, settings.hours, settings.witnesses, settings.records)
    groups = [found for each in channels if isinstance(found := getattr(each, "groups", None), Groups)]
    return Jobs(
        door.ledger,
        door.thread,
        lambda: around(settings),
        groups,
        [("carried", _carrying(door, settings))],
        [("witnesses", witnessing.tick), *ticks],
        delivers=delivers,
    )


def around(settings: Settings) -> Around:
    """What work about requests may not make itself, as it is now."""
    now = datetime.datetime.now(datetime.UTC)
    return Around(now, settings.hours, lambda: secrets.token_hex(8), lambda: secrets.token_urlsafe(24), settings.own_url)


def _carrying(door: Dispatcher, settings: Settings) -> Callable[[Around], Awaitable[None]]:
    """Signatures carry over to versions that came into force since; what has been carried over is not done again.

    Between two steps the ledger's thread is given back, so that nobody who signs waits for all of it.
    """

    async def carried(now: Around) -> None:
        for policy in await door.in_thread(door.ledger.policies.policies):
            steps = carrying.carrying(door.ledger, policy, now.now, now.new_id, settings.hours)
            while await door.in_thread(next, steps, None):
                pass

    return carried
