"""`clausebot migrate`, and what the other commands say of a ledger that cannot be used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.database.postgres import Postgres
from bot.database.sqlite import SQLite
from bot.ledger import migrations
from tests.databases import schema

STEPS = [f"taken: {name.removesuffix('.sql')}" for _, name in migrations.steps()]


@pytest.fixture(params=["file", "postgres"])
def runner(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """A runner with an empty ledger, on each database that a command can be given."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path))
    if request.param == "file":
        yield CliRunner()
        return
    monkeypatch.setenv("CLAUSEBOT_SECRET", "0123456789abcdef")
    with schema() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        yield CliRunner()


def opened(place: Path) -> SQLite | Postgres:
    """The runner's ledger."""
    url = os.environ.get("DATABASE_URL")
    return Postgres(url) if url else SQLite(place / "ledger.sqlite")


def test_every_step_is_named_once(runner: CliRunner) -> None:
    """A second time there is nothing to do."""
    first, second = runner.invoke(main, ["migrate"]), runner.invoke(main, ["migrate"])
    assert (first.exit_code, first.stdout.splitlines()) == (0, STEPS)
    assert (second.exit_code, second.stdout) == (0, "up to date\n")
    assert runner.invoke(main, ["gaps"]).stdout == "No question was kept.\n"


@pytest.mark.parametrize("command", ["migrate", "gaps"])
def test_a_newer_ledger_is_told(runner: CliRunner, command: str, tmp_path: Path) -> None:
    """In a sentence that says what to do."""
    runner.invoke(main, ["migrate"])
    handle = opened(tmp_path)
    handle.run("INSERT INTO migration (number, name) VALUES (9999, '9999_later.sql')")
    handle.close()
    result = runner.invoke(main, [command])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The database was laid by a newer version of this program.")
    assert "Traceback" not in result.output


def test_an_older_database_is_told(runner: CliRunner, tmp_path: Path) -> None:
    """Of PostgreSQL alone: a file is brought up to this version by whoever opens it."""
    result = runner.invoke(main, ["gaps"])
    if isinstance(opened(tmp_path), Postgres):
        assert result.exit_code == 1
        assert "Run: clausebot migrate" in result.stderr
    else:
        assert result.stdout == "No question was kept.\n"


def test_a_database_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Why, and not where."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CLAUSEBOT_SECRET", "0123456789abcdef")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:geheim@127.0.0.1:1/x")
    for command in ("migrate", "gaps"):
        result = CliRunner().invoke(main, [command])
        assert (result.exit_code, result.stderr) == (1, "Error: The ledger cannot be used: nothing listens at its address\n")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:geheim@127.0.0.1/x?foo=1")
    result = CliRunner().invoke(main, ["migrate"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: DATABASE_URL is not the address of a PostgreSQL database")
    assert "geheim" not in result.output


def test_a_file_that_cannot_be_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Rather than a traceback."""
    monkeypatch.setenv("CLAUSEBOT_DATA_DIR", str(tmp_path))
    (tmp_path / "ledger.sqlite").mkdir()
    result = CliRunner().invoke(main, ["migrate"])
    assert (result.exit_code, result.stderr) == (1, "Error: The ledger cannot be used: unable to open database file\n")
