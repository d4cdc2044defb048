"""The table after which a case goes on (ISO 37002:2021, clause 8): states, acts, who may do what, and what each needs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.journeys.case_refusals import IsConcluded, NotAssessed, NotConcluded, NotTaken, Refused


class State(StrEnum):
    """Where a case stands; the words are those of ISO 37002."""

    RECEIVED = "received"
    ASSESSING = "assessing"
    ADDRESSING = "addressing"
    CONCLUDED = "concluded"


class Act(StrEnum):
    """What HR can do with a case."""

    TAKE = "take"
    ASSESS = "assess"
    WRITE = "write"
    NOTE = "note"
    RECUSE = "recuse"
    HAND_OVER = "hand_over"
    LINK = "link"
    CAPTURE = "capture"
    WITNESS = "witness"
    CONCLUDE = "conclude"
    REOPEN = "reopen"
    SCHEDULE = "schedule"
    HOLD = "hold"
    RELEASE_HOLD = "release_hold"
    DISCLOSE = "disclose"


class Who(StrEnum):
    """Which of those who may read a case may do something with it."""

    ANYBODY = "anybody who may read it"
    HOLDER = "whoever works on it"
    NOBODY_YET = "anybody who may read it, while nobody works on it"
    UNHELD = "anybody who may read it, while it is not on hold"
    HELD = "anybody who may read it, while it is on hold"


# What else must be there: by field, the values that it takes, or None where it is a text.
SEVERITIES = ("minor", "serious", "grave")
RISKS = ("low", "some", "high")
LETTERS = ("word", "question", "feedback")
OUTCOMES = ("substantiated", "partly substantiated", "not substantiated", "cannot be determined", "outside the policy")
LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do something, by state where it leads or why it is refused, what it needs and what it may have besides."""

    who: Who
    received: State | type[Refused]
    assessing: State | type[Refused]
    addressing: State | type[Refused]
    concluded: State | type[Refused]
    needs: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    may: tuple[str, ...] = ()

    def leads(self, state: State) -> State | type[Refused]:
        """Where it leads from a state, or why not."""
        by_state = {
            State.RECEIVED: self.received,
            State.ASSESSING: self.assessing,
            State.ADDRESSING: self.addressing,
            State.CONCLUDED: self.concluded,
        }
        return by_state[state]


R, A, D, C = State.RECEIVED, State.ASSESSING, State.ADDRESSING, State.CONCLUDED
# The one table; docs/reports.md draws it. Columns: who, then from received, assessing, addressing, concluded.
TABLE: Mapping[Act, Rule] = MappingProxyType(
    {
        Act.TAKE: Rule(Who.NOBODY_YET, A, A, D, IsConcluded),
        Act.ASSESS: Rule(
            Who.HOLDER,
            NotTaken,
            D,
            D,
            IsConcluded,
            {"category": None, "severity": SEVERITIES, "risk": RISKS},
            ("measures",),
        ),
        Act.WRITE: Rule(Who.HOLDER, NotTaken, A, D, C, {"letter": LETTERS, "text": None}),
        Act.NOTE: Rule(Who.ANYBODY, R, A, D, C, {"text": None}),
        Act.RECUSE: Rule(Who.ANYBODY, R, A, D, C),
        Act.HAND_OVER: Rule(Who.HOLDER, NotTaken, A, D, IsConcluded),
        Act.LINK: Rule(Who.HOLDER, NotTaken, A, D, C),
        Act.CAPTURE: Rule(Who.HOLDER, NotTaken, A, D, C),
        Act.WITNESS: Rule(Who.HOLDER, NotTaken, A, D, IsConcluded),
        Act.CONCLUDE: Rule(Who.HOLDER, NotTaken, NotAssessed, C, IsConcluded, {"outcome": OUTCOMES, "text": None}, ("reason",)),
        Act.REOPEN: Rule(Who.ANYBODY, NotConcluded, NotConcluded, NotConcluded, A),
        Act.SCHEDULE: Rule(Who.ANYBODY, R, A, D, C, {"schedule": None}),
        Act.HOLD: Rule(Who.UNHELD, R, A, D, C, may=("reason",)),
        Act.RELEASE_HOLD: Rule(Who.HELD, R, A, D, C, may=("reason",)),
        Act.DISCLOSE: Rule(Who.ANYBODY, R, A, D, C),
    }
)
# What lies outside the policy needs no more than a first look.
OUTSIDE = "outside the policy"
