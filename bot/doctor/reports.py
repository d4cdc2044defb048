"""Whether anonymous reports are taken, and whether whoever receives them can read them. Nothing is made by looking."""

from __future__ import annotations

from bot.casebook.keys import NoKeyFile
from bot.casebook.starting import lacking
from bot.checking import LEDGER_ERRORS, ledger_words
from bot.config import Settings
from bot.doctor.checks import Check, ok, skipped, wrong
from bot.sentences import sentence
from bot.unread import unread

TAKEN, READ = "reports", "who receives reports"
_LIST = "clausebot keys list says all of it, and each sentence the command to run (docs/reports.md)"


def examine(settings: Settings) -> list[Check]:
    """The checks of reports: one, where they are not set up."""
    if not settings.reports.recipients:
        return [skipped(TAKEN, "not set up: nobody receives them (clausebot keys add, docs/reports.md)")]
    return [_taken(settings), _read(settings)]


def _taken(settings: Settings) -> Check:
    level = f"level {settings.reports.level}"
    try:
        missing = lacking(settings.reports, settings.records, settings.hours)
    except (*LEDGER_ERRORS, NoKeyFile, OSError) as error:
        return wrong(TAKEN, f"{level}; the casebook cannot be used: {sentence(error)}", "mend the casebook or its key file first")
    if missing:
        return wrong(TAKEN, f"{level}; reports are not taken: {' '.join(missing)}", _LIST)
    return ok(TAKEN, f"reports are taken; {level}")


def _read(settings: Settings) -> Check:
    try:
        found = unread(settings)
    except LEDGER_ERRORS as error:
        return skipped(READ, ledger_words(error))
    if found:
        ids = ", ".join(each.id for each in found)
        return wrong(READ, f"{ids} cannot enter the case room, and get no notices", _LIST)
    return ok(READ, f"{len(settings.reports.recipients)} recipients, each somebody in the directory of people")
