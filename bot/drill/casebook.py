"""The casebook, looked at from outside: whether the drill has come into it, and whether anything there tells when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.casebook.starting import FILE
from bot.config import Settings
from bot.drill.canary import MOMENT
from bot.drill.moments import moments
from bot.drill.places import cells, opened
from bot.drill.search import Hit
from bot.drill.tables import GONE, Tables, postgres
from bot.drill.unpacking import Shut

NAME = "REPORTS_DATABASE_URL"
# A time that is told more coarsely than this (in seconds) is none; clocks may differ by so much.
_MINUTE, _APART = 60.0, 1.0
_LAID = "SELECT to_regclass('waiting') IS NOT NULL AND to_regclass('report') IS NOT NULL AS laid"
# What waits and what has come to light.
_ROWS = "SELECT (SELECT count(*) FROM waiting) + (SELECT count(*) FROM report) AS rows"
# What a cluster may be set to, which keeps the moment of every row.
_SETTINGS = {
    "log_statement": ("mod", "all"),
    "log_min_duration_statement": ("0",),
    "track_commit_timestamp": ("on",),
}


def rows(settings: Settings) -> int | None:
    """How many reports the casebook of this installation holds; None where it cannot be read from here."""
    try:
        if not settings.reports.database_url:
            with opened(settings.records / FILE) as file:
                return int(file.execute(_ROWS).fetchone()[0])
        database = postgres(settings.reports.database_url)
        try:
            laid = next(database.rows(_LAID))["laid"]
            return int(next(database.rows(_ROWS))["rows"]) if laid else None
        finally:
            database.close()
    except (*GONE, sqlite3.Error):
        return None


def told_when(settings: Settings, begun: float, ended: float, shut: Shut) -> Iterator[Hit]:
    """Where the casebook tells a moment between these two (seconds since 1970): in a value, or as the date of its file."""
    url, path = settings.reports.database_url, settings.records / FILE
    for source in Tables(url, NAME, shut).sources() if url else cells(path, str(path), shut):
        told = [grain for moment, grain in moments(source.data) if grain <= _MINUTE and _within(moment, begun, ended)]
        if told:
            yield Hit(MOMENT, f"to {min(told):g} s", source.where)
    if not url:
        yield from _dates(path, begun, ended)


def _dates(path: Path, begun: float, ended: float) -> Iterator[Hit]:
    """The dates of files are set back to a window, which is a whole minute."""
    for each in (path, path.with_name(f"{path.name}-journal")):
        date = each.stat().st_mtime if each.exists() else 0.0
        if _within(date, begun, ended) and date % _MINUTE:
            yield Hit(MOMENT, "the date of the file", str(each))


def _within(moment: float, begun: float, ended: float) -> bool:
    return begun - _APART <= moment <= ended + _APART


def kept_by_the_cluster(settings: Settings) -> Iterator[str]:
    """What the PostgreSQL cluster of reports is set to that keeps the moment of every row, as sentences."""
    if not settings.reports.database_url:
        return
    try:
        database = postgres(settings.reports.database_url)
        try:
            for name, telling in _SETTINGS.items():
                value = next(database.rows("SELECT current_setting(?) AS value", [name]))["value"]
                if value in telling:
                    yield f"The cluster of {NAME} has {name} = {value}, which keeps the moment of every report; turn it off."
        finally:
            database.close()
    except GONE:
        return
