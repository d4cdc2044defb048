"""How somebody stands to the policies: what they are asked to sign, have read, hold, and may do; read from the ledger."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot import gate, statement
from bot.journeys.acknowledge import Kept, Owed
from bot.journeys.overseeing import Overseen
from bot.journeys.signing_facts import Reading
from bot.ledger import Ledger
from bot.office_hours import Hours
from bot.people import Person
from bot.publishing import Published, must_sign
from bot.records import Request
from policy_kb import KnowledgeBase

_LEFT = "You no longer belong to the organisation, so there is nothing to sign. What you signed stays yours to read."


class NotYours(Exception):
    """That was not asked of you, or is not yours to see. Please open it from your own messages or from Home."""


@dataclass(frozen=True)
class Standings:
    """Reads within a transaction of the caller's; `now` is the clock."""

    ledger: Ledger
    knowledge: KnowledgeBase
    hours: Hours = field(default_factory=Hours)
    words: statement.Words = statement.SHIPPED
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.hours.zone)

    @property
    def today(self) -> datetime.date:
        """The organisation's day."""
        return self.hours.day(self.now())

    def reading(self, person: Person, request_id: str, policy_id: str = "") -> Reading:
        """The facts of one sign-off. Raises NotYours for a request that does not ask this person."""
        request = self._request(person, request_id)
        policy_id = request.policy if request else policy_id or self.policy()
        published = self._to_sign(policy_id, request)
        if request is None or request.version != published.policy.version:
            request = self._asking(person, published)
        entries = self.ledger.acts.of_person(person.id, (*gate.READ, "quizzed"), policy_id)
        versions = gate.held(entries, self.today, self.zone)
        current = versions.pop(published.policy.version, None)
        before = self.ledger.policies.get(policy_id, list(versions)[-1]) if versions else None
        must = must_sign(self.ledger.policies.versions(policy_id), before.policy.version, published) if before else None
        own = request.id if request else ""
        quizzed = any(each.kind == "quizzed" and each.request == own and not _facts(each.body)["wrong"] for each in entries)
        return Reading(
            person,
            published,
            request,
            "" if person.belongs(self.today) else _LEFT,
            self.ledger.requests.pages(own, person.id, published.policy.version),
            before if must else None,
            must or None,
            current.entry if current else None,
            self.words,
            bool(self.ledger.policies.statement_approval(self.words.digest)),
            quizzed,
            request.asked_by if request else "",
        )

    def _request(self, person: Person, id: str) -> Request | None:
        """The request that a button or form names; one that is closed, or asks no longer, is as good as none."""
        if not id:
            return None
        request, assignment = self.ledger.requests.get(id), self.ledger.requests.assignment(id, person.id)
        if request is None or assignment is None:
            raise NotYours
        closed = request.closed is not None and request.closed <= self.today
        return None if closed or assignment.ended else request

    def _to_sign(self, policy: str, request: Request | None) -> Published:
        """What is signed: the version in force, or the one that a request names while it has not come into force yet."""
        in_force = self.ledger.policies.in_force(policy, self.today)
        named = self.ledger.policies.get(policy, request.version) if request else None
        if in_force is None or (named and named.policy.effective > in_force.policy.effective):
            if named is None:
                raise NotYours
            return named
        return in_force

    def _asking(self, person: Person, published: Published) -> Request | None:
        """The open request that asks this person for this version, for somebody who comes to sign by another way."""
        version = published.policy.version
        owed = self.ledger.requests.owed(person.id, self.today)
        return next((each for each, _ in owed if (each.policy, each.version) == (published.policy.id, version)), None)

    def policy(self) -> str:
        """The policy that is meant where none is named: the one that asks for a signature before posting."""
        ids = [policy.id for policy in self.knowledge.policies]
        return next((id for id in ids if id in gate.CLAUSES), ids[0])

    def owed(self, person: Person) -> Iterator[Owed]:
        """What somebody is asked to sign, then what is in force and they hold not."""
        asked = set()
        for request, assignment in self.ledger.requests.owed(person.id, self.today):
            published = self._to_sign(request.policy, request)
            if published.policy.id not in asked and published.policy.version not in self._versions(person, published.policy.id):
                asked.add(published.policy.id)
                yield Owed(published, request, assignment)
        for published in self.ledger.policies.all_in_force(self.today):
            if published.policy.id not in asked and published.policy.version not in self._versions(person, published.policy.id):
                yield Owed(published)

    def _versions(self, person: Person, policy: str) -> dict[str, gate.Held]:
        return gate.held(self.ledger.acts.of_person(person.id, gate.READ, policy), self.today, self.zone)

    def earlier(self, person: Person, policy: str) -> tuple[Published, Published] | None:
        """The version that somebody signed last and the one in force, where these differ and they hold only the first."""
        in_force, versions = self.ledger.policies.in_force(policy, self.today), self._versions(person, policy)
        if in_force is None or not versions or in_force.policy.version in versions:
            return None
        signed = self.ledger.policies.get(policy, list(versions)[-1])
        return (signed, in_force) if signed else None

    def kept(self, person: Person) -> list[Kept]:
        """Every version that somebody holds, policy by policy."""
        found = []
        for policy in self.ledger.policies.all_in_force(self.today):
            for version, held in self._versions(person, policy.policy.id).items():
                if published := self.ledger.policies.get(policy.policy.id, version):
                    found.append(Kept(published, held))
        return found

    def held(self, record: str, person: Person) -> Kept:
        """The version that somebody holds by this signature. Raises NotYours."""
        for each in self.kept(person):
            if each.held.signature == record:
                return each
        raise NotYours

    def overseen(self, id: str) -> Overseen:
        """A request with how everybody stands to it. Raises NotYours for one that is not there."""
        with self.ledger.transaction():
            request = self.ledger.requests.get(id)
            published = self.ledger.policies.get(request.policy, request.version) if request else None
            if request is None or published is None:
                raise NotYours
            return Overseen(request, published, self.ledger.requests.status(id, self.today))

    def verdict(self, person: Person | None, on: datetime.date, site: str = "", policy: str = "") -> gate.Verdict:
        """Whether somebody may post on a day, to the account that is named, if one is."""
        policy = policy or self.policy()
        entries = self.ledger.acts.of_person(person.id, gate.READ, policy) if person else []
        found = self.ledger.sites.get(site) if site else None
        return gate.may_post(gate.Facts(person, entries, self.ledger.policies.in_force(policy, on), found, site), on, self.zone)


def _facts(body: str) -> dict[str, object]:
    facts: dict[str, object] = json.loads(body)["facts"]
    return facts
