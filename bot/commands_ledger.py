"""The commands of the ledger's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.config import Settings


@contextmanager
def ledger_told() -> Iterator[None]:
    """Turns a ledger that cannot be used into one line and exit code 1."""
    from bot.checking import LEDGER_ERRORS, ledger_words

    try:
        yield
    except LEDGER_ERRORS as error:
        raise click.ClickException(ledger_words(error)) from None


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the ledger's database up to this version; the bot may run meanwhile, and it may be done twice."""
    from bot import app

    with ledger_told():
        taken = app.migrate(settings)
    for name in taken:
        click.echo(f"taken: {name.removesuffix('.sql')}")
    if not taken:
        click.echo("up to date")
