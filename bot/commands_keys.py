"""The commands of the keys that open anonymous reports, and of whom they belong to."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from bot.commands_keys_opening import (
    keep,
    known,
    new_passphrase,
    opened,
    people,
    ring_here,
    set_key,
    unwrap,
    wrapped_here,
    write_new,
    write_people,
)
from bot.config import Settings

AGAIN = "What runs takes this up at its next start."


@click.group()
def keys() -> None:
    """Make, list and change the keys that open anonymous reports, and who has them."""


@keys.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A key pair of one's own, for level sealed.")
@click.pass_obj
def make(settings: Settings, output: Path | None) -> None:
    """Make a key for everybody who reads reports and has none; with --output one pair of one's own, on HR's computer."""
    from bot.casebook import keys as files
    from bot.casebook import starting

    reports = settings.reports
    if output:
        _write_own(output)
        return
    if reports.sealed:
        raise click.UsageError("in level sealed each reader makes a key on their own computer: clausebot keys make --output FILE")
    ring, wanted = ring_here(settings), [each.id for each in reports.recipients if not each.key]
    if reports.level == "unlock" and wrapped_here(settings):
        raise click.UsageError("the keys are made; clausebot keys add and rotate change them")
    new = [id for id in wanted if id not in ring]
    ring |= {id: (files.made(),) for id in new}
    keep(settings, ring)
    with opened(settings) as book:
        for id in new:
            book.store.put(starting.IN_USE + id, files.public(ring[id][-1]))
    click.echo(f"Made: {', '.join(new)}" if new else "Everybody has a key.", err=True)
    if new and reports.level == "embedded":
        click.echo("Now keep a copy for HR, apart from this machine: clausebot keys escrow FILE", err=True)


@keys.command("list")
@click.pass_obj
def list_keys(settings: Settings) -> None:
    """List who reads reports, whether their key is here, elsewhere or lost, and what is missing before reports are taken."""
    with opened(settings) as book:  # which makes the keys of who has none
        ring = ring_here(settings) if settings.reports.level == "embedded" else {}
        lost, missing = book.lost(), book.missing()
        for each in book.people:
            elsewhere = "in the wrapped file" if settings.reports.level == "unlock" else "elsewhere"
            where = "lost" if each.id in lost else "here" if each.id in ring else elsewhere if each.key else "none"
            click.echo("  ".join(filter(None, (each.id, each.route, each.name, each.email, f"key: {where}", each.key))))
        for sentence in (*missing, *_unread(settings)):
            click.echo(sentence, err=True)
        click.echo(f"Level {settings.reports.level}. Reports are {'not ' if missing else ''}taken.", err=True)


@keys.command()
@click.argument("id")
@click.option("--name", required=True, help="The name or office that a reporter sees.")
@click.option("--route", type=click.Choice(["hr", "supervisor", "fallback"]), default="hr", show_default=True)
@click.option("--email", default="", help="Their address in the directory of people.")
@click.option("--key", default="", metavar="age1...", help="Their public key, where they keep the secret one themselves.")
@click.pass_obj
def add(settings: Settings, id: str, name: str, route: str, email: str, key: str) -> None:
    """Name somebody who reads reports; fallback is whoever is independent and reads what HR may not."""
    from bot.report_settings import Recipient

    if any(each.id == id for each in settings.reports.recipients):
        raise click.ClickException(f"{id} reads reports already; clausebot keys list shows everybody.")
    new = Recipient(id, " ".join(name.split()), route, key, email.strip())  # type: ignore[arg-type] # one of the choices
    write_people(settings, [*people(settings), new])
    click.echo(f"{id} reads reports from now on, as {route}. {AGAIN}")
    if not key and settings.reports.level != "embedded":
        click.echo(f"Their key is missing yet: clausebot keys rotate {id}", err=True)


@keys.command()
@click.argument("id")
@click.option("--key", default="", metavar="age1...", help="Their new public key, where they keep the secret one themselves.")
@click.pass_obj
def rotate(settings: Settings, id: str, key: str) -> None:
    """Give somebody a new key. What is sealed already is still opened by the old one, which is kept."""
    from bot.casebook import keys as files
    from bot.casebook import starting

    mine = [each for each in people(settings) if each.id == id]
    known(settings, id)
    if key or settings.reports.sealed:
        if not key:
            raise click.UsageError("in level sealed give the new public key: --key age1...")
        set_key(settings, mine, id, key)
        click.echo(f"Reports are sealed to the new key of {id} from now on; the old one still opens the older ones. {AGAIN}")
        return
    ring = ring_here(settings)
    ring[id] = (*ring.get(id, ()), files.made())
    keep(settings, ring)
    public = files.public(ring[id][-1])
    if settings.reports.level == "unlock" or any(each.key for each in mine):
        set_key(settings, mine, id, public)
    with opened(settings) as book:
        book.store.put(starting.IN_USE + id, public)
    click.echo(f"{id} has a new key. Keep a new copy for HR: clausebot keys escrow FILE. {AGAIN}", err=True)


@keys.command()
@click.argument("id")
@click.option("--lost", is_flag=True, help="The secret key is lost, or somebody else may have it.")
@click.pass_obj
def revoke(settings: Settings, id: str, lost: bool) -> None:
    """Let somebody read no new reports."""
    known(settings, id)
    left = [each for each in people(settings) if each.id != id]
    if len(left) == len(people(settings)):
        raise click.ClickException(f"{id} stands in clausebot.toml; take the entry out there.")
    write_people(settings, left)
    click.echo(f"Nothing new is sealed to {id}. {AGAIN}")
    if lost:
        click.echo(f"What was sealed to the key of {id} alone nobody can read any more, and whoever has the key can read it.")
    else:
        click.echo("Whoever has the key still opens what was sealed to it; nothing can change that.")


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def escrow(settings: Settings, file: Path) -> None:
    """Write HR's copy of the keys to FILE, wrapped with a passphrase; reports are taken only once there is one."""
    from bot.casebook import keys as files
    from bot.casebook import starting

    ring = ring_here(settings)
    if not ring:
        raise click.ClickException("there is no key here that could be copied")
    content = files.wrapped(files.written(ring), new_passphrase())
    write_new(file, content)
    with opened(settings) as book:
        book.store.put(starting.ESCROW, files.fingerprint(ring))
    click.echo(
        f"Written: {file}. Keep it with HR, apart from this machine and from its backups, and the passphrase apart from it."
    )


@keys.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def recover(settings: Settings, file: Path) -> None:
    """Bring back the keys of HR's copy; those that are here stay."""
    from bot.casebook import keys as files

    copied, ring = files.parsed(unwrap(file.read_bytes())), ring_here(settings)
    merged = {id: tuple(dict.fromkeys((*copied.get(id, ()), *ring.get(id, ())))) for id in dict.fromkeys((*copied, *ring))}
    keep(settings, merged)
    click.echo(f"Brought back: {', '.join(copied)}. {AGAIN}", err=True)


def _unread(settings: Settings) -> tuple[str, ...]:
    """Who receives reports and can read nothing, each a sentence; none where the ledger cannot tell."""
    from bot.checking import LEDGER_ERRORS
    from bot.unread import told, unread

    with suppress(*LEDGER_ERRORS):
        return tuple(map(told, unread(settings)))
    return ()


def _write_own(output: Path) -> None:
    from bot.casebook import keys as files

    secret = files.made()
    write_new(output, files.written({"own": (secret,)}).encode())
    click.echo(files.public(secret))
    click.echo(
        f"The secret key is in {output}; keep it, and a copy of it. Give the line above to whoever runs the program.", err=True
    )
