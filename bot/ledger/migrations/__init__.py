"""The steps of the ledger's schema."""

from __future__ import annotations

from bot.database import Database, migrating
from bot.database.migrating import NewerDatabase, OlderDatabase

__all__ = ["NewerDatabase", "OlderDatabase", "check", "migrate", "steps"]


def steps() -> list[tuple[int, str]]:
    """Every step by number, with its file's name."""
    return migrating.steps(__package__)


def migrate(database: Database) -> list[str]:
    """Takes every step that is missing; gives the names of those. Raises NewerDatabase."""
    return migrating.migrate(database, __package__)


def check(database: Database) -> None:
    """Raises OlderDatabase or NewerDatabase where the database does not fit this program."""
    migrating.check(database, __package__)
