"""From the schema that a database has to the one that this program needs: forward only, each step whole or not at all.

Each store has a package with its steps: files `NNNN_name.sql`, statements between blank lines, under `-- on both`, `-- on sqlite`
or `-- on postgres`. A step must be safe while the version before it still runs: it adds, and takes nothing away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from bot.database import Database, Dialect

_WORDS = {
    "sqlite": {"$WITHOUT_ROWID": "WITHOUT ROWID", "$BLOB": "BLOB", "$SERIAL": "INTEGER PRIMARY KEY AUTOINCREMENT"},
    "postgres": {"$WITHOUT_ROWID": "", "$BLOB": "BYTEA", "$SERIAL": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"},
}
# Whoever migrates a PostgreSQL database holds this lock meanwhile; the number is ours alone.
_LOCK = 416_416_416
_WAIT = "SET LOCAL lock_timeout = '1min'"
_MADE = "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL)"


class NewerDatabase(Exception):
    """The database was laid by a newer version of this program. Install that version, or bring back a backup from before."""


class OlderDatabase(Exception):
    """The database has not been brought up to this version yet. Run: clausebot migrate"""


def _place(package: str) -> Traversable:
    return resources.files(package)


def steps(package: str) -> list[tuple[int, str]]:
    """Every step of a store by number, with its file's name."""
    names = sorted(each.name for each in _place(package).iterdir() if each.name.endswith(".sql"))
    return [(int(name[:4]), name) for name in names]


def migrate(database: Database, package: str) -> list[str]:
    """Takes every step of this package that is missing; gives the names of those.

    Raises NewerDatabase where the database has a step that this program does not know.
    """
    if not _missing(database, package):
        return []
    with database.transaction():
        if database.dialect == "postgres":
            database.run(_WAIT)
            database.rows("SELECT pg_advisory_xact_lock(?)", [_LOCK])
        database.run(_MADE)
        missing = _missing(database, package)  # somebody else may have taken them meanwhile
        for number, name in missing:
            for statement in _statements(package, name, database.dialect):
                database.run(statement)
            database.run("INSERT INTO migration (number, name) VALUES (?, ?)", [number, name])
    return [name for _, name in missing]


def check(database: Database, package: str) -> None:
    """Raises OlderDatabase or NewerDatabase where the database does not fit this program."""
    if _missing(database, package):
        raise OlderDatabase


def _missing(database: Database, package: str) -> list[tuple[int, str]]:
    """The steps that this database has yet to take."""
    reached = _reached(database) if _has_table(database) else 0
    if reached > steps(package)[-1][0]:
        raise NewerDatabase
    return [step for step in steps(package) if step[0] > reached]


def _has_table(database: Database) -> bool:
    sql = {
        "sqlite": "SELECT 1 AS found FROM sqlite_master WHERE name = 'migration'",
        "postgres": "SELECT 1 AS found WHERE to_regclass('migration') IS NOT NULL",
    }[database.dialect]
    return bool(list(database.rows(sql)))


def _reached(database: Database) -> int:
    (row,) = database.rows("SELECT COALESCE(MAX(number), 0) AS reached FROM migration")
    return int(row["reached"])


def _statements(package: str, name: str, dialect: Dialect) -> Iterator[str]:
    """The statements of a step that this database takes, in its own words."""
    text = _place(package).joinpath(name).read_text("utf-8")
    for part in re.split(r"^-- on ", text, flags=re.MULTILINE)[1:]:
        where, _, body = part.partition("\n")
        if where.strip() not in ("both", dialect):
            continue
        for statement in re.split(r"\n\s*\n", body):
            if statement.strip():
                yield _worded(statement.strip(), dialect)


def _worded(statement: str, dialect: Dialect) -> str:
    for word, own in _WORDS[dialect].items():
        statement = statement.replace(word, own)
    # In SQLite texts are ordered by their bytes; elsewhere the database's language would order them, and day and time with them.
    return re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', statement) if dialect == "postgres" else statement
