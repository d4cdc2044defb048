"""The commands of the directory that concern one person: grants, leave, separation, names, accounts."""

from __future__ import annotations

import datetime
from dataclasses import replace

import click

from bot.commands_opening import DAY, found_person, opened
from bot.config import Settings
from bot.people import Grant
from bot.roll import ACCOUNTS

GRANT = click.argument("grant", type=click.Choice([str(each) for each in Grant]))


@click.command("grant")
@click.argument("email")
@GRANT
@click.pass_obj
def grant_person(settings: Settings, email: str, grant: str) -> None:
    """Let somebody act as HR, as the administrator of social media, or as the clerk."""
    from bot import enrolling

    with opened(settings) as (ledger, occasion):
        person = found_person(ledger, email)
        if not person.belongs(occasion.on):
            raise click.ClickException(
                f"{person.name} does not belong to the organisation today, so the grant would have no effect."
            )
        changed = enrolling.grant(ledger, person, Grant(grant), True, occasion)
    click.echo(f"{person.name} {'now holds' if changed else 'holds already:'} {grant}.")


@click.command()
@click.argument("email")
@GRANT
@click.pass_obj
def revoke(settings: Settings, email: str, grant: str) -> None:
    """Take a grant away from somebody."""
    from bot import enrolling

    with opened(settings) as (ledger, occasion):
        person = found_person(ledger, email)
        changed = enrolling.grant(ledger, person, Grant(grant), False, occasion)
        nobody = not ledger.people.holders(Grant.HR, occasion.on)
    click.echo(f"{person.name} {'no longer holds' if changed else 'did not hold'} {grant}.")
    if nobody:
        click.echo("Nobody is HR now: clausebot people grant EMAIL hr", err=True)


@click.command()
@click.argument("email")
@click.option("--on", type=DAY, help="The first day on which they no longer belong; today if left out.")
@click.option("--undo", is_flag=True, help="They have not left, or have come back.")
@click.pass_obj
def separate(settings: Settings, email: str, on: datetime.datetime | None, undo: bool) -> None:
    """Record that somebody leaves: grants and clearance end (416.6.12), what they signed stays."""
    from bot import enrolling
    from bot.citation import date

    with opened(settings) as (ledger, occasion):
        person = found_person(ledger, email)
        if undo:
            enrolling.change(ledger, replace(person, separated=None))
            click.echo(f"{person.name} belongs to the organisation. To post again they sign again.")
            return
        day = on.date() if on else occasion.on
        if person.started and day < person.started:
            raise click.ClickException(f"{person.name} started on {date(person.started)}; nobody leaves before that.")
        if person.separated != day:
            enrolling.separate(ledger, person, day, occasion)
    click.echo(f"{person.name} no longer belongs to the organisation from {date(day)} on.")


@click.command()
@click.argument("email")
@click.option("--from", "begins", type=DAY, help="The first day of leave; today if left out.")
@click.option("--until", type=DAY, help="The last day of leave; open if left out.")
@click.option("--end", is_flag=True, help="No leave, or no longer.")
@click.pass_obj
def leave(settings: Settings, email: str, begins: datetime.datetime | None, until: datetime.datetime | None, end: bool) -> None:
    """Record somebody's leave: meanwhile nothing is asked of them."""
    from bot import enrolling
    from bot.citation import date

    with opened(settings) as (ledger, occasion):
        person = found_person(ledger, email)
        first, last = None if end else begins.date() if begins else occasion.on, until.date() if until and not end else None
        if first and last and last < first:
            raise click.ClickException("The leave would end before it begins.")
        enrolling.change(ledger, replace(person, leave_from=first, leave_until=last))
    if first:
        click.echo(f"{person.name} is on leave from {date(first)} {f'until {date(last)}' if last else 'on'}.")
    else:
        click.echo(f"{person.name} is not on leave.")


@click.command()
@click.argument("email")
@click.argument("name")
@click.option("--remove", is_flag=True, help="They no longer go by this name.")
@click.pass_obj
def alias(settings: Settings, email: str, name: str, remove: bool) -> None:
    """Register another name that somebody goes by and may sign with."""
    from bot import enrolling, names

    with opened(settings) as (ledger, _):
        person, name = found_person(ledger, email), names.tidy(name)
        others = tuple(each for each in person.aliases if not names.same(each, name))
        if not remove:
            if problem := names.unfit(name):
                raise click.ClickException(problem)
            if any(names.is_called(each, name) for each in ledger.people.all() if each.id != person.id):
                raise click.ClickException("A colleague has that name; nobody can sign with it for somebody else.")
        aliases = others if remove else (*others, name)
        enrolling.change(ledger, replace(person, aliases=aliases))
    click.echo(f"Names to sign with: {', '.join(filter(None, [person.name, person.preferred, *aliases]))}")


@click.command("email")
@click.argument("email")
@click.argument("new")
@click.pass_obj
def change_email(settings: Settings, email: str, new: str) -> None:
    """Change somebody's e-mail address, by which they are known here; what they signed stays theirs."""
    from bot import enrolling, roll

    with opened(settings) as (ledger, _):
        person = found_person(ledger, email)
        if problem := roll.email_mistake(new.strip()):
            raise click.ClickException(problem)
        enrolling.change(ledger, replace(person, email=new.strip().casefold()))
    click.echo(f"{person.name} is known by {new.strip().casefold()} now.")


@click.command()
@click.argument("email")
@click.argument("channel", type=click.Choice(ACCOUNTS))
@click.argument("account")
@click.option("--remove", is_flag=True, help="It is not theirs.")
@click.pass_obj
def link(settings: Settings, email: str, channel: str, account: str, remove: bool) -> None:
    """Say which account on Slack (TEAM:USER) or Teams (TENANT:ID) is somebody's; else the platform's address decides."""
    from bot import enrolling, roll

    found = roll.account(channel, account.strip())
    if found is None:
        raise click.UsageError(f"an account is written {roll.account_wanted(channel)}")
    with opened(settings) as (ledger, _):
        person = found_person(ledger, email)
        if remove and found not in ledger.people.accounts(person.id):
            raise click.ClickException(f"That account is not {person.name}’s.")
        if remove:
            enrolling.unlink(ledger, found)
        else:
            enrolling.link(ledger, found, person)
    click.echo(f"That account is {'no longer ' * remove}{person.name}’s.")


ALL = (grant_person, revoke, separate, leave, alias, change_email, link)
