"""What may be deleted of the cases, and their deletion, in a terminal: the same on the server and on HR's own computer."""

from __future__ import annotations

import click

from bot.case_terminal import NO_SCHEDULE, Enter, Option, whole
from bot.config import Settings


def add_due(group: click.Group, who: Option, enter: Enter) -> None:
    """Adds `due` to a group."""

    @group.command()
    @who
    @click.pass_obj
    def due(settings: Settings, who: str) -> None:
        """List the cases that may be deleted by the retention schedule: id, line of the schedule, due since when."""
        from bot.case_keeping import CaseKeeping

        with enter(settings, who) as (room, actor, readers):
            found = CaseKeeping(room).due(actor, readers)
            for each in found.cases:
                click.echo(f"{each.row.case.id[:12]}  {each.schedule.label}  since {each.since}")
        if not found.schedules:
            click.echo(NO_SCHEDULE, err=True)


def add_dispose(group: click.Group, who: Option, enter: Enter) -> None:
    """Adds `dispose` to a group."""

    @group.command()
    @click.argument("ids", metavar="CASE...", nargs=-1, required=True)
    @who
    @click.pass_obj
    def dispose(settings: Settings, ids: tuple[str, ...], who: str) -> None:
        """Delete cases that are due, for good, all of these or none. Says what the disposition log keeps: id, day, code."""
        from bot.case_keeping import CaseKeeping

        with enter(settings, who) as (room, actor, readers):
            meant = {whole(room, actor, readers, id) for id in ids}
            versions = {row.case.id: row.case.version for row in room.listed(actor, readers) if row.case.id in meant}
            for id in sorted(meant):
                click.echo(f"Case {id[:12]}", err=True)
            click.confirm("Delete all that is in them, for good? It cannot be undone", abort=True, err=True)
            for each in CaseKeeping(room).dispose(actor, readers, versions):
                click.echo(f"{each.id}  {each.day}  {each.schedule}")
