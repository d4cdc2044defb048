"""`clausebot backup` and `restore`: everything comes back, keys stay apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.casebook import keys
from bot.casebook.starting import casebook
from bot.config import read_settings
from tests.casebooks import report, wrapped_lightly

pytestmark = pytest.mark.anonymity
PASSPHRASE = "four random words here"  # noqa: S105 - of this test
NOT_SET = dict.fromkeys(("DYNO", "DATABASE_URL", "REPORTS_KEY", "REPORTS_SALT", "REPORTS_DATABASE_URL", "CLAUSEBOT_ENV"))


def _run(state: Path, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(main, list(words), input=given, env={**NOT_SET, "CLAUSEBOT_DATA_DIR": str(state)})


def test_a_backup_brings_everything_back_but_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a lost disk: reports, receipts and people are back from the backup, and HR's copy brings the keys."""
    monkeypatch.setattr(keys, "wrapped", wrapped_lightly)
    old, new, kept, copy = tmp_path / "old", tmp_path / "new", tmp_path / "kept", tmp_path / "copy.age"
    old.mkdir()
    for id, route in (("hr", "hr"), ("clerk", "fallback")):
        assert _run(old, "keys", "add", id, "--name", id, "--route", route).exit_code == 0
    assert _run(old, "keys", "escrow", str(copy), given=f"{PASSPHRASE}\n{PASSPHRASE}\n").exit_code == 1
    assert _run(old, "keys", "make").exit_code == 0
    assert _run(old, "keys", "escrow", str(copy), given=f"{PASSPHRASE}\n{PASSPHRASE}\n").exit_code == 0
    settings = read_settings({"CLAUSEBOT_DATA_DIR": str(old)})
    book = casebook(settings.reports, settings.records, settings.hours)
    own = book.draw()
    book.file(report(danger=True), own)
    book.store.close()
    done = _run(old, "backup", str(kept))
    assert done.exit_code == 0, done.output
    assert sorted(each.name for each in kept.iterdir()) == ["recipients.toml", "reports.salt", "reports.sqlite"]
    assert not [each for each in kept.iterdir() if b"AGE-SECRET" in each.read_bytes() or each.stat().st_mode & 0o077]
    assert (kept / "reports.sqlite").stat().st_mtime == (old / "reports.sqlite").stat().st_mtime
    assert _run(old, "backup", str(kept)).exit_code == 1
    assert _run(old, "restore", str(kept)).exit_code == 1
    assert "keys recover" in _run(new, "restore", str(kept)).stderr
    assert "key: lost" in _run(new, "keys", "list").stdout
    assert _run(new, "keys", "recover", str(copy), given=f"{PASSPHRASE}\n").exit_code == 0
    assert "Reports are taken." in _run(new, "keys", "list").stderr
    settings = read_settings({"CLAUSEBOT_DATA_DIR": str(new)})
    book = casebook(settings.reports, settings.records, settings.hours)
    assert book.behind(book.recognise(own.words))
    assert len(book.room.cases(["hr"])) == 1
    book.store.close()


def test_of_postgresql_no_backup_is_made_here(tmp_path: Path) -> None:
    """It says what to use instead, without the address."""
    environment = {**NOT_SET, "CLAUSEBOT_DATA_DIR": str(tmp_path), "REPORTS_DATABASE_URL": "postgres://a:b@db.example/r"}
    done = CliRunner().invoke(main, ["backup", str(tmp_path / "kept")], env=environment)
    assert done.exit_code == 1
    assert "pg_dump" in done.output
    assert "db.example" not in done.output
