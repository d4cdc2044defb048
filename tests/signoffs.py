"""A desk with people, a published policy and a request, for tests of sign-offs; and somebody who reads and signs at it."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.desk import Desk
from bot.journeys.signing_facts import OPEN_SIGN
from bot.ledger import Ledger, migrations
from bot.people import Account, Grant, Person, Sender
from bot.publishing import Published, changes
from bot.records import Assignment, Audience, Entry, Request
from bot.standings import Standings
from bot.turns import Pressed, Submitted
from bot.views import Button, Form, View
from policy_kb import KnowledgeBase, Policy
from policy_kb.library import read_policies, shipped
from tests.databases import opened

NOON = datetime.datetime(2026, 11, 20, 18, tzinfo=datetime.UTC)
TODAY = NOON.date()
ALICE = Person("alice", "Alice Stone", "alice@city.example", department="Parks", supervisor="sam", role="Ranger")
BOB = Person("bob", "Bob Marsh", "bob@city.example", department="Police", role="Officer")
SAM = Person("sam", "Sam Ortiz", "sam@city.example", department="Parks", role="Supervisor")
HANA = Person("hana", "Hana Ruiz", "hana@city.example", department="Human Resources")
POLICIES = read_policies(shipped())
EVERYBODY = (SAM, ALICE, BOB, HANA)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime.datetime = NOON

    def __call__(self) -> datetime.datetime:
        """The time, a little later at each look, so that no two records share it."""
        self.at += datetime.timedelta(microseconds=1)
        return self.at

    def move(self, **by: int) -> None:
        """Lets time pass."""
        self.at += datetime.timedelta(**by)


@dataclass
class Office:
    """The ledger with four people, the policy in force, and one request to everybody."""

    ledger: Ledger
    desk: Desk
    clock: Clock
    published: Published
    request: Request
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def entries(self, kind: str) -> list[Entry]:
        """All records of one kind."""
        return [each for each in self.ledger.acts.all() if each.kind == kind]

    def publish(self, clause: str, words: str, *, material: bool, effective: datetime.date | None = None) -> Published:
        """A new version in which one clause says something else."""
        before = self.ledger.policies.versions(self.published.policy.id)[-1]
        effective = effective or max(before.policy.effective + datetime.timedelta(days=1), TODAY)
        new = replace(
            before.policy,
            effective=effective,
            clauses=tuple(replace(each, text=words) if each.id == clause else each for each in before.policy.clauses),
        )
        decided = tuple(replace(each, material=material) for each in changes(before.policy, new))
        made = Published(new, "", decided, "Carla Voss", self.clock())
        with self.ledger.transaction(deciding=True):
            self.ledger.policies.publish(made)
        return made

    def deliver(self) -> None:
        """Every notice that is due arrives."""
        from bot.arrivals import arrived

        while due := self.ledger.notices.claim(self.clock().timestamp() + 86400, "test", 100, 60):
            for each in due:
                arrived(self.ledger, each, "test", "slack", self.clock(), lambda: f"arrived{next(self.ids)}")


@contextmanager
def office(kind: str = "memory", place: Path | None = None, *, quiz: bool = False) -> Iterator[Office]:
    """An office over one kind of database."""
    with opened(kind, place or Path()) as database:
        ledger, clock = Ledger(database), Clock()
        (policy,) = POLICIES
        published = Published(policy, "", changes(None, policy), "as installed", clock())
        due = TODAY + datetime.timedelta(days=14)
        request = Request("r1", policy.id, policy.version, Audience("everyone"), due, clock(), "hana", quiz=quiz)
        migrations.migrate(database)
        with ledger.transaction(deciding=True):
            for person in EVERYBODY:
                ledger.people.put(person)
                ledger.people.link(Account("slack", "T0HOME", f"U0{person.id.upper()}"), person.id)
            ledger.people.grant("hana", Grant.HR)
            ledger.policies.publish(published)
            ledger.requests.add(request)
            for person in EVERYBODY:
                ledger.requests.assign(Assignment(request.id, person.id, request.due, TODAY))
        ids = itertools.count(1)
        standings = Standings(ledger, now=clock)
        desk = Desk(standings, lambda record, kind: f"https://bot.example/{kind}/{record}", "0.1.0", lambda: f"id{next(ids):06}")
        yield Office(ledger, desk, clock, published, request, ids)


def knowledge_of(policy: Policy) -> KnowledgeBase:
    """As much of a knowledge base as the desk looks at."""
    return Known((policy,))  # type: ignore[return-value] # it has the same names


@dataclass(frozen=True)
class Known:
    """Policies by id, and their clauses."""

    policies: tuple[Policy, ...]

    def policy(self, id: str) -> Policy:
        """The policy with this id."""
        return next(each for each in self.policies if each.id == id)

    @property
    def policies_by_id(self) -> dict[str, Policy]:
        """All of them."""
        return {each.id: each for each in self.policies}

    def clause(self, id: str) -> object:
        """The clause with this id."""
        return next((found for policy in self.policies if (found := policy.clause(id))), None)


@dataclass
class Signer:
    """Somebody at the desk who sees one view at a time, as a channel shows it."""

    office: Office
    id: str = "alice"
    shown: View = field(default_factory=lambda: View(()))
    channel: str = "slack"

    @property
    def form(self) -> Form:
        """The form that is shown."""
        return self.shown.forms[0]

    @property
    def text(self) -> str:
        """All that is to be read."""
        from bot.channels import plain

        return plain.render(self.shown)

    def open(self, request: str = "r1") -> View:
        """Opens what is to be signed."""
        return self.press_action(OPEN_SIGN, request)

    def press(self, label: str) -> View:
        """Presses a button."""
        found: Button = next(each for each in self.shown.buttons if each.label == label)
        return self.press_action(found.action, found.value)

    def press_action(self, action: str, value: str = "") -> View:
        """Presses what a forged button may carry."""
        self.shown = self.office.desk.answer(Pressed(action, value), self._sender, self._person)
        return self.shown

    def submit(self, **values: str) -> View:
        """Sends the form that is shown; `rendered` is what a channel would have digested."""
        sent = Submitted(self.form.id, values, self.form.state, f"drawn {self.form.state}")
        self.shown = self.office.desk.answer(sent, self._sender, self._person)
        return self.shown

    def read_all(self, request: str = "r1") -> int:
        """Opens and goes on from page to page; gives how many there were."""
        self.open(request)
        pages = 0
        while self.shown.forms and self.form.id == "sign_read":
            self.submit()
            pages += 1
        return pages

    def sign(self, name: str = "", request: str = "r1") -> View:
        """Reads everything and signs."""
        self.read_all(request)
        return self.submit(consent="yes", name=name or (self._person.name if self._person else ""))

    @property
    def _person(self) -> Person | None:
        return self.office.ledger.people.get(self.id)

    @property
    def _sender(self) -> Sender:
        return Sender(self.channel, account=Account(self.channel, "T0HOME", f"U0{self.id.upper()}"))
