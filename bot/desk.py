"""Where sign-offs are decided: reads the facts, calls the journey and keeps what it decided, all in one transaction.

Everything here runs in the ledger's thread. The desk decides nothing itself; it knows who asks, which no other journey may.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from bot.journeys import acknowledge, declining, signing
from bot.journeys.acknowledge import COPY, OWED, WITHDRAW, Address
from bot.journeys.home import SIGNED
from bot.journeys.signing_facts import (
    BACK,
    FORMS,
    OPEN_DECLINE,
    OPEN_SIGN,
    QUIZ,
    READ,
    SIGN,
    WANT_PAPER,
    Circumstances,
    Place,
    Reading,
    act,
    of_subject,
    place,
)
from bot.ledger import Ledger
from bot.outcome import Outcome
from bot.people import Grant, Person, Sender
from bot.publishing import Published
from bot.records import Act, Notice
from bot.standings import NotYours, Standings
from bot.tokens import ForgedButton
from bot.turns import Pressed, Submitted
from bot.views import OPEN, Facts, Text, View, view

ACTIONS = frozenset({OPEN_SIGN, OPEN_DECLINE, BACK, WANT_PAPER, OWED, SIGNED, COPY, f"{OPEN}{WITHDRAW}"})
SUBMISSIONS = frozenset({*FORMS, WITHDRAW})
# All that a link is for.
_BY_LINK = frozenset({OPEN_SIGN, OPEN_DECLINE, BACK, WANT_PAPER})


class OldLink(Exception):
    """This link does not work any more: it was used, its time is over, or it was cut short. Please ask HR for a new one."""


@dataclass(frozen=True)
class Desk:
    """`address` gives the way to a copy, `program` is this program's version, `new_id` the chance that journeys do without."""

    standings: Standings
    address: Address
    program: str
    new_id: Callable[[], str] = field(repr=False)

    @property
    def _ledger(self) -> Ledger:
        return self.standings.ledger

    @property
    def _today(self) -> datetime.date:
        return self.standings.today

    @property
    def _zone(self) -> ZoneInfo:
        return self.standings.zone

    def takes(self, turn: object) -> bool:
        """Whether a press or a form is about sign-offs."""
        match turn:
            case Pressed(action):
                return action in ACTIONS
            case Submitted(form):
                return form in SUBMISSIONS
        return False

    def answer(self, turn: Pressed | Submitted, sender: Sender, person: Person | None) -> View:
        """The view for a press or form, after what it decided is kept.

        Raises NotYours for what belongs to somebody else, and DatabaseGone: nothing is kept then.
        """
        with self._ledger.transaction(deciding=_decides(turn)):
            # As they stand now: since they were looked up, they may have left.
            person = self._ledger.people.get(person.id) if person else None
            outcome = acknowledge.unknown() if person is None else self._decided(turn, sender, person)
            self._keep(outcome)
        return outcome.view

    def answer_link(self, turn: Pressed | Submitted, sender: Sender, digest: str) -> View:
        """The same for whoever comes by a link of their own; signing alone uses the link up (DECISIONS 32).

        Raises OldLink where the link was never given, is used up or past its time.
        """
        now = self.standings.now()
        with self._ledger.transaction(deciding=_decides(turn)):
            link = self._ledger.requests.link(digest)
            person = self._ledger.people.get(link.person) if link and link.used_at is None and now < link.until else None
            if link is None or person is None or not _fits_link(turn):
                raise OldLink
            turn = Pressed(turn.action, link.request) if turn == Pressed(OPEN_SIGN) else turn
            outcome = self._decided(turn, sender, person)
            self._keep(outcome)
            if any(isinstance(each, Act) and each.kind == "signed" for each in outcome.records):
                self._ledger.requests.use_link(digest, now)
        return View((Text(f"This link is for {person.shown}."), *outcome.view.blocks))

    def _keep(self, outcome: Outcome) -> None:
        if outcome.records or outcome.notices:
            self._ledger.commit(outcome.records, self._today, outcome.notices)

    def _decided(self, turn: Pressed | Submitted, sender: Sender, person: Person) -> Outcome:
        match turn:
            case Pressed(action, value):
                return self._pressed(action, value, sender, person)
            case Submitted(form, values) if form == WITHDRAW:
                return self._withdrawn(_record_of(turn.state), " ".join(values.get("reason", "").split()), sender, person)
            case Submitted():
                return self._submitted(turn, sender, person)

    def _pressed(self, action: str, value: str, sender: Sender, person: Person) -> Outcome:
        if action == OWED:
            return acknowledge.owed(list(self.standings.owed(person)), self._today)
        if action == SIGNED:
            return acknowledge.signed(self.standings.kept(person), list(self.standings.owed(person)), self.address, self._zone)
        if action == COPY:
            return self._copied_again(value, person)
        if action == f"{OPEN}{WITHDRAW}":
            return acknowledge.withdraw_opened(self.standings.held(value, person).held.signature)
        if action in (BACK, WANT_PAPER):
            at = _place(value, person)
            reading = self.standings.reading(person, at.request, at.policy)
            if action == BACK:
                return signing.turned_back(reading, at.page)
            return declining.paper_wanted(reading, self._how(sender))
        reading = self.standings.reading(person, *of_subject(value))
        return declining.form_opened(reading) if action == OPEN_DECLINE else signing.opened(reading)

    def _submitted(self, sent: Submitted, sender: Sender, person: Person) -> Outcome:
        at = _place(sent.state, person)
        reading, how = self.standings.reading(person, at.request, at.policy), self._how(sender)
        if old := self._replaced(reading, at):
            return signing.changed(reading, old)
        if at.difference_from != reading.difference_from:
            return signing.opened(reading)
        if sent.form == READ:
            return signing.read_on(reading, sent, at, how)
        if sent.form == QUIZ:
            return signing.answered(reading, sent, how)
        if sent.form == SIGN:
            return signing.sign(reading, sent, self._colleagues(), how, self._copy)
        return declining.decline(reading, sent, how)

    def _replaced(self, reading: Reading, at: Place) -> Published | None:
        """The version that the form was about, where the one to be signed is now another (A7)."""
        published = reading.published
        if (at.version, at.text) == (published.policy.version, published.text_sha256):
            return None
        old = self._ledger.policies.get(at.policy, at.version)
        if old is None:
            raise NotYours
        return old

    def _copied_again(self, record: str, person: Person) -> Outcome:
        """The copy once more, at most once a minute."""
        kept = self.standings.held(record, person)
        now = self.standings.now()
        facts = Facts((("Policy", kept.published.policy.title), ("Record", record)))
        way = acknowledge.links(record, self.address)
        again = f":{now:%Y%m%d%H%M}"
        notices = acknowledge.copies(record, now, person.id, kept.published, facts, way, again)
        return Outcome(view(Text("Your copy is on its way to you once more."), *way), (), notices)

    def _withdrawn(self, record: str, reason: str, sender: Sender, person: Person) -> Outcome:
        kept = self.standings.held(record, person)
        if not reason:
            return Outcome(
                view(Text("Please say why; without it nothing was withdrawn."), *acknowledge.withdraw_opened(record).view.forms)
            )
        reading = replace(self.standings.reading(person, "", kept.published.policy.id), published=kept.published, request=None)
        made = act(reading, "withdrawn", self._how(sender), {"signed": record}, {"reason": reason[:1000]})
        hr = [each.id for each in self._ledger.people.holders(Grant.HR, self._today)]
        stays = self.standings.stays(person, kept)
        return acknowledge.withdrawn(kept, reason[:1000], made, hr, person.shown, stays)

    def _colleagues(self) -> Iterator[Person]:
        yield from self._ledger.people.all(self._today)

    def _copy(self, reading: Reading, signed: Act) -> tuple[View, tuple[Notice, ...]]:
        return acknowledge.copied(reading, signed, self.address, self._zone)

    def _how(self, sender: Sender) -> Circumstances:
        return Circumstances(self.standings.now(), self.new_id, self.program, sender.channel, sender.account)


def _decides(turn: Pressed | Submitted) -> bool:
    """Whether it may come to a record. Reading on comes to none, and would only make every replica wait for the chain's turn."""
    return turn.form != READ if isinstance(turn, Submitted) else turn.action in (WANT_PAPER, COPY)


def _fits_link(turn: Pressed | Submitted) -> bool:
    return turn.action in _BY_LINK if isinstance(turn, Pressed) else turn.form in FORMS


def _place(state: str, person: Person) -> Place:
    """Where the form was; only the very person whom it was drawn for may go on with it. Raises NotYours or ForgedButton."""
    at = place(state)
    if at.person != person.id:
        raise NotYours
    return at


def _record_of(state: str) -> str:
    """The record that a form is about. Raises ForgedButton."""
    try:
        (record,) = json.loads(state)
    except (ValueError, TypeError):
        raise ForgedButton from None
    return str(record)
