"""The commands of the outbox: how many notices wait, which could not be delivered, and sending those again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from bot.commands_ledger import ledger_told
from bot.config import Settings

if TYPE_CHECKING:
    from bot.ledger.notices import Dead, Notices

KEYS = click.argument("keys", nargs=-1, metavar="KEY...")
ALL = click.option("--all", "everything", is_flag=True, help="All that could not be delivered.")


@click.group(invoke_without_command=True)
@click.option("--dead", is_flag=True, help="List what could not be delivered: key, what it is recorded as, last failure.")
@click.pass_context
def outbox(context: click.Context, dead: bool) -> None:
    """Say how many notices wait, and which could not be delivered. Shows no person and no text."""
    from bot import app

    if context.invoked_subcommand:
        return
    with ledger_told(), app.ledger(context.obj) as ledger, ledger.transaction():
        counts, found = ledger.notices.counts(time.time()), ledger.notices.dead()
    if dead:
        for each in found:
            click.echo(_line(each))
    else:
        late = f", the oldest for {int(counts.oldest_due_age)} seconds" if counts.due else ""
        click.echo(f"{counts.waiting} waiting, {counts.due} of them due{late}; {counts.dead} could not be delivered")


@outbox.command()
@KEYS
@ALL
@click.pass_obj
def retry(settings: Settings, keys: tuple[str, ...], everything: bool) -> None:
    """Have notices sent again that could not be delivered."""
    now = time.time()
    _each(settings, keys, everything, lambda notices, key: notices.requeue(key, now), "to be sent again")


@outbox.command()
@KEYS
@ALL
@click.pass_obj
def drop(settings: Settings, keys: tuple[str, ...], everything: bool) -> None:
    """Give up notices that could not be delivered; their text is deleted."""
    _each(settings, keys, everything, lambda notices, key: notices.drop(key), "given up")


def _each(settings: Settings, keys: tuple[str, ...], everything: bool, do: Callable[[Notices, str], bool], done: str) -> None:
    """Does it to each of these, and says so; exit code 1 where a key is none of a dead notice, and then to none of them."""
    from bot import app

    if bool(keys) == everything:
        raise click.UsageError("name notices by their keys (clausebot outbox --dead), or --all")
    with ledger_told(), app.ledger(settings) as ledger, ledger.transaction():
        dead = {each.key for each in ledger.notices.dead()}
        if unknown := [key for key in keys if key not in dead]:
            raise click.ClickException(f"no such notice is dead: {', '.join(unknown)}")
        number = sum(do(ledger.notices, key) for key in (dead if everything else dict.fromkeys(keys)))
    click.echo(f"{number} notice{'s' * (number != 1)} {done}")


def _line(dead: Dead) -> str:
    attempts = f"{dead.attempts} attempt{'s' * (dead.attempts != 1)}"
    return "  ".join((dead.key, dead.cause or "-", attempts, dead.error or "-"))
