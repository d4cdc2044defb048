"""A case for a records request in a terminal: it is shown as it will be, and the file is written once that was confirmed.

What is withheld is named by number; reasons and words are asked for, so that none stands in a shell's history.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.case_terminal import ID, Enter, Entered, Option, own, whole
from bot.config import Settings

if TYPE_CHECKING:
    from bot.journeys.case_passages import Passage
    from bot.journeys.disclosure import Choices, Preview, Reason

TO = click.option(
    "--to", "target", metavar="FILE.zip", type=click.Path(dir_okay=False, path_type=Path), help="Write this file; else only show."
)
WITHHOLD = click.option(
    "--withhold", type=int, multiple=True, metavar="NUMBER", help="Withhold this passage; the reason is asked for."
)
BLACK_OUT = click.option("--black-out", is_flag=True, help="Ask for words to black out everywhere, one after another.")


def add_export(group: click.Group, who: Option, enter: Enter) -> None:
    """Adds `export` to a group."""

    @group.command("export")
    @ID
    @TO
    @WITHHOLD
    @BLACK_OUT
    @who
    @click.pass_obj
    def export(settings: Settings, id: str, target: Path | None, withhold: tuple[int, ...], black_out: bool, who: str) -> None:
        """Export a case for a records request: a ZIP of a PDF, the same as JSON, and the files, without what is withheld.

        Without --to the passages are shown with their numbers, as they would be, and nothing is written or recorded.
        """
        _must_be_new(target)
        with enter(settings, who) as entered:
            _export(entered, whole(*entered, id), target, withhold, black_out=black_out)


def _export(entered: Entered, id: str, target: Path | None, withhold: tuple[int, ...], *, black_out: bool) -> None:
    from bot import disclosing
    from bot.journeys.disclosure import WARNINGS, Unfit, disclosed

    shown, passages = disclosing.opened(*entered, id)
    chosen = _asked(withhold, passages, black_out=black_out, named=target is not None)
    try:
        preview = disclosed(shown.row.label, passages, chosen, shown.today)
    except Unfit as unfit:
        raise click.ClickException(" ".join(unfit.mistakes)) from None
    for line in lines(preview):
        click.echo(line)
    for warning in WARNINGS:
        click.echo(warning, err=True)
    if target is None:
        return
    click.confirm(f"Write {target} as shown?", abort=True, err=True)
    content = disclosing.packed(preview.disclosure)
    with _written(target, content):
        disclosing.recorded(*entered, id, shown.row.case.version)


def _must_be_new(target: Path | None) -> None:
    """Looked at before anything is asked."""
    if target is None:
        return
    if target.exists():
        raise click.ClickException(f"{target} is there already, and is not overwritten")
    if not target.parent.is_dir():
        raise click.ClickException(f"{target.parent} is no folder")


@contextmanager
def _written(target: Path, content: bytes) -> Iterator[None]:
    """The file, for its owner alone, whole or not at all; it goes again where what is done meanwhile is refused."""
    from bot.casebook.keys import write

    try:
        write(target, content)
    except FileExistsError:
        raise click.ClickException(f"{target} is there already, and is not overwritten") from None
    except OSError as error:
        raise click.ClickException(f"cannot write {target}: {error.strerror}") from None
    try:
        yield
    except BaseException:
        target.unlink()
        raise


def _asked(withhold: tuple[int, ...], passages: tuple[Passage, ...], *, black_out: bool, named: bool) -> Choices:
    """Reasons, words and names, asked for one by one. Raises ClickException for a passage that there is not."""
    from bot.journeys.disclosure import Choices, Reason

    for number in withhold:
        if not 0 < number <= len(passages):
            raise click.ClickException(f"there is no passage {number}; without --to they are shown with their numbers")
    withheld = {number: _reason(f"Passage {number}, {passages[number - 1].kind}") for number in withhold}
    phrases = tuple(_phrases()) if black_out else ()
    why = _reason("The words to black out") if phrases else Reason("")
    request, by = (_line(name) for name in ("What the request is called", "Prepared by")) if named else ("", "")
    return Choices(withheld, phrases, why, request, by)


def _phrases() -> Iterator[str]:
    while phrase := _line("Black out (nothing to go on)"):
        yield phrase


def _reason(what: str) -> Reason:
    from bot.journeys.disclosure import GROUNDS, Reason

    ground = click.prompt(f"{what}: why", type=click.Choice(GROUNDS), err=True)
    return Reason(ground, _line("In your words"), _line("Legal reference"))


def _line(name: str) -> str:
    return str(click.prompt(name, default="", show_default=False, err=True))


def lines(preview: Preview) -> Iterator[str]:
    """The text as it will be, for a terminal."""
    from bot.casebook.submission import tidy

    given = preview.disclosure
    yield f"{given.label}. {given.prepared}"
    for item in given.items:
        passage = item.passage
        yield f"\n{passage.number}. {passage.title}{': WITHHELD' if item.reason else ''}"
        pairs = (f"{name}: {text}" for name, text in passage.pairs)
        file = (tidy(given.text_of(item)), item.file, item.reason.said if item.reason else "")
        yield from map(own, filter(None, (passage.heading, *passage.words, *pairs, *file)))
    yield ""
    for phrase, many in preview.found:
        yield f"“{phrase}”: {f'blacked out, places: {many}' if many else 'NOT FOUND; is it written differently?'}"
