"""The desk's other side: HR's requests, in chat. Whoever presses must hold HR's grant, whatever the button said."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot import hr_desk
from bot.audience import members
from bot.expanding import Around
from bot.journeys import home, overseeing, requesting
from bot.journeys.requesting import REQUEST, BadRequest, must_be_hr
from bot.ledger import Ledger
from bot.people import Person
from bot.prompting import Prompted, prompting
from bot.standings import Standings
from bot.turns import Pressed, Submitted
from bot.views import View

ACTIONS = frozenset({home.OVERVIEW, overseeing.ONE, overseeing.WHO, overseeing.REMIND, overseeing.CLOSE, overseeing.OPEN_ASK})


@dataclass(frozen=True)
class Overseer:
    """Runs in the ledger's thread, like the desk. `address` gives the way to a paper of a request, for one of HR; `poke` has
    what was asked for done at once, not at the next round.
    """

    standings: Standings
    address: Callable[[str, str, str], str]
    new_id: Callable[[], str] = field(repr=False)
    url: str = ""
    poke: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def _ledger(self) -> Ledger:
        return self.standings.ledger

    def takes(self, turn: object) -> bool:
        """Whether a press or a form is HR's."""
        match turn:
            case Pressed(action):
                return action in ACTIONS
            case Submitted(form):
                return form == REQUEST
        return False

    def answer(self, turn: Pressed | Submitted, person: Person | None) -> View:
        """The view for a press or form of HR's, after what it decided is kept.

        Raises NotHR for anybody else, NotYours for a request that is not there, and DatabaseGone.
        """
        actor = must_be_hr(person, self.standings.today)
        if isinstance(turn, Submitted):
            return self._asked(turn, actor)
        match turn.action:
            case home.OVERVIEW:
                with self._ledger.transaction():
                    open = self._ledger.requests.open(self.standings.today)
                    latest = [self.standings.overseen(each.id) for each in open[-overseeing.MOST_REQUESTS :]]
                    return overseeing.overview(latest, older=len(open) - len(latest))
            case overseeing.OPEN_ASK:
                return overseeing.form(requesting.form(hr_desk.known(self._ledger, self.standings.today)))
            case overseeing.WHO:
                return overseeing.outstanding(self.standings.overseen(turn.value))
            case overseeing.REMIND:
                return self._reminded(turn.value)
            case overseeing.CLOSE:
                return self._closed(turn.value, actor)
            case _:
                overseen = self.standings.overseen(turn.value)
                return overseeing.one(overseen, lambda which, kind: self.address(which, kind, actor.id))

    def _asked(self, sent: Submitted, actor: Person) -> View:
        """The request that the form makes; whom it asks is worked out at once afterwards."""
        known = hr_desk.known(self._ledger, self.standings.today)
        try:
            request = hr_desk.ask(self._ledger, sent.values, actor, self._around, facts=known)
        except BadRequest as wrong:
            return overseeing.form(requesting.form(known), sent.values, wrong.mistakes)
        published = next(each for each in known.in_force if each.policy.id == request.policy)
        self.poke()
        return overseeing.asked(request, published, len(members(request.audience, known.people, known.today)))

    def _reminded(self, id: str) -> View:
        """Everybody outstanding who can be written to is reminded, once a day at most."""
        overseen, last = self.standings.overseen(id), Prompted()
        for prompted in prompting(self._ledger, id, self._around, by_hand=True):
            last = prompted
            self.poke()
        return overseeing.reminded(overseen, last.reminded)

    def _closed(self, id: str, actor: Person) -> View:
        hr_desk.close(self._ledger, id, actor, self._around)
        return overseeing.closed(self.standings.overseen(id))

    @property
    def _around(self) -> Around:
        standings = self.standings
        return Around(standings.now(), standings.hours, self.new_id, lambda: secrets.token_urlsafe(24), self.url)
