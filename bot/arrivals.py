"""What the outbox reads and writes in the ledger: where a notice can go, and what is recorded once it has arrived or died."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from bot.ledger import Ledger
from bot.ledger.notices import ABOUT_DEAD, Claimed
from bot.office_hours import Hours
from bot.people import Account, Grant
from bot.records import Act, Notice
from bot.views import Text, view

# The order in which a person is tried; e-mail is the last.
CHATS = ("slack", "teams", "web")
EMAIL = "email"
PERSON = "person"
# So much of a code is kept with a witness.
_LONGEST_CODE = 200
Target = tuple[str, Account | str]


def targets(ledger: Ledger, to: str) -> list[Target]:
    """Channel and account, or place, for each way to reach whom a notice is for, the first to be tried first.

    `person:ID` has all accounts of the person, then the e-mail address; a place such as `slack:CHANNEL` is its own only way.
    """
    kind, _, place = to.partition(":")
    if kind != PERSON:
        return [(kind, place)]
    with ledger.transaction():
        person = ledger.people.get(place)
        accounts = ledger.people.accounts(place)
    chats: list[Target] = [(chat, each) for chat in CHATS for each in accounts if each.channel == chat]
    return [*chats, (EMAIL, person.email)] if person and person.email else chats


def arrived(ledger: Ledger, notice: Claimed, by: str, channel: str, at: datetime.datetime, new_id: Callable[[], str]) -> bool:
    """A notice has arrived by this channel: it is settled, and what it was for is recorded, in one transaction.

    False where `by` does not hold it any more; who does records it then.
    """
    what, _, which = notice.cause.partition(":")
    with ledger.transaction(deciding=what == "copy"):
        if not ledger.notices.settle(notice.key, by):
            return False
        match what:
            case "copy" if not ledger.notices.lacks_parts(notice.key):
                copied(ledger, which, channel, at, new_id)
            case "root":
                _witnessed(ledger, which, "posted", "", at)
    return True


def died(ledger: Ledger, notice: Claimed, by: str, code: str, at: datetime.datetime) -> bool:
    """A notice cannot be delivered: it is buried, and a root that was to be witnessed so is recorded as failed."""
    what, _, which = notice.cause.partition(":")
    with ledger.transaction():
        if not ledger.notices.bury(notice.key, by, code, at.timestamp()):
            return False
        if what == "root":
            _witnessed(ledger, which, "failed", code[:_LONGEST_CODE], at)
    return True


def tell_of_dead(ledger: Ledger, hours: Hours, now: datetime.datetime) -> int:
    """Once a day, when people may be written to, HR is told how many notices could not be delivered, if any.

    Gives that number. Notices of this kind that died themselves are not counted.
    """
    if not hours.is_open(now):
        return 0
    day = hours.day(now)
    with ledger.transaction():
        dead = ledger.notices.count_dead()
        for person in ledger.people.holders(Grant.HR, day) if dead else ():
            ledger.notices.add(Notice(f"{ABOUT_DEAD}{day}:{person.id}", f"{PERSON}:{person.id}", view(Text(_words(dead))), now))
    return dead


def _words(dead: int) -> str:
    what = "One notice could not be delivered." if dead == 1 else f"{dead} notices could not be delivered."
    return (
        f"{what} Whoever runs this program finds out why with “clausebot outbox --dead”, and sends them again with "
        "“clausebot outbox retry”."
    )


def copied(ledger: Ledger, record: str, how: str, at: datetime.datetime, new_id: Callable[[], str]) -> None:
    """The signer has the copy: only now is the signature final (RSMo 432.235(3)). `how` it came is a channel's name."""
    signed = ledger.acts.get(record)
    if signed:
        facts = {"signed": record, "how": how}
        act = Act(new_id(), "copied", at, signed.policy, signed.version, signed.request, facts, signed.person)
        ledger.acts.append(act)


def _witnessed(ledger: Ledger, which: str, state: str, detail: str, at: datetime.datetime) -> None:
    day, _, name = which.partition(":")
    ledger.acts.witnessed(datetime.date.fromisoformat(day), name, state, detail, at)
