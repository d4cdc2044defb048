"""Whether the directory of people can be worked with: somebody is HR, and people can be recognised and reached."""

from __future__ import annotations

import datetime

from bot.app import LEDGER_FILE, ledger
from bot.checking import LEDGER_ERRORS, ledger_words
from bot.config import Settings
from bot.doctor.checks import Check, ok, skipped, wrong
from bot.ledger import Ledger
from bot.people import Grant

HR, PEOPLE = "somebody is HR", "people"
_GRANT = "import a staff list that has them (clausebot people import, docs/people.md), then: clausebot people grant EMAIL hr"


def examine(settings: Settings) -> list[Check]:
    """The checks of the directory of people. A ledger that is not there is not made."""
    if settings.local:
        return [skipped(HR, "local mode asks nobody who they are"), skipped(PEOPLE, "local mode asks nobody who they are")]
    if not (settings.database_url or (settings.records / LEDGER_FILE).exists()):
        return [wrong(HR, "nobody is in the directory of people yet", _GRANT), skipped(PEOPLE, "nobody is in the directory yet")]
    on = settings.hours.day(datetime.datetime.now(datetime.UTC))
    try:
        with ledger(settings) as kept, kept.transaction():
            return [_hr(kept, on), _reachable(kept, on)]
    except LEDGER_ERRORS as error:
        return [wrong(HR, ledger_words(error), "mend the ledger first"), skipped(PEOPLE, "the ledger cannot be used")]


def _hr(kept: Ledger, on: datetime.date) -> Check:
    """Without HR nobody can ask for sign-offs, and nobody sees what is outstanding (DECISIONS 35)."""
    holders = len(kept.people.holders(Grant.HR, on))
    if not holders:
        return wrong(HR, "nobody who belongs to the organisation holds the grant hr", _GRANT)
    return ok(HR, f"{holders} {'person holds' if holders == 1 else 'people hold'} the grant hr")


def _reachable(kept: Ledger, on: datetime.date) -> Check:
    """An account is recognised by a link, or by the platform's e-mail address."""
    people = kept.people.all(on)
    linked = set(kept.people.linked().values())
    unreached = [each for each in people if not each.email and each.id not in linked]
    if people and len(unreached) == len(people):
        todo = "import a staff list with their addresses: clausebot people import FILE (docs/people.md)"
        return wrong(PEOPLE, f"none of {len(people):,} people has an e-mail address or an account", todo)
    without = f", {len(unreached):,} of them without an e-mail address or an account" if unreached else ""
    joined = sum(each.id in linked for each in people)
    return ok(PEOPLE, f"{len(people):,} in the directory{without}; {joined:,} linked to an account so far")
