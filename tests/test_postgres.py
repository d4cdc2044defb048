"""PostgreSQL alone: a server that goes and comes back, several threads at once, and an address that nobody may see."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from bot.database import BadAddress, DatabaseGone, NotAllowed, Spoilt
from bot.database.postgres import PAUSE, Postgres
from bot.ledger import Ledger, migrations
from bot.server import application
from tests.databases import schema, together
from tests.serving import Serving
from tests.tcp_proxy import Wire

INSERT = "INSERT INTO thing (id) VALUES (?)"


@pytest.fixture
def url() -> Iterator[str]:
    """An empty database."""
    with schema() as url:
        yield url


@pytest.fixture
def database(url: str) -> Iterator[Postgres]:
    """A handle with a table, and not much patience."""
    with closing(Postgres(url, connections=2, patience=0.3)) as handle:
        handle.run("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
        yield handle


@contextmanager
def wired(url: str) -> Iterator[tuple[Wire, Postgres]]:
    """A handle on a wire that can be cut."""
    place = urlsplit(url)
    wire = Wire(str(place.hostname), place.port or 5432)
    through = place._replace(netloc=f"{place.netloc.rpartition('@')[0]}@127.0.0.1:{wire.port}").geturl()
    with closing(Postgres(through, connections=2)) as handle:
        yield wire, handle
    wire.cut()


def ids(database: Postgres) -> list[int]:
    """What is in the table."""
    return [row["id"] for row in database.rows("SELECT id FROM thing ORDER BY id")]


def backend(database: Postgres) -> int:
    """The number of the server's process for the connection that is used next."""
    (row,) = database.rows("SELECT pg_backend_pid() AS number")
    return int(row["number"])


def test_a_server_that_was_away_comes_back_by_itself(url: str) -> None:
    """Nothing hangs meanwhile, nothing is kept, and the first use after it works."""
    with wired(url) as (wire, database):
        database.run("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
        wire.cut()
        start = time.monotonic()
        for _ in range(3):
            with pytest.raises(DatabaseGone), database.transaction():
                pytest.fail("nothing can be decided")
            with pytest.raises(DatabaseGone):
                database.run(INSERT, [1])
            with pytest.raises(DatabaseGone):
                database.rows("SELECT 1")
        assert time.monotonic() - start < 1
        wire.mend()
        database.run(INSERT, [2])
        assert ids(database) == [2]


def test_a_connection_that_is_cut_halfway(url: str) -> None:
    """Nothing of the transaction is kept, not even by somebody who goes on; the next one works."""
    with wired(url) as (wire, database):
        database.run("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
        one, two = partial(database.run, INSERT, [1]), partial(database.run, INSERT, [2])
        cut = partial(wire.cut, listening=True)

        def caught() -> None:
            with pytest.raises(DatabaseGone):
                one()

        with pytest.raises(DatabaseGone):
            together(database, one, cut, two)
        with pytest.raises(Spoilt):
            together(database, cut, caught, two)
        with pytest.raises(DatabaseGone):
            together(database, one, cut)
        assert ids(database) == []
        database.run(INSERT, [6])
        assert ids(database) == [6]


def test_idle_connections_that_were_cut_are_not_met(url: str) -> None:
    """A server that was restarted while nobody asked is not noticed."""
    with wired(url) as (wire, database), ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: database.rows("SELECT pg_sleep(0.05)"), range(4)))
        wire.cut(listening=True)
        assert list(database.rows("SELECT 1 AS one")) == [{"one": 1}]
        with database.transaction():
            assert list(database.rows("SELECT 2 AS two")) == [{"two": 2}]


def test_an_operator_who_ends_the_connection(database: Postgres, url: str) -> None:
    """The server's own word for it, within a transaction and between two."""
    with closing(Postgres(url)) as other:

        def end() -> None:
            other.rows("SELECT pg_terminate_backend(?)", [backend(database)])
            time.sleep(0.1)

        with pytest.raises(DatabaseGone):
            together(database, partial(database.run, INSERT, [1]), end, partial(database.run, INSERT, [2]))
        end()
        assert ids(database) == []


def test_only_the_first_waits_for_a_server_that_says_nothing() -> None:
    """Turns stand in line for few connections; were each to wait as long as the first, the last would for minutes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=2"
        with closing(Postgres(address, connections=1)) as database:
            took = []
            for pause in (0.0, 0.0, PAUSE):
                time.sleep(pause)
                start = time.monotonic()
                with pytest.raises(DatabaseGone, match="it does not answer in time"):
                    database.rows("SELECT 1")
                took.append(time.monotonic() - start)
            assert took[0] > PAUSE
            assert took[1] < 0.5
            assert took[2] > PAUSE


def test_all_connections_in_use(database: Postgres) -> None:
    """Whoever waits too long is told, and nobody is stuck."""
    held, go = threading.Barrier(3), threading.Event()

    def hold() -> None:
        with database.transaction():
            held.wait()
            go.wait()

    threads = [threading.Thread(target=hold) for _ in range(2)]
    for thread in threads:
        thread.start()
    held.wait()
    with pytest.raises(DatabaseGone, match="in use"):
        database.rows("SELECT 1")
    go.set()
    for thread in threads:
        thread.join()
    assert ids(database) == []


def test_who_goes_through_rows_holds_no_connection(database: Postgres) -> None:
    """However many do so at once, and none of them to the end."""
    begun = [database.rows("SELECT * FROM generate_series(1, 3)") for _ in range(5)]
    assert [next(rows) for rows in begun] == [{"generate_series": 1}] * 5


def raising(state: str) -> str:
    """A statement that fails with this SQLSTATE."""
    return f"DO $$ BEGIN RAISE EXCEPTION 'secret words' USING ERRCODE = '{state}'; END $$"


@pytest.mark.parametrize(
    "state",
    "08006 53100 53200 53300 57P01 57P02 57P03 57014 58030 40001 40P01 55P03 25006 25P03".split(),
)
def test_what_the_statement_is_not_to_blame_for(database: Postgres, state: str) -> None:
    """Disk full, no memory, too many connections, shut down, cancelled, deadlock, read-only ...: nothing kept, and on it goes."""
    with pytest.raises(DatabaseGone, match=state):
        together(database, partial(database.run, INSERT, [1]), partial(database.run, raising(state)))
    assert ids(database) == []


@pytest.mark.parametrize("state", ["23505", "23514", "22003", "42P01", "54001", "55000", "P0001", "XX000"])
def test_what_it_is_to_blame_for(database: Postgres, state: str) -> None:
    """Stays what it is."""
    with pytest.raises(psycopg.Error) as raised:
        together(database, partial(database.run, INSERT, [1]), partial(database.run, raising(state)))
    assert raised.value.sqlstate == state
    assert ids(database) == []


def test_two_who_wait_for_each_other(database: Postgres) -> None:
    """The server ends one of them; the other is done."""
    database.run(INSERT, [1])
    database.run(INSERT, [2])
    both = threading.Barrier(2)

    def take(first: int, second: int) -> str:
        try:
            with database.transaction():
                database.run("UPDATE thing SET id = id WHERE id = ?", [first])
                both.wait()
                database.run("UPDATE thing SET id = id WHERE id = ?", [second])
        except DatabaseGone:
            return "gone"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, (1, 2), (2, 1))) == ["done", "gone"]


def test_who_waits_sees_what_was_written_meanwhile(url: str) -> None:
    """The chain's turn is of use only if facts are read as they are after it was got."""
    with closing(Postgres(url)) as database:
        migrations.migrate(database)
        ledger = Ledger(database)

        def sign(key: int) -> bool:
            with ledger.transaction(deciding=True):
                if any(database.rows("SELECT key FROM uncovered WHERE week = 'alice'")):
                    return False
                database.run("INSERT INTO uncovered (key, week, question) VALUES (?, 'alice', '')", [str(key)])
                return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(sign, range(40))) == 1


def test_a_replica_that_hangs_does_not_hold_the_turn_for_ever(url: str, database: Postgres) -> None:
    """The server ends a transaction that stands still, and lets nobody wait for a lock without end."""
    found = {row["name"]: row["setting"] for row in database.rows("SELECT name, setting FROM pg_settings")}
    assert (found["lock_timeout"], found["idle_in_transaction_session_timeout"]) == ("5000", "60000")
    database.run("SET lock_timeout = '50ms'")
    with closing(Postgres(url)) as other, other.transaction():
        other.run("LOCK TABLE thing")
        with pytest.raises(DatabaseGone, match="55P03"):
            database.run(INSERT, [1])


def test_many_threads_at_once(url: str) -> None:
    """Each has a transaction of its own, and what is first is first once."""
    with closing(Postgres(url)) as database:
        migrations.migrate(database)
        ledger = Ledger(database)
        with ThreadPoolExecutor(8) as pool:
            firsts = list(pool.map(lambda number: ledger.first(str(number % 20), 1_800_000_000), range(200)))
        assert sum(firsts) == 20
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: ledger.check(), range(40)))


def test_closing_waits_for_nobody(database: Postgres) -> None:
    """A connection that is in use then is closed when it comes back."""
    with database.transaction():
        database.run(INSERT, [1])
        database.close()
    assert database._idle == []
    assert ids(database) == [1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"netloc": "postgres:geheim@127.0.0.1:1"}, "nothing listens at its address"),
        ({"netloc": "postgres:geheim@no-such-host.invalid"}, "its host is not known"),
        ({"netloc": "nobody-of-this-name:geheim@127.0.0.1:5432"}, "it refuses this user or password"),
        ({"path": "/no-such-database"}, "there is no database of this name, or it is not open"),
    ],
)
def test_why_it_is_gone_is_told_without_its_address(url: str, change: dict[str, str], told: str) -> None:
    """For whoever runs the program; host, user, name and password stay secret."""
    if urlsplit(url).hostname != "127.0.0.1" and "127.0.0.1:5432" in change.get("netloc", ""):
        pytest.skip("the server is elsewhere")
    with pytest.raises(DatabaseGone) as raised:
        Postgres(urlsplit(url)._replace(**change).geturl()).rows("SELECT 1")
    assert str(raised.value) == told


@pytest.mark.parametrize(
    "wrong", ["postgresql://u:geheim@[::1/x", "postgresql://u:geheim@h/x?foo=1", "postgresql://u:geheim%zz@h/x"]
)
def test_an_address_that_is_none(wrong: str) -> None:
    """Is refused at once, and is not shown in any way."""
    with pytest.raises(BadAddress) as raised:
        Postgres(wrong)
    assert "geheim" not in f"{raised.value!r} {raised.value.__cause__!r}"
    assert raised.value.__suppress_context__
    assert "geheim" not in repr(Postgres("postgresql://u:geheim@h/x"))


def test_a_user_who_may_not(database: Postgres) -> None:
    """Is told what is missing."""
    with pytest.raises(NotAllowed):
        database.run(raising("42501"))


def test_readiness(url: str) -> None:
    """200 while the ledger can be written, 503 without the driver's words while it cannot, and 200 again by itself."""
    with wired(url) as (wire, database), ThreadPoolExecutor(4) as threads:
        migrations.migrate(database)
        ledger = Ledger(database)

        async def check() -> None:
            await asyncio.get_running_loop().run_in_executor(threads, ledger.check)

        with closing(Serving(lambda: application((), check))) as served:

            def answers(status: int) -> str:
                """What is answered, once the last answer no longer counts."""
                for _ in range(60):
                    answer = requests.get(f"{served.url}/readyz", timeout=5)
                    if answer.status_code == status:
                        return answer.text
                    time.sleep(0.1)
                pytest.fail(f"never {status}")

            assert answers(200) == "ready\n"
            wire.cut()
            assert answers(503) == "the ledger cannot be written (DatabaseGone)\n"
            wire.mend()
            assert answers(200) == "ready\n"
