"""What is kept: frozen rows with plain ids."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.views import View

# What JSON holds, texts and whole numbers only: a record must have one canonical form.
Json = Any


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A question that no policy answers, kept because the asker pressed for it. No sender, no day.

    `key` is random, so that it tells no order; `week` is an ISO week such as `2026-W47`.
    """

    key: str
    week: str
    question: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where somebody can be written to: the channel's own id of the person, and its conversation as JSON."""

    channel: str
    person: str = field(repr=False)
    conversation: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happened and must be provable: it becomes one entry of the chain.

    `kind` is one of `bot.evidence.KINDS`. `facts` stand in the chain for ever and hold nothing personal; of `personal` (name,
    account, reason ...) the chain holds a salted commitment only. `person` is whose act it is, for looking it up.
    """

    id: str
    kind: str
    at: datetime.datetime
    policy: str = ""
    version: str = ""
    request: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)
    person: str = ""
    personal: Mapping[str, Json] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """An act as it stands in the chain. `body` is its canonical JSON (RFC 8785), `digest` the SHA-256 of that (hex), `previous`
    the digest of the entry before it; `person` and `personal` are empty once they have been disposed of.
    """

    seq: int
    id: str
    kind: str
    at: str
    policy: str
    version: str
    request: str
    body: str = field(repr=False)
    previous: str
    digest: str
    person: str = ""
    salt: str = field(default="", repr=False)
    personal: str = field(default="", repr=False)

    @property
    def facts(self) -> dict[str, Any]:
        """What the record says beside who and when; nothing personal."""
        facts: dict[str, Any] = json.loads(self.body)["facts"]
        return facts


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked: `kind` is everyone, department, role, employment, list, slack_group or teams_team.

    `value` is the department, the role, the group's id; `people` are ids of persons where they are listed one by one, or as a
    platform last named them; `unknown` are its members whom the directory does not know, as `channel:id` or their address.
    """

    kind: str
    value: str = ""
    people: tuple[str, ...] = field(default=(), repr=False)
    unknown: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Reminders:
    """When somebody is reminded: so many days before the day that it is due, on it (0), then every `every` days after it
    (0: not at all); the supervisor, or the administrator where there is none, is told `escalate` days after it (None: never)."""

    before: tuple[int, ...] = (14, 7, 3, 1, 0)
    every: int = 7
    escalate: int | None = 7


@dataclass(frozen=True, slots=True)
class Request:
    """A sign-off that HR asks for. Due on a day, and for those who start later so many days after they start."""

    id: str
    policy: str
    version: str
    audience: Audience
    due: datetime.date
    created: datetime.datetime
    asked_by: str = ""
    days_after_start: int = 14
    reminders: Reminders = Reminders()
    quiz: bool = False
    closed: datetime.date | None = None

    def asks(self, on: datetime.date) -> bool:
        """Whether it is not closed on this day."""
        return self.closed is None or self.closed > on


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person asked by one request. `ended` is set where they no longer belong to it; the row stays."""

    request: str
    person: str
    due: datetime.date
    assigned: datetime.date
    ended: datetime.date | None = None
    why_ended: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """A page of a text that somebody was shown and went on from; `rendered` is the digest of what their channel drew. Outside
    the chain, and it may be forgotten: what counts is listed in the record of the signature."""

    request: str
    person: str
    version: str
    page: int
    rendered: str
    client: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Status:
    """How one person stands to one request; `settled_at` (UTC) and `record` are empty while nothing settles it.

    `state` is one of outstanding, signed, paper, carried, declined, ended and on leave; `overdue` is only ever true of somebody
    outstanding. `version` is the one that was signed, or that is asked for; `person` is their id; who is not `reachable` has
    neither an account nor an address.
    """

    name: str = field(repr=False)
    email: str = field(repr=False)
    department: str
    role: str
    state: str
    due: datetime.date
    version: str
    settled_at: datetime.datetime | None = None
    record: str = ""
    overdue: bool = False
    person: str = ""
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class SigningLink:
    """A web address at which one person can sign one request, once, until a moment. Only the digest of its token is kept."""

    digest: str
    request: str
    person: str
    until: datetime.datetime
    used_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell somebody unasked: a row of the outbox, written with its cause.

    `key` makes it one of its kind however often it is written. `to` is `person:ID`, or a place: `slack:CHANNEL`,
    `teams:CONVERSATION`, `email:ADDRESS`. It is sent at `not_before` or later; `topic` is what it may be withdrawn by, and
    `cause` what is recorded once it has arrived (`copy:RECORD`). What is `urgent` somebody waits for: it goes before what is
    not, at other addresses; at its own, what stands before it goes as soon.
    """

    key: str
    to: str = field(repr=False)
    view: View = field(repr=False)
    not_before: datetime.datetime
    topic: str = ""
    cause: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Notices of this topic that have not been sent are not sent any more."""

    topic: str


Record = Uncovered | Act | Request | Assignment | Progress | Withdrawn
