"""Whether the drill has come into this installation's casebook, and whether anything there tells when (P6)."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot.casebook.starting import FILE, MIGRATIONS, casebook
from bot.casebook.submission import Submission
from bot.config import Settings
from bot.database import migrating
from bot.database.postgres import Postgres
from bot.drill.casebook import kept_by_the_cluster, rows, told_when
from bot.report_settings import Recipient, ReportSettings
from tests.databases import schema

pytestmark = pytest.mark.anonymity
PEOPLE = (Recipient("hr", "Hana Ruiz", "hr"), Recipient("independent", "Ada Clerk", "fallback"))
GIVEN = Submission("other", (), "A page", "", "This week", "hr", (), danger=False)


def within(place: Path, url: str = "") -> Settings:
    """An installation with its data here; local, so that reports may be taken at once."""
    return Settings(place, reports=ReportSettings(recipients=PEOPLE, database_url=url, local=True))


def filed(settings: Settings) -> tuple[float, float]:
    """One report is filed; from when to when."""
    book = casebook(settings.reports, settings.records, settings.hours)
    begun = time.time()
    with closing(book.store):
        book.file(GIVEN, book.draw())
    return begun, time.time()


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Settings]:
    """An installation whose reports lie in PostgreSQL."""
    with schema() as url:
        yield within(tmp_path, f"{url}%20-cTimeZone%3DAmerica/Chicago")


def test_a_report_is_seen_to_come(tmp_path: Path, postgres: Settings) -> None:
    """In a file and in PostgreSQL; where there is no casebook yet, or none can be reached, nothing is known."""
    away = within(tmp_path, "postgresql://somebody@127.0.0.1:1/x")
    assert rows(within(tmp_path)) is rows(postgres) is rows(away) is None
    for settings in (within(tmp_path), postgres):
        filed(settings)
        assert rows(settings) == 1
        filed(settings)
        assert rows(settings) == 2


def test_p6_the_casebook_tells_no_moment(tmp_path: Path, postgres: Settings) -> None:
    """Neither a value nor the date of its file."""
    for settings in (within(tmp_path), postgres):
        shut: dict[str, str] = {}
        assert list(told_when(settings, *filed(settings), shut)) == []
        assert shut == {}


def test_p6_a_moment_is_found(tmp_path: Path, postgres: Settings) -> None:
    """A column that somebody added, on either database; and a file whose date is not set back."""
    here = within(tmp_path)
    span = filed(here)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("CREATE TABLE seen (at TEXT)")
        database.execute("INSERT INTO seen VALUES (?)", (str(span[0]),))
        database.commit()
    os.utime(tmp_path / FILE, (span[0], span[0] + 0.001))
    found = {(hit.kind, hit.where) for hit in told_when(here, *span, {})}
    assert found == {("moment", f"{tmp_path / FILE} seen.at"), ("moment", str(tmp_path / FILE))}
    begun, ended = filed(postgres)
    with psycopg.connect(postgres.reports.database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE waiting ADD COLUMN came timestamptz DEFAULT now()")
    (hit,) = told_when(postgres, begun, ended + 2, {})
    assert hit.where == "REPORTS_DATABASE_URL waiting.came"


def test_a_cluster_that_keeps_moments_is_noticed(tmp_path: Path) -> None:
    """A log of statements; where it is off, and where reports are a file, there is nothing to say."""
    with schema() as url:
        database = Postgres(url)
        migrating.migrate(database, MIGRATIONS)
        database.close()
        assert list(kept_by_the_cluster(within(tmp_path, url))) == []
        (said,) = kept_by_the_cluster(within(tmp_path, f"{url}%20-clog_statement%3Dmod"))
    assert "log_statement = mod" in said
    assert list(kept_by_the_cluster(within(tmp_path))) == []
    assert list(kept_by_the_cluster(within(tmp_path, "postgresql://somebody@127.0.0.1:1/x"))) == []
