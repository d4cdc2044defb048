"""The single door: a turn comes in, a journey decides, what it decided is committed, a view goes out."""

from __future__ import annotations

import asyncio
import datetime
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TypeVar

from bot import references
from bot.directory import Directory
from bot.journeys import ask, draft, home, hr, later, welcome
from bot.journeys.contact import contact
from bot.journeys.disclaimer import disclaimer
from bot.journeys.request_account import request_account
from bot.ledger import Ledger, week
from bot.line import Line
from bot.outcome import Outcome
from bot.people import Sender, Standing
from bot.records import Uncovered
from bot.references import PolicyChanged
from bot.sensitive import is_danger
from bot.tokens import ForgedButton, Tokens
from bot.turns import Pressed, Said, Submitted, Turn
from bot.understanding import QUIET, Aside, Result, Understanding, understand
from bot.views import OPEN, Text, View, view
from policy_kb import Clause, KnowledgeBase

T = TypeVar("T")


class UnknownTurn(Exception):
    """That button or form belongs to another version of this program. Please ask again."""


class StaffOnly(Exception):
    """Forms are for staff of the organisation. You can still ask about its policies."""


# Illegal moves that a person can cause; the docstring is what they are told.
REFUSALS = (PolicyChanged, ForgedButton, UnknownTurn, StaffOnly)
# A word that help shows on a button; somebody will type it.
_FORMS_WANTED = ("form", "forms")
# Forms that keep nothing, and are open to everybody who may ask.
ASKING = ("ask",)


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be said about a turn afterwards: its kind, journey and channel, how long it took. No text, no person."""

    kind: str
    journey: str
    channel: str
    milliseconds: float


def say_nothing(_: Seen) -> None:
    """Where nobody counts."""


@dataclass(frozen=True)
class Decided:
    """What a journey decided, and its name; a name of None means that nothing may be said about the turn."""

    journey: str | None
    outcome: Outcome


@dataclass(frozen=True)
class Dispatcher:
    """Everything that answering needs. `thread` is the one thread that owns the ledger; `seen` is told of each turn."""

    knowledge: KnowledgeBase
    directory: Directory
    tokens: Tokens
    ledger: Ledger
    thread: Executor
    today: Callable[[], datetime.date] = datetime.date.today
    new_key: Callable[[], str] = field(default=lambda: secrets.token_hex(16))
    seen: Callable[[Seen], None] = say_nothing
    # One question is worked on at a time: between two of them, what came in meanwhile is acknowledged.
    _line: Line = field(default_factory=Line)

    @property
    def examples(self) -> list[str]:
        """A few things to ask of these policies."""
        return welcome.examples(self.knowledge)

    async def handle(self, turn: Turn, sender: Sender) -> View:
        """The view that answers this turn, after what it decided is kept."""
        start = time.perf_counter()
        kept = await self._kept(turn, sender.standing)
        async with self._line:
            try:
                decided = self._decide(turn, sender.standing, kept)
            except REFUSALS as refusal:
                decided = Decided(None if _is_form(turn) else "refused", Outcome(view(Text(refusal.__doc__ or ""))))
            outcome = decided.outcome
            shown = outcome.view.with_values(self.tokens.sign)
        if outcome.records:
            await self.in_thread(self.ledger.commit, outcome.records, self.today())
        if decided.journey:
            took = (time.perf_counter() - start) * 1000
            self.seen(Seen(type(turn).__name__.lower(), decided.journey, sender.channel, took))
        return shown.without_forms(but=ASKING) if sender.standing is Standing.OUTSIDER else shown

    async def found(self, text: str) -> tuple[tuple[str, View], ...]:
        """The clauses that may answer, each with a title and a view of its own, for a channel's search box."""
        async with self._line:
            return ask.found(understand(text, self.knowledge, self.directory).candidates, self.knowledge)

    async def _kept(self, turn: Turn, standing: Standing) -> list[Uncovered]:
        """What the ledger holds that this turn asks for; read before the turn is worked on, so that nobody else waits."""
        if turn == Pressed("gaps") and standing is Standing.HR:
            return await self.in_thread(self.ledger.uncovered, self.today())
        return []

    def _decide(self, turn: Turn, standing: Standing, kept: Sequence[Uncovered]) -> Decided:
        match turn:
            case Said(text):
                return self._said(text)
            case Pressed("gaps") if standing is Standing.HR:
                return Decided("gaps", hr.gaps(kept))
            case Pressed(action, value):
                # Which form is opened is nobody's business.
                return Decided("open" if _is_form(turn) else action, self._pressed(action, value, standing))
            case Submitted(form, values):
                if standing is Standing.OUTSIDER and form not in ASKING:
                    raise StaffOnly
                return self._submitted(form, dict(values))

    def _said(self, text: str) -> Decided:
        if text.strip().lower() in _FORMS_WANTED:
            return Decided("open", home.opened(home.FORMS["forms"]))
        asked = understand(text, self.knowledge, self.directory)
        quiet = asked.sensitive or asked.intent in QUIET
        return Decided(None if quiet else asked.intent, self._answered(asked))

    def _answered(self, asked: Understanding) -> Outcome:
        if asked.outcome is not Result.JOURNEY:
            return ask.answer(asked, self.knowledge, self.directory)
        if asked.aside:
            return welcome.danger(self.directory) if asked.aside is Aside.DANGER else welcome.fragment()
        match asked.intent:
            case "contact":
                return contact(asked, self.knowledge, self.directory)
            case "disclaimer":
                return disclaimer(asked, self.knowledge)
            case "request_account":
                return request_account(asked, self.knowledge, self.directory)
            case "report":
                return later.report(self.knowledge, self.directory)
            case "report_status":
                return later.report_status(self.knowledge, self.directory)
            case "acknowledge":
                return later.acknowledge(self.knowledge, self.directory)
            case "ack_status":
                return later.ack_status(self.knowledge, self.directory)
            case "greeting":
                return welcome.greeting(asked.text, self.knowledge)
            case _:
                return welcome.help(self.knowledge)

    def _pressed(self, action: str, value: str, standing: Standing) -> Outcome:
        if action == "home":
            return home.home(self.knowledge, standing)
        if action == "help":
            return welcome.help(self.knowledge)
        if action.startswith(OPEN):
            return self._opened(action.removeprefix(OPEN), standing)
        return self._referred(action, references.read(self.knowledge, self.tokens.read(value)))

    def _opened(self, form: str, standing: Standing) -> Outcome:
        if form not in home.FORMS:
            raise UnknownTurn
        if standing is Standing.OUTSIDER and form not in ASKING:
            raise StaffOnly
        return home.opened(home.FORMS[form])

    def _referred(self, action: str, clauses: tuple[Clause, ...]) -> Outcome:
        """What was pressed under an answer; the button carried the clauses."""
        match action:
            case "other":
                return ask.other(clauses, self.knowledge, self.directory)
            case "read" if clauses:
                return ask.read(clauses, self.knowledge)
            case "section" if clauses:
                return ask.read_section(clauses, self.knowledge)
            case "define" if clauses:
                return ask.define(clauses, self.knowledge)
            case "person" if clauses:
                return ask.person(clauses, self.knowledge, self.directory)
            case "share" if clauses:
                return ask.share(clauses, self.knowledge)
            case _:
                raise UnknownTurn

    def _submitted(self, form: str, values: dict[str, str]) -> Decided:
        match form:
            case "ask":
                return self._said(values.get("question", ""))
            case "forms" if values.get("form") in home.FORMS:
                return Decided("forms", home.opened(home.FORMS[values["form"]]))
            case "uncovered":
                # Said to hold no day, so no line may say when.
                return Decided(None, self._told(values.get("question", "")))
            case "draft":
                # No word about drafts in logs or metrics: somebody who checks one is not to feel watched.
                return Decided(None, self._checked(values.get("account", ""), values.get("draft", "")))
            case _:
                raise UnknownTurn

    def _told(self, question: str) -> Outcome:
        asked = understand(question, self.knowledge, self.directory)
        if asked.aside is Aside.DANGER:
            return welcome.danger(self.directory)
        return ask.keep(asked, self.directory, self.new_key(), week(self.today()))

    def _checked(self, account: str, text: str) -> Outcome:
        if is_danger(text):
            return welcome.danger(self.directory)
        return draft.check(account, text, self.knowledge)

    async def in_thread(self, call: Callable[..., T], *args: object) -> T:
        """Calls a verb of the ledger in the thread that owns it."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, call, *args)


def _is_form(turn: Turn) -> bool:
    """Whether a turn opens or sends a form."""
    return isinstance(turn, Submitted) or (isinstance(turn, Pressed) and turn.action.startswith(OPEN))
