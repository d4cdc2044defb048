"""The commands of the published policies: what is in force, what has changed, and putting a new version in force."""

from __future__ import annotations

import datetime
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands_ledger import ledger_told
from bot.commands_setup import POLICIES
from bot.config import Settings
from bot.sentences import sentence

if TYPE_CHECKING:
    from bot.ledger import Ledger
    from bot.publication import Draft
    from bot.publishing import Published


def _day(context: click.Context, option: click.Parameter, value: str) -> datetime.date | None:
    """A date, YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date; write YYYY-MM-DD", context, option) from None


def _ids(_context: click.Context, _option: click.Parameter, value: str) -> list[str]:
    """Clause ids between commas."""
    return [id.strip() for id in value.split(",") if id.strip()]


@click.group()
def policy() -> None:
    """Publish a new version of a policy, and look at those that were published."""


@policy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@POLICIES
@click.option(
    "--effective",
    default="",
    metavar="DATE",
    callback=_day,
    help="The day from which it is in force, instead of the one in the file.",
)
@click.option("--material", default="", metavar="IDS", callback=_ids, help="Clauses that must be signed anew, or all.")
@click.option("--immaterial", default="", metavar="IDS", callback=_ids, help="Clauses that need not be signed anew, or all.")
@click.option("--approved-by", default="", metavar="NAME", help="Who approved this version.")
@click.option("--yes", is_flag=True, help="Publish without asking again.")
@click.pass_obj
def publish(
    settings: Settings,
    file: Path,
    policies: Path | None,
    effective: datetime.date | None,
    material: list[str],
    immaterial: list[str],
    approved_by: str,
    yes: bool,
) -> None:
    """Show what FILE changes, clause by clause, and put it in force. Without decisions it is a draft."""
    from bot import app, editions, publication

    now = datetime.datetime.now(datetime.UTC)
    with _told(), app.ledger(settings) as ledger:
        editions.lay(ledger, policies, now)
        draft = publication.draft(ledger, *publication.read(file, effective))
        for line in _draft_lines(draft):
            click.echo(line)
        if _asks():
            material, immaterial = _decisions(draft, material, immaterial)
            approved_by = approved_by or click.prompt("Approved by")
        draft = publication.decide(draft, material, immaterial)
        publication.approver(approved_by)
        if not (yes or (_asks() and click.confirm(f"Publish version {draft.policy.version}?"))):
            raise click.ClickException("Nothing was published. Add --yes to publish it.")
        published = publication.publish(ledger, draft, approved_by, now)
        _published(settings, ledger, published, now)


@policy.command("list")
@click.pass_obj
def list_versions(settings: Settings) -> None:
    """List every version of every policy; * is in force today."""
    from bot import app
    from bot.citation import date

    with _told(), app.ledger(settings) as ledger:
        today = settings.hours.day(datetime.datetime.now(datetime.UTC))
        in_force = {each.policy.version for each in ledger.policies.all_in_force(today)}
        for id in ledger.policies.policies():
            for place, each in enumerate(ledger.policies.versions(id)):
                mark = "*" if each.policy.version in in_force else " "
                material = sum(change.material for change in each.changes)
                changed = f"{len(each.changes)} clauses changed, {material} of them material" if place else "the first version"
                since = date(each.policy.effective)
                click.echo(f"{mark} {id}  {each.policy.version}  effective {since}, approved by {each.approved_by}, {changed}")


@policy.command()
@click.argument("version")
@click.option("--against", default="", metavar="VERSION", help="The version to compare with, instead of the one before.")
@click.pass_obj
def show(settings: Settings, version: str, against: str) -> None:
    """Show what a version changed, clause by clause."""
    from bot import app, publication
    from bot.publishing import changes

    with _told(), app.ledger(settings) as ledger:
        published = _version(ledger, version)
        history = [each.policy.version for each in ledger.policies.versions(published.policy.id)]
        place = history.index(version)
        earlier = _version(ledger, against or history[place - 1]) if against or place else None
        found = changes(earlier.policy, published.policy) if against and earlier else published.changes
        draft = publication.Draft(published.policy, published.markdown, earlier, found)
        for line in _draft_lines(draft, decided=not against):
            click.echo(line)


@policy.command()
@click.argument("version")
@click.pass_obj
def text(settings: Settings, version: str) -> None:
    """Print the whole text of a version, as it is signed."""
    from bot import app, publishing

    with _told(), app.ledger(settings) as ledger:
        click.echo(publishing.text(_version(ledger, version).policy), nl=False)


@policy.command("approve-statement")
@click.option("--by", required=True, metavar="NAME", help="Who approves these words: the City Attorney.")
@click.option("--yes", is_flag=True, help="Record it without asking again.")
@click.pass_obj
def approve_statement(settings: Settings, by: str, yes: bool) -> None:
    """Record that the City Attorney approves the exact words that are signed."""
    from bot.statement import read_words

    with _told():
        _approved(settings, read_words(settings.state).text, by, yes=yes)


@policy.command("approve-promise")
@click.option("--by", required=True, metavar="NAME", help="Who approves these words: the City Attorney.")
@click.option("--yes", is_flag=True, help="Record it without asking again.")
@click.pass_obj
def approve_promise(settings: Settings, by: str, yes: bool) -> None:
    """Record that the City Attorney approves what whoever reports is promised, and what is not (416.6.4).

    The form says so from the next day on, or after a restart. Where the reading level changes between sealed and another, the
    words do too, and want an approval of their own.
    """
    from bot.journeys import promise

    with _told():
        _approved(settings, promise.text(sealed=settings.reports.sealed), by, yes=yes)


def _approved(settings: Settings, words: str, by: str, *, yes: bool) -> None:
    """Shows the exact words, asks, and records that they are approved. Raises what `policies.approve_statement` raises."""
    from bot import app, publication
    from bot.evidence.canonical import sha256

    digest = sha256(words.encode())
    click.echo(f"{words}\nSHA-256 {digest}")
    name = publication.approver(by)
    if not (yes or (_asks() and click.confirm(f"Approved by {name}?"))):
        raise click.ClickException("Nothing was recorded. Add --yes to record it.")
    with app.ledger(settings) as ledger, ledger.transaction(deciding=True):
        ledger.policies.approve_statement(digest, words, name, datetime.datetime.now(datetime.UTC))
    click.echo(f"Recorded: approved by {name}.")


def _published(settings: Settings, ledger: Ledger, published: Published, now: datetime.datetime) -> None:
    """Says what was published, carries signatures over, and says what is left to do."""
    from bot.carrying import carry
    from bot.citation import date

    new = published.policy
    click.echo(f"Published: {new.title} ({new.id}), version {new.version}, in force from {date(new.effective)}.")
    found = carry(ledger, new.id, now, lambda: secrets.token_hex(8), lambda line: click.echo(line, err=True), settings.hours)
    click.echo(f"Signatures that hold for it without being asked again: {found.carried:,}.")
    if found.anew:
        click.echo(f"People who signed before and must sign what has changed: {found.anew:,}. To ask them:")
        due = new.effective if new.effective > settings.hours.day(now) else "YYYY-MM-DD"
        click.echo(f"  clausebot ack request --policy {new.id} --version {new.version} --to everyone --due {due} --by EMAIL")
    earlier = [
        each for each in ledger.requests.open(settings.hours.day(now)) if each.policy == new.id and each.version != new.version
    ]
    for each in earlier:
        click.echo(f"Still open for version {each.version}, and still reminding: clausebot ack close {each.id}")


def _draft_lines(draft: Draft, *, decided: bool = False) -> Iterator[str]:
    """The version, and under it each clause that changed, as a difference by words."""
    from bot.citation import date

    new, before = draft.policy, draft.before
    yield f"{new.title} ({new.id}), version {new.version}, effective {date(new.effective)}"
    if before is None:
        yield f"The first version; {len(new.clauses)} clauses."
        return
    yield f"Compared with version {before.policy.version}, effective {date(before.policy.effective)}:"
    for change in draft.changes:
        said = f", {'material' if change.material else 'not material'}" if decided else ""
        yield ""
        yield click.style(f"{change.clause} ({change.kind}{said})", bold=True)
        yield _difference(*draft.words(change.clause))
    if not draft.changes:
        yield "No clause has other words; their order has changed."


def _difference(before: str, after: str) -> str:
    """What is taken out as [-words-], what is put in as {+words+}, with colours where the terminal shows any."""
    from bot.publishing import ADDED, KEPT, REMOVED, difference

    shown = {KEPT: "%s", REMOVED: click.style("[-%s-]", fg="red"), ADDED: click.style("{+%s+}", fg="green")}
    return "".join(shown[kind].replace("%s", words) for kind, words in difference(before, after))


def _decisions(draft: Draft, material: list[str], immaterial: list[str]) -> tuple[list[str], list[str]]:
    """The decisions given, and those that somebody at the terminal adds."""
    from bot.publication import ALL

    if ALL in material or ALL in immaterial:
        return material, immaterial
    for id in draft.open:
        if id not in material and id not in immaterial:
            yes = click.confirm(f"{id}: is the change material, so that it must be signed anew?")
            (material if yes else immaterial).append(id)
    return material, immaterial


def _asks() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin.isatty()


def _version(ledger: Ledger, version: str) -> Published:
    """A version of whichever policy has it."""
    found = (ledger.policies.get(id, version) for id in ledger.policies.policies())
    published = next((each for each in found if each), None)
    if published is None:
        raise click.ClickException(f"No version {version} was published; clausebot policy list shows all.")
    return published


@contextmanager
def _told() -> Iterator[None]:
    """Turns every mistake that somebody can do something about into its sentence and exit code 1."""
    from bot import publication
    from bot.checking import DATA_ERRORS
    from bot.ledger.policies import AlreadyApproved, AlreadyPublished

    refused = (publication.Refused, AlreadyApproved, AlreadyPublished)
    try:
        with ledger_told():
            yield
    except (*DATA_ERRORS, *refused) as error:
        raise click.ClickException(str(error) or sentence(error)) from None
    except OSError as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from None
