"""What is asked about sign-offs and clearances, in words or by another program: read from the ledger, and nothing is kept."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from bot.journeys import acknowledge, clearance, overseeing
from bot.journeys.acknowledge import Address
from bot.journeys.home import SIGNED
from bot.ledger import Ledger
from bot.outcome import Outcome
from bot.people import Grant, Person
from bot.standings import Standings
from bot.views import Text, View, view
from policy_kb import KnowledgeBase


@dataclass(frozen=True)
class Enquiries:
    """Runs in the ledger's thread, like the desk; `address` gives the way to a copy."""

    standings: Standings
    knowledge: KnowledgeBase
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
            found = self._said(intent, text, person)
            # Whoever is HR may well mean everybody's.
            more = acknowledge.to_overview().view.buttons if person.may(Grant.HR, self._today) else ()
            return View(tuple(dict.fromkeys((*found.blocks, *more))))

    def _said(self, intent: str, text: str, person: Person) -> View:
        if intent == "acknowledge":
            return acknowledge.offer(list(self.standings.owed(person)), self._today).view
        named = [each for each in self._ledger.people.named(text) if each.id != person.id]
        if named or clearance.is_asked(text):
            return self._clearance(text, person, named).view
        if clearance.is_about_others(text):
            return self._about_others(person).view
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
            latest = self._ledger.requests.open(self._today)[-overseeing.MOST_AT_HOME :]
            overseen = [self.standings.overseen(each.id) for each in latest]
            return View((*mine.blocks, *overseeing.at_home(overseen).blocks))

    def _about_others(self, actor: Person) -> Outcome:
        """Who has signed: HR is led to all, a supervisor sees their own people, and nobody else sees anybody."""
        if actor.may(Grant.HR, self._today):
            return acknowledge.to_overview()
        reports = self._reports(actor)
        if not reports:
            return clearance.refused()
        return clearance.several([(each, self.standings.verdict(each, self._today)) for each in reports], self._today)

    def _reports(self, actor: Person) -> list[Person]:
        """Whom somebody supervises; nobody, once they have left."""
        return self._ledger.people.reports_of(actor.id, self._today) if actor.belongs(self._today) else []

    def _clearance(self, text: str, actor: Person, named: list[Person]) -> Outcome:
        """The gate's answer for whoever is asked about: others by name, the actor's people, or the actor."""
        today = self._today
        if named:
            named = [each for each in named if clearance.may_know(actor, each, today)]
            if not named:
                return clearance.refused()
        elif clearance.is_about_others(text):
            named = self._reports(actor)
        else:
            own = clearance.own(self.standings.verdict(actor, today), self.knowledge, today)
            stranger = Text(clearance.STRANGER) if clearance.is_about_a_stranger(text) else None
            return Outcome(view(stranger, *own.view.blocks))
        found = [(each, self.standings.verdict(each, today)) for each in named]
        return clearance.other(*found[0], self.knowledge, today) if len(found) == 1 else clearance.several(found, today)

    def note(self, person: Person, policies: Iterable[str]) -> View:
        """What somebody is told above an answer that quotes these policies: that they have signed an earlier version."""
        with self._ledger.transaction():
            return acknowledge.earlier([found for policy in policies if (found := self.standings.earlier(person, policy))])
