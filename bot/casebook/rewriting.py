"""The tables of the casebook written anew, so that neither pages nor rows keep the order in which they were filled (P7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.database import Database

SHUFFLED = ("waiting", "waiting_word", "report", "word")
# So many rows, and so many bytes of them, are written anew when one is filed: as many as a town has waiting, and two of the
# largest that come with files, but few enough for nobody to wait. Up to LIGHT a row counts as one without large files.
MIXED, BYTES, LIGHT = 64, 36 * 1024 * 1024, 512 * 1024
# What decides how large a row is.
_SIZES = {"waiting": "length(own) + length(sealed) + length(enclosed)", "waiting_word": "length(sealed)"}


def lock(database: Database) -> None:
    """Nobody files while tables are written anew, within a transaction; in SQLite the transaction itself sees to that."""
    if database.dialect == "postgres":
        database.run(f"LOCK TABLE {', '.join(SHUFFLED)} IN ACCESS EXCLUSIVE MODE")


def shuffle(database: Database, tables: Sequence[str] = SHUFFLED) -> None:
    """PostgreSQL keeps rows in the order of their filing, each with the number of its transaction: both end here.

    Within a transaction, at whose end the old files are gone, whatever others are reading (a copy being made, for example).
    """
    if database.dialect != "postgres":
        return
    for table in tables:
        database.run(f"CREATE TEMPORARY TABLE anew ON COMMIT DROP AS SELECT * FROM {table}")  # noqa: S608 - our own names
        database.run(f"TRUNCATE {table}")
        database.run(f"INSERT INTO {table} SELECT * FROM anew ORDER BY random()")  # noqa: S608 - as above
        database.run("DROP TABLE anew")


def mix(database: Database, table: str, new: str, size: int, insert: Callable[[], object]) -> None:
    """Files a row (`new` is its id; `insert` inserts it) among what waits, which is written anew around it in random order: the
    row would else stand behind all others in the file, and a copy of it, made between two windows, would tell the order.

    Within the transaction that files. SQLite alone; of many rows some.
    """
    if database.dialect != "sqlite":
        insert()
        return
    every = f"SELECT id, {_SIZES[table]} AS size FROM {table} UNION ALL SELECT ?, ?"  # noqa: S608 - our own names
    drawn = {row["id"]: row["size"] for row in database.rows(f"SELECT * FROM ({every}) ORDER BY random()", [new, size])}  # noqa: S608
    ids = chosen(drawn, new)
    # The sign before `id` has all rows gone through: looking for a key reads whole every row on the way, with all its files.
    others = f"FROM {table} WHERE +id IN ({', '.join('?' * (len(ids) - 1))})"
    database.run(f"CREATE TEMPORARY TABLE mixed AS SELECT * {others}", [id for id in ids if id != new])
    database.run(f"DELETE {others}", [id for id in ids if id != new])
    for id in ids:  # they fill the places that are free now; whichever comes last stands at the end
        if id == new:
            insert()
        else:
            database.run(f"INSERT INTO {table} SELECT * FROM mixed WHERE id = ?", [id])  # noqa: S608 - as above
    database.run("DROP TABLE mixed")


def chosen(drawn: Mapping[str, int], new: str, rows: int = MIXED, most: int = BYTES, light: int = LIGHT) -> list[str]:
    """Which rows are written anew with a new one, in which order; `drawn` are all with their sizes, in random order.

    Where they are too many or too large, some of those that the new one is like. It takes the place of any of these and leaves
    them its own, unless it is drawn last of all its like: so each of all orders stays as probable as any other, and beside large
    files a report without them is filed as fast as ever.
    """
    if len(drawn) <= rows and sum(drawn.values()) <= most:
        return list(drawn)
    least, largest = (0, light) if drawn[new] <= light else (drawn[new] // 2, drawn[new] * 2)
    like = [id for id, size in drawn.items() if least <= size <= largest]
    left = most - drawn[new]
    found: list[str] = []
    for id in like:
        if id != new and drawn[id] <= left and len(found) < rows - 1:
            left -= drawn[id]
            found.append(id)
    place, last = like.index(new), len(like) - 1
    found.insert(len(found) if place == last else place * len(found) // last, new)
    return found


def compact(database: Database) -> None:
    """Writes all files anew, outside a transaction: nothing that was deleted stays in a free page.

    SQLite's pages are filled in the order of the random ids. PostgreSQL's own VACUUM would keep what an older reader may see.
    """
    if database.dialect == "sqlite":
        database.run("VACUUM")
        return
    with database.transaction():
        lock(database)
        shuffle(database, (*SHUFFLED, "trail"))
