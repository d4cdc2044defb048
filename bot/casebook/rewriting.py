"""The tables of the casebook written anew, so that neither pages nor rows keep the order in which they were filled (P7)."""

from __future__ import annotations

from bot.database import Database

SHUFFLED = ("waiting", "waiting_word", "report", "word")
# So many rows are written anew when one is filed: as many as a town has waiting, few enough for nobody to wait.
MIXED = 64


def lock(database: Database) -> None:
    """Nobody files while tables are written anew, within a transaction; in SQLite the transaction itself sees to that."""
    if database.dialect == "postgres":
        database.run(f"LOCK TABLE {', '.join(SHUFFLED)} IN ACCESS EXCLUSIVE MODE")


def shuffle(database: Database) -> None:
    """PostgreSQL keeps rows in the order of their filing, each with the number of its transaction: both end here."""
    if database.dialect != "postgres":
        return
    for table in SHUFFLED:
        database.run(f"CREATE TEMPORARY TABLE anew ON COMMIT DROP AS SELECT * FROM {table}")  # noqa: S608 - our own names
        database.run(f"TRUNCATE {table}")
        database.run(f"INSERT INTO {table} SELECT * FROM anew ORDER BY random()")  # noqa: S608 - as above
        database.run("DROP TABLE anew")


def mix(database: Database, table: str, mixed: int = MIXED) -> None:
    """What waits is written anew in random order, within the transaction that files: a new row would else stand behind all
    others in the file, and a copy of it, made between two windows, would tell the order. SQLite alone; of many rows some."""
    if database.dialect != "sqlite":
        return
    chosen = f"CREATE TEMPORARY TABLE mixed AS SELECT * FROM {table} ORDER BY random() LIMIT {mixed:d}"  # noqa: S608 - our own names
    database.run(chosen)
    database.run(f"DELETE FROM {table} WHERE id IN (SELECT id FROM mixed)")  # noqa: S608 - as above
    database.run(f"INSERT INTO {table} SELECT * FROM mixed ORDER BY random()")  # noqa: S608 - as above
    database.run("DROP TABLE mixed")


def compact(database: Database) -> None:
    """Writes all files anew, outside a transaction: nothing that was deleted stays in a free page.

    SQLite's pages are filled in the order of the random ids.
    """
    if database.dialect == "sqlite":
        database.run("VACUUM")
        return
    for table in (*SHUFFLED, "trail"):
        database.run(f"VACUUM FULL {table}")
