"""Who stands before the bot, as far as a journey may know it. A module of its own, so that reporting can be denied it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What somebody is to the organisation."""

    STAFF = "staff"
    HR = "hr"
    # Guests, and people of other organisations: answers, and nothing that is kept.
    OUTSIDER = "outsider"


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a turn comes from: the channel's name, and what its writer is to the organisation. No name, no account."""

    channel: str
    standing: Standing = Standing.STAFF
