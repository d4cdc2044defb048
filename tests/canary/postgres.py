"""What can be read off the rows of PostgreSQL beside their columns: transactions, places, the pieces in which long values lie.

Whoever administers a cluster, or has a copy of its directory, has all of it.
"""

from __future__ import annotations

from bot.database import Row
from bot.database.postgres import Postgres
from tests.canary.attacks import numbers

_SYSTEM = "xmin::text AS s_xmin, xmax::text AS s_xmax, cmin::text AS s_cmin, ctid::text AS s_ctid, tableoid::text AS s_table"
# When the file in which a table lies now was last written.
_FILE = "SELECT (pg_stat_file(pg_relation_filepath(?))).modification AS at"
# So many bytes of what is sealed are like no other's; a first piece has some two thousand.
_BEGINNING = 600
_PIECES = "SELECT relname FROM pg_class WHERE oid = (SELECT reltoastrelid FROM pg_class WHERE oid = ?::regclass)"


def traces(database: Postgres, table: str, key: str) -> dict[str, dict[str, float]]:
    """What can be read off each row of a table, by the row's key: its place as rows come, the transaction that wrote it, page and
    line, each column as a number, and of a long value the number that was drawn for it and the place of its first piece."""
    touched = next(iter(database.rows(_FILE, [table])))["at"].timestamp()
    pieces = _pieces(database, table)
    found: dict[str, dict[str, float]] = {}
    for place, row in enumerate(database.rows(f"SELECT {_SYSTEM}, * FROM {table}")):  # noqa: S608 - our own names
        seen = {"place": float(place), "file (moment)": touched, **_system(row)}
        for name, value in row.items():
            if not name.startswith("s_"):
                seen |= numbers(name, value)
            if isinstance(value, bytes):
                seen |= {f"{name} {what}": number for what, number in pieces.get(value[:_BEGINNING], {}).items()}
        found[str(row[key])] = seen
    return found


def _system(row: Row) -> dict[str, float]:
    page, line = row["s_ctid"].strip("()").split(",")
    names = ("xmin", "xmax", "cmin")
    return {name: float(row[f"s_{name}"]) for name in names} | {"page": float(page), "line": float(page) * 1000 + float(line)}


def _pieces(database: Postgres, table: str) -> dict[bytes, dict[str, float]]:
    """By their beginning, the long values of a table: the number of each, which the cluster counts, its transaction and place."""
    name = next(iter(database.rows(_PIECES, [table])))["relname"]
    sql = f"SELECT chunk_id::text AS id, chunk_data, {_SYSTEM} FROM pg_toast.{name} WHERE chunk_seq = 0"  # noqa: S608 - as above
    found = {}
    for row in database.rows(sql):
        of = {what: number for what, number in _system(row).items() if what != "xmax"}
        found[bytes(row["chunk_data"][:_BEGINNING])] = {"(number)": float(row["id"]), **{f"({what})": of[what] for what in of}}
    return found
