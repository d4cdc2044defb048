"""A reported page captured from a terminal: kept with its case, or written to a file where that cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.case_terminal import Entered, whole
from bot.sentences import sentence

if TYPE_CHECKING:
    from bot.capture.visiting import Captured

WARNING = (
    "The page is visited once, from this computer, as a stranger sees it: without an account, and without its scripts.\n"
    "The site may notice the visit, and sees this computer's address. A mark in the address of the page, often behind a “?”,\n"
    "can tell it who passed the link on: leave it out if the page is found without it."
)


def keep(entered: Entered, begins: str) -> None:
    """Captures a page and keeps it with the case whose id begins so. Raises a Refused."""
    from bot import case_capture

    room, actor, readers = entered
    shown = case_capture.offered(room, actor, readers, whole(room, actor, readers, begins))
    page = _visited(shown.opened.case.submission.where)
    kept = case_capture.kept(room, actor, readers, shown.row.case.id, page)
    _said(kept.decided.content)


def write(entered: Entered, begins: str, output: Path) -> None:
    """Captures a page for a case whose id begins so and writes it to a new file; nothing of it is kept in the case."""
    from bot import case_capture

    if output.exists():
        raise click.ClickException(f"{output} is there already; name another file")
    room, actor, readers = entered
    shown = room.opened(actor, readers, whole(room, actor, readers, begins))
    page = _visited(shown.opened.case.submission.where)
    try:
        with output.open("xb") as file:
            file.write(page.content)
    except OSError as error:
        raise click.ClickException(f"{output} could not be written: {error.strerror}") from None
    _said(case_capture.content(page, f"{output}, as it came; do not open it in a browser. Nothing was kept in the case"))


def _visited(where: str) -> Captured:
    """The page at the address that is asked for; what the reporter wrote is offered."""
    from bot.capture.addresses import found_in
    from bot.capture.refusals import NotCaptured
    from bot.capture.visiting import STRANGER

    click.echo(WARNING, err=True)
    address = click.prompt("Address of the page", default=found_in(where) or None, err=True)
    click.confirm("Visit it now?", abort=True, err=True)
    try:
        return asyncio.run(STRANGER.visit(address.strip()))
    except NotCaptured as why:
        raise click.ClickException(sentence(why)) from None


def _said(content: Mapping[str, str]) -> None:
    for name, text in content.items():
        click.echo(f"{name}: {text}")
