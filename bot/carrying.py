"""Signatures that hold for a later version, in which nothing material has changed: a record for each, in batches.

What has been carried over is never done twice, so it can be interrupted at any time and run again, each day for example.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from zoneinfo import ZoneInfo

from bot import gate
from bot.editions import say_nothing
from bot.ledger import Ledger
from bot.office_hours import Hours
from bot.people import Person
from bot.publishing import Published, must_sign
from bot.records import Act, Entry

# So many people in one transaction; others who decide wait for less than a second.
BATCH = 200
# Where nothing else is set: the zone tells which day it is.
USUAL = Hours()


@dataclass(frozen=True, slots=True)
class Carried:
    """How many signatures were carried over, and how many people signed an earlier version and must sign the newest one anew.

    `done` people were looked at so far.
    """

    carried: int = 0
    anew: int = 0
    done: int = field(default=0, compare=False)


def carry(
    ledger: Ledger,
    policy: str,
    now: datetime.datetime,
    new_id: Callable[[], str],
    progress: Callable[[str], None] = say_nothing,
    hours: Hours = USUAL,
) -> Carried:
    """Records for everybody whose signature of a policy holds that it holds for the version in force, and for those to come.

    `progress` is called with a line after each batch; `hours` tell which day it is. Belongs to the thread of the ledger.
    """
    carried = Carried()
    for carried in carrying(ledger, policy, now, new_id, hours):
        progress(f"{carried.done:,} people looked at, {carried.carried:,} signatures carried over")
    return carried


def carrying(
    ledger: Ledger, policy: str, now: datetime.datetime, new_id: Callable[[], str], hours: Hours = USUAL
) -> Iterator[Carried]:
    """The same in steps: one batch, one transaction, between two values that come out."""
    today = hours.day(now)
    with ledger.transaction():
        history = ledger.policies.versions(policy)
        people = iter(ledger.people.all(today) if len(history) > 1 else ())
    carried = anew = done = 0
    wanted = _wanted(history, today)
    while batch := list(islice(people, BATCH)):
        with ledger.transaction(deciding=True):
            acts: list[Act] = []
            for person in batch:
                # By person alone: asked for by policy as well, SQLite looks through everybody's records of it.
                entries = [each for each in ledger.acts.of_person(person.id, gate.READ) if each.policy == policy]
                held = gate.held(entries, today, ZoneInfo(hours.zone)) if entries else {}
                acts += _acts(person, held, history, wanted, now, new_id)
                anew += _signs_anew(held, history)
            if acts:
                ledger.acts.append_all(acts)
            carried += len(acts)
        done += len(batch)
        yield Carried(carried, anew, done)


def _wanted(history: Sequence[Published], today: datetime.date) -> list[Published]:
    """The version in force, and those that come into force later."""
    past = [each for each in history if each.policy.effective <= today]
    return [*past[-1:], *history[len(past) :]]


def _acts(
    person: Person,
    held: dict[str, gate.Held],
    history: Sequence[Published],
    wanted: Sequence[Published],
    now: datetime.datetime,
    new_id: Callable[[], str],
) -> Iterator[Act]:
    """One record for each version that somebody's signature holds for, and that has none yet."""
    signed = [each.entry for each in held.values() if each.final and each.entry.kind != "carried"]
    for published in wanted:
        version = published.policy.version
        source = next((entry for entry in reversed(signed) if _holds(entry, history, published)), None)
        if version not in held and source:
            facts = {"from_version": source.version, "signed": source.id}
            yield Act(new_id(), "carried", now, published.policy.id, version, facts=facts, person=person.id)


def _holds(entry: Entry, history: Sequence[Published], required: Published) -> bool:
    """Whether a signature carries over to a version that came after the one signed."""
    versions = [each.policy.version for each in history]
    later = entry.version in versions and versions.index(entry.version) < versions.index(required.policy.version)
    return later and must_sign(history, entry.version, required) == ()


def _signs_anew(held: dict[str, gate.Held], history: Sequence[Published]) -> bool:
    """Whether somebody signed, and the newest version has something that they must sign."""
    newest = history[-1]
    signed = [each.entry for each in held.values() if each.entry.kind != "carried"]
    return bool(signed) and newest.policy.version not in held and not any(_holds(entry, history, newest) for entry in signed)
