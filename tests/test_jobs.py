"""Periodic work: done once by one replica, in small steps, and gone on with after whatever went wrong."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.audience import Member
from bot.database.sqlite import SQLite
from bot.expanding import Around
from bot.jobs import Daily, Jobs
from bot.ledger import DatabaseGone, Ledger, migrations
from bot.people import Account
from bot.publishing import Published
from bot.records import Audience, Request
from tests.asking_town import ALICE, DUE, EVERYBODY, HOURS, NOW, REQUEST, SAM, at, new_id, outbox, policy, settle

DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def published() -> Published:
    """The policy that is signed."""
    return policy()


class Town:
    """A ledger on file, and the clock that all replicas look at."""

    def __init__(self, path: Path) -> None:
        self.path = path / "ledger.sqlite"
        self.now = NOW
        self.delivered = 0

    def ledger(self) -> Ledger:
        """One more connection."""
        database = SQLite(self.path)
        migrations.migrate(database)
        return Ledger(database)

    def around(self) -> Around:
        """What is around just now."""
        return Around(self.now, HOURS, new_id, new_id, "")

    def delivers(self) -> None:
        """There is something to send."""
        self.delivered += 1

    def run(self, *calls: Callable[[Jobs], Awaitable[None]], groups: Sequence[Any] = (), daily: Sequence[Daily] = ()) -> Jobs:
        """One replica, on which these are called."""

        async def ran() -> Jobs:
            with ThreadPoolExecutor(1) as thread:
                ledger = Ledger(SQLite(self.path))
                jobs = Jobs(ledger, thread, self.around, groups, daily, delivers=self.delivers, every=0.01)
                for call in calls:
                    await call(jobs)
                await jobs.stop()
                thread.submit(ledger._database.close).result()
                return jobs

        return asyncio.run(ran())


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """An empty one."""
    return Town(tmp_path)


async def a_round(jobs: Jobs) -> None:
    """All that there is to do now."""
    await jobs.round()


def test_a_new_request_is_looked_after_at_once_and_then_each_day(town: Town, published: Published) -> None:
    """Its people are asked; who came since is asked the next day; nothing is gone through twice on one day."""
    ledger = town.ledger()
    settle(ledger, published, ALICE)
    town.run(a_round)
    assert town.delivered > 0
    assert list(outbox(ledger)) == ["ask:r1:alice"]
    ledger.people.put(SAM)
    town.run(a_round)
    assert ledger.requests.assignment("r1", "sam") is None
    town.now += DAY
    town.run(a_round)
    assert ledger.requests.assignment("r1", "sam") is not None
    ledger.people.put(EVERYBODY[0])
    ledger.leases.forget("refresh:")
    town.run(a_round)
    assert ledger.requests.assignment("r1", "hana") is not None


def test_a14_reminders_of_a_day_are_sent_once_and_made_good(town: Town, published: Published) -> None:
    """Also where the program did not run on the day itself."""
    ledger = town.ledger()
    settle(ledger, published, ALICE)
    town.run(a_round)
    for day in (DUE - 8 * DAY, DUE - 4 * DAY, DUE - 4 * DAY, DUE):
        town.now = at(day)
        town.run(a_round)
    assert [key for key in outbox(ledger) if key.startswith("remind")] == [
        "remind:r1:alice:2026-11-30",
        "remind:r1:alice:2026-12-04",
    ]


def test_one_replica_works_at_a_time(town: Town, published: Published) -> None:
    """Another goes on when the lease is given back, or has run out."""
    ledger = town.ledger()
    settle(ledger, published, ALICE)
    assert ledger.leases.take("jobs", "another", town.now.timestamp(), 300)
    town.run(a_round)
    assert outbox(ledger) == {}
    town.now += datetime.timedelta(seconds=301)
    town.run(a_round)
    assert list(outbox(ledger)) == ["ask:r1:alice"]


def test_a_clock_that_was_wrong_holds_nothing_up(town: Town, published: Published) -> None:
    """What was done, and who was at work, in years to come counts for nothing once the clock is right; nobody is told twice."""
    ledger = town.ledger()
    settle(ledger, published, ALICE)
    town.run(a_round)
    assert ledger.leases.take("jobs", "another", town.now.timestamp() + 4 * 365 * 86400, 300)
    for work in ("refresh:r1", "prompt:r1"):
        ledger.leases.mark(work, town.now.date() + 4 * 365 * DAY)
    ledger.people.put(SAM)
    for day in (DUE - 7 * DAY, DUE - 7 * DAY):
        town.now = at(day)
        town.run(a_round)
    assert sorted(outbox(ledger)) == ["ask:r1:alice", "ask:r1:sam", "remind:r1:alice:2026-11-27"]


class Group:
    """A platform's group whose members are told, or not."""

    kind = "slack_group"

    def __init__(self, *told: Sequence[Member] | None) -> None:
        self.told = list(told)
        self.asked: list[tuple[str, frozenset[str]]] = []

    async def members(self, group: str, known: frozenset[str]) -> Sequence[Member] | None:
        """The next answer."""
        self.asked.append((group, known))
        return self.told.pop(0)


def test_a13_a_group_that_is_not_told_is_asked_for_again(town: Town, published: Published) -> None:
    """In the next round, until the platform tells; then once a day."""
    ledger = town.ledger()
    settle(ledger, published, ALICE, SAM, request=replace(REQUEST, audience=Audience("slack_group", "S1")))
    group = Group(None, [Member(Account("slack", "", "Ualice"))], [])
    jobs = town.run(a_round, groups=[group])
    assert jobs.ready() == "jobs: request r1"
    assert outbox(ledger) == {}
    jobs = town.run(a_round, a_round, groups=[group])
    assert jobs.ready() == ""
    assert list(outbox(ledger)) == ["ask:r1:alice"]
    assert group.asked == [("S1", frozenset({"Ualice", "Usam"}))] * 2


def test_what_is_done_daily(town: Town) -> None:
    """Once a day; what fails is tried again in the next round, and keeps nothing else from being done."""
    town.ledger()
    done: list[str] = []

    async def fails(around: Around) -> None:
        done.append("fails")
        if len(done) < 3:
            raise DatabaseGone

    async def works(around: Around) -> None:
        done.append(f"works {around.today}")

    daily: list[Daily] = [("root", fails), ("purge", works)]
    jobs = town.run(a_round, daily=daily)
    assert (done, jobs.ready()) == (["fails", "works 2026-11-20"], "jobs: root")
    jobs = town.run(a_round, a_round, daily=daily)
    assert (done, jobs.ready()) == (["fails", "works 2026-11-20", "fails"], "")
    town.now += DAY
    town.run(a_round, daily=daily)
    assert done[3:] == ["fails", "works 2026-11-21"]


def test_what_knows_by_itself_is_called_each_round(town: Town) -> None:
    """With the time; what fails there is told, and keeps nothing else from being done."""
    town.ledger()
    told: list[datetime.datetime] = []

    async def tick(now: datetime.datetime) -> None:
        told.append(now)
        if len(told) == 1:
            raise OSError

    async def ran() -> None:
        with ThreadPoolExecutor(1) as thread:
            database = SQLite(town.path)
            jobs = Jobs(Ledger(database), thread, town.around, ticks=[("witnesses", tick)])
            await jobs.round()
            assert jobs.ready() == "jobs: witnesses"
            await jobs.round()
            assert jobs.ready() == ""
            thread.submit(database.close).result()

    asyncio.run(ran())
    assert told == [NOW, NOW]


def test_it_runs_until_it_is_stopped(town: Town, published: Published) -> None:
    """A poke is heard at once; on leaving, the lease is free."""
    ledger = town.ledger()
    settle(ledger, published, ALICE)

    async def a_while(jobs: Jobs) -> None:
        jobs.poke()
        await jobs.start()
        jobs.poke()
        await until(lambda: town.delivered > 0)
        await jobs.stop()
        jobs.poke()

    town.run(a_while)
    assert list(outbox(ledger)) == ["ask:r1:alice"]
    assert ledger.leases.take("jobs", "another", town.now.timestamp(), 300)


def test_a_database_that_is_away_ends_one_round_only(town: Town, published: Published, caplog: pytest.LogCaptureFixture) -> None:
    """It is said once, by its place, and the work goes on when the database is back."""
    ledger = town.ledger()
    settle(ledger, published, ALICE)
    away = 2

    class Gone(Ledger):
        def open(self) -> None:
            nonlocal away
            away -= 1
            if away >= 0:
                raise DatabaseGone
            super().open()

    async def ran() -> None:
        with ThreadPoolExecutor(1) as thread:
            database = SQLite(town.path)
            jobs = Jobs(Gone(database), thread, town.around, delivers=town.delivers, every=0.01)
            await jobs.start()
            await until(lambda: town.delivered > 0)
            await jobs.stop()
            thread.submit(database.close).result()

    asyncio.run(ran())
    assert list(outbox(ledger)) == ["ask:r1:alice"]
    said = [record.getMessage() for record in caplog.records if "failed" in record.getMessage()]
    assert len(said) == 1
    assert said[0].startswith("looking for work failed, and is tried again: DatabaseGone at")


async def until(done: Callable[[], bool]) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(20):
        while not done():
            await asyncio.sleep(0.01)


def test_broken_off_between_two_steps(town: Town, published: Published) -> None:
    """Where the lease is lost, the rest is left to whoever has it, and is not taken for done."""
    ledger = town.ledger()
    people = [replace(ALICE, id=f"p{number}", email=f"p{number}@city.example", supervisor="") for number in range(250)]
    request: Request = settle(ledger, published, *people)

    class Late(Jobs):
        """Another replica takes over after the first batch."""

        async def _held(self) -> bool:
            held = await super()._held()
            return held and len(await self._in_thread(self._ledger.requests.assignments, request.id)) < 200

    async def ran() -> None:
        with ThreadPoolExecutor(1) as thread:
            database = SQLite(town.path)
            await Late(Ledger(database), thread, town.around).round()
            thread.submit(database.close).result()

    asyncio.run(ran())
    assert len(ledger.requests.assignments("r1")) == 200
    assert ledger.leases.done("refresh:r1") is None
    town.now += datetime.timedelta(seconds=301)
    town.run(a_round)
    assert len(ledger.requests.assignments("r1")) == 250
