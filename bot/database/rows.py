"""Many rows in few statements."""

from __future__ import annotations

from collections.abc import Sequence

from bot.database import Database

# So many rows go in by one statement; SQLite takes tens of thousands of values, PostgreSQL 65,535.
AT_ONCE = 100


def insert(database: Database, table: str, columns: str, rows: Sequence[Sequence[object]], conflict: str = "") -> int:
    """Inserts these rows, values in the order of `columns`; gives how many came in. `conflict` is what follows the values.

    Table, columns and conflict are constants of ours.
    """
    inserted = 0
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        marks = ", ".join([f"({', '.join('?' * len(some[0]))})"] * len(some))
        values = [value for row in some for value in row]
        inserted += database.run(f"INSERT INTO {table} ({columns}) VALUES {marks} {conflict}", values)  # noqa: S608 - as above
    return inserted
