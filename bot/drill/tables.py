"""What lies in PostgreSQL, value by value, a few pages at a time."""

from __future__ import annotations

from collections.abc import Iterator

from bot.database import BadAddress, Database, DatabaseGone, NotAllowed
from bot.drill.places import Source, joined
from bot.drill.unpacking import Shut
from bot.sentences import sentence

# So many pages of a table (8 kB each) are read at once.
PAGES = 2_000
# What a database raises that cannot be used.
GONE = (DatabaseGone, BadAddress, NotAllowed)
_TABLES = (
    "SELECT c.oid::bigint AS id, c.oid::regclass::text AS name, pg_relation_size(c.oid) / 8192 AS pages FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\\_%' "
    "AND n.nspname <> 'information_schema' AND pg_table_is_visible(c.oid) ORDER BY name"
)
_COLUMNS = (
    "SELECT quote_ident(attname) AS name, atttypid = 'bytea'::regtype AS raw FROM pg_attribute WHERE attrelid = ?::bigint "
    "AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)


class Tables:
    """Every table of one PostgreSQL database that its user sees; `count` says how many were read."""

    def __init__(self, url: str, name: str, shut: Shut) -> None:
        self._url, self._name, self._shut = url, name, shut
        self.count = 0

    def sources(self) -> Iterator[Source]:
        """Every value of every column. What cannot be read is told to `shut`, by the name of the variable alone."""
        try:
            database = postgres(self._url)
            try:
                for table in list(database.rows(_TABLES)):
                    self.count += 1
                    yield from joined(self._values(database, table["id"], table["name"], table["pages"]))
            finally:
                database.close()
        except GONE as error:
            self._shut[self._name] = sentence(error)

    def _values(self, database: Database, id: int, table: str, pages: int) -> Iterator[Source]:
        columns = [(row["name"], row["raw"]) for row in database.rows(_COLUMNS, [id])]
        chosen = ", ".join(name if raw else f"{name}::text AS {name}" for name, raw in columns)
        for page in range(0, pages + 1, PAGES):
            sql = f"SELECT {chosen} FROM {table} WHERE ctid >= '({page},0)'::tid AND ctid < '({page + PAGES},0)'::tid"  # noqa: S608 - names from the database itself, quoted by it
            with database.transaction():
                database.run("SET LOCAL TimeZone = 'UTC'")  # so that a moment is one wherever the server is
                found = list(database.rows(sql))
            for row in found:
                for column, value in row.items():
                    if value is not None:
                        raw = value.encode() if isinstance(value, str) else bytes(value)
                        yield Source(f"{self._name} {table}.{column}", raw)


def postgres(url: str) -> Database:
    """The handle on a PostgreSQL database. Raises BadAddress."""
    from bot.database.postgres import Postgres  # its driver is loaded only where it is used

    return Postgres(url)
