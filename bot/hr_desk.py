"""What HR does about requests, from a command or from chat: decided by a journey and kept, all in one transaction.

Everything here belongs to the ledger's thread. Who acts is looked at each time, whatever a button or a command said.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot import signing_links
from bot.expanding import Around, already
from bot.importing import read_list
from bot.journeys import papering, requesting
from bot.journeys.papering import Sheet
from bot.journeys.requesting import BadRequest, Known
from bot.ledger import Ledger
from bot.people import Person
from bot.records import Act, Audience, Request, Status, Withdrawn

# The same request within this time is the same press.
_TWICE = datetime.timedelta(minutes=1)


class NoSuchRequest(Exception):
    """There is no request with that number; clausebot ack status lists them."""


class NoAddress(Exception):
    """The bot has no web address of its own, so no link can be made. Set CLAUSEBOT_URL."""


class NotAsked(Exception):
    """They are not asked by this request, or have settled it already, or nobody has that address."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A request with how everybody stands to it; `already` hold a signature of the version from elsewhere and are not asked."""

    request: Request
    rows: Sequence[Status] = field(repr=False)
    already: Sequence[Person] = field(repr=False)


def known(ledger: Ledger, today: datetime.date) -> Known:
    """What a request is read against."""
    with ledger.transaction():
        versions = {
            policy: [each.policy.version for each in ledger.policies.versions(policy)] for policy in ledger.policies.policies()
        }
        return Known(today, ledger.policies.all_in_force(today), versions, ledger.people.all(today))


def ask(
    ledger: Ledger,
    values: Mapping[str, str],
    actor: Person | None,
    around: Around,
    listed: bytes | None = None,
    facts: Known | None = None,
) -> Request:
    """Makes a request; whom it asks is worked out afterwards (`bot.expanding`). `listed` is a file that lists the audience,
    `facts` are what it is read against, where they are known already.

    Raises NotHR, BadRequest with every mistake, and ListMistakes with every mistake of the file.
    """
    facts = facts or known(ledger, around.today)
    audience = _audience(listed, facts) if listed is not None else None
    request = requesting.read(values, facts, actor, around.now, around.new_id(), audience)
    with ledger.transaction(deciding=True):
        requesting.must_be_hr(_now(ledger, actor), around.today)
        in_force = ledger.policies.in_force(request.policy, around.today)
        if in_force is None or in_force.policy.version != request.version:
            raise BadRequest([f"another version of policy {request.policy} came into force just now; please look at it first"])
        if twin := next((each for each in ledger.requests.open(around.today) if _is_twin(each, request)), None):
            return twin
        ledger.commit((requesting.requested(request, around.new_id()), request), around.today)
    return request


def close(ledger: Ledger, id: str, actor: Person | None, around: Around, *, operator: bool = False) -> Request:
    """Asks no longer: nobody is reminded, and what was not sent is not sent. `operator`: whoever runs the program.

    Raises NotHR or NoSuchRequest.
    """
    with ledger.transaction(deciding=True):
        by = "" if operator and actor is None else requesting.must_be_hr(_now(ledger, actor), around.today).id
        request = ledger.requests.get(id)
        if request is None:
            raise NoSuchRequest
        if ledger.requests.close(id, around.today):
            act = requesting.closed(request, by, around.now, around.new_id())
            ledger.commit([act, *_stopped(ledger, id)], around.today)
        return request


def link(ledger: Ledger, id: str, email: str, around: Around) -> str:
    """A web address at which somebody signs, once; for whoever has no chat account. Only its digest is kept.

    Raises NoSuchRequest, NotAsked or NoAddress.
    """
    if not around.url:
        raise NoAddress
    with ledger.transaction():
        person = ledger.people.by_email(email)
        if ledger.requests.get(id) is None:
            raise NoSuchRequest
        owed = ledger.requests.owed(person.id, around.today) if person and person.belongs(around.today) else []
        assignment = next((each for request, each in owed if request.id == id), None)
        if assignment is None:
            raise NotAsked
        token = around.new_token()
        until = signing_links.until(max(assignment.due, around.today))
        ledger.requests.make_link(signing_links.digest(token), id, assignment.person, until)
    return signing_links.address(around.url, token)


def paper(ledger: Ledger, id: str, email: str, scan: bytes, witnesses: tuple[str, str], around: Around) -> Act:
    """Records a sheet that somebody signed, under the names of two others (their addresses). The scan is kept.

    Raises NoSuchRequest, and BadRequest with every mistake.
    """
    with ledger.transaction(deciding=True):
        request = ledger.requests.get(id)
        if request is None:
            raise NoSuchRequest
        published = ledger.policies.get(request.policy, request.version)
        if published is None:
            raise NoSuchRequest
        person = ledger.people.by_email(email)
        one, other = (ledger.people.by_email(each) for each in witnesses)
        state = next((each.state for each in ledger.requests.status(id, around.today) if person and each.person == person.id), "")
        assignment = ledger.requests.assignment(id, person.id) if person else None
        sheet = Sheet(request, published, person, assignment, state, scan, (one, other))
        act, withdrawn, media_type = papering.recorded(sheet, around.now, around.today, around.new_id)
        ledger.requests.keep_scan(scan, media_type)
        ledger.commit((act, withdrawn), around.today)
        return act


def withdraw(ledger: Ledger, record: str, actor: Person | None, note: str, around: Around) -> Act:
    """Records that somebody has withdrawn their signature, as they told HR. Raises NotHR or BadRequest."""
    with ledger.transaction(deciding=True):
        entry = ledger.acts.get(record)
        act = papering.withdrawn(entry, _now(ledger, actor), note, around.now, around.today, around.new_id)
        gone = ledger.acts.of_person(act.person, ("withdrawn",), act.policy) if act.person else []
        if any(f'"signed":"{record}"' in each.body for each in gone):
            raise BadRequest(["that signature has been withdrawn already"])
        said = "HR has recorded that you withdrew a signature, so it counts no longer."
        ledger.commit((act,), around.today, papering.told(act, said, around.hours.next_open(around.now)))
        return act


def correct(ledger: Ledger, record: str, actor: Person | None, note: str, around: Around) -> Act:
    """Records that an earlier record is wrong, and in what; both stay. Raises NotHR or BadRequest."""
    with ledger.transaction(deciding=True):
        act = papering.corrected(ledger.acts.get(record), _now(ledger, actor), note, around.now, around.today, around.new_id)
        said = "HR has recorded that one of your records is wrong, and in what; the record itself stays."
        ledger.commit((act,), around.today, papering.told(act, said, around.hours.next_open(around.now)))
        return act


def overview(ledger: Ledger, id: str, today: datetime.date) -> Overview:
    """How a request stands. Raises NoSuchRequest."""
    with ledger.transaction():
        request = ledger.requests.get(id)
        if request is None:
            raise NoSuchRequest
        return Overview(request, ledger.requests.status(id, today), already(ledger, request, today))


def _is_twin(one: Request, other: Request) -> bool:
    """Whether one is the other, sent twice: a double click, or a platform that delivers again."""
    return other.created - one.created < _TWICE and replace(one, id=other.id, created=other.created) == other


def _now(ledger: Ledger, person: Person | None) -> Person | None:
    """Somebody as they stand now: since they were looked up, a grant may have been taken from them."""
    return ledger.people.get(person.id) if person else None


def _audience(listed: bytes, facts: Known) -> Audience:
    by_email = {person.email: person.id for person in facts.people if person.email}
    return Audience("list", people=tuple(by_email[email] for email in read_list(listed, by_email)))


def _stopped(ledger: Ledger, request: str) -> list[Withdrawn]:
    return [Withdrawn(topic) for topic in ledger.requests.waiting_topics(request)]
