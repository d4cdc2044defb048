"""The ledger opened for one command of the directory or the register, and whom a command means."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.config import Settings
from bot.people import Person

if TYPE_CHECKING:
    from bot.enrolling import Occasion
    from bot.ledger import Ledger

DAY = click.DateTime(["%Y-%m-%d"])


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Ledger, Occasion]]:
    """The ledger in one transaction, and the occasion; every mistake that somebody can mend ends as its sentence, exit code 1."""
    from bot import app
    from bot.commands_ledger import ledger_told
    from bot.enrolling import Occasion
    from bot.ledger.people import EmailTaken
    from bot.ledger.sites import SiteTaken
    from bot.roll import ListMistakes

    now = datetime.datetime.now(datetime.UTC)
    occasion = Occasion(now, settings.hours.day(now), lambda: secrets.token_hex(8))
    try:
        with ledger_told(), app.ledger(settings) as ledger, ledger.transaction(deciding=True):
            yield ledger, occasion
    except ListMistakes as error:
        raise click.ClickException(f"nothing was taken from this list.\n{error}") from None
    except (EmailTaken, SiteTaken) as error:
        raise click.ClickException(error.__doc__ or "") from None
    except OSError as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from None


def found_person(ledger: Ledger, email: str) -> Person:
    """The person with this address."""
    person = ledger.people.by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody in the directory has the address {email}; clausebot people list shows everybody.")
    return person
