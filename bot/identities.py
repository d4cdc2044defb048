"""Who an account is: looked up in the directory, and linked to the person whose address the platform has verified."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.ledger import Ledger
from bot.people import Account, Person, Profile, Sender, Standing
from bot.threads import InThread

# How long the platform may take to say who somebody is, in seconds: the person waits meanwhile.
PATIENCE = 2.0
# How long an account that fits nobody is not asked about again, in seconds; shorter where the platform did not answer.
UNKNOWN_FOR = 300.0
SILENT_FOR = 30.0
# So many unknown accounts are remembered at most.
REMEMBERED = 10_000
# Calls a function, with these arguments, where the ledger may be used.


@dataclass(frozen=True)
class Identities:
    """Knows people by their accounts. `clock` counts seconds; `today` is the organisation's day."""

    ledger: Ledger
    in_thread: InThread
    today: Callable[[], datetime.date] = datetime.date.today
    clock: Callable[[], float] = time.monotonic
    # Until when an account is not asked about; in memory alone.
    _unknown: dict[Account, float] = field(default_factory=dict, repr=False)

    async def person_of(self, sender: Sender) -> Person | None:
        """The person whose account this is, or None: an outsider, or somebody whom the directory does not know.

        An account met for the first time is linked for good where the platform's verified e-mail address is in the directory, and
        that person still belongs and has no account on this platform. Whoever has left is found by an account linked before.
        """
        if sender.standing is Standing.OUTSIDER or sender.account is None:
            return None
        person: Person | None = await self.in_thread(self._known, sender.account)
        if person or sender.profile is None or self._is_unknown(sender.account):
            return person
        try:
            async with asyncio.timeout(PATIENCE):
                profile = await sender.profile()
        except (TimeoutError, OSError):
            self._remember(sender.account, SILENT_FOR)
            return None
        person = await self.in_thread(self._linked, sender.account, profile) if profile and profile.email else None
        if person is None:
            self._remember(sender.account, UNKNOWN_FOR)
        return person

    def _known(self, account: Account) -> Person | None:
        with self.ledger.transaction():
            return self.ledger.people.by_account(account)

    def _linked(self, account: Account, profile: Profile) -> Person | None:
        """The person with this address, from now on by this account too; nobody where that would be a guess.

        An address that a leaver had may have been given to somebody new, and must not show them what the leaver signed.
        """
        people = self.ledger.people
        with self.ledger.transaction(deciding=True):
            if known := people.by_account(account):
                return known
            person = people.by_email(profile.email)
            if person is None or (person.separated and person.separated <= self.today()):
                return None
            if any(each.channel == account.channel for each in people.accounts(person.id)):
                return None
            people.link(account, person.id)
            return person

    def _is_unknown(self, account: Account) -> bool:
        return self.clock() < self._unknown.get(account, float("-inf"))

    def _remember(self, account: Account, seconds: float) -> None:
        """The oldest are forgotten where there are too many."""
        self._unknown.pop(account, None)
        self._unknown[account] = self.clock() + seconds
        while len(self._unknown) > REMEMBERED:
            self._unknown.pop(next(iter(self._unknown)))
