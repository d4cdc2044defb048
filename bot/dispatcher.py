"""The single door: a turn comes in, a journey decides, what it decided is committed, a view goes out."""

from __future__ import annotations

import asyncio
import datetime
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from bot import references
from bot.directory import Directory
from bot.journeys import ask, later, welcome
from bot.journeys.contact import contact
from bot.journeys.disclaimer import disclaimer
from bot.journeys.request_account import request_account
from bot.ledger import Ledger, week
from bot.outcome import Outcome
from bot.references import PolicyChanged
from bot.tokens import ForgedButton, Tokens
from bot.turns import Pressed, Said, Submitted, Turn
from bot.understanding import Aside, Result, Understanding, understand
from bot.views import Text, View, view
from policy_kb import KnowledgeBase


class UnknownTurn(Exception):
    """That button or form belongs to another version of this program. Please ask again."""


# Illegal moves that a person can cause; the docstring is what they are told.
REFUSALS = (PolicyChanged, ForgedButton, UnknownTurn)


@dataclass(frozen=True)
class Dispatcher:
    """Everything that answering needs. `thread` is the one thread that owns the ledger."""

    knowledge: KnowledgeBase
    directory: Directory
    tokens: Tokens
    ledger: Ledger
    thread: Executor
    today: Callable[[], datetime.date] = datetime.date.today
    new_key: Callable[[], str] = field(default=lambda: secrets.token_hex(16))

    async def handle(self, turn: Turn, sender: object = None) -> View:
        """The view that answers this turn, after what it decided is kept.

        No journey of this version asks who wrote, so the sender goes no further than this line.
        """
        del sender
        try:
            outcome = self._decide(turn)
        except REFUSALS as refusal:
            return view(Text(refusal.__doc__ or ""))
        if outcome.records:
            await asyncio.get_running_loop().run_in_executor(self.thread, self.ledger.commit, outcome.records, self.today())
        return outcome.view.with_values(self.tokens.sign)

    def _decide(self, turn: Turn) -> Outcome:
        match turn:
            case Said(text):
                return self._said(understand(text, self.knowledge, self.directory))
            case Pressed(action, value):
                return self._pressed(action, self.tokens.read(value))
            case Submitted("uncovered", values):
                asked = understand(values.get("question", ""), self.knowledge, self.directory)
                return ask.keep(asked, self.new_key(), week(self.today()))
            case Submitted():
                raise UnknownTurn

    def _said(self, asked: Understanding) -> Outcome:
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

    def _pressed(self, action: str, value: str) -> Outcome:
        clauses = references.read(self.knowledge, value)
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
            case _:
                raise UnknownTurn
