"""A backup of what lies in the data directory, and its way back. Keys are no part of it: they are kept apart (DECISIONS 22)."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import click

from bot.config import Settings

# What is kept, where it lies, and what the organisation has set; never a key: reports.key, reports.key.age, secret.
DATABASES = ("ledger.sqlite", "reports.sqlite")
BESIDE = ("reports.salt", "recipients.toml")
SETTINGS = ("clausebot.toml", "directory.toml", "statement.toml")
KEYS_APART = (
    "The keys that open anonymous reports are no part of it, so that whoever has it reads none: HR keeps their copy "
    "(clausebot keys escrow FILE)."
)


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def backup(settings: Settings, directory: Path) -> None:
    """Copy the databases and the organisation's settings into a new DIRECTORY; the bot may run meanwhile. Keys stay apart."""
    _files_only(settings)
    if directory.exists() and any(directory.iterdir()):
        raise click.ClickException(f"{directory} is not empty; a backup takes a directory of its own")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = [name for name in DATABASES if _copied(settings.records / name, directory / name)]
        taken += [name for name in BESIDE if _taken(settings.records / name, directory / name)]
        taken += [name for name in SETTINGS if _taken(settings.state / name, directory / name)]
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"the backup is not whole: {type(error).__name__}: {error}") from None
    click.echo(f"Copied: {', '.join(taken)}." if taken else "There is nothing to copy yet.")
    click.echo(KEYS_APART, err=True)


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def restore(settings: Settings, directory: Path) -> None:
    """Bring a backup back into an empty data directory; nothing that is there is written over."""
    _files_only(settings)
    places = dict.fromkeys((*DATABASES, *BESIDE), settings.records) | dict.fromkeys(SETTINGS, settings.state)
    there = [name for name, place in places.items() if (directory / name).exists() and (place / name).exists()]
    if there:
        raise click.ClickException(f"already there, so nothing was brought back: {', '.join(there)}")
    try:
        settings.records.mkdir(mode=0o700, parents=True, exist_ok=True)
        back = [name for name, place in places.items() if _taken(directory / name, place / name)]
    except OSError as error:
        raise click.ClickException(f"not everything was brought back: {type(error).__name__}: {error}") from None
    click.echo(f"Brought back: {', '.join(back)}." if back else "There is no backup in this directory.")
    if "reports.sqlite" in back:
        click.echo("Now HR brings back the keys of anonymous reports: clausebot keys recover FILE", err=True)


def _files_only(settings: Settings) -> None:
    for name, url in (("DATABASE_URL", settings.database_url), ("REPORTS_DATABASE_URL", settings.reports.database_url)):
        if url:
            raise click.ClickException(f"{name} names a PostgreSQL database; use its own pg_dump and pg_restore for it")


def _copied(source: Path, target: Path) -> bool:
    """A database as it stands, without what was deleted. Its date is the original's, which says no more than a window does."""
    if not source.exists():
        return False
    with closing(sqlite3.connect(source, timeout=30)) as connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("VACUUM INTO ?", [os.fspath(target)])
    target.chmod(0o600)
    os.utime(target, (source.stat().st_mtime, source.stat().st_mtime))
    return True


def _taken(source: Path, target: Path) -> bool:
    """A file, for its owner alone; False where there is none."""
    if not source.exists():
        return False
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file, source.open("rb") as opened:
        shutil.copyfileobj(opened, file)
        file.flush()
        os.fsync(file.fileno())
    os.utime(target, (source.stat().st_mtime, source.stat().st_mtime))
    return True
