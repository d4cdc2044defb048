"""The commands of the register: the organisation's social media accounts, and who may post to each."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from bot.commands_opening import DAY, found_person, opened
from bot.config import Settings

if TYPE_CHECKING:
    from bot.ledger import Ledger
    from bot.sites import Site

ON = click.option("--on", type=DAY, help="The day from which that holds; today if left out.")


@click.group()
def sites() -> None:
    """Keep the register of the organisation's social media accounts, and who may post to each."""


@sites.command()
@click.argument("name")
@click.option("--platform", required=True, help="Where it is, such as Facebook.")
@click.option("--owner", required=True, metavar="EMAIL", help="Who answers for it.")
@click.pass_obj
def add(settings: Settings, name: str, platform: str, owner: str) -> None:
    """Enter an account. Nobody may post to it until they are allowed, its owner neither."""
    from bot import names, registering

    name, platform = names.tidy(name), names.tidy(platform)
    if not name or not platform or max(len(name), len(platform)) > names.LONGEST or not (name + platform).isprintable():
        raise click.UsageError(f"an account has a name and a platform, of at most {names.LONGEST} letters")
    with opened(settings) as (ledger, occasion):
        person = found_person(ledger, owner)
        site = registering.register(ledger, name, platform, person, occasion)
    click.echo(f"Registered: {site.name} ({site.platform}); {person.name} answers for it.")
    click.echo("Who may post there: clausebot sites allow NAME EMAIL", err=True)


@sites.command()
@click.argument("name")
@click.argument("email")
@ON
@click.pass_obj
def allow(settings: Settings, name: str, email: str, on: datetime.datetime | None) -> None:
    """Let somebody post to an account, once they have signed."""
    from bot import registering
    from bot.citation import date

    with opened(settings) as (ledger, occasion):
        site, person = _site(ledger, name, occasion.on), found_person(ledger, email)
        day = on.date() if on else occasion.on
        registering.allow(ledger, site, person, day, occasion)
    click.echo(f"{person.name} may post to {site.name} from {date(day)} on, once they have signed.")


@sites.command()
@click.argument("name")
@click.argument("email")
@ON
@click.pass_obj
def disallow(settings: Settings, name: str, email: str, on: datetime.datetime | None) -> None:
    """No longer let somebody post to an account."""
    from bot import registering
    from bot.citation import date

    with opened(settings) as (ledger, occasion):
        site, person = _site(ledger, name, occasion.on), found_person(ledger, email)
        if not any(each.person == person.id for each in site.people):
            raise click.ClickException(f"{person.name} is not among those who may post to {site.name}.")
        day = on.date() if on else occasion.on
        registering.disallow(ledger, site, person, day, occasion)
    click.echo(f"{person.name} may not post to {site.name} from {date(day)} on.")


@sites.command()
@click.argument("name")
@ON
@click.pass_obj
def close(settings: Settings, name: str, on: datetime.datetime | None) -> None:
    """Record that an account is given up: nobody may post to it any more."""
    from bot import registering
    from bot.citation import date

    with opened(settings) as (ledger, occasion):
        site = _site(ledger, name, occasion.on)
        day = on.date() if on else occasion.on
        registering.close(ledger, site, day, occasion)
    click.echo(f"{site.name} is closed from {date(day)} on.")


@sites.command("list")
@click.pass_obj
def list_sites(settings: Settings) -> None:
    """List every account with who answers for it and who may post to it."""
    with opened(settings) as (ledger, occasion):
        found = ledger.sites.all()
        named = {person.id: person.name for person in ledger.people.all()}
    for site in found:
        closed = f", closed {site.closed}" if site.closed else ""
        click.echo(f"{site.name} ({site.platform}), registered {site.registered}{closed}; owner {named.get(site.owner, '')}")
        for each in site.people:
            until = f" until {each.until}" if each.until else ""
            mark = "*" if site.allows(each.person, occasion.on) else " "
            click.echo(f"  {mark} {named.get(each.person, '')}, since {each.since}{until}")
    click.echo("* may post there today, once they have signed" if found else "No account is registered.", err=True)


def _site(ledger: Ledger, name: str, on: datetime.date) -> Site:
    """The account of this name or id, if it is still open."""
    site = ledger.sites.get(name)
    if site is None or (site.closed and site.closed <= on):
        raise click.ClickException(f"No account {name!r} is registered; clausebot sites list shows all.")
    return site
