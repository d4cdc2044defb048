"""The single door: a turn comes in, a journey decides, what it decided is committed, a view goes out."""

from __future__ import annotations

import asyncio
import datetime
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TypeVar

from bot.answering import ASKING, Answering, StaffOnly, UnknownTurn, is_form
from bot.case_access import NotAReader
from bot.case_door import CaseDoor
from bot.copies import Copies
from bot.desk import Desk
from bot.directory import Directory
from bot.enquiries import Enquiries
from bot.flood import Flood
from bot.hr_desk import NoSuchRequest
from bot.identities import Identities
from bot.journeys import ask, welcome
from bot.journeys.hr import wants_cases
from bot.journeys.requesting import NotHR
from bot.journeys.roles import reach
from bot.journeys.signing_facts import OPEN_SIGN
from bot.ledger import DatabaseGone, Ledger
from bot.line import Line
from bot.office_hours import Hours
from bot.overseer import Overseer
from bot.people import Grant, Person, Sender, Standing
from bot.records import Uncovered
from bot.references import PolicyChanged
from bot.reporting import Reporting
from bot.standings import NotYours, Standings
from bot.statement import SHIPPED, Words
from bot.tokens import ForgedButton, Tokens
from bot.turns import Pressed, Submitted, Turn
from bot.understanding import understand
from bot.views import Text, View, view
from bot.watch import Watch
from policy_kb import KnowledgeBase

T = TypeVar("T")

# Illegal moves that a person can cause, and a database that is away; the docstring is what they are told.
REFUSALS = (PolicyChanged, ForgedButton, UnknownTurn, StaffOnly, NotYours, NotHR, NoSuchRequest, NotAReader, DatabaseGone)
# How long an answer waits for the ledger to say what stands beside it, in seconds.
PATIENCE = 1.0
# Whom to write to while no report can be taken here (416.9.1).
REPORTED_TO = "human-resources-director"
# Presses whose answer depends on what somebody may do here.
HOME = "home"
_BY_GRANT = (HOME, "gaps")


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be said about a turn afterwards: its kind, journey and channel, how long it took. No text, no person."""

    kind: str
    journey: str
    channel: str
    milliseconds: float


def say_nothing(_: Seen) -> None:
    """Where nobody counts."""


@dataclass(eq=False)
class Dispatcher:
    """Everything that answering needs. `thread` runs the ledger's verbs, `seen` is told of each turn, `url` is our address.

    `pokes` have notices sent at once, `works` have requests worked out at once; the server says how.
    """

    knowledge: KnowledgeBase
    directory: Directory
    tokens: Tokens
    ledger: Ledger
    thread: Executor
    hours: Hours = field(default_factory=Hours)
    words: Words = SHIPPED
    url: str = ""
    program: str = ""
    reports: Reporting | None = None
    flood: Flood = field(default_factory=Flood)
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
    new_key: Callable[[], str] = field(default=lambda: secrets.token_hex(16))
    seen: Callable[[Seen], None] = say_nothing
    # The door of cases, for those who receive reports; None where there is no case room.
    cases: CaseDoor | None = None
    pokes: list[Callable[[], None]] = field(default_factory=list, repr=False)
    works: list[Callable[[], None]] = field(default_factory=list, repr=False)
    # One question is worked on at a time: between two of them, what came in meanwhile is acknowledged.
    _line: Line = field(default_factory=Line)

    @property
    def examples(self) -> list[str]:
        """A few things to ask of these policies."""
        return welcome.examples(self.knowledge)

    @cached_property
    def reporting(self) -> Reporting:
        """The door of reports; closed, unless one was given."""
        return self.reports or Reporting(reach=reach(self.directory.get(REPORTED_TO), self.directory, discreet=True))

    @cached_property
    def desk(self) -> Desk:
        """Where sign-offs are decided."""
        standings = Standings(self.ledger, self.hours, self.words, self.now)
        return Desk(standings, self.copies.address, self.program, lambda: self.new_key()[:16])

    @cached_property
    def enquiries(self) -> Enquiries:
        """Where questions about sign-offs are answered."""
        return Enquiries(self.desk.standings, self.knowledge, self.copies.address)

    @cached_property
    def overseer(self) -> Overseer:
        """Where HR's requests are decided."""
        return Overseer(self.desk.standings, self.copies.address, self.desk.new_id, self.url, self._poke)

    @cached_property
    def copies(self) -> Copies:
        """The addresses of signed copies."""
        return Copies(self.tokens, self.url, self.now)

    @cached_property
    def _watch(self) -> Watch:
        return Watch(self.ledger, self.in_thread)

    @cached_property
    def _answering(self) -> Answering:
        return Answering(self.knowledge, self.directory, self.tokens, self.new_key, self.reporting.pointer)

    @cached_property
    def _identities(self) -> Identities:
        return Identities(self.ledger, self.in_thread, self.today)

    def renew(self, knowledge: KnowledgeBase) -> None:
        """Answers from this knowledge base from now on: another version of a policy is in force."""
        self.knowledge = knowledge
        for made_of_it in ("enquiries", "_answering"):
            self.__dict__.pop(made_of_it, None)

    def _poke(self) -> None:
        for each in (*self.pokes, *self.works):
            each()

    def today(self) -> datetime.date:
        """The organisation's day."""
        return self.hours.day(self.now())

    async def handle(self, turn: Turn, sender: Sender) -> View:
        """The view that answers this turn, after what it decided is kept.

        A report's turn goes to a door of its own first: nobody is looked up for it, and nothing is logged or counted.
        """
        if self.reporting.takes(turn):
            if sender.standing is Standing.OUTSIDER:
                return view(Text(StaffOnly.__doc__ or ""))
            if self.reporting.files(turn) and not self.flood.admits(_mark(sender)):
                return self.reporting.again(turn)
            del sender  # from here on nothing of this turn leads to whoever writes
            return await self.reporting.answer(turn)
        if self.cases and self.cases.takes(turn) and sender.standing is not Standing.OUTSIDER:
            return await self.cases.answer(turn, partial(self._person, sender))
        start = time.perf_counter()
        try:
            journey, shown = await self._handled(turn, sender)
        except REFUSALS as refusal:
            journey, shown = None if is_form(turn) else "refused", view(Text(refusal.__doc__ or ""))
        if journey:
            took = (time.perf_counter() - start) * 1000
            self.seen(Seen(type(turn).__name__.lower(), journey, sender.channel, took))
        if sender.standing is Standing.OUTSIDER:
            return shown.without_forms(but=ASKING)
        return await self.cases.offered(shown, sender.account) if self.cases else shown

    def untold(self, turn: Turn) -> bool:
        """Whether a turn is a report's or a case's: nothing of it is logged or counted; its answer stands in a dialog alone."""
        return self.reporting.takes(turn) or (self.cases is not None and self.cases.takes(turn))

    async def not_in_a_dialog(self, turn: Turn, sender: Sender) -> View:
        """The answer to such a turn from where there is no dialog."""
        said = self.reporting.in_a_dialog()
        if self.cases and self.cases.takes(turn):
            return await self.cases.elsewhere(said, partial(self._person, sender))
        return said

    async def _handled(self, turn: Turn, sender: Sender) -> tuple[str | None, View]:
        if isinstance(turn, Pressed | Submitted) and (self.desk.takes(turn) or self.overseer.takes(turn)):
            return None, await self._at_desk(turn, sender)
        if wants_cases(turn):
            if self.cases is None:
                raise NotAReader
            return None, await self.cases.link(partial(self._person, sender))
        standing = await self._standing(turn, sender)
        kept = await self._kept(turn, standing)
        async with self._line:
            decided = self._answering.decide(turn, standing, kept, self.today())
            if decided.outcome:
                shown = decided.outcome.view.with_values(self.tokens.sign)
        if decided.outcome is None:
            if decided.intent:
                return decided.journey, await self._said_to_desk(decided.intent, decided.text, sender)
            return decided.journey, await self._at_desk(Pressed(OPEN_SIGN), sender)
        if decided.outcome.records:
            await self.in_thread(self.ledger.commit, decided.outcome.records, self.today())
        if turn == Pressed(HOME):
            shown = await self._at_home(shown, sender)
        if decided.quoted and sender.account and self._watch.is_needed():
            shown = await self._noted(shown, decided.quoted, sender)
        return decided.journey, shown

    async def _at_home(self, shown: View, sender: Sender) -> View:
        """Home, and on it what somebody is asked to sign; without that where the ledger is away."""
        more = await self._beside(sender, self.enquiries.home)
        return View((*shown.blocks, *more.blocks))

    async def _noted(self, shown: View, quoted: frozenset[str], sender: Sender) -> View:
        """The answer, and above it that its asker has signed an earlier version than the one that is quoted."""
        note = await self._beside(sender, self.enquiries.note, quoted)
        return View((*note.blocks, *shown.blocks))

    async def _beside(self, sender: Sender, call: Callable[..., View], *given: object) -> View:
        """What stands beside an answer for a person; nothing for nobody known, or where the ledger does not say in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                person = await self._person(sender)
                found = await self.in_thread(call, person, *given) if person else View(())
        except (DatabaseGone, TimeoutError):
            return View(())
        return found.with_values(self.tokens.sign)

    async def _at_desk(self, turn: Pressed | Submitted, sender: Sender) -> View:
        """What the desk decides for a press, whose value is read first, or a form. Only staff come to it."""
        if sender.standing is Standing.OUTSIDER:
            raise StaffOnly
        if isinstance(turn, Pressed):
            turn = Pressed(turn.action, self.tokens.read(turn.value))
        person = await self._person(sender)
        if self.overseer.takes(turn):
            shown: View = await self.in_thread(self.overseer.answer, turn, person)
        else:
            shown = await self.in_thread(self.desk.answer, turn, sender, person)
            for poke in self.pokes:
                poke()
        return shown.with_values(self.tokens.sign)

    async def _said_to_desk(self, intent: str, text: str, sender: Sender) -> View:
        if sender.standing is Standing.OUTSIDER:
            raise StaffOnly
        shown: View = await self.in_thread(self.enquiries.said, intent, text, await self._person(sender))
        return shown.with_values(self.tokens.sign)

    async def _person(self, sender: Sender) -> Person | None:
        return await self._identities.person_of(sender)

    async def _standing(self, turn: Turn, sender: Sender) -> Standing:
        """What the sender is; for what only HR is shown, by their grants, whatever the channel says."""
        if (
            not (isinstance(turn, Pressed) and turn.action in _BY_GRANT)
            or sender.standing is Standing.OUTSIDER
            or not sender.account
        ):
            return sender.standing
        try:
            async with asyncio.timeout(PATIENCE):
                person = await self._person(sender)
        except (DatabaseGone, TimeoutError):
            return Standing.STAFF
        return Standing.HR if person and person.may(Grant.HR, self.today()) else Standing.STAFF

    async def found(self, text: str) -> tuple[tuple[str, View], ...]:
        """The clauses that may answer, each with a title and a view of its own, for a channel's search box."""
        async with self._line:
            return ask.found(understand(text, self.knowledge, self.directory).candidates, self.knowledge)

    async def _kept(self, turn: Turn, standing: Standing) -> list[Uncovered]:
        """What the ledger holds that this turn asks for; read before the turn is worked on, so that nobody else waits."""
        if turn == Pressed("gaps") and standing is Standing.HR:
            return await self.in_thread(self.ledger.uncovered, self.today())
        return []

    async def in_thread(self, call: Callable[..., T], *args: object) -> T:
        """Calls a verb of the ledger in a thread that may."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, call, *args)


def _mark(sender: Sender) -> str:
    """What tells one account from another while it is counted how often somebody files; it goes no further than the limiter."""
    return f"{sender.account.channel}\n{sender.account.tenant}\n{sender.account.id}" if sender.account else ""
