"""A reported page captured from a terminal: kept with its case, or written to a file where that cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.case_terminal import Entered, own, whole
from bot.sentences import sentence

if TYPE_CHECKING:
    from bot.capture.refusals import NotCaptured
    from bot.capture.visiting import Captured

WARNING = (
    "The page is visited once, from this computer, as a stranger sees it: without an account, and without its scripts.\n"
    "The site may notice the visit, and sees this computer's address. A mark in the address of the page, often behind a “?”,\n"
    "can tell it who passed the link on: leave it out if the page is found without it."
)


def keep(entered: Entered, begins: str) -> None:
    """Captures a page and keeps it with the case whose id begins so; of a page that cannot be captured, that it was visited.
    Raises a Refused."""
    from bot import case_capture
    from bot.capture.refusals import NotCaptured

    room, actor, readers = entered
    shown = case_capture.offered(room, actor, readers, whole(room, actor, readers, begins))
    id, address = shown.row.case.id, _asked(shown.opened.case.submission.where)
    try:
        page = _visited(address)
    except NotCaptured as why:
        if why.visited:
            case_capture.tried(room, actor, readers, id, address, why)
        raise _told(why, "The attempt is noted in the case." if why.visited else "") from None
    _said(case_capture.kept(room, actor, readers, id, page).decided.content)


def write(entered: Entered, begins: str, output: Path) -> None:
    """Captures a page for a case whose id begins so and writes it to a new file; nothing of it is kept in the case."""
    from bot import case_capture
    from bot.capture.refusals import NotCaptured

    if output.exists():
        raise click.ClickException(f"{output} is there already; name another file")
    room, actor, readers = entered
    shown = room.opened(actor, readers, whole(room, actor, readers, begins))
    try:
        page = _visited(_asked(shown.opened.case.submission.where))
    except NotCaptured as why:
        raise _told(why) from None
    try:
        with output.open("xb") as file:
            file.write(page.content)
    except OSError as error:
        raise click.ClickException(f"{output} could not be written: {error.strerror}") from None
    _said(case_capture.content(page, f"{output}, as it came; do not open it in a browser. Nothing was kept in the case"))


def _asked(where: str) -> str:
    """The address that is asked for, as it is visited; what the reporter wrote is offered."""
    from bot.capture.addresses import completed, found_in

    click.echo(WARNING, err=True)
    address = completed(click.prompt("Address of the page", default=found_in(where) or None, err=True))
    click.confirm("Visit it now?", abort=True, err=True)
    return address


def _visited(address: str) -> Captured:
    """Raises a NotCaptured."""
    from bot.capture.visiting import STRANGER

    return asyncio.run(STRANGER.visit(address))


def _told(why: NotCaptured, noted: str = "") -> click.ClickException:
    """In a line."""
    return click.ClickException(f"{sentence(why)} {noted}".rstrip())


def _said(content: Mapping[str, str]) -> None:
    for name, text in content.items():
        click.echo(own(f"{name}: {text}"))
