"""The directory of people changes: a staff list is taken over, a grant is given, somebody leaves.

Each in one transaction, with its record where it is one that must be provable.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.ledger import Ledger
from bot.people import Account, Grant, Person
from bot.records import Act, Json
from bot.roll import Listed

# "Upon employee termination, retirement, or other form of separation from the City or change in job duties ..."
SEPARATION = "416.6.12"
_POLICY = "416"
# What a list says of a person that is theirs alone; a supervisor and an account are other people's too.
_FIELDS = ("name", "preferred", "aliases", "role", "department", "employment", "started", "leave_from", "leave_until")


@dataclass(frozen=True, slots=True)
class Occasion:
    """When something is done, on which day of the organisation, by whom, and how new ids are made."""

    now: datetime.datetime
    on: datetime.date
    new_id: Callable[[], str]
    by: str = "command line"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a staff list. `changed` are as they are now; `separated` are those whose day of leaving it set.

    `missing` belong and do not stand in a full list; `stays_separated` stand in it although they have left: a list does not bring
    somebody back, unless it says that they started on that day or later.
    """

    added: tuple[Person, ...] = field(default=(), repr=False)
    changed: tuple[Person, ...] = field(default=(), repr=False)
    unchanged: tuple[Person, ...] = field(default=(), repr=False)
    separated: tuple[Person, ...] = field(default=(), repr=False)
    missing: tuple[Person, ...] = field(default=(), repr=False)
    stays_separated: tuple[Person, ...] = field(default=(), repr=False)


def addresses(ledger: Ledger) -> dict[str, str]:
    """The e-mail address of everybody in the directory, with that of their supervisor, for `bot.importing`."""
    with ledger.transaction():
        people = ledger.people.all()
    emails = {person.id: person.email for person in people}
    return {person.email: emails.get(person.supervisor, "") for person in people if person.email}


def apply(
    ledger: Ledger,
    listed: Sequence[Listed],
    occasion: Occasion,
    *,
    full: bool = False,
    separate_missing: bool = False,
    dry_run: bool = False,
) -> Report:
    """Takes a staff list over, whole or not at all; people are known by their e-mail addresses.

    A `full` list names everybody: who is missing is told, and leaves today only with `separate_missing`. With `dry_run` nothing
    is changed.
    """
    with ledger.transaction(deciding=True):
        people = ledger.people.all()
        known = {person.email: person for person in people if person.email}
        ids = {each.person.email: occasion.new_id() for each in listed if each.person.email not in known}
        ids |= {email: person.id for email, person in known.items()}
        then = {each.person.email: _merged(known.get(each.person.email), each, ids) for each in listed}
        missing = tuple(each for each in people if each.email not in then and _stays(each, occasion.on)) if full else ()
        gone = [replace(each, separated=occasion.on) for each in missing] if separate_missing else []
        links = _new_links(listed, ids, ledger.people.linked())
        report = _report(known, then.values(), links.values(), gone, missing, occasion.on)
        if not dry_run:
            _write(ledger, report, links, gone, occasion)
    return report


def grant(ledger: Ledger, person: Person, held: Grant, given: bool, occasion: Occasion) -> bool:
    """Gives somebody a grant, or takes it away; whether that changed anything. Recorded as `granted`."""
    if given == (held in person.grants):
        return False
    with ledger.transaction(deciding=True):
        (ledger.people.grant if given else ledger.people.revoke)(person.id, held)
        _record(ledger, "granted", person, {"grant": str(held), "given": given}, occasion)
    return True


def separate(ledger: Ledger, person: Person, on: datetime.date, occasion: Occasion) -> None:
    """From this day on somebody no longer belongs, and what they signed opens no gate (416.6.12). Recorded as `revoked`."""
    with ledger.transaction(deciding=True):
        ledger.people.put(replace(person, separated=on))
        _revoke(ledger, person, on, occasion)


def change(ledger: Ledger, person: Person) -> None:
    """Writes what is no act: leave, an alias, an address. Raises EmailTaken."""
    with ledger.transaction(deciding=True):
        ledger.people.put(person)


def link(ledger: Ledger, account: Account, person: Person) -> None:
    """This account is this person's from now on."""
    with ledger.transaction(deciding=True):
        ledger.people.link(account, person.id)


def unlink(ledger: Ledger, account: Account) -> None:
    """This account is nobody's."""
    with ledger.transaction(deciding=True):
        ledger.people.unlink(account)


def _stays(person: Person, on: datetime.date) -> bool:
    return person.separated is None or person.separated > on


def _merged(known: Person | None, listed: Listed, ids: Mapping[str, str]) -> Person:
    """Somebody as they are with what the list says of them; what it does not say stays."""
    says = listed.person
    own = replace(says, id=ids[says.email], supervisor=ids.get(says.supervisor, ""))
    if known is None:
        return own
    person = replace(known, **{name: getattr(says, name) for name in _FIELDS if name in listed.said})
    if "supervisor" in listed.said:
        person = replace(person, supervisor=own.supervisor)
    if says.separated:
        return replace(person, separated=says.separated)
    came_back = known.separated and says.started and says.started >= known.separated
    return replace(person, separated=None) if came_back else person


def _new_links(listed: Sequence[Listed], ids: Mapping[str, str], linked: Mapping[Account, str]) -> dict[Account, str]:
    """The accounts of the list that are not their persons' yet."""
    named = {account: ids[each.person.email] for each in listed for account in each.accounts}
    return {account: id for account, id in named.items() if linked.get(account) != id}


def _report(
    known: Mapping[str, Person],
    then: Collection[Person],
    linked: Collection[str],
    gone: Sequence[Person],
    missing: tuple[Person, ...],
    on: datetime.date,
) -> Report:
    added = tuple(each for each in then if each.email not in known)
    before = [(known[each.email], each) for each in then if each.email in known]
    changed = tuple(now for old, now in before if now != old or now.id in linked)
    left = [now for old, now in before if now.separated and now.separated != old.separated]
    return Report(
        added,
        changed,
        tuple(now for old, now in before if now == old and now.id not in linked),
        (*left, *gone),
        missing,
        tuple(now for old, now in before if now.separated and now.separated == old.separated and not _stays(now, on)),
    )


def _write(ledger: Ledger, report: Report, links: Mapping[Account, str], gone: Sequence[Person], occasion: Occasion) -> None:
    for person in (*report.added, *report.changed, *gone):
        ledger.people.put(person)
    for account, id in links.items():
        for old in ledger.people.accounts(id):
            if old.channel == account.channel:
                ledger.people.unlink(old)
        ledger.people.link(account, id)
    for person in report.separated:
        assert person.separated
        _revoke(ledger, person, person.separated, occasion)


def _revoke(ledger: Ledger, person: Person, on: datetime.date, occasion: Occasion) -> None:
    _record(ledger, "revoked", person, {"because": SEPARATION, "from": on.isoformat()}, occasion, _POLICY)


def _record(ledger: Ledger, kind: str, person: Person, facts: Mapping[str, Json], occasion: Occasion, policy: str = "") -> None:
    personal = {"person": person.on_record, "by": occasion.by}
    ledger.acts.append(Act(occasion.new_id(), kind, occasion.now, policy, facts=facts, person=person.id, personal=personal))
