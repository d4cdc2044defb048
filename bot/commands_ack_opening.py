"""The ledger opened for one command about acknowledgements, with what its work may not make itself."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.config import Settings
from bot.sentences import sentence

if TYPE_CHECKING:
    from bot.expanding import Around
    from bot.ledger import Ledger


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Ledger, Around]]:
    """The ledger and what is around; every mistake that somebody can mend ends as its sentence, exit code 1."""
    from bot import app
    from bot.commands_ledger import ledger_told
    from bot.expanding import Around
    from bot.hr_desk import NoAddress, NoSuchRequest, NotAsked
    from bot.issuing import NoSuchRecord
    from bot.journeys.requesting import BadRequest, NotHR
    from bot.roll import ListMistakes

    around = Around(datetime.datetime.now(datetime.UTC), settings.hours, new_id, new_token, settings.url)
    try:
        with ledger_told(), app.ledger(settings) as ledger:
            yield ledger, around
    except ListMistakes as error:
        raise click.ClickException(f"nobody was asked.\n{error}") from None
    except BadRequest as error:
        raise click.ClickException(f"nothing was kept.\n{error}") from None
    except (NotHR, NoSuchRequest, NotAsked, NoAddress, NoSuchRecord) as error:
        raise click.ClickException(sentence(error)) from None
    except OSError as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from None


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_hex(8)


def new_token() -> str:
    """The token of a link: 192 bits."""
    return secrets.token_urlsafe(24)
