"""The door of the case room: who sees which case, and what HR does with it. Runs in the casebook's thread.

Whatever a page or a command says, it is looked at here who acts: a case is there only for those who receive it and have not
recused themselves. What is done is decided by the journey and kept by the casebook in one step, with a row of the audit trail.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from bot.case_shapes import (
    Acted,
    KeyLost,
    LastReader,
    Locked,
    NoReceipt,
    Reader,
    Row,
    Shown,
    TooLongToKeep,
    WrongPassphrase,
    standing,
)
from bot.casebook import Casebook, KeyElsewhere, Submission, recipients, shapes
from bot.casebook.keeping import unopened
from bot.casebook.padding import TooLong
from bot.casebook.recipients import NobodyLeft, UnknownRoute
from bot.casebook.sealing import NotForThisKey
from bot.journeys import case_clocks, case_words
from bot.journeys.case_refusals import NoSuchCase, NoSuchSchedule, Outdated
from bot.journeys.case_table import Act
from bot.journeys.cases import Case, Decided, Wanted, decide, offered
from bot.office_hours import Hours

__all__ = [
    "Acted",
    "Caseroom",
    "KeyElsewhere",
    "KeyLost",
    "LastReader",
    "Locked",
    "Reader",
    "Row",
    "Shown",
    "WrongPassphrase",
    "standing",
]


@dataclass(frozen=True)
class Caseroom:
    """Over a casebook; `today` is the organisation's day."""

    book: Casebook
    hours: Hours
    today: Callable[[], datetime.date]

    def unlock(self, passphrase: str) -> None:
        """Opens the reports for half an hour. Raises WrongPassphrase, and KeyElsewhere in level sealed."""
        if self.book.opener is None:
            raise KeyElsewhere
        unlock = getattr(self.book.opener, "unlock", None)
        if unlock:
            with _translated():
                unlock(passphrase)

    def listed(self, actor: Reader, readers: Sequence[Reader]) -> tuple[Row, ...]:
        """The cases that this reader sees: those in which somebody is in danger first, then the most urgent.

        Raises Locked, KeyLost, KeyElsewhere and DatabaseGone.
        """
        self._must_be_open(actor)
        with _translated():
            found = {each.id: each for each in self.book.room.cases(actor.recipients)}
        standings = {id: standing(case) for id, case in found.items()}
        theirs = [each for id, each in standings.items() if each.is_for(actor.id, _people(found[id], readers))]
        urgent = case_clocks.by_urgency(theirs, self.hours, self.today())
        rows = [self._row(found[each.id], each, actor, readers) for each in urgent]
        return tuple(sorted(rows, key=case_words.in_danger, reverse=True))

    def opened(self, actor: Reader, readers: Sequence[Reader], id: str) -> Shown:
        """One case with all that is in it. Raises NoSuchCase, Locked, KeyLost, KeyElsewhere and DatabaseGone."""
        found, today = self._found(actor, readers, id), self.today()
        row = self._row(found.case, standing(found.case), actor, readers)
        may = offered(row.standing, actor.id)
        people = _people(found.case, readers)
        asked = zip(case_clocks.CHECK_INS, case_clocks.check_ins(found.case.released), strict=True)
        return Shown(
            row,
            found,
            case_clocks.clocks(row.standing, self.hours),
            tuple((days, day, day <= today) for days, day in asked),
            may,
            tuple(each for each in readers if each.id != actor.id and row.standing.is_for(each.id, people)),
            tuple(each for each in self.listed(actor, readers) if each.case.id != id) if Act.LINK in may else (),
            {each.id: each.name for each in readers},
            today,
            self.book.settings.retention,
        )

    def enclosures(self, actor: Reader, readers: Sequence[Reader], id: str) -> tuple[shapes.Enclosure, ...]:
        """The files of a case. Raises NoSuchCase, Locked, KeyLost, KeyElsewhere and DatabaseGone."""
        return self._found(actor, readers, id).enclosures

    def act(
        self, actor: Reader, readers: Sequence[Reader], id: str, wanted: Wanted, file: shapes.Enclosure | None = None
    ) -> Acted:
        """Does something with a case and keeps it, with a file where there is one, or does nothing. Raises a Refused (Outdated
        also where a colleague was faster by a moment), Locked, KeyLost, KeyElsewhere and DatabaseGone."""
        case = self._found(actor, readers, id).case
        decided = decide(standing(case), actor.id, _people(case, readers), wanted, self.today())
        if wanted.act is Act.LINK:
            self._must_see(actor, readers, wanted.to)
        if wanted.act is Act.SCHEDULE and decided.case.schedule not in {each.code for each in self.book.settings.retention}:
            raise NoSuchSchedule
        witness = self._for_witness(case, readers) if wanted.act is Act.WITNESS else None
        with _translated():
            if not self.book.room.act(id, replace(_change(case, decided, actor, readers), file=file)):
                raise Outdated
        return Acted(decided, self._filed(witness) if witness else "")

    def _must_see(self, actor: Reader, readers: Sequence[Reader], id: str) -> None:
        """Raises NoSuchCase; what is only pointed at is not opened by it, and stays unopened (P20)."""
        if not any(each.case.id == id for each in self.listed(actor, readers)):
            raise NoSuchCase

    def _must_be_open(self, actor: Reader) -> None:
        """Raises Locked whether there is anything to read or not, so that a lock tells nothing of what lies behind it; and
        KeyLost, since a list without what a lost key opens would look whole."""
        if self.book.opener is None:
            raise KeyElsewhere
        with _translated(), suppress(NotForThisKey):
            self.book.opener.open_any(b"")
        if actor.recipients & set(self.book.lost()):
            raise KeyLost

    def _for_witness(self, case: shapes.Case, readers: Sequence[Reader]) -> Submission:
        """What is filed for somebody who cooperates: a case of its own, for those who read this one now and nobody else.

        Raises NoReceipt where it would reach somebody who has recused themselves, or nobody, or reports are not taken.
        """
        about, recused = case.submission, standing(case).recused
        if self.book.missing() or any(each.id in recused and each.recipients & set(case.readers) for each in readers):
            raise NoReceipt
        try:
            away = {each.id for each in recipients.chosen(self.book.people, about.route, about.involved)} - set(case.readers)
            involved = tuple(sorted({*about.involved, *away}))
            to = {each.id for each in recipients.chosen(self.book.people, about.route, involved)}
        except (NobodyLeft, UnknownRoute):
            raise NoReceipt from None
        if not to <= set(case.readers):
            raise NoReceipt
        what = f"{WITNESS} Case {case.id[:6]}."
        return Submission("other", about.clauses, what, "", "I am not sure", about.route, involved, danger=False)

    def _filed(self, given: Submission) -> str:
        """Files it, to come to light at a later window like every other; the words of its receipt."""
        new, sizes = self.book.draw(), {each.id: self.book.settings.k for each in self.book.people}
        self.book.file(given, new, sizes=sizes)
        return new.words

    def _found(self, actor: Reader, readers: Sequence[Reader], id: str) -> shapes.Opened:
        self._must_be_open(actor)
        with _translated():
            found = self.book.room.open(id, actor.recipients)
        if found is None or not standing(found.case).is_for(actor.id, _people(found.case, readers)):
            raise NoSuchCase
        return found

    def _row(self, case: shapes.Case, here: Case, actor: Reader, readers: Sequence[Reader]) -> Row:
        left = "somebody who has left" if case.holder else ""
        holder = next((each.name for each in readers if each.id == case.holder), left)
        today = self.today()
        late, due = case_clocks.overdue(here, self.hours, today), case_clocks.next_due(here, self.hours)
        return Row(case, here, holder, case.holder == actor.id, late, due, unopened(case, today))


# What a case begins with that HR made for a witness.
WITNESS = "HR made this receipt for somebody who cooperates (416.10). It belongs to"


@contextmanager
def _translated() -> Iterator[None]:
    """What the casebook raises, in the room's own words. In level sealed the opener is never loaded (P10) and raises nothing."""
    try:
        yield
    except NobodyLeft:
        raise LastReader from None
    except TooLong:
        raise TooLongToKeep from None
    except Exception as error:
        opening = sys.modules.get("bot.casebook.opening")
        if opening and isinstance(error, opening.Locked):
            raise Locked from None
        if opening and isinstance(error, opening.WrongPassphrase):
            raise WrongPassphrase from None
        raise


def _people(case: shapes.Case, readers: Sequence[Reader]) -> frozenset[str]:
    """Who may read a case: everybody who has the key of one of its recipients."""
    return frozenset(each.id for each in readers if each.recipients & set(case.readers))


def _change(case: shapes.Case, decided: Decided, actor: Reader, readers: Sequence[Reader]) -> shapes.Change:
    after, done = decided.case, decided.done
    concluded = done.day if done.act is Act.CONCLUDE else case.concluded if done.act is not Act.REOPEN else None
    return shapes.Change(
        shapes.Done(str(done.act), done.by, done.day, done.to, done.letter),
        case.version,
        str(after.state),
        after.holder,
        decided.content,
        decided.reply,
        _left_behind(case, after, actor, readers) if done.act is Act.RECUSE else "",
        concluded,
        after.on_hold,
        after.schedule,
    )


def _left_behind(case: shapes.Case, after: Case, actor: Reader, readers: Sequence[Reader]) -> str:
    """The recipient that nobody is left to read for, once this person is gone; the case is sealed anew without it."""
    for recipient in sorted(actor.recipients & set(case.readers)):
        if not any(recipient in each.recipients and each.id not in after.recused for each in readers):
            return recipient
    return ""
