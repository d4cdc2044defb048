"""The database is locked, full or gone while somebody signs: told kindly in every channel, nothing half kept; then it works."""

from __future__ import annotations

import datetime
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import demonstration
from bot.database import DatabaseGone
from bot.database.postgres import Postgres
from bot.database.sqlite import SQLite
from bot.directory import read_directory
from bot.dispatcher import Dispatcher
from bot.ledger import Ledger, migrations
from bot.people import Account
from bot.publishing import Published, changes
from bot.tokens import Tokens
from policy_kb import KnowledgeBase
from tests.databases import Handle, schema
from tests.drivers import Driver, flat
from tests.driving import CHANNELS, person
from tests.slack_stand_in import TEAM
from tests.tcp_proxy import Wire
from tests.teams_stand_in import TENANT

KIND = flat(DatabaseGone.__doc__ or "")
NOON = datetime.datetime(2026, 11, 20, 18, tzinfo=datetime.UTC)


@dataclass
class Place:
    """A database that can be taken away and brought back, by the handle or by somebody else."""

    database: Handle
    away: Callable[[], None]
    back: Callable[[], None]


@contextmanager
def locked(place: Path) -> Iterator[Place]:
    """Another process writes the file and does not come to an end."""
    path = place / "ledger.sqlite"
    database = SQLite(path)
    migrations.migrate(database)
    database.run("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        yield Place(database, lambda: void(other.execute("BEGIN IMMEDIATE")), lambda: void(other.execute("ROLLBACK")))


@contextmanager
def full(place: Path) -> Iterator[Place]:
    """There is no room on the disk for another page."""
    database = SQLite(place / "ledger.sqlite")
    migrations.migrate(database)

    def away() -> None:
        (pages,) = (row["page_count"] for row in database.rows("PRAGMA page_count"))
        database.run(f"PRAGMA max_page_count = {pages}")

    yield Place(database, away, lambda: void(database.run("PRAGMA max_page_count = 1000000")))


@contextmanager
def gone(_: Path) -> Iterator[Place]:
    """A PostgreSQL server that nobody reaches any more."""
    with schema() as url:
        place = urlsplit(url)
        wire = Wire(str(place.hostname), place.port or 5432)
        through = place._replace(netloc=f"{place.netloc.rpartition('@')[0]}@127.0.0.1:{wire.port}").geturl()
        with closing(Postgres(through)) as database:
            migrations.migrate(database)
            yield Place(database, wire.cut, wire.mend)
        wire.cut()


def void(_: object) -> None:
    """What it gives is not wanted."""


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("trouble", [locked, full, gone])
def test_signing_while_the_database_is_away(
    trouble: Callable[[Path], AbstractContextManager[Place]],
    channel: str,
    knowledge: KnowledgeBase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who presses Sign is told that nothing was kept, and nothing was; the same press works afterwards, once, with its copy."""
    with ThreadPoolExecutor(1) as thread:
        made = trouble(tmp_path)
        place = thread.submit(made.__enter__).result()
        door = Dispatcher(knowledge, read_directory(), Tokens(b"test"), Ledger(place.database), thread, now=lambda: NOON)
        thread.submit(lay, door).result()
        with person(channel, door, monkeypatch) as driver:
            driver.say("i want to sign the policy")
            driver.press("Read and sign")
            read_through(driver)
            thread.submit(place.away).result()
            assert KIND in driver.submit("Sign", {"consent": "yes", "name": "Alice Stone"})
            assert "416." in driver.say("how long must social media records be kept")
            thread.submit(place.back).result()
            assert thread.submit(kept, door).result() == (0, 0)
            driver.say("i want to sign the policy")
            driver.press("Read and sign")
            read_through(driver)
            assert "Signed" in driver.submit("Sign", {"consent": "yes", "name": "Alice Stone"})
            signed, copies = thread.submit(kept, door).result()
            assert signed == 1
            assert copies > 0
        thread.submit(made.__exit__, None, None, None).result()


def lay(door: Dispatcher) -> None:
    """The policy is in force, and whoever writes is Alice Stone of Parks."""
    with door.ledger.transaction(deciding=True):
        for policy in door.knowledge.policies:
            door.ledger.policies.publish(Published(policy, "", changes(None, policy), "as installed", NOON))
        demonstration.seed(door.ledger)
        for account in (Account("slack", TEAM, "U0ALICE"), Account("teams", TENANT, "aad-alice")):
            door.ledger.people.link(account, "demo-staff")


def kept(door: Dispatcher) -> tuple[int, int]:
    """How many signatures the chain holds, and how many notices with a copy wait."""
    by = secrets.token_hex(4)
    signed = sum(each.kind == "signed" for each in door.ledger.acts.all())
    with door.ledger.transaction():
        waiting = door.ledger.notices.claim(NOON.timestamp(), by, 50, 60)
        door.ledger.notices.release([each.key for each in waiting], by)
    return signed, sum(each.key.startswith("copy") or each.cause.startswith("copy:") for each in waiting)


def read_through(driver: Driver) -> None:
    """Goes on from page to page, to the end; what was read before is not shown again."""
    with suppress(AssertionError):
        for _ in range(30):
            driver.submit("Next page", {})
    with suppress(AssertionError):
        driver.submit("Go on", {})
