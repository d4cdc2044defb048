"""The commands about papers and single records: lists, reports, copies, certificates, sheets, withdrawals, corrections."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.commands_ack_opening import new_id, opened
from bot.config import Settings

REQUEST = click.argument("request")
RECORD = click.argument("record")
OUTPUT = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of standard output."
)
BY = click.option("--by", required=True, metavar="EMAIL", help="Who does it: somebody who holds HR’s grant.")
NOTE = click.option("--note", required=True, metavar="TEXT", help="Why, for the record.")


@click.command()
@REQUEST
@click.option("--csv", "kind", flag_value="csv", help="A CSV file that spreadsheets open safely.")
@click.option("--json", "kind", flag_value="json", help="JSON for other programs.")
@OUTPUT
@click.pass_obj
def export(settings: Settings, request: str, kind: str | None, output: Path | None) -> None:
    """Write how everybody stands to a request, as CSV or JSON."""
    if not kind:
        raise click.UsageError("choose --csv or --json")
    _issued(settings, kind, request, output, may_print=True)


@click.command()
@REQUEST
@OUTPUT
@click.pass_obj
def report(settings: Settings, request: str, output: Path | None) -> None:
    """Write a completion report as PDF, with completion over time."""
    _issued(settings, "report", request, output)


@click.command("copy")
@RECORD
@click.option("--text", is_flag=True, help="As plain text instead of PDF.")
@OUTPUT
@click.pass_obj
def copy_(settings: Settings, record: str, text: bool, output: Path | None) -> None:
    """Write the signed copy of a record, as PDF or text."""
    _issued(settings, "text" if text else "pdf", record, output, may_print=text)


@click.command()
@RECORD
@OUTPUT
@click.pass_obj
def certificate(settings: Settings, record: str, output: Path | None) -> None:
    """Write the certificate of a record as PDF, with the recipe to check it by hand."""
    _issued(settings, "certificate", record, output)


@click.command()
@RECORD
@OUTPUT
@click.pass_obj
def scan(settings: Settings, record: str, output: Path | None) -> None:
    """Write the scan of a sheet that was signed by hand, as it was kept: a PDF, PNG or JPEG file."""
    _issued(settings, "scan", record, output)


@click.command()
@REQUEST
@click.argument("email")
@click.option(
    "--scan",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="PDF, PNG or JPEG of at most 20 MB.",
)
@click.option("--witness", "witnesses", multiple=True, metavar="EMAIL", help="Who saw it; give two different people.")
@click.pass_obj
def paper(settings: Settings, request: str, email: str, scan: Path, witnesses: tuple[str, ...]) -> None:
    """Record a sheet that somebody signed by hand, with its scan and the names of two who witness it."""
    from bot import hr_desk
    from bot.journeys.papering import LARGEST_SCAN

    if len(witnesses) != 2:
        raise click.UsageError("give --witness twice: two different people")
    with scan.open("rb") as file:
        content = file.read(LARGEST_SCAN + 1)
    with opened(settings) as (ledger, around):
        act = hr_desk.paper(ledger, request, email, content, (witnesses[0], witnesses[1]), around)
    click.echo(f"Record {act.id}: signed on paper")


@click.command()
@RECORD
@BY
@NOTE
@click.pass_obj
def withdraw(settings: Settings, record: str, by: str, note: str) -> None:
    """Record that somebody has withdrawn their signature, as they told HR."""
    from bot import hr_desk

    with opened(settings) as (ledger, around):
        act = hr_desk.withdraw(ledger, record, ledger.people.by_email(by), note, around)
    click.echo(f"Record {act.id}: the signature {record} is withdrawn")


@click.command()
@RECORD
@BY
@NOTE
@click.pass_obj
def correct(settings: Settings, record: str, by: str, note: str) -> None:
    """Record that an earlier record is wrong, and in what. Both stay."""
    from bot import hr_desk

    with opened(settings) as (ledger, around):
        act = hr_desk.correct(ledger, record, ledger.people.by_email(by), note, around)
    click.echo(f"Record {act.id}: corrects {record}")


ALL = (export, report, copy_, certificate, scan, paper, withdraw, correct)


def _issued(settings: Settings, kind: str, id: str, output: Path | None, *, may_print: bool = False) -> None:
    """Writes a paper to a file, or to standard output, which is no terminal where it is no text."""
    from bot.issuing import Issuing
    from bot.standings import Standings

    if output is None and not may_print and sys.stdout.isatty():
        raise click.UsageError("this file is not for a terminal: give --output FILE")
    with opened(settings) as (ledger, around):
        # Papers are made from the ledger alone; no question is answered, so no knowledge base is loaded.
        standings = Standings(ledger, settings.hours, now=lambda: around.now)
        made = Issuing(standings, new_id).paper(kind, id)
        if output:
            output.write_bytes(made.content)
        else:
            click.echo(made.content, nl=False)
