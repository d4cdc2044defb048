"""How a case goes on, by the table of `case_table`: what an act of HR makes of a case. Pure.

Who acts is an argument, a text that this module only compares. What is decided has two parts that never meet: a row of the audit
trail, which holds no content, and content, which its keeper seals before it is kept.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.journeys.case_refusals import (
    AlreadyTaken,
    NoSuchCase,
    NotAssessed,
    NotForThem,
    NotOnHold,
    NotTaken,
    OnHold,
    Outdated,
    Refused,
    TakenByAnother,
    ToOneself,
    Unfilled,
)
from bot.journeys.case_table import LONGEST, OUTSIDE, TABLE, A, Act, C, Rule, State, Who

# What the program found where it visited a page and could not capture it: why.
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Done:
    """A row of the audit trail: what was done, by whom, on which day; `to` is whom a case was handed to. No content."""

    act: Act
    by: str
    day: datetime.date
    to: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a case without opening it. `holder` and `recused` are ids of people of HR; `version` counts its changes.

    `released` is the day on which it came to light, and the only day that is known of the report. `on_hold` says that it may not
    be deleted (legal hold), `schedule` is its retention code, or empty.
    """

    id: str
    released: datetime.date
    state: State = State.RECEIVED
    holder: str = ""
    recused: frozenset[str] = frozenset()
    version: int = 0
    trail: tuple[Done, ...] = ()
    on_hold: bool = False
    schedule: str = ""

    def is_for(self, actor: str, readers: frozenset[str]) -> bool:
        """Whether somebody may see it: a reader by key or settings who is not involved."""
        return actor in readers and actor not in self.recused


@dataclass(frozen=True, slots=True)
class Wanted:
    """An act as it was sent: `texts` by field; `to` is a person's id (hand over) or another case's (link).

    `version` is that of the case as the sender saw it. `found` is what the program itself found (capture); no form can fill it.
    """

    act: Act
    version: int
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    to: str = field(default="", repr=False)
    found: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Decided:
    """The case as it stands afterwards, its last row of the trail, and what is to be sealed: for HR, and for the reporter."""

    case: Case
    done: Done
    content: Mapping[str, str] = field(default_factory=dict, repr=False)
    reply: str = field(default="", repr=False)


def decide(case: Case, actor: str, readers: frozenset[str], wanted: Wanted, today: datetime.date) -> Decided:
    """What an act of `actor` makes of a case on this day. `readers` are the ids of those who may read it.

    Raises a Refused: NoSuchCase for whom it is not, before anything else; Outdated; what the table says; NotForThem; Unfilled.
    """
    if not case.is_for(actor, readers):
        raise NoSuchCase
    if wanted.version != case.version:
        raise Outdated
    rule = TABLE[wanted.act]
    state = _led(case, rule, wanted)
    if FAILED not in wanted.found:  # a visit of which nothing is kept was made, whoever works on the case by now
        _must_be(rule.who, case, actor)
    content = _filled(rule, wanted)
    return _decided(case, actor, readers, wanted, content, state, today)


def offered(case: Case, actor: str) -> tuple[Act, ...]:
    """What somebody who may read a case can do with it as it stands."""

    def may(act: Act) -> bool:
        rule = TABLE[act]
        try:
            _must_be(rule.who, case, actor)
        except Refused:
            return False
        return isinstance(rule.leads(case.state), State) or (act is Act.CONCLUDE and case.state is A)

    return tuple(filter(may, Act))


def _led(case: Case, rule: Rule, wanted: Wanted) -> State:
    """The state that the table leads to."""
    state = rule.leads(case.state)
    if state is NotAssessed and wanted.texts.get("outcome") == OUTSIDE:
        state = C
    if not isinstance(state, State):
        raise state
    return state


def _must_be(who: Who, case: Case, actor: str) -> None:
    match who:
        case Who.HOLDER if not case.holder:
            raise NotTaken
        case Who.HOLDER if case.holder != actor:
            raise TakenByAnother
        case Who.NOBODY_YET if case.holder:
            raise AlreadyTaken
        case Who.UNHELD if case.on_hold:
            raise OnHold
        case Who.HELD if not case.on_hold:
            raise NotOnHold
        case _:
            pass


def _filled(rule: Rule, wanted: Wanted) -> dict[str, str]:
    """The texts that the act takes; others are left behind."""
    given = {name: wanted.texts.get(name, "").strip() for name in (*rule.needs, *rule.may)}
    wrong = [name for name, values in rule.needs.items() if not (given[name] in values if values else given[name])]
    wrong += [name for name, text in given.items() if len(text) > LONGEST]
    if given.get("risk", "low") not in ("low", "") and not given["measures"]:
        wrong.append("measures")  # a risk that nobody does anything about is no assessment (ISO 37002, 8.3.2)
    if wrong:
        raise Unfilled(tuple(dict.fromkeys(wrong)))
    return {name: text for name, text in given.items() if text}


def _decided(
    case: Case,
    actor: str,
    readers: frozenset[str],
    wanted: Wanted,
    content: dict[str, str],
    state: State,
    today: datetime.date,
) -> Decided:
    holder, recused, to, reply = case.holder, case.recused, "", ""
    match wanted.act:
        case Act.TAKE:
            holder = actor
        case Act.RECUSE:
            holder, recused = "" if holder == actor else holder, recused | {actor}
        case Act.HAND_OVER:
            holder = to = _other(case, actor, readers, wanted.to)
        case Act.LINK:
            if wanted.to in ("", case.id):
                raise ToOneself
            content = {"to": wanted.to}
        case Act.CAPTURE if not wanted.found:
            raise Unfilled(("address",))
        case Act.CAPTURE:
            content = dict(wanted.found)
        case Act.WRITE | Act.CONCLUDE:
            reply = content["text"]
        case Act.REOPEN:
            holder = ""
        case _:
            pass
    done = Done(wanted.act, actor, today, to, _letter(wanted.act, content))
    after = replace(
        case,
        state=state,
        holder=holder,
        recused=recused,
        version=case.version + 1,
        trail=(*case.trail, done),
        on_hold=case.on_hold if wanted.act not in (Act.HOLD, Act.RELEASE_HOLD) else wanted.act is Act.HOLD,
        schedule=content["schedule"] if wanted.act is Act.SCHEDULE else case.schedule,
    )
    return Decided(after, done, content, reply)


def _other(case: Case, actor: str, readers: frozenset[str], to: str) -> str:
    """Whom a case is handed to."""
    if to == actor:
        raise ToOneself
    if not case.is_for(to, readers):
        raise NotForThem
    return to


def _letter(act: Act, content: Mapping[str, str]) -> str:
    """What kind of word went to the reporter: the clocks read it, so it stands in the trail. It tells nothing of what it says."""
    return "feedback" if act is Act.CONCLUDE else content.get("letter", "")
