"""The commands of the record: whether it is whole, a bundle of it for somebody else, and disposal by schedule."""

from __future__ import annotations

import datetime
import sys
import time
import zipfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands_ledger import ledger_told
from bot.commands_opening import DAY
from bot.config import Settings

if TYPE_CHECKING:
    from bot.bundle import Bundle
    from bot.evidence.roots import Root
    from bot.evidence.verify import Report
    from bot.ledger import Ledger
    from bot.people import Person
    from bot.publishing import Published

# A zip file holds no earlier day; one for all makes the same records the same file.
_DATE = (1980, 1, 1, 0, 0, 0)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--roots", "elsewhere", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Roots kept elsewhere.")
@click.option("--export", type=FILE, metavar="FILE", help="Write a bundle that can be checked without this program.")
@click.option("--without-personal", is_flag=True, help="Leave names, accounts and reasons out of the bundle.")
@click.pass_obj
def verify(settings: Settings, elsewhere: Path | None, export: Path | None, without_personal: bool) -> None:
    """Check every record of what was signed, and name the first bad one."""
    from bot import app, witnessing

    with ledger_told(), app.ledger(settings) as ledger:
        roots = _roots(ledger, [elsewhere, settings.records / witnessing.DIRECTORY / witnessing.LINES])
        start = time.perf_counter()
        report = _verified(ledger, roots)
        for line in lines(report, len(roots), time.perf_counter() - start):
            click.echo(line)
        if report.first:
            sys.exit(1)
        if export:
            bundle = _bundle(ledger, personal=not without_personal)
            _write(export, ledger, bundle)
            click.echo(f"Written: {export}, {bundle.records:,} records, head {bundle.head}")


@click.command()
@click.option("--separated-before", type=DAY, help="Of everybody who left before this day.")
@click.option("--record", "records", multiple=True, metavar="ID", help="Of this record; may be given several times.")
@click.option("--reason", required=True, metavar="TEXT", help="The schedule that demands it, without names.")
@click.option("--by", required=True, metavar="EMAIL", help="Who disposes: somebody of HR, or the Clerk.")
@click.option("--yes", is_flag=True, help="Do it; without this it is only counted.")
@click.pass_obj
def dispose(
    settings: Settings, separated_before: datetime.datetime | None, records: tuple[str, ...], reason: str, by: str, yes: bool
) -> None:
    """Delete what is personal in records, by schedule; the records stay and say so."""
    from bot import app

    if not (separated_before or records):
        raise click.UsageError("say of which records: --separated-before DATE, or --record ID")
    now = datetime.datetime.now(datetime.UTC)
    with ledger_told(), app.ledger(settings) as ledger:
        with ledger.transaction(deciding=True):
            person = _disposer(ledger, by, settings.hours.day(now))
            ids = [*records, *(_of_separated(ledger, separated_before.date()) if separated_before else ())]
            found = [entry.id for entry in map(ledger.acts.get, dict.fromkeys(ids)) if entry and entry.salt]
            if shut := ledger.acts.kept_shut(found):
                raise click.UsageError(
                    f"{', '.join(shut)}: takes a signature away, which would count again without it; name that signature too"
                )
            if yes:
                ledger.acts.dispose(found, now, reason, person.id)
        if yes:
            ledger.acts.forget_pages()
    many = "one record" if len(found) == 1 else f"{len(found):,} records"
    click.echo(f"{'Disposed of' if yes else 'With --yes this deletes'} what is personal in {many}.")


def lines(report: Report, roots: int, seconds: float) -> Iterator[str]:
    """What was found, for people."""
    rate = report.records / max(seconds, 1e-9)
    yield f"{report.records:,} records in {seconds:.2f} s ({rate:,.0f} a second), {report.roots:,} of {roots:,} roots fit"
    yield f"Head: {report.head}"
    if report.first:
        yield f"BAD: record {report.first.seq}: {report.first.what}"
        count = len(report.problems) + report.more
        yield f"{count:,} mistake{'s' * (count > 1)} in all; what comes before record {report.first.seq} is whole."
    else:
        yield "OK: every record is whole, in its place, and as it was written."


def _verified(ledger: Ledger, roots: list[Root]) -> Report:
    from bot.evidence import verify as verifying

    texts = {version.text_sha256: version.clause_sha256 for version in _versions(ledger)}
    return verifying.verify(ledger.acts.all(), roots, texts)


def _roots(ledger: Ledger, files: list[Path | None]) -> list[Root]:
    """The ledger's roots, and those of the files, each different one once."""
    from bot.evidence.roots import NotARoot, line, read_line

    found = {line(root): root for root in ledger.acts.roots()}
    for path in files:
        try:
            text = path.read_text("utf-8") if path and path.exists() else ""
            found |= {each.strip(): read_line(each) for each in text.splitlines() if each.strip()}
        except (OSError, UnicodeDecodeError, NotARoot) as error:
            raise click.ClickException(f"{path}: this is no file of roots: {error}") from None
    return list(found.values())


def _versions(ledger: Ledger) -> list[Published]:
    return [version for policy in ledger.policies.policies() for version in ledger.policies.versions(policy)]


def _bundle(ledger: Ledger, *, personal: bool) -> Bundle:
    from bot.bundle import Bundle

    script = resources.files("bot.evidence").joinpath("standalone.py").read_text("utf-8")
    acts = ledger.acts
    return Bundle(_versions(ledger), ledger.policies.statements(), acts.roots(), acts.witnesses(), script, personal)


def _write(path: Path, ledger: Ledger, bundle: Bundle) -> None:
    """The bundle as a zip file. The same records give the same file."""
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in bundle.files(ledger.acts.all()):
                about = zipfile.ZipInfo(name, _DATE)
                about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with packed.open(about, "w", force_zip64=name.endswith(".jsonl")) as file:
                    for piece in content:
                        file.write(piece)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None


def _disposer(ledger: Ledger, email: str, today: datetime.date) -> Person:
    from bot.people import Grant

    person = ledger.people.by_email(email)
    if person is None or not (person.may(Grant.HR, today) or person.may(Grant.CLERK, today)):
        raise click.ClickException("Only somebody of HR or the Clerk disposes of records; name them with --by and their e-mail.")
    return person


def _of_separated(ledger: Ledger, before: datetime.date) -> list[str]:
    gone = [person.id for person in ledger.people.all() if person.separated and person.separated < before]
    return [entry.id for person in gone for entry in ledger.acts.of_person(person)]
