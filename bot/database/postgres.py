"""The database handle on PostgreSQL, through psycopg."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, Literal

import psycopg
from psycopg import conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from bot.database import BadAddress, DatabaseGone, NotAllowed, Row, Running

# How many turns may be at the database at once; each has a thread of its own.
CONNECTIONS = 4
# How long a turn waits for a connection of ours, for the server to answer one, and for what another turn holds; in seconds.
PATIENCE = 5.0
# A server that was so slow to say nothing is left alone for as long: who stands in line hears of it at once. In seconds.
PAUSE = 1.0
Connection = psycopg.Connection[dict[str, Any]]
_KEPT_ALIVE = {
    "connect_timeout": int(PATIENCE),
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": int(PATIENCE * 1000),
}
# Whoever hangs with a transaction open (a replica that was stopped) must not keep the chain's turn for ever.
_SET = f"SET lock_timeout = '{int(PATIENCE)}s'; SET idle_in_transaction_session_timeout = '60s'"
# Waiting for the chain's turn has to end in what was written meanwhile, so each statement sees what is committed before it.
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
# Classes of SQLSTATE that say nothing against the statement: connection, resources, operator, system, rolled back.
_AWAY = ("08", "53", "57", "58", "40")
# A lock that was not let go in time; a server that only reads, as after a switch to its stand-by; a transaction that stood still.
_AWAY_TOO = ("55P03", "25006", "25P03", "25P04")
# Why no connection came about. The driver's own words name user, host and database; these do not.
_REASONS = {
    "Connection refused": "nothing listens at its address",
    "host": "its host is not known",
    "timeout": "it does not answer in time",
    "too many": "it has too many connections",
    "slots are reserved": "it has too many connections",
    "starting up": "it is just starting or stopping",
    "shutting down": "it is just starting or stopping",
    "pg_hba": "it refuses this user from this machine",
    "password": "it refuses this user or password",
    "role": "it refuses this user or password",
    "database": "there is no database of this name, or it is not open",
    "SSL": "no encryption was agreed on",
    "certificate": "its certificate is not trusted",
}
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|//\S*""")
_WORDS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[?%]""")


class Postgres:
    """One database, by its address (`postgres://` or `postgresql://`). Nothing is opened before the first use.

    A thread has one transaction at a time, on a connection of its own; between two, connections stay open for whoever comes next.
    Raises BadAddress where the address is none.
    """

    dialect: Literal["postgres"] = "postgres"

    def __init__(self, url: str, connections: int = CONNECTIONS, patience: float = PATIENCE) -> None:
        try:
            self._options: dict[str, Any] = {**_KEPT_ALIVE, **conninfo.conninfo_to_dict(url), "client_encoding": "utf8"}
        except psycopg.Error:
            raise BadAddress from None  # the driver would show the address, password and all
        self._patience = patience
        self._places = threading.BoundedSemaphore(connections)
        self._idle: list[Connection] = []
        self._closed = False
        self._silent_until = float("-inf")
        self._here = _Here()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at the end, rolls back on any exception. One within another belongs to it."""
        if self._here.running:
            with self._here.running.inner():
                yield
            return
        with self._connected(_BEGIN) as connection:
            self._here.connection, self._here.running = connection, Running()
            try:
                yield
                self._here.running.check()
                _execute(connection, "COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
            finally:
                self._here.connection = self._here.running = None

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """The rows that a query gives, by column name; all are read before this returns."""
        return iter(self._within(sql, params)[0])

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Runs a statement and says how many rows it touched; outside a transaction it is one of its own."""
        return self._within(sql, params)[1]

    def close(self) -> None:
        """Closes every connection that nobody is using, and the others as they come back. The next use opens new ones."""
        self._closed = True
        self._drop_idle()

    def _within(self, sql: str, params: Sequence[object]) -> tuple[list[Row], int]:
        if self._here.running and self._here.connection:
            with self._here.running.statement(sql):
                return _execute(self._here.connection, sql, params)
        with self._connected("") as connection:
            return _execute(connection, sql, params)

    @contextmanager
    def _connected(self, first: str) -> Iterator[Connection]:
        """A connection on which this first statement has gone well, back among the idle ones afterwards if it still works."""
        if not self._places.acquire(timeout=self._patience):
            raise DatabaseGone("all connections are in use")
        try:
            connection = self._reused(first) or self._opened(first)
            try:
                yield connection
            finally:
                self._put_back(connection)
        finally:
            self._places.release()

    def _reused(self, first: str) -> Connection | None:
        """One that is open already. It may have been cut since: then the others most likely were too."""
        self._closed = False
        with suppress(IndexError):
            connection = self._idle.pop()
            try:
                _execute(connection, first)
            except DatabaseGone:
                connection.close()
                self._drop_idle()
            else:
                return connection
        return None

    def _opened(self, first: str) -> Connection:
        begun = time.monotonic()
        if begun < self._silent_until:
            raise DatabaseGone(_REASONS["timeout"])
        try:
            connection = Connection.connect(
                **self._options,
                autocommit=True,
                row_factory=dict_row,
                prepare_threshold=None,  # a plan made before a migration step would be refused after it
            )
        except psycopg.Error as error:
            if (now := time.monotonic()) - begun >= PAUSE:
                self._silent_until = now + PAUSE
            raise DatabaseGone(_why(error)) from error
        try:
            _execute(connection, _SET, None)
            _execute(connection, first)
        except BaseException:
            connection.close()
            raise
        return connection

    def _put_back(self, connection: Connection) -> None:
        if self._closed or connection.info.transaction_status is not TransactionStatus.IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def _drop_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()


class _Here(threading.local):
    """What this thread is doing."""

    connection: Connection | None = None
    running: Running | None = None


def _execute(connection: Connection, sql: str, params: Sequence[object] | None = ()) -> tuple[list[Row], int]:
    """Runs a statement. What says nothing against it is DatabaseGone; a mistaken statement or a refused row stays what it is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_placed(sql), params)
            return list(cursor.fetchall()) if cursor.description else [], cursor.rowcount
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if connection.closed or state.startswith(_AWAY) or state in _AWAY_TOO:
            raise DatabaseGone(state or "the connection was cut") from error
        if state == "42501":
            raise NotAllowed from error
        raise


def _roll_back(connection: Connection) -> None:
    """Undoes what has been done; where even that fails, the connection is not used again."""
    try:
        _execute(connection, "ROLLBACK")
    except (psycopg.Error, DatabaseGone):
        connection.close()


@lru_cache(maxsize=1024)
def _placed(sql: str) -> Any:
    """The statement with the placeholders that psycopg knows; what stands in quotes is no placeholder."""
    return _WORDS.sub(lambda found: "%s" if found[0] == "?" else found[0].replace("%", "%%"), sql)


def _why(error: psycopg.Error) -> str:
    words = _QUOTED.sub("", str(error))
    return next((reason for word, reason in _REASONS.items() if word in words), "it cannot be reached")
