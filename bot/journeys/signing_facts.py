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

READ, QUIZ, SIGN, DECLINE = "sign_read", "sign_quiz", "sign", "decline"
FORMS = (READ, QUIZ, SIGN, DECLINE)
OPEN_SIGN, OPEN_DECLINE = f"{OPEN}{SIGN}", f"{OPEN}{DECLINE}"
BACK, WANT_PAPER = "sign_page", "sign_paper"
# Before the id of a policy in the value of a button, where no request asks for it.
_POLICY = "policy:"


@dataclass(frozen=True)
class Reading:
    """What is known of one sign-off: who reads, what, why, and how far they are.

    `entries` are the reader's acts on this policy; `must` the clauses that are left to sign for somebody who holds `before`, or
    None for all of it; `held` is the entry by which they hold this very version. `closed` says why nothing can be signed;
    `quizzed` that the questions were answered; `also` are other requests that the same signature settles; `told` is whoever is
    told of a refusal (ids); `declined` and `paper_wanted` are the acts that say so already.
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
    also: Sequence[Request] = ()
    told: Sequence[str] = field(default=(), repr=False)
    declined: Entry | None = None
    paper_wanted: Entry | None = None
    zone: datetime.tzinfo = datetime.UTC

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

    @property
    def difference_from(self) -> str:
        """The version that was signed, where only what has changed since is read; empty where all of it is."""
        return self.before.policy.version if self.must is not None and self.before else ""

    @property
    def is_asked(self) -> bool:
        """Whether questions are left to be answered."""
        return not self.quizzed and any(each.quiz for each in (self.request, *self.also) if each)

    @property
    def subject(self) -> str:
        """What a button carries that opens this: the request, or the policy where none asks for it."""
        return subject(self.published, self.request)


@dataclass(frozen=True)
class Circumstances:
    """What a decision may not make itself: the time, ids, the program's version, who acts by which account."""

    now: datetime.datetime
    new_id: Callable[[], str] = field(repr=False)
    program: str
    client: str
    account: Account | None = field(default=None, repr=False)


def subject(published: Published, request: Request | None) -> str:
    """What a button carries that opens a version to be signed."""
    return request.id if request else f"{_POLICY}{published.policy.id}"


def of_subject(value: str) -> tuple[str, str]:
    """The request and the policy that a button names; one of the two is empty, or both."""
    return ("", value.removeprefix(_POLICY)) if value.startswith(_POLICY) else (value, "")


def read_as(version: str, difference_from: str) -> str:
    """What the pages that somebody has read are kept under: those of a difference are not those of the whole."""
    return f"{difference_from}..{version}" if difference_from else version


def state(reading: Reading, page: int) -> str:
    """Where somebody is, and who, as the form carries it."""
    request = reading.request.id if reading.request else ""
    policy, text = reading.published.policy, reading.published.text_sha256
    return json.dumps([request, policy.id, policy.version, text, page, reading.difference_from, reading.person.id])


@dataclass(frozen=True, slots=True)
class Place:
    """A state, read back."""

    request: str
    policy: str
    version: str
    text: str
    page: int
    difference_from: str
    person: str = field(repr=False)


def place(state: str) -> Place:
    """Where the form was. Raises ForgedButton for what is no state of ours, such as that of a form without one."""
    try:
        request, policy, version, text, page, before, person = json.loads(state)
        return Place(str(request), str(policy), str(version), str(text), int(page), str(before), str(person))
    except (ValueError, TypeError):
        raise ForgedButton from None


def topic(request: str, person: str) -> str:
    """What everything that a request sends to somebody may be withdrawn by."""
    return f"request:{request}:{person}"


def act(reading: Reading, kind: str, how: Circumstances, facts: Mapping[str, object], personal: Mapping[str, object]) -> Act:
    """An act of the reader, with who they are at this moment among what is personal."""
    policy, person = reading.published.policy, reading.person
    account = {"channel": how.account.channel, "tenant": how.account.tenant, "id": how.account.id} if how.account else {}
    request = reading.request.id if reading.request else ""
    own = {**personal, "person": person.on_record, "account": account}
    return Act(how.new_id(), kind, how.now, policy.id, policy.version, request, {"client": how.client, **facts}, person.id, own)


def withdrawn(reading: Reading) -> tuple[Withdrawn, ...]:
    """What has not been told of these requests is not told any more."""
    return tuple(Withdrawn(topic(each.id, reading.person.id)) for each in (reading.request, *reading.also) if each)


def told(reading: Reading, of: Act, shown: View) -> tuple[Notice, ...]:
    """The notices to those who are to know of a refusal."""
    return tuple(Notice(f"{of.kind}:{of.id}:{each}", f"person:{each}", shown, of.at) for each in reading.told)
