"""How anonymous reports are set up, and what is missing before they may be taken. Pure; read by `report_reading`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

HR: Final = "hr"
SUPERVISOR: Final = "supervisor"
FALLBACK: Final = "fallback"
ROUTES = (HR, SUPERVISOR, FALLBACK)
SEALED: Final = "sealed"
LEVELS = ("embedded", "unlock", SEALED)
NOTICES = ("every window", "after a release")
# Whether cases are shown in chat, in a dialog and nowhere else: what is shown there passes through Slack or Microsoft.
OFF, MODAL = "off", "modal"
K = 5
WINDOWS = (datetime.time(9), datetime.time(15))
# A report rests so many hours, drawn by chance, before the window at which it is handed over.
HOLD = (2.0, 26.0)
# So many people can be sealed to; every report has as many stanzas.
MOST_RECIPIENTS = 16

Route = Literal["hr", "supervisor", "fallback"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may read reports. `route` says as what: HR, a supervisor whom a reporter may choose, or the independent one
    who reads what nobody else may. `key` is their public key (`age1...`), empty where it is not made yet; `email` finds them in
    the directory and is where they are written to."""

    id: str
    name: str = field(repr=False)
    route: Route
    key: str = ""
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A line of the organisation's retention schedule: code, name, and how long a concluded case is kept, if it says so."""

    code: str
    name: str = ""
    months: int | None = None

    @property
    def label(self) -> str:
        """How it is shown: code, name and period."""
        years, months = divmod(self.months or 0, 12)
        parts = [_counted(years, "year"), _counted(months, "month")]
        period = " and ".join(filter(None, parts)) or "no period, so it is never proposed for deletion"
        return f"{self.code} {self.name}".strip() + f" ({period})"


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """The settings. `windows` are times of day in the organisation's zone; `hold` is in hours, least and most; `leave` is the
    page of the organisation's own that "Leave this page" leads to.

    `database_url` is the PostgreSQL cluster of the reports alone, empty where they are a file; `salt` and `keys` (the text of a
    key file) are empty where files in the data directory hold them; `hosted` says that files on this machine do not last, or are
    not the only ones; `read_in_chat` is whether whoever receives reports may read and work on them in a dialog of Slack or Teams.
    """

    k: int = K
    windows: tuple[datetime.time, ...] = WINDOWS
    working_days_only: bool = False
    hold: tuple[float, float] = HOLD
    level: str = LEVELS[0]
    notice: str = NOTICES[0]
    read_in_chat: str = OFF
    recipients: tuple[Recipient, ...] = ()
    retention: tuple[Schedule, ...] = ()
    leave: str = ""
    database_url: str = field(default="", repr=False)
    salt: str = field(default="", repr=False)
    keys: str = field(default="", repr=False)
    hosted: bool = False
    local: bool = False

    @property
    def sealed(self) -> bool:
        """Whether HR alone has the keys."""
        return self.level == SEALED

    @property
    def unready(self) -> tuple[str, ...]:
        """What is missing before reports may be taken, as far as settings tell; each a sentence."""
        return tuple(_unready(self))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}" if number else ""


# Who receives reports in local mode; they stand in its directory of people too (`demonstration`).
DEMONSTRATED = (
    Recipient("hr", "Hana Ruiz", HR, email="hana.ruiz@example.gov"),
    Recipient("independent", "Ada Clerk", FALLBACK, email="ada.clerk@example.gov"),
)


def tried_out(settings: ReportSettings) -> ReportSettings:
    """Local mode: people who exist to try things out, nothing rests, and there is a window every ten minutes.

    They stand beside those who are named, unless one of those has their id or address; and where keys are made elsewhere only if
    nobody is named, since they have none there.
    """
    every = tuple(datetime.time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 10))
    named = settings.recipients
    taken = {text.casefold() for each in named for text in (each.id, each.email)}
    beside = DEMONSTRATED if settings.level == LEVELS[0] or not named else ()
    people = (*named, *(each for each in beside if not {each.id, each.email} & taken))[:MOST_RECIPIENTS]
    return replace(settings, windows=every, hold=(0.0, 0.0), notice=NOTICES[1], recipients=people, hosted=False)


def _unready(settings: ReportSettings) -> Iterator[str]:
    """What is missing before reports may be taken (DECISIONS 22 and 23)."""
    of = {route: [each for each in settings.recipients if each.route == route] for route in ROUTES}
    if not of[HR]:
        yield 'Nobody of HR receives reports: clausebot keys add ID --route hr --name "NAME" --email ADDRESS'
    if not of[FALLBACK]:
        yield (
            "Nobody independent reads what HR may not, because a report is about HR: "
            'clausebot keys add ID --route fallback --name "NAME" --email ADDRESS'
        )
    if settings.sealed:
        for each in settings.recipients:
            if not each.key:
                yield f"{each.id} has no key; in level sealed it is made on their own computer: clausebot keys make"
    if not settings.hosted:
        return
    if not settings.database_url:
        yield "REPORTS_DATABASE_URL is missing; reports have a PostgreSQL cluster of their own, apart from the ledger's"
    if not settings.salt:
        yield "REPORTS_SALT is missing; without it no receipt would open anything after a restart: openssl rand -hex 16"
    if not settings.sealed and not settings.keys:
        yield "REPORTS_KEY is missing; it is the text that clausebot keys make prints, and a restart must not lose it"
