"""What is asked about sign-offs and clearances, in words or by another program: read from the ledger, and nothing is kept."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from bot.gate import Verdict
from bot.journeys import acknowledge, clearance, overseeing
from bot.journeys.acknowledge import Address
from bot.journeys.home import SIGNED
from bot.ledger import Ledger
from bot.outcome import Outcome
from bot.people import Grant, Person
from bot.standings import Standings
from bot.views import View


@dataclass(frozen=True)
class Enquiries:
    """Runs in the ledger's thread, like the desk; `address` gives the way to a copy."""

    standings: Standings
    address: Address

    @property
    def _ledger(self) -> Ledger:
        return self.standings.ledger

    @property
    def _today(self) -> datetime.date:
        return self.standings.today

    def said(self, intent: str, text: str, person: Person | None) -> View:
        """The answer to a message about sign-offs. Nothing is ever kept of it: writing that one agrees is no signature."""
        with self._ledger.transaction():
            if person is None:
                return acknowledge.unknown().view
            if intent == "acknowledge":
                return acknowledge.offer(list(self.standings.owed(person)), self._today).view
            if clearance.is_asked(text):
                return self._clearance(text, person).view
            if any(each.id != person.id for each in self._ledger.people.named(text)):
                return self._clearance(text, person).view
            if clearance.is_about_others(text):
                return self._about_others(text, person).view
            return acknowledge.signed(
                self.standings.kept(person), list(self.standings.owed(person)), self.address, self.standings.zone
            ).view

    def home(self, person: Person) -> View:
        """What stands on somebody's Home: what they are asked to sign; for HR how the requests stand."""
        with self._ledger.transaction():
            asked = [each for each in self.standings.owed(person) if each.request]
            mine = acknowledge.owed(asked, self._today).view.without_action(SIGNED) if asked else View(())
            if not person.may(Grant.HR, self._today):
                return mine
            overseen = [self.standings.overseen(each.id) for each in self._ledger.requests.open(self._today)]
            return View((*mine.blocks, *overseeing.at_home(overseen).blocks))

    def _about_others(self, text: str, actor: Person) -> Outcome:
        """Who has signed: HR is led to all, a supervisor sees their own people, and nobody else sees anybody."""
        if actor.may(Grant.HR, self._today):
            return acknowledge.to_overview()
        if not self._ledger.people.reports_of(actor.id, self._today):
            return clearance.refused()
        return self._clearance(text, actor)

    def _clearance(self, text: str, actor: Person) -> Outcome:
        """The gate's answer for whoever is asked about: by name, the actor's people, or the actor."""
        today = self._today
        named = [each for each in self._ledger.people.named(text) if each.id != actor.id]
        if named:
            named = [each for each in named if clearance.may_know(actor, each, today)]
            if not named:
                return clearance.refused()
        elif clearance.is_about_others(text):
            named = self._ledger.people.reports_of(actor.id, today)
        else:
            return clearance.own(self.standings.verdict(actor, today), self.standings.knowledge, today)
        found = [(each, self.standings.verdict(each, today)) for each in named]
        return clearance.other(*found[0], self.standings.knowledge, today) if len(found) == 1 else clearance.several(found, today)

    def note(self, person: Person, policies: Iterable[str]) -> View:
        """What somebody is told above an answer that quotes these policies: that they have signed an earlier version."""
        with self._ledger.transaction():
            return acknowledge.earlier([found for policy in policies if (found := self.standings.earlier(person, policy))])

    def may_post(self, email: str, site: str, on: datetime.date | None) -> Verdict:
        """The gate's verdict for a person, by e-mail address, and an account, by name, on a day (None: today)."""
        with self._ledger.transaction():
            return self.standings.verdict(self._ledger.people.by_email(email), on or self._today, site)
