"""How somebody stands to the policies: what they are asked to sign, have read, hold, and may do; read from the ledger."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot import gate, statement
from bot.citation import date
from bot.journeys.acknowledge import Kept, Owed
from bot.journeys.overseeing import Overseen
from bot.journeys.signing_facts import Reading, read_as
from bot.ledger import Ledger
from bot.office_hours import Hours
from bot.people import Grant, Person
from bot.publishing import Published, must_sign
from bot.records import Entry, Request

# Acts after which an earlier refusal is none any more.
_SINCE = (*gate.HOLDING, "withdrawn", "revoked")
_LEFT = "You no longer belong to the organisation, so there is nothing to sign. What you signed stays yours to read."


class NotYours(Exception):
    """That was not asked of you, or is not yours to see. Please open it from your own messages or from Home."""


@dataclass(frozen=True)
class Standings:
    """Reads within a transaction of the caller's; `now` is the clock."""

    ledger: Ledger
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
        named = self._request(person, request_id)
        policy_id = named.policy if named else policy_id or self.policy()
        published = self._to_sign(policy_id, named if named and self._still_asks(person, named) else None)
        version = published.policy.version
        asking = self._asking(person, published, request_id)
        request = asking[0] if asking else None
        entries = self.ledger.acts.of_person(person.id, (*gate.READ, "quizzed", "declined", "paper_wanted"), policy_id)
        versions = gate.held(entries, self.today, self.zone)
        current = versions.pop(version, None)
        before, must = self._difference(list(versions), published)
        own = request.id if request else ""
        return Reading(
            person,
            published,
            request,
            self._closed(person),
            self.ledger.requests.pages(own, person.id, read_as(version, before.policy.version if before else "")),
            before,
            must,
            current.entry if current else None,
            self.words,
            bool(self.ledger.policies.statement_approval(self.words.digest)),
            any(each.kind == "quizzed" and each.version == version and not each.facts["wrong"] for each in entries),
            asking[1:],
            self._told(request),
            _standing(entries, "declined", version, own),
            _standing(entries, "paper_wanted", version, own),
            self.zone,
        )

    def _difference(self, held: Sequence[str], published: Published) -> tuple[Published, tuple[str, ...]] | tuple[None, None]:
        """For somebody who holds earlier versions: the last of them, and the clauses that are left to sign; else nothing."""
        before = self.ledger.policies.get(published.policy.id, held[-1]) if held else None
        history = self.ledger.policies.versions(published.policy.id)
        must = must_sign(history, before.policy.version, published) if before else None
        return (before, must) if before and must else (None, None)

    def _closed(self, person: Person) -> str:
        """Why somebody can sign nothing; empty where they can."""
        if person.started and self.today < person.started:
            return f"There is nothing to sign before your first day, {date(person.started)}."
        return "" if person.belongs(self.today) else _LEFT

    def _request(self, person: Person, id: str) -> Request | None:
        """The request that a button or form names, whether it still asks or not."""
        if not id:
            return None
        request = self.ledger.requests.get(id)
        if request is None or self.ledger.requests.assignment(id, person.id) is None:
            raise NotYours
        return request

    def _still_asks(self, person: Person, request: Request) -> bool:
        assignment = self.ledger.requests.assignment(request.id, person.id)
        return request.asks(self.today) and assignment is not None and assignment.ended is None

    def _told(self, request: Request | None) -> tuple[str, ...]:
        """Who is told of a refusal: whoever asks, where they are still of HR, or else all of HR."""
        hr = [each.id for each in self.ledger.people.holders(Grant.HR, self.today)]
        return (request.asked_by,) if request and request.asked_by in hr else tuple(hr)

    def _to_sign(self, policy: str, request: Request | None) -> Published:
        """What is signed: the version in force, or the one that a request names while it has not come into force yet."""
        in_force = self.ledger.policies.in_force(policy, self.today)
        named = self.ledger.policies.get(policy, request.version) if request else None
        if in_force is None or (named and named.policy.effective > in_force.policy.effective):
            if named is None:
                raise NotYours
            return named
        return in_force

    def _asking(self, person: Person, published: Published, named: str) -> list[Request]:
        """The open requests that a signature of this version settles, which somebody may have declined; first the one that the
        signature is recorded for: one that asks for this very version, if possible the one that was named.
        """
        policy, version = published.policy.id, published.policy.version
        owed = [each for each, _ in self.ledger.requests.owed(person.id, self.today, declined=True) if each.policy == policy]
        found = [each for each in owed if version in (each.version, self._to_sign(policy, each).policy.version)]
        return sorted(found, key=lambda each: (each.version != version, each.id != named))

    def policy(self) -> str:
        """The policy that is meant where none is named: the one that asks for a signature before posting."""
        ids = self.ledger.policies.policies()
        return next((id for id in ids if id in gate.CLAUSES), ids[0] if ids else "")

    def owed(self, person: Person) -> Iterator[Owed]:
        """What somebody is asked to sign, then what is in force and they hold not; nothing for whoever has left."""
        if not person.belongs(self.today):
            return
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
        for policy in self.ledger.policies.policies():
            for version, held in self._versions(person, policy).items():
                if published := self.ledger.policies.get(policy, version):
                    found.append(Kept(published, held))
        return found

    def held(self, record: str, person: Person) -> Kept:
        """The version that somebody holds by this signature. Raises NotYours."""
        for each in self.kept(person):
            if each.held.signature == record:
                return each
        raise NotYours

    def stays(self, person: Person, gone: Kept) -> str:
        """The version in force of a policy, where somebody holds it by another signature than this one; else empty."""
        policy = gone.published.policy.id
        in_force = self.ledger.policies.in_force(policy, self.today)
        held = self._versions(person, policy).get(in_force.policy.version) if in_force else None
        return held.entry.version if held and held.signature != gone.held.signature else ""

    def overseen(self, id: str) -> Overseen:
        """A request with how everybody stands to it. Raises NotYours for one that is not there."""
        with self.ledger.transaction():
            request = self.ledger.requests.get(id)
            published = self.ledger.policies.get(request.policy, request.version) if request else None
            if request is None or published is None:
                raise NotYours
            return Overseen(request, published, self.ledger.requests.status(id, self.today))

    def may_post(self, email: str, site: str, on: datetime.date | None) -> gate.Verdict:
        """The gate's verdict for a person, by e-mail address, and an account, by name, on a day (None: today)."""
        with self.ledger.transaction():
            return self.verdict(self.ledger.people.by_email(email), on or self.today, site)

    def verdict(self, person: Person | None, on: datetime.date, site: str = "") -> gate.Verdict:
        """Whether somebody may post on a day, to the account that is named, if one is."""
        policy = self.policy()
        entries = self.ledger.acts.of_person(person.id, gate.READ, policy) if person else []
        found = self.ledger.sites.get(site) if site else None
        return gate.may_post(gate.Facts(person, entries, self.ledger.policies.in_force(policy, on), found, site), on, self.zone)


def _standing(entries: Sequence[Entry], kind: str, version: str, request: str) -> Entry | None:
    """The last act of a kind about this version and request, where nothing was signed or taken back since."""
    for each in reversed(entries):
        if each.kind in _SINCE:
            return None
        if (each.kind, each.version, each.request) == (kind, version, request):
            return each
    return None
