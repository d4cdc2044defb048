"""The drill: a made-up report through the running installation, and where anything of it is found afterwards."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from bot.config import Settings

if TYPE_CHECKING:
    from bot.drill.canary import Canary
    from bot.drill.filing import Visit
    from bot.drill.looking import Looked
    from bot.drill.report import Told

# Of what cannot be drilled.
NOT_DRILLED = 2
NO_CASEBOOK = (
    "cannot be read from here, so whether the drill came into this installation is not known; run it where the bot runs, as its "
    "user and with its settings"
)
ELSEWHERE = (
    "nothing came into the casebook of this data directory, so the address is that of another installation than what was "
    "searched."
)
PLACE = click.Path(exists=True, allow_dash=True, path_type=Path)


class _NoDrill(click.ClickException):
    """Why there was none; that is no finding."""

    exit_code = NOT_DRILLED


@click.command()
@click.option("--url", metavar="URL", help="The address under which people reach the bot; CLAUSEBOT_URL if left out.")
@click.option("--search", "named", multiple=True, type=PLACE, metavar="PATH", help="Look here too; - is standard input.")
@click.option("--keep", "into", type=click.Path(path_type=Path), metavar="FILE", help="Write down what to look for later.")
@click.option(
    "--again",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File nothing; look for what was kept.",
)
@click.option("--wait", type=click.FloatRange(min=0), default=3, show_default=True, help="Seconds before it is looked for.")
@click.option("--show-receipt", is_flag=True, help="Print the receipt too.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def drill(
    settings: Settings,
    url: str | None,
    named: tuple[Path, ...],
    into: Path | None,
    again: Path | None,
    wait: float,
    show_receipt: bool,
    as_json: bool,
) -> None:
    """File a made-up report through the running bot and whatever stands before it, then search for it.

    HR sees it at a later window, as what it is. Exit code 1 if anything is found, 2 if the drill cannot be made.
    """
    from bot.drill import report
    from bot.drill.looking import STDIN

    if again and (url or into):
        raise click.UsageError("--again files nothing, so it takes neither --url nor --keep")
    if STDIN in named and not again:
        raise click.UsageError("what is piped in comes from before the drill; first --keep FILE, then --again FILE --search -")
    if again:
        told, receipt = _again(settings, again, named), ""
    else:
        told, receipt = _anew(settings, url or settings.own_url, named, into, wait)
    for line in [report.as_json(told)] if as_json else report.lines(told):
        click.echo(line)
    if show_receipt and receipt:
        click.echo(f"The receipt: {receipt}", err=as_json)
    sys.exit(0 if told.well else 1 if told.found else NOT_DRILLED)


def _again(settings: Settings, path: Path, named: tuple[Path, ...]) -> Told:
    """What is found of a drill that was kept."""
    from bot.drill import keeping
    from bot.drill.report import Told, limits

    try:
        canary = keeping.kept(path)
    except keeping.NotKept as error:
        raise click.UsageError(f"{path}: {error.__doc__}") from None
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from None
    day = time.strftime("%Y-%m-%d", time.localtime(canary.made))
    return Told(f"Looked again for the drill of {day}.", _looked(settings, canary, named, path), limits=limits(settings))


def _anew(settings: Settings, url: str, named: tuple[Path, ...], into: Path | None, wait: float) -> tuple[Told, str]:
    """What is found of a drill that is made now, and its receipt."""
    from bot.drill import casebook, keeping
    from bot.drill.canary import new_canary
    from bot.drill.report import BEGUN, Told, limits

    _check(url, into)
    before = casebook.rows(settings)
    visit = _filed(settings, url, new_canary(time.time()))
    ended = time.time()
    if into:
        try:
            keeping.keep(into, visit.canary)
        except OSError as error:
            visit.wrong.append(f"What to look for could not be kept in {into}: {error.strerror}.")
    click.echo(f"filed; looking for it in {wait:g} seconds …", err=True)
    time.sleep(wait)
    looked = _looked(settings, visit.canary, named, into)
    looked.hits |= dict.fromkeys(casebook.told_when(settings, visit.canary.made, ended, looked.shut))
    after = casebook.rows(settings)
    if before is None or after is None:
        looked.shut["the casebook"] = NO_CASEBOOK
    elif after <= before:
        visit.wrong.append(ELSEWHERE)
    told = Told(
        BEGUN.format(url), looked, visit.wrong, [*visit.noticed, *casebook.kept_by_the_cluster(settings)], limits(settings)
    )
    return told, visit.canary.receipt


def _check(url: str, into: Path | None) -> None:
    """Raises what is wrong with what was given, before anything is filed."""
    if not url:
        raise click.UsageError("the bot’s own address is not known: set CLAUSEBOT_URL, or give --url")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.UsageError(f"{url} is no address; it must begin with https:// and name a host")
    if into and into.exists():
        raise click.UsageError(f"{into} exists already; nothing is written over")


def _filed(settings: Settings, url: str, canary: Canary) -> Visit:
    import asyncio

    from bot.drill import filing
    from bot.drill.phone import NotDrilled
    from bot.report_settings import HR

    readers = [HR, *(each.id for each in settings.reports.recipients if each.route == HR)]
    try:
        return asyncio.run(filing.file(url, canary, readers))
    except NotDrilled as why:
        raise _NoDrill(f"no drill at {url}: {why}") from None


def _looked(settings: Settings, canary: Canary, named: tuple[Path, ...], own: Path | None) -> Looked:
    from bot.drill.looking import look

    return look(canary, settings, named, [own] if own and own.exists() else [], lambda line: click.echo(line, err=True))
