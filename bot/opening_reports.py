"""The composition root of reports: the casebook with its threads, and the door in front of it."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.bound import Bound, Sizes
from bot.casebook import Casebook
from bot.casebook.keys import NoKeyFile
from bot.casebook.starting import casebook
from bot.config import Settings
from bot.daily_total import DailyTotal
from bot.database import DatabaseGone
from bot.directory import Directory
from bot.dispatcher import REPORTED_TO
from bot.evidence.canonical import sha256
from bot.journeys import promise
from bot.journeys.roles import reach as roles_reach
from bot.ledger import Ledger
from bot.report_settings import SUPERVISOR
from bot.reporting import Reporting
from bot.sentences import sentence
from bot.views import Choice

# So many receipts are computed at once (DECISIONS 26).
AT_ONCE = 2
log = logging.getLogger(__name__)


@dataclass
class Counted:
    """What the form says and the casebook does not know: how many people there are, whether the City Attorney approved the
    promise, and the clauses of the policies in force; whoever has these puts them in."""

    settings: Settings
    sizes: Sizes = field(default_factory=Sizes)
    approved: bool = False
    clauses: Callable[[], Sequence[Choice]] = tuple

    def count(self, ledger: Ledger, today: datetime.date) -> None:
        """Counts and looks anew. Called in the ledger's thread. Raises DatabaseGone."""
        reports = self.settings.reports
        with ledger.transaction():
            self.approved = bool(ledger.policies.statement_approval(sha256(promise.text(sealed=reports.sealed).encode())))
            people = ledger.people.all(today)
            supervisors = {
                each.id: person.id
                for each in reports.recipients
                if each.route == SUPERVISOR and each.email and (person := ledger.people.by_email(each.email))
            }
        to = {id: sum(each.supervisor == person for each in people) for id, person in supervisors.items()}
        self.sizes = Sizes(len(people), to)


@dataclass(frozen=True)
class Reports:
    """What an installation has of reports: the door, and behind it the casebook with its own thread, where there is one.

    `failures` counts what fails; `missing` are sentences for whoever runs the program.
    """

    door: Reporting
    counted: Counted
    failures: DailyTotal
    casebook: Casebook | None = None
    thread: Executor | None = None
    missing: tuple[str, ...] = ()
    # What is called where a report is handed over at once; the server puts it in.
    alarms: list[Callable[[str, str, tuple[str, ...]], None]] = field(default_factory=list, repr=False)


@contextmanager
def reports(settings: Settings, roles: Directory, say: Callable[[str], None], *, opening: bool = True) -> Iterator[Reports]:
    """Reports, open where everything is there that they need, else closed. On leaving, their threads have finished.

    Without `opening` they stay closed, and nothing is made.
    """
    counted, reach = Counted(settings), roles_reach(roles.get(REPORTED_TO), roles, discreet=True)
    failures = DailyTotal(settings.hours)
    if not opening:
        yield Reports(Reporting(reach=reach), counted, failures)
        return
    with ThreadPoolExecutor(1, "casebook") as thread, ThreadPoolExecutor(AT_ONCE, "receipts") as computing:
        try:
            book = thread.submit(casebook, settings.reports, settings.records, settings.hours, say=say).result()
        except (NoKeyFile, DatabaseGone, OSError) as error:
            missing = sentence(error)
            log.warning("reports stay closed: %s", type(error).__name__)
            yield Reports(Reporting(reach=reach), counted, failures, missing=(missing,))
            return
        alarms: list[Callable[[str, str, tuple[str, ...]], None]] = []
        said = (lambda: counted.sizes), (lambda: counted.approved), (lambda: counted.clauses())
        bound = Bound(book, thread, *said, alarms=alarms)
        missing_now = bound.missing()
        door = Reporting(None if missing_now else bound, computing, reach, failed=failures.add)
        try:
            yield Reports(door, counted, failures, book, thread, missing_now, alarms)
        finally:
            thread.submit(book.store.close).result()
