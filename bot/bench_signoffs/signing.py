"""Somebody at the desk: opens the policy, goes on page by page, types their name and signs; and how long each turn takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.bench_signoffs.town import CHANNEL, account, person
from bot.desk import Desk
from bot.evidence.canonical import sha256
from bot.journeys.signing_facts import OPEN_SIGN, READ
from bot.people import Sender
from bot.turns import Pressed, Submitted
from bot.views import Facts, View


class NotSigned(Exception):
    """Somebody went through all pages and was not given a signature."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What signing took: seconds in all, of this process's processor, and of each submission of Sign and each other turn."""

    seconds: float
    processor: float
    signs: tuple[float, ...]
    turns: tuple[float, ...]


def steps(desk: Desk, number: int, request: str) -> Iterator[View]:
    """What one person is shown, turn by turn: pages from where they stopped, the form, the copy. One who holds it is told so."""
    shown = _answer(desk, number, Pressed(OPEN_SIGN, request))
    yield shown
    while shown.forms and shown.forms[0].id == READ:
        shown = _answer(desk, number, _filled(shown))
        yield shown
    if shown.forms:
        yield _answer(desk, number, _filled(shown, consent="yes", name=person(number).name))


def record_of(shown: View) -> str:
    """The record that the last view names. Raises NotSigned."""
    for block in shown.blocks:
        if isinstance(block, Facts) and "Record" in dict(block.pairs) and not shown.forms:
            return dict(block.pairs)["Record"]
    raise NotSigned


def signed(desk: Desk, numbers: Iterable[int], request: str, between: Callable[[], object] = lambda: None) -> Signed:
    """Lets all these people read and sign, one after another. Raises NotSigned.

    `between` is called after each of them, for a measurement beside this one; its time is not counted.
    """
    signs: list[float] = []
    turns: list[float] = []
    processor = 0.0
    for number in numbers:
        worked, times, shown = time.process_time(), [time.perf_counter()], View(())
        for view in steps(desk, number, request):
            times.append(time.perf_counter())
            shown = view
        processor += time.process_time() - worked
        record_of(shown)
        *others, last = (after - before for before, after in pairwise(times))
        signs.append(last)
        turns += others
        between()
    return Signed(sum(signs) + sum(turns), processor, tuple(signs), tuple(turns))


def _answer(desk: Desk, number: int, turn: Pressed | Submitted) -> View:
    """The answer, with the person found by their account as for every turn that comes in."""
    own = account(number)
    return desk.answer(turn, Sender(CHANNEL, account=own), desk.standings.ledger.people.by_account(own))


def _filled(shown: View, **values: str) -> Submitted:
    """The form of a view as it comes back; in place of what a channel has drawn, its state is digested."""
    (form,) = shown.forms
    return Submitted(form.id, values, form.state, sha256(form.state.encode()))
