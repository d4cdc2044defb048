"""The casebook as the door of reports uses it: computing in the caller's thread, reading and writing in the casebook's own.

Knows no person, no ledger and no platform either; how many people there are is a fact that is handed in (DECISIONS 27).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

from bot.attachments import Attachment
from bot.casebook import Casebook, Enclosure, Invalid, Submission, Unready
from bot.casebook.padding import TooLong
from bot.casebook.receipt import within
from bot.casebook.recipients import HR, NobodyLeft, UnknownRoute
from bot.citation import date
from bot.journeys.case_clocks import asked_about
from bot.journeys.report import Reader, Terms, Written
from bot.journeys.report_back import Behind
from bot.reporting import NotTaken
from bot.views import Choice

T = TypeVar("T")
RECEIPT_IN = (
    "The seven words of a receipt stand in what you wrote. Whoever reads it could use them, so it was not sent. Take them out."
)
_STATES = {
    "received": "received; nobody has begun to work on it",
    "assessing": "being looked into",
    "addressing": "being worked on",
    "concluded": "concluded",
}
_WAITING = "not handed over yet; that happens at a later window"
# What keeps a report from being taken, said as it is; each says that nothing was kept.
_NOT_TAKEN = (Invalid, UnknownRoute, NobodyLeft, TooLong, Unready)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many people could write a report, and how many report to each supervisor (by recipient); counted once a day."""

    all: int = 0
    reporting_to: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Bound:
    """`thread` is the casebook's own. `sizes` gives the latest count, `approved` whether the City Attorney approved the words,
    `clauses` what a report may be about."""

    casebook: Casebook
    thread: Executor
    sizes: Callable[[], Sizes] = Sizes
    approved: Callable[[], bool] = lambda: False
    clauses: Callable[[], Sequence[Choice]] = tuple
    # Called after somebody was said to be in danger, which is handed over at once: with the mark that the casebook keeps until it
    # was told of, and with route and involved.
    alarms: Sequence[Callable[[str, str, tuple[str, ...]], None]] = ()

    def missing(self) -> tuple[str, ...]:
        """What keeps reports from being taken."""
        return self._there(self.casebook.missing)

    def terms(self) -> Terms:
        """What the form says of this installation."""
        sizes = self.sizes()
        routes = self.casebook.routes(sizes.reporting_to)
        readers = tuple(Reader(each.id, each.name) for each in routes)
        if sum(each.route == HR for each in routes) > 1:
            # Where one of several has the id `hr`, it stands for all of them: rather too many are left out than too few.
            readers = (Reader(HR, "All of HR"), *(each for each in readers if each.id != HR))
        settings = self.casebook.settings
        return Terms(
            readers, sizes.all, settings.k, self.casebook.sealed, self.approved(), dict(sizes.reporting_to), self.clauses()
        )

    def file(self, written: Written, attachments: Sequence[Attachment] = ()) -> str:
        """Seals and keeps a report; the seven words of its receipt. Raises NotTaken and DatabaseGone: nothing is kept then."""
        self._must_hold_no_receipt(f"{written.what}\n{written.where}")
        new = self.casebook.draw()
        files = tuple(Enclosure(each.name, each.media_type, each.content) for each in attachments)
        given = Submission(**{each.name: getattr(written, each.name) for each in fields(written)})
        given = replace(given, involved=self._involved(written))
        mark = self.casebook.new_id() if given.danger else ""
        self._taken(self.casebook.file, given, new, files, dict(self.sizes().reporting_to), mark)
        for alarm in self.alarms if given.danger else ():
            with suppress(RuntimeError):  # the program stops just now; the mark is kept, and it is told after the next start
                alarm(mark, given.route, given.involved)
        return new.words

    def behind(self, receipt: str) -> Behind | None:
        """What lies behind a receipt; None for whatever opens nothing."""
        found = self._there(self.casebook.behind, self.casebook.recognise(receipt))
        if found is None:
            return None
        replies = tuple((date(each.day), each.text) for each in found.replies)
        today = self.casebook.windows.day(self.casebook.now())
        asked = asked_about(found.released, today) if found.released else 0
        return Behind(_WAITING if found.waits else _STATES.get(found.state, found.state), replies, asked)

    def add(self, receipt: str, words: str) -> bool:
        """Adds to a case; False for a receipt behind which nothing lies. Raises NotTaken."""
        self._must_hold_no_receipt(words)
        return self._taken(self.casebook.add, self.casebook.recognise(receipt), words)

    def retaliation(self, receipt: str, words: str) -> str | None:
        """A report of its own, linked to the first; its receipt. Raises NotTaken."""
        self._must_hold_no_receipt(words)
        own, new = self.casebook.recognise(receipt), self.casebook.draw()
        told = Submission("retaliation", ("416.10",), words, "", "I am not sure", HR, (), False)
        return new.words if self._taken(self.casebook.tell_of_retaliation, own, told, new) else None

    def change(self, receipt: str) -> str | None:
        """A new receipt instead of this one."""
        own, new = self.casebook.recognise(receipt), self.casebook.draw()
        return new.words if self._there(self.casebook.change, own, new) else None

    def _involved(self, written: Written) -> tuple[str, ...]:
        """The ids of those involved; `hr` stands for all of HR."""
        hr = [each.id for each in self.casebook.people if each.route == HR]
        return tuple(dict.fromkeys(id for each in written.involved for id in (hr if each == HR else (each,))))

    def _must_hold_no_receipt(self, text: str) -> None:
        """A receipt is neither stored nor shown to whoever reads (P12). Raises NotTaken."""
        if any(self._there(self.casebook.knows, self.casebook.recognise(each)) for each in within(text)):
            raise NotTaken(RECEIPT_IN)

    def _there(self, call: Callable[..., T], *given: object) -> T:
        return self.thread.submit(call, *given).result()

    def _taken(self, call: Callable[..., T], *given: object) -> T:
        """The same; what keeps it from being taken is said in its own words, which repeat nothing of what was written."""
        try:
            return self._there(call, *given)
        except _NOT_TAKEN as error:
            raise NotTaken(str(error) or error.__doc__ or "") from None
