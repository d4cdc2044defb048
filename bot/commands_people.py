"""The commands of the directory of people: the staff list, and everybody in it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import commands_person
from bot.commands_opening import opened
from bot.config import Settings
from bot.people import Person

if TYPE_CHECKING:
    from bot.enrolling import Report

# So many people are listed by name after an import.
_TOLD = 100


@click.group()
def people() -> None:
    """Keep the directory of people: import it, give grants, record leave and separation."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--full", is_flag=True, help="The list names everybody: tell who is missing from it.")
@click.option("--separate-missing", is_flag=True, help="With --full: who is missing leaves today.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.pass_obj
def import_people(settings: Settings, file: Path, full: bool, separate_missing: bool, dry_run: bool) -> None:
    """Take over a staff list, a CSV file (docs/people.md): all of it, or nothing and every mistake with its line."""
    from bot import enrolling, importing

    if separate_missing and not full:
        raise click.UsageError("--separate-missing goes with --full: only a list of everybody tells who is missing")
    with opened(settings) as (ledger, occasion):
        listed = importing.read_people(importing.read_file(file), enrolling.addresses(ledger))
        report = enrolling.apply(ledger, listed, occasion, full=full, separate_missing=separate_missing, dry_run=dry_run)
        if not dry_run:
            ledger.leases.forget("refresh:")  # the running bot works out at once who is asked to sign now
    for line in _report_lines(report, separate_missing):
        click.echo(line)
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")


@people.command("list")
@click.option("--department", default="", help="Only people of this department.")
@click.pass_obj
def list_people(settings: Settings, department: str) -> None:
    """List everybody in the directory, with grants, leave and separation."""
    with opened(settings) as (ledger, occasion):
        found = ledger.people.all()
    chosen = [each for each in found if not department or each.department.casefold() == department.strip().casefold()]
    for person in chosen:
        said = [person.name, person.email or "no address", person.department, person.role, *_marks(person, occasion.on)]
        click.echo("  ".join(filter(None, said)))
    click.echo(f"{len(chosen):,} {'person' if len(chosen) == 1 else 'people'}", err=True)


def _marks(person: Person, on: datetime.date) -> Iterator[str]:
    """What is special about somebody on this day."""
    yield from sorted(map(str, person.grants))
    if person.started and person.started > on:
        yield f"starts {person.started}"
    if person.on_leave(on):
        yield f"on leave until {person.leave_until or 'further notice'}"
    if person.separated:
        yield f"separated {person.separated}"


def _report_lines(report: Report, separate_missing: bool) -> Iterator[str]:
    """What became of a staff list: numbers, and by name who needs a look."""
    yield (
        f"{len(report.added):,} added, {len(report.changed):,} changed, {len(report.unchanged):,} unchanged, "
        f"{len(report.separated):,} separated"
    )
    if report.missing:
        yield f"{'Missing, and separated' if separate_missing else 'Missing from the list'}: {len(report.missing):,}"
        yield from _some(report.missing)
    if report.stays_separated:
        yield "In the list, and separated in the directory; clausebot people separate EMAIL --undo brings them back:"
        yield from _some(report.stays_separated)


def _some(found: tuple[Person, ...]) -> Iterator[str]:
    for person in found[:_TOLD]:
        yield f"  {person.name}  {person.email}"
    if len(found) > _TOLD:
        yield f"  and {len(found) - _TOLD:,} more"


for command in commands_person.ALL:
    people.add_command(command)
