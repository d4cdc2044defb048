"""Once a day the root of the chain goes where we cannot change it: chats, a file for the Clerk, a time-stamping authority.

A root is over all records until the end of a day of the organisation's time. Every day has one, those without records too.
"""

from __future__ import annotations

import datetime
import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.evidence.chain import BEGINNING
from bot.evidence.merkle import Frontier
from bot.evidence.roots import Root, Witness, line
from bot.ledger import Ledger
from bot.ledger.acts import PAGE
from bot.office_hours import Hours
from bot.records import Notice
from bot.threads import InThread
from bot.timestamps import FAILED, GRANTED, Stamp, stamp
from bot.views import Text, view
from bot.witness_settings import Witnesses

DIRECTORY = "roots"
LINES = "roots.txt"
NONE, PENDING, WRITTEN = "none", "pending", "written"
# A time-stamp that failed is asked for again after so long, and for so many days; a later root covers what an earlier one does.
AGAIN = datetime.timedelta(hours=1)
DAYS_ASKED = 7
# More days than these without a root are not made up for: it is likelier that the clock is wrong.
MOST_MISSING = 400
# Of days that only the clock says are over, a root comes so often.
SLOWLY = datetime.timedelta(hours=1)
_DAY = datetime.timedelta(days=1)
log = logging.getLogger(__name__)
Stamping = Callable[[str, bytes], Awaitable[Stamp]]


class ClockDoubted(Exception):
    """So many days have no root that the clock is likely wrong."""


class Witnessing:
    """The daily work; `tick` is called every minute or so, by every replica, and does what is left to do.

    `in_thread` calls a function where the ledger may be used; `records` is the directory that the Clerk's files go to.
    """

    def __init__(
        self, ledger: Ledger, in_thread: InThread, hours: Hours, witnesses: Witnesses, records: Path, stamping: Stamping = stamp
    ) -> None:
        self._ledger = ledger
        self._in_thread = in_thread
        self._hours = hours
        self._witnesses = witnesses
        self._place = records / DIRECTORY
        self._stamping = stamping
        self._written: datetime.date | None = None
        self._doubted = False

    async def tick(self, now: datetime.datetime) -> None:
        """Makes the roots that are missing, then writes files and asks for time-stamps. Raises DatabaseGone."""
        yesterday = self._hours.day(now) - _DAY
        for day in await self._due(now):
            root = await self._computed(day, now)
            if root is None:
                return
            await self._in_thread(keep, self._ledger, root, self._witnesses, now, day == yesterday)
        await self._in_thread(self._write, now)
        if self._witnesses.timestamp_url:
            await self._stamp(now)

    async def _due(self, now: datetime.datetime) -> list[datetime.date]:
        """The days that want a root; none while the clock is in doubt, which is said once."""
        try:
            days: list[datetime.date] = await self._in_thread(days_due, self._ledger, now, self._hours)
        except ClockDoubted as doubt:
            if not self._doubted:
                log.error("no root is made: %s", doubt)
            self._doubted = True
            return []
        self._doubted = False
        return days

    async def _computed(self, day: datetime.date, now: datetime.datetime) -> Root | None:
        """The root of a day. The digests are read piece by piece, so that others come to the ledger in between."""
        until = await self._in_thread(last_of, self._ledger, day, self._hours.zone)
        tree, head = Frontier(), BEGINNING
        while tree.size < until:
            before = tree.size
            with suppress(ValueError):
                for head in await self._in_thread(self._ledger.acts.digests, before, until):
                    tree.add(head)
            if tree.size - before != min(PAGE, until - before):
                log.error("the chain is damaged, so no root is made: run clausebot verify")
                return None
        return Root(day, tree.size, tree.root(), head, now)

    def _write(self, now: datetime.datetime) -> None:
        """Writes the files that are missing; what cannot be written is recorded so, and tried again."""
        last = self._ledger.acts.last_root()
        if last is None or last.day == self._written:
            return
        for root in self._ledger.acts.roots():
            try:
                new = write(self._place, root)
            except OSError as error:
                log.warning("the root cannot be written for the Clerk: %s", error.strerror)
                self._record(root.day, "file", FAILED, f"errno {error.errno}", now)
                return
            if new:
                self._record(root.day, "file", WRITTEN, "", now)
        self._written = last.day

    async def _stamp(self, now: datetime.datetime) -> None:
        for root in await self._in_thread(unstamped, self._ledger, now):
            answer = await self._stamping(self._witnesses.timestamp_url, f"{line(root)}\n".encode())
            if answer.state == FAILED:
                log.warning("no time-stamp: %s", answer.detail)
            await self._in_thread(self._record_stamp, root.day, answer, now)

    def _record_stamp(self, day: datetime.date, answer: Stamp, now: datetime.datetime) -> None:
        """Another replica's time-stamp is not replaced by a failure."""
        with self._ledger.transaction():
            if _state(self._ledger.acts.witnesses(day), "timestamp") != GRANTED:
                self._ledger.acts.witnessed(day, "timestamp", answer.state, answer.detail, now)

    def _record(self, day: datetime.date, name: str, state: str, detail: str, now: datetime.datetime) -> None:
        with self._ledger.transaction():
            self._ledger.acts.witnessed(day, name, state, detail, now)


def days_due(ledger: Ledger, now: datetime.datetime, hours: Hours) -> list[datetime.date]:
    """The days before today that want a root now; where there is none at all, yesterday. Raises ClockDoubted.

    What the last record is later than is over, so those days get theirs at once. Of the others only the clock says so, and a
    root of a day to come could never be taken back: of them one an hour, so that a clock that jumped can be put right.
    """
    with ledger.transaction():
        last, latest = ledger.acts.last_root(), ledger.acts.latest()
    today = hours.day(now)
    first = last.day + _DAY if last else today - _DAY
    missing = max(0, (today - first).days)
    if missing > MOST_MISSING:
        raise ClockDoubted(
            f"the clock says {today}, and {missing} days since the last one ({first - _DAY}) have none. Set the clock right"
        )
    over = min(missing, max(0, (hours.day(latest) - first).days)) if latest else 0
    waits = last is not None and datetime.timedelta() <= now - last.made_at < SLOWLY
    return [first + number * _DAY for number in range(min(missing, over + (not waits)))]


def last_of(ledger: Ledger, day: datetime.date, zone: str) -> int:
    """The number of the last record of a day; not less than that of the root before."""
    end = datetime.datetime.combine(day + _DAY, datetime.time(), ZoneInfo(zone))
    with ledger.transaction():
        before = ledger.acts.last_root()
        return max(ledger.acts.last_before(end), before.records if before else 0)


def keep(ledger: Ledger, root: Root, witnesses: Witnesses, now: datetime.datetime, latest: bool = True) -> bool:
    """Keeps a root, unless another replica has, and has the witnesses told; of several that were missed, the latest."""
    with ledger.transaction():
        if not ledger.acts.keep_root(root):
            return False
        told = list(notices(root, witnesses, now)) if latest else []
        for notice in told:
            ledger.notices.add(notice)
        for name in ("slack", "teams"):
            ledger.acts.witnessed(root.day, name, PENDING if latest and name in witnesses.chats else NONE, "", now)
        ledger.acts.witnessed(root.day, "file", PENDING, "", now)
        ledger.acts.witnessed(root.day, "timestamp", PENDING if witnesses.timestamp_url else NONE, "", now)
    return True


def notices(root: Root, witnesses: Witnesses, now: datetime.datetime) -> Iterator[Notice]:
    """What the chats are told: one line with day, number of records, root and head, and nothing else."""
    for name, place in witnesses.chats.items():
        key = f"root:{root.day.isoformat()}:{name}"
        yield Notice(key, f"{name}:{place}", view(Text(f"Record of sign-offs: {line(root)}")), now, topic="root", cause=key)


def write(place: Path, root: Root) -> bool:
    """Writes the root of a day as a file of its own, and its line at the end of `roots.txt`; whether there was none yet.

    What is there already is left as it is. Raises OSError.
    """
    path = place / f"{root.day.isoformat()}.json"
    if path.exists():
        return False
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = place / LINES
    if not lines.exists() or not any(each.startswith(root.day.isoformat()) for each in lines.read_text("utf-8").splitlines()):
        with lines.open("a", encoding="utf-8") as file:
            file.write(f"{line(root)}\n")
            file.flush()
            os.fsync(file.fileno())
    content = {"day": root.day.isoformat(), "records": root.records, "root": root.root, "head": root.head}
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({**content, "made_at": root.made_at.isoformat()}, indent=1) + "\n", "utf-8")
    draft.replace(path)
    return True


def unstamped(ledger: Ledger, now: datetime.datetime) -> list[Root]:
    """The roots of the last days that want a time-stamp now."""
    with ledger.transaction():
        recent = [root for root in ledger.acts.roots() if root.made_at > now - DAYS_ASKED * _DAY]
        asked = {(each.day, each.name): each for each in ledger.acts.witnesses()}
    return [root for root in recent if _wants(asked.get((root.day, "timestamp")), now)]


def _wants(before: Witness | None, now: datetime.datetime) -> bool:
    if before is None or before.state in (PENDING, NONE):
        return True
    return before.state == FAILED and before.at + AGAIN <= now


def _state(witnesses: list[Witness], name: str) -> str:
    return next((each.state for each in witnesses if each.name == name), "")
