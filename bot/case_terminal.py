"""Cases in a terminal: commands that list, show and act, the same on the server and on HR's own computer."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import click

from bot.config import Settings
from bot.journeys import case_words
from bot.journeys.case_table import OUTCOMES, TABLE, Act, Rule, State
from bot.journeys.cases import Wanted

if TYPE_CHECKING:
    from bot.caseroom import Caseroom, Reader, Row, Shown

Entered = tuple["Caseroom", "Reader", tuple["Reader", ...]]
# Lets somebody in: the settings, and what the option `who` says.
Enter = Callable[[Settings, str], AbstractContextManager[Entered]]
Option = Callable[[Any], Any]
ID = click.argument("id", metavar="CASE")
NO_SCHEDULE = "no retention schedule is set up here; it is your organisation's own, under [[reports.retention]] of clausebot.toml"
# By command: what it does. The names are those of the acts, but that `link` is the way in.
ACTS = {
    "take": (Act.TAKE, "Take a case that nobody works on."),
    "assess": (Act.ASSESS, "Assess a case: what it is about, how serious, and the risk for the reporter."),
    "write": (Act.WRITE, "Write to the reporter; it waits behind the receipt."),
    "note": (Act.NOTE, "Add a note for those who may read the case."),
    "recuse": (Act.RECUSE, "Give a case up because you are involved; you lose sight of it for good."),
    "hand-over": (Act.HAND_OVER, "Hand a case over to a colleague who may read it."),
    "join": (Act.LINK, "Link a case with another; the link is sealed."),
    "witness": (Act.WITNESS, "Make a receipt for somebody who cooperates."),
    "conclude": (Act.CONCLUDE, "Conclude a case with its outcome and what the reporter is told."),
    "reopen": (Act.REOPEN, "Open a concluded case again."),
    "schedule": (Act.SCHEDULE, "Choose the line of your retention schedule by which a case is kept."),
    "hold": (Act.HOLD, "Put a case on legal hold, so that it cannot be deleted."),
    "release-hold": (Act.RELEASE_HOLD, "End the legal hold of a case."),
}


def add_reading(group: click.Group, who: Option, enter: Enter) -> None:
    """Adds `list` and `show` to a group."""

    @group.command("list")
    @who
    @click.pass_obj
    def list_cases(settings: Settings, who: str) -> None:
        """List the cases that somebody may see, the most urgent first: id, state, day, what is owed, who works on it."""
        with enter(settings, who) as (room, actor, readers):
            for row in room.listed(actor, readers):
                click.echo(_line(row))

    @group.command()
    @ID
    @who
    @click.pass_obj
    def show(settings: Settings, id: str, who: str) -> None:
        """Show one case with all that is in it. CASE is its id, or how it begins."""
        with enter(settings, who) as (room, actor, readers):
            for line in _lines(room.opened(actor, readers, whole(room, actor, readers, id))):
                click.echo(line)


def add_acts(group: click.Group, who: Option, enter: Enter, names: Iterable[str]) -> None:
    """Adds these acts to a group. Each asks for what it needs, so that no word of a case stands in a shell's history."""
    for name in names:
        act, does = ACTS[name]
        group.add_command(_command(name, act, does, who, enter))


def _command(name: str, act: Act, does: str, who: Option, enter: Enter) -> click.Command:
    @click.command(name, help=does)
    @ID
    @who
    @click.pass_obj
    def command(settings: Settings, id: str, who: str) -> None:
        with enter(settings, who) as (room, actor, readers):
            shown = room.opened(actor, readers, whole(room, actor, readers, id))
            wanted = Wanted(act, shown.row.case.version, _asked(act, TABLE[act], shown), _to(act, shown))
            done = room.act(actor, readers, shown.row.case.id, wanted)
        click.echo(f"{done.decided.case.state}, version {done.decided.case.version}", err=True)
        if done.words:
            click.echo("Shown once. Hand it over in person, and have it changed at once (“get a new receipt”):", err=True)
            click.echo(done.words)

    return command


def whole(room: Caseroom, actor: Reader, readers: tuple[Reader, ...], begins: str) -> str:
    """The id that begins so, among what this person sees."""
    found = [row.case.id for row in room.listed(actor, readers) if row.case.id.startswith(begins)]
    if len(found) != 1:
        raise click.ClickException(
            "there is no such case for you" if not found else "several cases begin so; give more of the id"
        )
    return found[0]


def _asked(act: Act, rule: Rule, shown: Shown) -> dict[str, str]:
    """What an act needs, asked for one by one."""
    given = {}
    for name in (*rule.needs, *rule.may):
        values = _codes(shown) if name == "schedule" else rule.needs.get(name)
        if name == "outcome" and shown.row.standing.state is State.ASSESSING:
            values = OUTCOMES[-1:]
        if values:
            given[name] = click.prompt(name.capitalize(), type=click.Choice(values), err=True)
        else:
            default = "" if name in rule.may else None
            given[name] = click.prompt(_label(act, name), default=default, show_default=False, err=True)
    return given


def _codes(shown: Shown) -> tuple[str, ...]:
    """The codes of the retention schedule; what each means is said first."""
    if not shown.schedules:
        raise click.ClickException(NO_SCHEDULE)
    for each in shown.schedules:
        click.echo(each.label, err=True)
    return tuple(each.code for each in shown.schedules)


def _label(act: Act, name: str) -> str:
    return "What the reporter is told" if (act, name) == (Act.CONCLUDE, "text") else name.capitalize()


def _to(act: Act, shown: Shown) -> str:
    """To whom, or with which case."""
    match act:
        case Act.HAND_OVER:
            choices = {each.name: each.id for each in shown.colleagues}
        case Act.LINK:
            choices = {each.case.id[:6]: each.case.id for each in shown.others}
        case _:
            return ""
    if not choices:
        raise click.ClickException("there is nobody, or nothing, to choose")
    return choices[click.prompt("To", type=click.Choice(list(choices)), err=True)]


def _line(row: Row) -> str:
    owed = (
        f"owed by {row.due}{' (overdue)' if row.overdue else ''}"
        if row.due and row.standing.state is not State.CONCLUDED
        else "-"
    )
    marks = ["DANGER"] * case_words.in_danger(row) + ["on legal hold"] * row.standing.on_hold + ["never opened"] * row.unopened
    return "  ".join((row.case.id[:12], str(row.standing.state), str(row.case.released), owed, row.holder or "nobody", *marks))


def _lines(shown: Shown) -> Iterator[str]:
    case = shown.row.case
    yield _line(shown.row)
    yield from (f"{each.name}: by {each.due}{f', done on {each.met}' if each.met else ''}" for each in shown.clocks)
    if case.schedule:
        yield f"kept by {next((each.label for each in shown.schedules if each.code == case.schedule), case.schedule)}"
    about = case.submission
    yield f"\n{about.kind}, seen {about.when.lower()}" + (f", clauses {', '.join(about.clauses)}" if about.clauses else "")
    if about.danger:
        yield "somebody is in danger, says the reporter"
    yield from map(own, filter(None, (about.where, about.what)))
    for number, each in enumerate(shown.opened.enclosures, 1):
        yield f"file {number}: {case_words.enclosure(each)}; it is handed out by the case room"
    for entry in shown.opened.entries:
        yield f"\n{entry.day}  {shown.names.get(entry.by, 'somebody who has left') if entry.by else 'the reporter'}: {entry.act}"
        yield from (own(f"{name}: {text}") for name, text in entry.content.items() if text != entry.reply)
        if entry.reply:
            yield own(f"to the reporter: {entry.reply}")


def own(text: str) -> str:
    """Somebody's words, set in, so that no line of theirs can be taken for one of ours."""
    return textwrap.indent(text, "  ", lambda _: True)
