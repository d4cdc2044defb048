"""The commands of cases, for whoever reads reports on the server itself, and the link that opens the case room."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.case_terminal import ACTS, ID, Entered, add_acts, add_reading
from bot.case_terminal_capture import keep
from bot.case_terminal_export import add_export
from bot.case_terminal_keeping import add_dispose, add_due
from bot.commands_keys_opening import opened
from bot.commands_ledger import ledger_told
from bot.config import Settings
from bot.journeys.case_refusals import Refused
from bot.sentences import sentence

if TYPE_CHECKING:
    from bot.case_access import CaseAccess

AS = click.option("--as", "who", required=True, metavar="EMAIL", help="Whose act it is: somebody who receives reports.")


@contextmanager
def _room(settings: Settings, who: str) -> Iterator[Entered]:
    """The case room as this person enters it; whatever is refused is one line and exit code 1."""
    from bot.case_access import NotAReader
    from bot.caseroom import Caseroom, KeyElsewhere, KeyLost, Locked, WrongPassphrase

    try:
        with ledger_told(), _access(settings) as access, opened(settings) as book:
            seat = access.seat(_person(access, who))
            room = Caseroom(book, settings.hours, access.today)
            if settings.reports.level == "unlock":
                room.unlock(click.prompt("The passphrase of the keys", hide_input=True, err=True))
            yield room, seat.reader, seat.readers
    except NotAReader:
        raise click.ClickException(f"{who} receives no reports; clausebot keys list shows who does") from None
    except (Refused, KeyElsewhere, KeyLost, Locked, WrongPassphrase) as refused:
        raise click.ClickException(sentence(refused)) from None


@contextmanager
def _access(settings: Settings) -> Iterator[CaseAccess]:
    from bot import app, demonstration
    from bot.case_access import CaseAccess
    from bot.tokens import Tokens

    def now() -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    with app.ledger(settings) as ledger:
        if settings.local:
            demonstration.seed(ledger)
        yield CaseAccess(
            ledger, Tokens(b""), settings.own_url, settings.reports.recipients, now, lambda: settings.hours.day(now())
        )


def _person(access: CaseAccess, email: str) -> str:
    """The id of the person with this address, empty where there is nobody; a recipient's address must be somebody's."""
    person = access.ledger.people.by_email(email)
    if person is None and email.casefold() in {each.email.casefold() for each in access.recipients}:
        raise click.ClickException(
            f"{email} receives reports, but the directory of people has nobody with this address: clausebot people import FILE"
        )
    return person.id if person else ""


@click.group()
def cases() -> None:
    """Work on reports in this terminal, and make links to the case room. Where the keys are elsewhere, only links."""


@cases.command()
@click.argument("email")
@click.pass_obj
def link(settings: Settings, email: str) -> None:
    """Make a link to the case room for somebody: it holds once, for ten minutes."""
    from bot.case_access import NotAReader

    if not settings.own_url:
        raise click.ClickException("the bot's own address is not known; set CLAUSEBOT_URL")
    try:
        with ledger_told(), _access(settings) as access:
            click.echo(access.link_for(_person(access, email)))
    except NotAReader:
        raise click.ClickException(f"{email} receives no reports; clausebot keys list shows who does") from None


@cases.command()
@ID
@AS
@click.pass_obj
def capture(settings: Settings, id: str, who: str) -> None:
    """Capture a reported page: visit it once, as a stranger, and keep it with the case."""
    with _room(settings, who) as entered:
        keep(entered, id)


@cases.command()
@click.pass_obj
def disposed(settings: Settings) -> None:
    """Print the disposition log: id, day, code of what was deleted. Not for those whom a report may concern: it counts."""
    with ledger_told(), opened(settings) as book:
        for each in book.keeping.log():
            click.echo(f"{each.id}  {each.day}  {each.schedule}")


add_reading(cases, AS, _room)
add_acts(cases, AS, _room, ACTS)
add_due(cases, AS, _room)
add_dispose(cases, AS, _room)
add_export(cases, AS, _room)
