"""The command that asks the gate: may somebody post?"""

from __future__ import annotations

import datetime
import json
import sys

import click

from bot.citation import date
from bot.commands_ledger import ledger_told
from bot.commands_opening import DAY
from bot.config import Settings


@click.command()
@click.argument("email")
@click.option("--account", default="", metavar="NAME", help="The account of the organisation, as it is registered.")
@click.option("--on", type=DAY, help="The day; today if left out.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def gate(settings: Settings, email: str, account: str, on: datetime.datetime | None, as_json: bool) -> None:
    """Say whether somebody may post, because of which record, and under which clause. Exit code 1: no."""
    from bot import app
    from bot.standings import Standings

    with ledger_told(), app.ledger(settings) as ledger:
        standings = Standings(ledger, settings.hours)
        day = on.date() if on else standings.today
        verdict = standings.may_post(email, account, day)
    if as_json:
        answer = {"allowed": verdict.allowed, "because": verdict.because, "record": verdict.record, "clause": verdict.clause}
        click.echo(json.dumps(answer))
    else:
        record = f", record {verdict.record}" if verdict.record else ""
        clause = f" ({verdict.clause})" if verdict.clause else ""
        click.echo(f"{'Yes' if verdict.allowed else 'No'}, on {date(day)}: {verdict.because}{record}{clause}")
    sys.exit(0 if verdict.allowed else 1)
