"""The commands of acknowledgements: ask, watch, remind, close, give a link; those of single records are in `commands_records`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import commands_records
from bot.citation import date
from bot.commands_ack_opening import opened
from bot.commands_opening import found_person
from bot.config import Settings
from bot.records import Status

if TYPE_CHECKING:
    from bot.hr_desk import Overview

REQUEST = click.argument("request")
BY = click.option("--by", required=True, metavar="EMAIL", help="Who asks: somebody who holds HR’s grant.")


@click.group()
def ack() -> None:
    """Ask for signatures, and see who has signed."""


@ack.command("request")
@click.option("--policy", required=True, metavar="ID", help="The policy that is to be signed.")
@click.option("--version", default="", help="Its version; the one in force if left out.")
@click.option(
    "--to",
    "audience",
    default="",
    metavar="AUDIENCE",
    help="everyone, department: NAME, role: TITLE, employment: KIND, list: ADDRESSES, slack: ID, teams: ID.",
)
@click.option(
    "--csv",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that lists whom to ask by e-mail address, instead of --to.",
)
@click.option("--due", required=True, metavar="DATE", help="The day by which it is due: 2026-12-04.")
@click.option(
    "--days-after-start", default="", metavar="DAYS", help="How long newcomers have from their first day; 14 if left out."
)
@click.option("--remind", default="", metavar="DAYS", help="So many days before; 14,7,3,1,0 if left out, or never.")
@click.option("--every", default="", metavar="DAYS", help="After the day, every so many days; 7 if left out, 0 for not.")
@click.option(
    "--escalate", default="7", metavar="DAYS", show_default=True, help="Tell supervisors so many days after the day, or never."
)
@click.option("--quiz", is_flag=True, help="Ask a few questions from the clauses before signing.")
@BY
@click.pass_obj
def request_(settings: Settings, /, by: str, file: Path | None, quiz: bool, **given: str) -> None:
    """Ask people to read and sign a policy, and tell each of them in office hours."""
    from bot import expanding, hr_desk, importing

    if bool(file) == bool(given["audience"]):
        raise click.UsageError("say whom to ask: either --to AUDIENCE or --csv FILE")
    values = {**given, "quiz": "yes" if quiz else "no"}
    with opened(settings) as (ledger, around):
        listed = importing.read_file(file) if file else None
        request = hr_desk.ask(ledger, values, ledger.people.by_email(by), around, listed)
        click.echo(f"Request {request.id}: policy {request.policy}, version {request.version}, due {date(request.due)}")
        changes = expanding.refresh(ledger, request.id, around, progress=_told)
    already = f"; had signed this version already: {changes.already:,}" if changes.already else ""
    click.echo(f"{changes.added:,} asked{already}")
    if changes.unreachable:
        click.echo(f"{changes.unreachable:,} cannot be written to; clausebot ack status {request.id} names them")
    if request.audience.kind in expanding.GROUPS:
        click.echo("The group’s members are asked for by the running bot, within a minute.")


@ack.command()
@click.argument("request", default="")
@click.pass_obj
def status(settings: Settings, request: str) -> None:
    """Show how a request stands, by department; without one, how each open request does."""
    from bot import hr_desk

    with opened(settings) as (ledger, around):
        ids = [request] if request else [each.id for each in ledger.requests.open(around.today)]
        found = [hr_desk.overview(ledger, id, around.today) for id in ids]
    for each in found:
        for line in _summary(each) if not request else (*_summary(each), *_departments(each.rows), *_attention(each)):
            click.echo(line)
    if not found:
        click.echo("No request is open.")


@ack.command()
@REQUEST
@click.pass_obj
def remind(settings: Settings, request: str) -> None:
    """Remind everybody who has not signed, today, whatever the plan says."""
    from bot.hr_desk import NoSuchRequest
    from bot.prompting import Prompted, prompting

    prompted = Prompted()
    with opened(settings) as (ledger, around):
        if ledger.requests.get(request) is None:
            raise NoSuchRequest
        for prompted in prompting(ledger, request, around, by_hand=True):
            click.echo(f"{prompted.reminded:,} so far", err=True)
    click.echo(f"{prompted.reminded:,} reminded; whoever was reminded by hand today already is not told twice")


@ack.command()
@REQUEST
@click.option("--by", default="", metavar="EMAIL", help="Who closes it, for the record: somebody who holds HR’s grant.")
@click.pass_obj
def close(settings: Settings, request: str, by: str) -> None:
    """Ask no longer: nobody is reminded any more. What was signed stays."""
    from bot import hr_desk

    with opened(settings) as (ledger, around):
        actor = found_person(ledger, by) if by else None
        hr_desk.close(ledger, request, actor, around, operator=not by)
    click.echo(f"Request {request} is closed.")


@ack.command()
@REQUEST
@click.argument("email")
@click.pass_obj
def link(settings: Settings, request: str, email: str) -> None:
    """Print a web address at which somebody without a chat account signs, once.

    Whoever has it can sign as them: hand it over yourself.
    """
    from bot import hr_desk

    with opened(settings) as (ledger, around):
        click.echo(hr_desk.link(ledger, request, email, around))


for command in commands_records.ALL:
    ack.add_command(command)


def _told(changes: object) -> None:
    done, total = getattr(changes, "done", 0), getattr(changes, "total", 0)
    click.echo(f"{done:,} of {total:,}", err=True)


def _summary(of: Overview) -> Iterator[str]:
    from bot.audience import described
    from bot.exporting import count

    counted, request = count(of.rows), of.request
    over = f", closed {date(request.closed)}" if request.closed else ""
    what = f"policy {request.policy}, version {request.version}, {described(request.audience)}"
    yield f"{request.id}  {what}, due {date(request.due)}{over}"
    yield (
        f"  {counted.complete} of {counted.asked:,} asked: {counted.signed:,} signed, {counted.paper:,} on paper, "
        f"{counted.carried:,} carried over, {counted.declined:,} declined, {counted.outstanding:,} outstanding, "
        f"{counted.overdue:,} of them overdue, {counted.on_leave:,} on leave"
    )
    if of.already:
        yield f"  {len(of.already):,} more had signed this version already and were not asked"


def _departments(rows: Sequence[Status]) -> Iterator[str]:
    from bot.exporting import count

    names = sorted({row.department for row in rows if row.state != "ended"})
    wide = max((len(name) for name in names), default=0)
    wide = max(wide, len("no department"))
    heads = ("asked", "signed", "declined", "outstanding", "overdue")
    yield "  ".join(["".ljust(wide), *heads])
    for name in names:
        counted = count(row for row in rows if row.department == name)
        done = counted.signed + counted.paper + counted.carried
        numbers = (counted.asked, done, counted.declined, counted.outstanding, counted.overdue)
        cells = [f"{number:,}".rjust(len(head)) for number, head in zip(numbers, heads, strict=True)]
        yield "  ".join([(name or "no department").ljust(wide), *cells])


def _attention(of: Overview) -> Iterator[str]:
    """Whom HR must take care of: who cannot be written to, and members of a group whom nobody knows."""
    unreachable = [row for row in of.rows if row.state == "outstanding" and not row.reachable]
    if unreachable:
        yield "No chat account and no e-mail address; give them a link or paper:"
        yield from (f"  {row.name}  {row.department}" for row in unreachable)
    if of.request.audience.unknown:
        yield "In the group, and not in the directory:"
        yield from (f"  {each}" for each in of.request.audience.unknown)
