"""What the journeys decide that need not know who asks."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot import references
from bot.directory import Directory
from bot.journeys import ask, draft, home, hr, welcome
from bot.journeys.contact import contact
from bot.journeys.disclaimer import disclaimer
from bot.journeys.request_account import request_account
from bot.ledger import week
from bot.outcome import Outcome
from bot.people import Standing
from bot.records import Uncovered
from bot.sensitive import is_danger
from bot.tokens import Tokens
from bot.turns import Pressed, Said, Submitted, Turn
from bot.understanding import QUIET, SIGNING, Aside, Result, Understanding, understand
from bot.views import OPEN, View
from policy_kb import Clause, KnowledgeBase

# A word that help shows on a button; somebody will type it.
_FORMS_WANTED = ("form", "forms")
# Forms that keep nothing, and are open to everybody who may ask.
ASKING = ("ask",)


class UnknownTurn(Exception):
    """That button or form belongs to another version of this program. Please ask again."""


class StaffOnly(Exception):
    """Forms are for staff of the organisation. You can still ask about its policies."""


@dataclass(frozen=True)
class Decided:
    """What a journey decided, and its name; a name of None means that nothing may be said about the turn.

    Without an outcome the desk decides, which looks at who asks: `text` was said to it, meant as `intent`; without an intent the
    form for signing is wanted.
    """

    journey: str | None
    outcome: Outcome | None = None
    intent: str = ""
    text: str = field(default="", repr=False)
    # The policies that are quoted, by id.
    quoted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answering:
    """Decides turns by their content and by what their writer is to the organisation, not by who it is.

    `pointer` is what somebody is told who types a report as a message.
    """

    knowledge: KnowledgeBase
    directory: Directory
    tokens: Tokens
    new_key: Callable[[], str]
    pointer: Callable[[], View]

    def decide(self, turn: Turn, standing: Standing, kept: Sequence[Uncovered], today: datetime.date) -> Decided:
        """What is decided; `kept` is what the ledger holds that the turn asks for.

        Raises UnknownTurn, StaffOnly, PolicyChanged or ForgedButton.
        """
        match turn:
            case Said(text):
                return self._said(text)
            case Pressed("gaps") if standing is Standing.HR:
                return Decided("gaps", hr.gaps(kept))
            case Pressed(action, value):
                # That the forms were opened and no other turn came after tells of a report, and when: so nothing is said of it.
                return Decided(None if is_form(turn) else action, self._pressed(action, value, standing))
            case Submitted(form, values):
                if standing is Standing.OUTSIDER and form not in ASKING:
                    raise StaffOnly
                return self._submitted(form, dict(values), today)

    def _said(self, text: str) -> Decided:
        if text.strip().lower() in _FORMS_WANTED:
            return Decided(None, home.opened(home.FORMS["forms"]))
        asked = understand(text, self.knowledge, self.directory)
        if asked.intent in SIGNING and asked.outcome is Result.JOURNEY and not asked.aside:
            return Decided(None, intent=asked.intent, text=text)
        quiet = asked.sensitive or asked.intent in QUIET
        quoted = frozenset(match.clause.policy for match in asked.shown)
        return Decided(None if quiet else asked.intent, self._answered(asked), quoted=quoted)

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
            case "report" | "report_status":
                return Outcome(self.pointer())
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

    def _submitted(self, form: str, values: dict[str, str], today: datetime.date) -> Decided:
        match form:
            case "ask":
                return self._said(values.get("question", ""))
            case "forms" if values.get("form") == home.SIGN.value:
                return Decided(None)
            case "forms" if values.get("form") in home.FORMS:
                return Decided(None, home.opened(home.FORMS[values["form"]]))
            case "uncovered":
                # Said to hold no day, so no line may say when.
                return Decided(None, self._told(values.get("question", ""), today))
            case "draft":
                # No word about drafts in logs or metrics: somebody who checks one is not to feel watched.
                return Decided(None, self._checked(values.get("account", ""), values.get("draft", "")))
            case _:
                raise UnknownTurn

    def _told(self, question: str, today: datetime.date) -> Outcome:
        asked = understand(question, self.knowledge, self.directory)
        if asked.aside is Aside.DANGER:
            return welcome.danger(self.directory)
        return ask.keep(asked, self.directory, self.new_key(), week(today))

    def _checked(self, account: str, text: str) -> Outcome:
        if is_danger(text):
            return welcome.danger(self.directory)
        return draft.check(account, text, self.knowledge)


def is_form(turn: Turn) -> bool:
    """Whether a turn opens or sends a form."""
    return isinstance(turn, Submitted) or (isinstance(turn, Pressed) and turn.action.startswith(OPEN))
