"""The keys of reports where they are held, for the commands that change them: read, kept, wrapped, asked for."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.config import Settings

if TYPE_CHECKING:
    from bot.casebook import Casebook
    from bot.report_settings import Recipient

Ring = dict[str, tuple[str, ...]]
SHORTEST_PASSPHRASE = 12


@contextmanager
def opened(settings: Settings) -> Iterator[Casebook]:
    """The casebook; what keeps it from being used is one line and exit code 1."""
    from bot.casebook import starting
    from bot.casebook.keys import NoKeyFile
    from bot.checking import LEDGER_ERRORS

    try:
        book = starting.casebook(settings.reports, settings.records, settings.hours, say=lambda said: click.echo(said, err=True))
    except (*LEDGER_ERRORS, NoKeyFile, OSError) as error:
        raise click.ClickException(f"the casebook cannot be used: {' '.join((error.__doc__ or '').split())}") from None
    try:
        yield book
    finally:
        book.store.close()


def ring_here(settings: Settings) -> Ring:
    """The secret keys that are here; a passphrase is asked for where they are wrapped."""
    from bot.casebook import keys as files
    from bot.casebook import starting

    text = ""
    if settings.reports.level == "embedded":
        text = starting.key_text(settings.reports, settings.records)
    elif settings.reports.level == "unlock" and (wrapped := wrapped_here(settings)):
        text = unwrap(wrapped)
    try:
        return files.parsed(text)
    except files.NoKeyFile as error:
        raise click.ClickException(error.__doc__ or "") from None


def wrapped_here(settings: Settings) -> bytes:
    """The wrapped key file of level unlock; empty where there is none."""
    from bot.casebook import keys as files

    path = settings.records / files.WRAPPED_FILE
    return b64decode(settings.reports.keys) if settings.reports.keys else path.read_bytes() if path.exists() else b""


def keep(settings: Settings, ring: Mapping[str, tuple[str, ...]]) -> None:
    """Writes the keys where they are held; what the environment holds is printed for it."""
    from bot.casebook import keys as files

    text, reports = files.written(ring), settings.reports
    outside = bool(reports.keys) or reports.hosted
    if reports.level == "unlock":
        wrapped = files.wrapped(text, new_passphrase())
        if outside:
            click.echo(b64encode(wrapped).decode())
        else:
            files.write(settings.records / files.WRAPPED_FILE, wrapped, anew=True)
        _publish(settings, ring)
    elif outside:
        click.echo(";".join(f"{id} {key}" for id, every in ring.items() for key in every))
    else:
        files.write(settings.records / files.KEY_FILE, text.encode(), anew=True)
    if outside:
        click.echo("Set REPORTS_KEY to the line above, and keep it out of every log.", err=True)


def _publish(settings: Settings, ring: Mapping[str, tuple[str, ...]]) -> None:
    """In level unlock the public keys stand with the people, since reports are sealed while the secret ones are locked."""
    from bot.casebook import keys as files

    public, listed = files.publics(dict(ring)), people(settings)
    write_people(settings, [replace(each, key=public.get(each.id, each.key)) for each in listed])
    for id in public.keys() - {each.id for each in listed}:
        click.echo(f"{id} stands in clausebot.toml; put the key there: {public[id]}", err=True)


def write_people(settings: Settings, readers: list[Recipient]) -> None:
    """Writes who reads reports, if all of it is right; a host that empties its disk gets the text to keep."""
    from bot import report_reading
    from bot.casebook import people_file

    listed = [{name: getattr(each, name) for name in ("id", "name", "route", "key", "email")} for each in readers]
    _, mistakes = report_reading.read({}, listed, {})
    if mistakes:
        raise click.ClickException("\n".join(mistakes).replace("clausebot.toml: ", ""))
    people_file.write(settings.records, readers)
    if settings.reports.hosted:
        click.echo(f"Where this disk does not last, put this into {people_file.FILE} of what you deploy:", err=True)
        click.echo(people_file.text(readers), err=True)


def people(settings: Settings) -> list[Recipient]:
    """Those who stand in the file that the commands write."""
    from bot.casebook import people_file

    return people_file.read(settings.records)


def known(settings: Settings, id: str) -> None:
    """Ends the command where nobody of this id reads reports."""
    if not any(each.id == id for each in settings.reports.recipients):
        raise click.ClickException(f"Nobody who reads reports is called {id}; clausebot keys list shows everybody.")


def set_key(settings: Settings, mine: list[Recipient], id: str, key: str) -> None:
    """Writes somebody's public key into the file; `mine` is their entry there, if there is one."""
    if not mine:
        raise click.ClickException(f"{id} stands in clausebot.toml; put the key there: {key}")
    write_people(settings, [replace(each, key=key) if each.id == id else each for each in people(settings)])


def write_new(path: Path, content: bytes) -> None:
    """Writes a file that is not there yet."""
    from bot.casebook import keys as files

    try:
        files.write(path, content)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; keys are never written over others") from None
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None


def new_passphrase() -> str:
    """Asks twice for a passphrase that is long enough."""
    given: str = click.prompt("A new passphrase for the keys", hide_input=True, confirmation_prompt=True, err=True)
    if len(given) < SHORTEST_PASSPHRASE:
        raise click.ClickException(f"a passphrase has {SHORTEST_PASSPHRASE} letters at least; four or five random words are good")
    return given


def unwrap(content: bytes) -> str:
    """Asks for the passphrase of a wrapped key file, and gives its text."""
    from bot.casebook.opening import WrongPassphrase, unwrapped

    try:
        return unwrapped(content, click.prompt("The passphrase of the keys", hide_input=True, err=True))
    except WrongPassphrase as error:
        raise click.ClickException(error.__doc__ or "") from None
