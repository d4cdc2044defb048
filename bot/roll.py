"""The staff list, row by row: what may stand in it, and every mistake at once. Pure; a CSV file and `[[person]]` tables alike."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot import names
from bot.people import Account, Employment, Person

NEEDED = ("name", "email")
DAYS = ("started", "leave_from", "leave_until", "separated")
ACCOUNTS = ("slack", "teams")
COLUMNS = (*NEEDED, "preferred", "aliases", "role", "department", "supervisor", "employment", *DAYS, *ACCOUNTS)
# Longer than anything that stands in a cell; in signs.
LONGEST = 500
# So many mistakes are told one by one.
TOLD = 100
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ID = {"slack": re.compile(r"(?:([TE][A-Z0-9]+):)?([UW][A-Z0-9]+)"), "teams": re.compile(r"(?:([0-9a-f-]{36}):)?([0-9a-f-]{36})")}
_WRITTEN = {"slack": "TEAM:USER or USER, such as T0123ABCD:U0123ABCD", "teams": "TENANT:ID or ID, both as Entra shows them"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands ("line 3"), and its cells by column as they were written."""

    where: str
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """One person as a list names them: without an id, and with the supervisor's e-mail address for the supervisor's id.

    `said` are the columns that the list has; of the others it says nothing.
    """

    person: Person
    said: frozenset[str]
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where."""

    where: str
    what: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class ListMistakes(Exception):
    """The list has mistakes; its message tells all of them, the first hundred one by one. Nothing of it was taken."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        more = [f"and {len(mistakes) - TOLD:,} mistakes more"] if len(mistakes) > TOLD else []
        super().__init__("\n".join([*map(str, mistakes[:TOLD]), *more]))


def read(rows: Sequence[Row], known: Mapping[str, str]) -> tuple[list[Listed], list[Mistake]]:
    """The people of these rows, and all mistakes, by row.

    `known` has, for each e-mail address of the directory, that of the supervisor: a list may name those as supervisors too.
    """
    read_rows = [_read(row) for row in rows]
    people = [listed for listed, _ in read_rows]
    wrong: list[tuple[int, str]] = [(number, what) for number, (_, mistakes) in enumerate(read_rows) for what in mistakes]
    wrong += _repeated(rows, people)
    wrong += _borrowed_names(people)
    wrong += _supervision(people, known)
    return people, [Mistake(rows[number].where, what) for number, what in sorted(wrong, key=lambda each: each[0])]


def email_mistake(email: str) -> str:
    """What is wrong with an e-mail address; empty where nothing is."""
    return "" if _EMAIL.fullmatch(email) and len(email) <= 254 and email.isprintable() else f"{email!r} is no e-mail address"


def formula(cell: str) -> bool:
    """Whether a spreadsheet would take this cell for a formula."""
    return cell[:1] in ("\t", "\r") or unicodedata.normalize("NFKC", cell.strip())[:1] in tuple("=+-@")


def account(channel: str, written: str) -> Account | None:
    """The account that was written as `TEAM:USER` or `USER` (Slack), `TENANT:ID` or `ID` (Teams); None where it is none."""
    found = _ID[channel].fullmatch(written.lower() if channel == "teams" else written)
    return Account(channel, found[1] or "", found[2]) if found else None


def account_wanted(channel: str) -> str:
    """How an account of this channel is written."""
    return _WRITTEN[channel]


def _read(row: Row) -> tuple[Listed, list[str]]:
    """One row by itself."""
    broken = {column: what for column in row.cells if (what := _cell_mistake(column, row.cells[column]))}
    wrong = [*broken.values(), *(f"{column} is missing" for column in NEEDED if not row.cells.get(column, "").strip())]
    cells = {column: "" if column in broken else names.tidy(cell) for column, cell in row.cells.items()}
    days = {column: _day(column, cells.get(column, ""), wrong) for column in DAYS}
    wrong += _order(days)
    aliases = tuple(filter(None, (alias.strip() for alias in cells.get("aliases", "").split(";"))))
    for name in filter(None, (cells.get("name", ""), cells.get("preferred", ""), *aliases)):
        if problem := names.unfit(name):
            wrong.append(f"{name[:40]!r} cannot be a name: {problem.split('. ')[0].rstrip('.')}")
    person = Person(
        "",
        cells.get("name", ""),
        cells.get("email", "").casefold(),
        cells.get("preferred", ""),
        aliases,
        cells.get("role", ""),
        cells.get("department", ""),
        cells.get("supervisor", "").casefold(),
        _employment(cells.get("employment", ""), wrong),
        started=days["started"],
        leave_from=days["leave_from"],
        leave_until=days["leave_until"],
        separated=days["separated"],
    )
    for email in filter(None, (person.email, person.supervisor)):
        wrong += filter(None, [email_mistake(email)])
    return Listed(person, frozenset(cells), tuple(_accounts(cells, wrong))), wrong


def _cell_mistake(column: str, cell: str) -> str:
    """What is wrong with a cell whatever stands in it; empty where nothing is."""
    if formula(cell):
        return f"{column} begins with {cell.lstrip(' ')[:1]!r}, which a spreadsheet takes for a formula"
    if len(cell) > LONGEST:
        return f"{column} is longer than {LONGEST} signs"
    if not cell.isprintable() and any(unicodedata.category(sign) == "Cc" for sign in cell.strip()):
        return f"{column} has a line break or another control sign in it"
    if names.turned(cell):
        return f"{column} has invisible signs in it that turn text round"
    return ""


def _day(column: str, text: str, wrong: list[str]) -> datetime.date | None:
    if not text:
        return None
    with suppress(ValueError):
        if _DAY.fullmatch(text):
            return datetime.date.fromisoformat(text)
    wrong.append(f"{column} is {text!r}; a day is written YYYY-MM-DD, such as 2026-11-30")
    return None


def _order(days: Mapping[str, datetime.date | None]) -> Iterator[str]:
    started, leave_from, leave_until, separated = (days[column] for column in DAYS)
    if leave_until and not leave_from:
        yield "leave_until stands without leave_from"
    if leave_from and leave_until and leave_until < leave_from:
        yield "leave_until is before leave_from"
    if started and separated and separated < started:
        yield "separated is before started"


def _employment(text: str, wrong: list[str]) -> Employment:
    if not text:
        return Employment.EMPLOYEE
    try:
        return Employment(text.casefold())
    except ValueError:
        wrong.append(f"employment is {text!r}; it may be {', '.join(Employment)}, or empty for employee")
        return Employment.EMPLOYEE


def _accounts(cells: Mapping[str, str], wrong: list[str]) -> Iterator[Account]:
    for channel in ACCOUNTS:
        if written := cells.get(channel):
            if found := account(channel, written):
                yield found
            else:
                wrong.append(f"{channel} is {written!r}; an account is written {_WRITTEN[channel]}")


def _repeated(rows: Sequence[Row], people: Sequence[Listed]) -> Iterator[tuple[int, str]]:
    """What may stand in a list once: an e-mail address, an account."""
    first: dict[object, str] = {}
    for number, (row, listed) in enumerate(zip(rows, people, strict=True)):
        marks: list[tuple[object, str]] = [(each, f"this {each.channel} account") for each in listed.accounts]
        if listed.person.email:
            marks.append((listed.person.email, listed.person.email))
        for mark, words in marks:
            if mark in first:
                yield number, f"{words} stands in {first[mark]} already"
            first.setdefault(mark, row.where)


def _borrowed_names(people: Sequence[Listed]) -> Iterator[tuple[int, str]]:
    """An alias that is a colleague's name would let somebody sign in that name."""
    whose = [(listed.person.email, name) for listed in people for name in (listed.person.name, listed.person.preferred) if name]
    owners: dict[frozenset[names.Words], set[str]] = {}
    for email, name in whose:
        owners.setdefault(names.forms(name), set()).add(email)
    for number, listed in enumerate(people):
        for alias in listed.person.aliases:
            if owners.get(names.forms(alias), set()) - {listed.person.email}:
                yield number, f"the alias {alias!r} is the name of a colleague"


def _supervision(people: Sequence[Listed], known: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Supervisors are people of the list or of the directory, and nobody is above themselves."""
    emails = {each.person.email for each in people}
    above = {**known, **{each.person.email: each.person.supervisor for each in people if "supervisor" in each.said}}
    place: dict[str, int] = {}
    for number, listed in enumerate(people):
        place.setdefault(listed.person.email, number)
        supervisor = listed.person.supervisor
        if supervisor and supervisor not in above and supervisor not in emails and not email_mistake(supervisor):
            yield number, f"the supervisor {supervisor} is neither in this list nor in the directory"
    for circle in _circles(above):
        if here := [place[email] for email in circle if email in place]:
            yield min(here), f"supervision goes round in a circle: {', '.join([*circle, circle[0]])}"


def _circles(above: Mapping[str, str]) -> Iterator[list[str]]:
    """Everybody who is above themselves, each circle once."""
    done: set[str] = set()
    for email in above:
        passed: dict[str, None] = {}
        while email and email not in done and email not in passed:
            passed[email] = None
            email = above.get(email, "")
        if email and email in passed:
            way = list(passed)
            yield way[way.index(email) :]
        done.update(passed)
