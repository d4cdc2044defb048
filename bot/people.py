"""Who stands before the bot, and the people of the organisation. A module of its own, so that reporting can be denied it."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """What somebody is to the organisation."""

    STAFF = "staff"
    HR = "hr"
    # Guests, and people of other organisations: answers, and nothing that is kept.
    OUTSIDER = "outsider"


class Grant(StrEnum):
    """What somebody may do here beyond asking and signing; given by `clausebot people grant`, never by a platform."""

    HR = "hr"
    # The Social Media Administrator (416.4.1): the register of accounts, clearance, escalations.
    ADMINISTRATOR = "administrator"
    CLERK = "clerk"


class Employment(StrEnum):
    """Whom a policy binds (416.2): what somebody is to the organisation in law."""

    EMPLOYEE = "employee"
    OFFICER = "officer"
    AGENT = "agent"
    VOLUNTEER = "volunteer"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account on a platform: the channel, the organisation's id there (Slack team, tenant), and their own."""

    channel: str
    tenant: str
    id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform says of an account: the e-mail address that it has verified, and the name that it shows."""

    email: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the organisation. `id` is random; `supervisor` is a person's id; `role` is the title of the job.

    On leave from `leave_from` to `leave_until`, both included; `separated` is the first day on which they no longer belong.
    """

    id: str
    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    preferred: str = field(default="", repr=False)
    aliases: tuple[str, ...] = field(default=(), repr=False)
    role: str = ""
    department: str = ""
    supervisor: str = ""
    employment: Employment = Employment.EMPLOYEE
    started: datetime.date | None = None
    leave_from: datetime.date | None = None
    leave_until: datetime.date | None = None
    separated: datetime.date | None = None
    grants: frozenset[Grant] = frozenset()

    @property
    def shown(self) -> str:
        """The name that colleagues know."""
        return self.preferred or self.name

    @property
    def on_record(self) -> dict[str, str]:
        """Who they are at this moment, for what is personal of a record."""
        return {
            "name": self.name,
            "email": self.email,
            "role": self.role,
            "department": self.department,
            "employment": str(self.employment),
        }

    def belongs(self, on: datetime.date) -> bool:
        """Whether they belong to the organisation on this day."""
        return (self.started is None or self.started <= on) and (self.separated is None or on < self.separated)

    def on_leave(self, on: datetime.date) -> bool:
        """Whether they are on leave on this day."""
        return self.leave_from is not None and self.leave_from <= on and (self.leave_until is None or on <= self.leave_until)

    def may(self, grant: Grant, on: datetime.date) -> bool:
        """Whether they hold this grant on this day; separation ends it."""
        return grant in self.grants and self.belongs(on)


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a turn comes from: the channel's name, and what its writer is to the organisation.

    `account` is who the platform says it is, and `profile` asks the platform for their address. The dispatcher alone reads
    both, and hands a person only to journeys that need one.
    """

    channel: str
    standing: Standing = Standing.STAFF
    account: Account | None = field(default=None, repr=False)
    profile: Callable[[], Awaitable[Profile | None]] | None = field(default=None, repr=False)
