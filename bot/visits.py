"""The door for whoever has no account: a link of their own, the address of a paper, a posting tool's token."""

from __future__ import annotations

import asyncio
import datetime

from bot.dispatcher import REFUSALS, Dispatcher
from bot.gate import Verdict
from bot.issuing import Issuing, Paper
from bot.ledger import DatabaseGone
from bot.people import Sender
from bot.turns import Pressed, Submitted
from bot.views import Text, View, view


async def by_link(door: Dispatcher, turn: Pressed | Submitted, sender: Sender, digest: str) -> View:
    """The view for whoever comes by a link of their own, known by the digest of its token. Raises OldLink and DatabaseGone."""
    try:
        if isinstance(turn, Pressed):
            turn = Pressed(turn.action, door.tokens.read(turn.value))
        shown: View = await door.in_thread(door.desk.answer_link, turn, sender, digest)
    except DatabaseGone:
        raise  # where nothing can be kept, the page's status says so too
    except REFUSALS as refusal:
        shown = view(Text(refusal.__doc__ or ""))
    for poke in door.pokes:
        poke()
    return shown.with_values(door.tokens.sign)


async def paper(door: Dispatcher, kind: str, id: str, by: str = "") -> Paper:
    """A paper, for whoever has its address (`Dispatcher.copies`); `by` is the person whom the address was given to.

    Raises NoSuchRecord, NotHR for HR's papers where that person is of HR no more, and DatabaseGone.

    It is drawn in a thread of its own: in the ledger's, everybody who signs meanwhile would wait for it.
    """
    issuing = Issuing(door.desk.standings, door.desk.new_id)
    await door.in_thread(issuing.allow, kind, by)
    made = await asyncio.to_thread(await door.in_thread(issuing.drawing, kind, id))
    await door.in_thread(issuing.fetched, kind, id)
    return made


async def may_post(door: Dispatcher, person: str, account: str, on: datetime.date | None) -> Verdict:
    """The gate's verdict for a person, by e-mail address, and an account, by name, on a day (None: today).

    Raises DatabaseGone.
    """
    return await door.in_thread(door.desk.standings.may_post, person, account, on)
