"""Who receives reports and is nobody whom the directory of people knows: they get no notice, and enter no case room."""

from __future__ import annotations

import datetime

from bot.app import LEDGER_FILE, ledger
from bot.case_access import CaseAccess
from bot.config import Settings
from bot.report_settings import Recipient
from bot.tokens import Tokens


def unread(settings: Settings) -> tuple[Recipient, ...]:
    """The recipients whom nobody reads for. A ledger that is not there is not made; that of local mode knows its people from the
    first start on. Raises what a ledger that cannot be used raises."""
    recipients, read = settings.reports.recipients, set()
    if settings.database_url or (settings.records / LEDGER_FILE).exists():
        with ledger(settings) as kept:
            access = CaseAccess(kept, Tokens(b""), "", recipients, today=lambda: settings.hours.day(_now()))
            read = {id for reader in access.readers() for id in reader.recipients}
    elif settings.local:
        return ()
    return tuple(each for each in recipients if each.id not in read)


def told(recipient: Recipient) -> str:
    """What whoever runs the program is told of one of them."""
    if recipient.email:
        who = f"nobody with {recipient.email} who belongs to the organisation"
        why = f"the directory of people has {who}: clausebot people import FILE"
    else:
        why = f"they have no address: clausebot keys revoke {recipient.id}, then clausebot keys add {recipient.id} with --email"
    return f"{recipient.id} cannot enter the case room, and gets no notices: {why}"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
