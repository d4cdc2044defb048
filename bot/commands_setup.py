"""The commands of setting up: the two manifests, and the doctor."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.config import Settings

if TYPE_CHECKING:
    from bot.manifests.teams import Publisher

POLICIES = click.option(
    "--policies",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of policies to use instead of the shipped ones.",
)
URL = click.option("--url", metavar="URL", help="The bot's own https address; CLAUSEBOT_URL if left out.")


@click.group()
def manifest() -> None:
    """Write what Slack or Teams wants to know about the app."""


@manifest.command()
@URL
@click.option("--socket", is_flag=True, help="Socket Mode: the bot calls Slack, so nothing needs to reach the bot.")
@click.option("--no-agent", is_flag=True, help="A plain app, which guests may use too, without suggested questions.")
@click.option("--email", is_flag=True, help="Let the app read people's addresses, to know who signs without linking by hand.")
@click.option("--groups", is_flag=True, help="Let the app read who is in a user group, to ask its members to sign.")
@click.pass_obj
def slack(settings: Settings, url: str | None, socket: bool, no_agent: bool, email: bool, groups: bool) -> None:
    """Write the manifest of the Slack app as YAML: clausebot manifest slack > manifest.yaml."""
    from bot.manifests import ManifestError
    from bot.manifests import slack as slack_manifest

    try:
        called = "" if socket else url or settings.url
        text = slack_manifest.manifest(called, socket=socket, agent=not no_agent, email=email, groups=groups)
    except ManifestError as error:
        raise click.ClickException(str(error)) from None
    click.echo(text, nl=False)


@manifest.command()
@URL
@POLICIES
@click.option("--app-id", metavar="ID", help="The bot's app id; MICROSOFT_APP_ID if left out.")
@click.option("--publisher", metavar="NAME", help="Who offers the app; the policy's organisation if left out.")
@click.option("--website", metavar="URL", help="The page that Teams links to; the policy's source if left out.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of standard output.")
@click.pass_obj
def teams(
    settings: Settings,
    url: str | None,
    policies: Path | None,
    app_id: str | None,
    publisher: str | None,
    website: str | None,
    output: Path | None,
) -> None:
    """Write the package of the Teams app, a zip file: clausebot manifest teams > clausebot.zip."""
    from bot.manifests import ManifestError
    from bot.manifests.teams import Publisher, package

    if not output and sys.stdout.isatty():
        raise click.UsageError(
            "this is a zip file, not for a terminal: write “> clausebot.zip” after it, or --output clausebot.zip"
        )
    own = app_id or (settings.microsoft.app_id if settings.microsoft else "")
    try:
        by = _publisher(policies, website or url or settings.url)
        by = Publisher(publisher or by.name, website or by.website)
        packed = package(own, by, version("clausebot"), url or settings.url)
    except ManifestError as error:
        raise click.ClickException(str(error)) from None
    if output:
        try:
            output.write_bytes(packed)
        except OSError as error:
            raise click.ClickException(f"cannot write {output}: {error.strerror}") from None
    else:
        click.echo(packed, nl=False)


@click.command()
@POLICIES
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def doctor(settings: Settings, policies: Path | None, as_json: bool) -> None:
    """Check the whole set-up, and say for each failure what to do. Shows no secret."""
    import asyncio

    from bot.doctor import examine, report

    checks = asyncio.run(examine(settings, policies))
    for line in report.as_json(checks) if as_json else report.lines(checks):
        click.echo(line)
    sys.exit(0 if report.well(checks) else 1)


def _publisher(policies: Path | None, elsewhere: str) -> Publisher:
    """Who wrote the policies, and the web page that they name as their source, or else this address."""
    import policy_kb
    from bot.manifests import ManifestError
    from bot.manifests.teams import Publisher

    try:
        written = policy_kb.read(policies).policies
    except policy_kb.KnowledgeBaseError as error:
        raise click.ClickException(str(error)) from None
    pages = [page for policy in written for page in re.findall(r"https://[^\s)>\]]+", policy.source)]
    website = next(iter(pages), elsewhere)
    if not website:
        raise ManifestError("Teams wants a web page to link to, and the policies name none as their source: give --website")
    return Publisher(next((policy.organisation for policy in written), "") or "Clausebot", website)
