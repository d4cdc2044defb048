"""`clausebot reader`: reports read and answered on HR's own computer, where level sealed keeps the only keys.

It needs no ledger and no directory of people: who reads is the recipient whose key it is. Nothing that is opened is written down,
but for a page that is captured into a file.
"""

from __future__ import annotations

import datetime
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.case_terminal import ACTS, ID, Entered, add_acts, add_reading
from bot.case_terminal_capture import keep, write
from bot.case_terminal_export import add_export
from bot.case_terminal_keeping import add_dispose, add_due
from bot.config import Settings
from bot.journeys.case_refusals import Refused
from bot.sentences import sentence

if TYPE_CHECKING:
    from bot.casebook.store import Store
    from bot.report_settings import Recipient

IDENTITY = click.option("--identity", "who", required=True, type=click.Path(exists=True, dir_okay=False), help="Your key file.")
# A receipt for a witness is filed like a report, which only the server can do.
_ELSEWHERE = {"witness"}


@click.group()
@click.option("--copy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read a copy of reports.sqlite.")
@click.pass_context
def reader(context: click.Context, copy: Path | None) -> None:
    """Read and answer reports on your own computer, with your own key, at REPORTS_DATABASE_URL or in a copy."""
    settings: Settings = context.obj
    if bool(copy) == bool(settings.reports.database_url):
        raise click.UsageError("set REPORTS_DATABASE_URL, or give --copy FILE; a copy can be read only")
    context.meta["copy"] = copy


@contextmanager
def _enter(settings: Settings, who: str) -> Iterator[Entered]:
    """The case room, with the key of this file and no other."""
    from bot.casebook import Casebook
    from bot.casebook.opening import Ring
    from bot.casebook.windows import Windows
    from bot.caseroom import Caseroom, Reader
    from bot.database import DatabaseGone

    people = settings.reports.recipients
    secret, mine = _mine(Path(who), people)

    def now() -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    reports = settings.reports
    windows = Windows(reports.windows, settings.hours, reports.working_days_only)
    with _store(settings) as store:
        opener, chance = Ring({mine.id: secret}), random.SystemRandom()
        book = Casebook(store, reports, people, b"", windows, opener, now, chance, lambda: secrets.token_hex(16))
        readers = tuple(Reader(each.id, each.name, frozenset({each.id})) for each in people)
        actor = next(each for each in readers if each.id == mine.id)
        try:
            yield Caseroom(book, settings.hours, lambda: settings.hours.day(now())), actor, readers
        except (Refused, DatabaseGone) as refused:
            raise click.ClickException(sentence(refused)) from None


def _mine(path: Path, people: tuple[Recipient, ...]) -> tuple[tuple[str, ...], Recipient]:
    """The secret keys of a file, and the recipient to whom one of them belongs."""
    from bot.casebook import keys

    try:
        every = tuple(key for held in keys.parsed(path.read_text("utf-8")).values() for key in held)
    except (keys.NoKeyFile, OSError, UnicodeDecodeError):
        raise click.ClickException(f"{path} is no key file; clausebot keys make --output FILE makes one") from None
    publics = {keys.public(each) for each in every}
    for each in people:
        if each.key in publics:
            return every, each
    raise click.ClickException("nobody who reads reports has this key; look into recipients.toml of this computer")


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    """The rows at their address, or in a copy; a copy is copied aside, still sealed, so that it stays as it is."""
    from bot.casebook.store import Store

    copy: Path | None = click.get_current_context().meta["copy"]
    if copy is None:
        from bot.database.postgres import Postgres

        database = Postgres(settings.reports.database_url)
        try:
            yield Store(database)
        finally:
            database.close()
        return
    from tempfile import TemporaryDirectory

    from bot.casebook.starting import PRAGMAS
    from bot.database.sqlite import SQLite

    with TemporaryDirectory() as place:
        aside = Path(place) / copy.name
        aside.write_bytes(copy.read_bytes())
        file = SQLite(aside, PRAGMAS)
        try:
            yield Store(file)
        finally:
            file.close()


@contextmanager
def _enter_to_act(settings: Settings, who: str) -> Iterator[Entered]:
    if not settings.reports.database_url:
        raise click.UsageError("what is done in a copy would reach nobody; set REPORTS_DATABASE_URL")
    with _enter(settings, who) as entered:
        yield entered


@reader.command()
@ID
@IDENTITY
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this new file, not into the case.")
@click.pass_obj
def capture(settings: Settings, id: str, who: str, output: Path | None) -> None:
    """Capture a reported page: visit it once, from this computer, and keep it with the case; with a copy, in a file alone."""
    if output:
        with _enter(settings, who) as entered:
            write(entered, id, output)
    else:
        with _enter_to_act(settings, who) as entered:
            keep(entered, id)


add_reading(reader, IDENTITY, _enter)
add_due(reader, IDENTITY, _enter)
add_dispose(reader, IDENTITY, _enter_to_act)
add_acts(reader, IDENTITY, _enter_to_act, (name for name in ACTS if name not in _ELSEWHERE))
add_export(reader, IDENTITY, _enter_to_act)
