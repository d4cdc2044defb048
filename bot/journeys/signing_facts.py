"""What is known of a sign-off, where its reader is, and the acts that come of it. Pure."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot import statement
from bot.journeys.reading import Page, pages
from bot.people import Account, Person
from bot.publishing import Published
from bot.records import Act, Entry, Notice, Progress, Request, Withdrawn
from bot.tokens import ForgedButton
from bot.views import OPEN, View

READ, QUIZ, SIGN, DECLINE, PAPER = "sign_read", "sign_quiz", "sign", "decline", "paper"
FORMS = (READ, QUIZ, SIGN, DECLINE)
OPEN_SIGN, OPEN_DECLINE = f"{OPEN}{SIGN}", f"{OPEN}{DECLINE}"
BACK, WANT_PAPER = "sign_page", "sign_paper"


@dataclass(frozen=True)
class Reading:
    """What is known of one sign-off: who reads, what, why, and how far they are.

    `entries` are the reader's acts on this policy; `must` the clauses that are left to sign for somebody who holds `before`, or
    None for all of it; `held` is the entry by which they hold this very version. `closed` says why nothing can be signed;
    `quizzed` that the questions were answered; `asker` is whoever is told of a refusal.
    """

    person: Person
    published: Published
    request: Request | None = None
    closed: str = ""
    read: Sequence[Progress] = ()
    before: Published | None = None
    must: tuple[str, ...] | None = None
    held: Entry | None = None
    words: statement.Words = statement.SHIPPED
    approved: bool = False
    quizzed: bool = False
    asker: str = ""

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """What is read before signing: the whole, or only what counts of what has changed."""
        if self.must is None or self.before is None:
            return pages(self.published)
        return pages(self.published, self.must, self.before.policy)

    @property
    def next_page(self) -> int:
        """The first page that has not been read; the number of pages where all have."""
        seen = {each.page for each in self.read}
        return next((place for place in range(len(self.pages)) if place not in seen), len(self.pages))


@dataclass(frozen=True)
class Circumstances:
    """What a decision may not make itself: the time, ids, the program's version, who acts by which account."""

    now: datetime.datetime
    new_id: Callable[[], str] = field(repr=False)
    program: str
    client: str
    account: Account | None = field(default=None, repr=False)


def state(reading: Reading, page: int) -> str:
    """Where somebody is, as the form carries it."""
    request = reading.request.id if reading.request else ""
    policy = reading.published.policy
    return json.dumps([request, policy.id, policy.version, reading.published.text_sha256, page])


@dataclass(frozen=True, slots=True)
class Place:
    """A state, read back."""

    request: str
    policy: str
    version: str
    text: str
    page: int


def place(state: str) -> Place:
    """Where the form was. Raises ForgedButton for what is no state of ours, such as that of a form without one."""
    try:
        request, policy, version, text, page = json.loads(state)
        return Place(str(request), str(policy), str(version), str(text), int(page))
    except (ValueError, TypeError):
        raise ForgedButton from None


def topic(request: str, person: str) -> str:
    """What everything that a request sends to somebody may be withdrawn by."""
    return f"request:{request}:{person}"


def act(reading: Reading, kind: str, how: Circumstances, facts: Mapping[str, object], personal: Mapping[str, object]) -> Act:
    """An act of the reader, with who they are at this moment among what is personal."""
    policy, person = reading.published.policy, reading.person
    who = {
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "department": person.department,
        "employment": str(person.employment),
    }
    account = {"channel": how.account.channel, "tenant": how.account.tenant, "id": how.account.id} if how.account else {}
    request = reading.request.id if reading.request else ""
    own = {**personal, "person": who, "account": account}
    return Act(how.new_id(), kind, how.now, policy.id, policy.version, request, {"client": how.client, **facts}, person.id, own)


def withdrawn(reading: Reading) -> tuple[Withdrawn, ...]:
    return (Withdrawn(topic(reading.request.id, reading.person.id)),) if reading.request else ()


def told(reading: Reading, of: Act, shown: View) -> tuple[Notice, ...]:
    """The notice to whoever asked; `asker` is empty where nobody did."""
    return (Notice(f"{of.kind}:{of.id}", f"person:{reading.asker}", shown, of.at),) if reading.asker else ()
