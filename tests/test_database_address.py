"""Where the ledger is: what DATABASE_URL may say, what it wants beside it, and that nobody sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import ledger_database
from bot.config import SettingsError, read_settings
from bot.database.postgres import CONNECTIONS, Postgres
from bot.database.sqlite import SQLite

OWN = {"CLAUSEBOT_SECRET": "0123456789abcdef"}
HERE = "postgresql://clausebot:geheim@127.0.0.1/clausebot"


@pytest.mark.parametrize(
    "url", [HERE, HERE.replace("postgresql:", "postgres:"), "postgres://db.example.gov:5433/c?sslmode=require"]
)
def test_a_database_of_the_ledger(tmp_path: Path, url: str) -> None:
    """By either name of its kind, for several threads; not shown in any print."""
    settings = read_settings({**OWN, "DATABASE_URL": url, "CLAUSEBOT_DATA_DIR": str(tmp_path)})
    assert settings.database_url == url
    assert url not in repr(settings)
    assert "geheim" not in repr(settings)
    database, threads = ledger_database(settings)
    assert isinstance(database, Postgres)
    assert threads == CONNECTIONS


def test_without_one_it_is_a_file(tmp_path: Path) -> None:
    """For one thread, and nothing is made before it is needed."""
    database, threads = ledger_database(read_settings({"CLAUSEBOT_DATA_DIR": str(tmp_path)}))
    assert isinstance(database, SQLite)
    assert threads == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["mysql://u:geheim@h/x", "sqlite:///geheim", "u:geheim@h/x", "postgres:geheim", "postgresql+asyncpg://geheim"]
)
def test_another_kind_is_a_mistake(url: str) -> None:
    """Among the others, and the address is not shown."""
    with pytest.raises(SettingsError) as raised:
        read_settings({"DATABASE_URL": url, "PORT": "many"})
    lines = str(raised.value).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["PORT", "DATABASE_URL", "CLAUSEBOT_SECRET"]
    assert "geheim" not in str(raised.value)


def test_all_who_serve_it_share_a_secret() -> None:
    """One that each makes for itself would not open the others' buttons."""
    with pytest.raises(SettingsError, match="CLAUSEBOT_SECRET"):
        read_settings({"DATABASE_URL": HERE})


@pytest.mark.parametrize(
    ("url", "more", "here"),
    [
        (HERE, {}, True),
        ("postgresql://localhost/x", {}, True),
        ("postgresql://u@[::1]:5432/x", {}, True),
        ("postgresql:///x", {}, True),
        ("postgresql:///x?host=/var/run/postgresql", {}, True),
        ("postgresql://%2Fvar%2Frun%2Fpostgresql/x", {}, True),
        ("postgresql://127.0.0.1:1,localhost:2/x", {}, True),
        ("postgresql://db.example.gov/x", {}, False),
        ("postgresql://10.0.0.5/x", {}, False),
        ("postgresql://127.0.0.1@10.0.0.5/x", {}, False),
        ("postgresql://127.0.0.1,10.0.0.5/x", {}, False),
        ("postgresql://127.0.0.1/x?host=10.0.0.5", {}, False),
        ("postgresql://localhost/x?hostaddr=10.0.0.5", {}, False),
        ("postgresql:///x?service=city", {}, False),
        ("postgresql:///x", {"PGHOST": "10.0.0.5"}, False),
        ("postgresql:///x", {"PGSERVICE": "city"}, False),
        ("postgresql://[/x", {}, False),
    ],
)
def test_local_mode_keeps_to_this_machine(url: str, more: dict[str, str], here: bool) -> None:
    """It asks nobody who they are, so what it keeps goes nowhere else."""
    given = {**OWN, "CLAUSEBOT_ENV": "local", "DATABASE_URL": url, **more}
    if here:
        assert read_settings(given).database_url == url
    else:
        with pytest.raises(SettingsError, match="DATABASE_URL names a database elsewhere"):
            read_settings(given)


def test_a_disk_that_forgets_does_not_matter_then() -> None:
    """What must last lies in the database."""
    assert read_settings({"DYNO": "web.1"}).forgets
    assert not read_settings({**OWN, "DYNO": "web.1", "DATABASE_URL": HERE}).forgets
