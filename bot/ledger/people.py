"""Verbs of people: who they are, their accounts on the platforms, and what they may do here."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from itertools import groupby

from bot import names
from bot.database import Database, Row
from bot.database.rows import insert
from bot.database.values import day_from_text
from bot.people import Account, Employment, Grant, Person

_COLUMNS = (
    "id, name, preferred, aliases, email, role, department, supervisor, employment, started, leave_from, leave_until, separated"
)
_WRITE = (
    f"INSERT INTO person ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "  # noqa: S608 - constants
    + ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS.split(", ")[1:])
)
_BELONGS = "(started IS NULL OR started <= ?) AND (separated IS NULL OR separated > ?)"


class EmailTaken(Exception):
    """Somebody else in the directory has this e-mail address. An address belongs to one person."""


class People:
    """The directory of people. Nobody is ever deleted: what they signed names them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, id: str) -> Person | None:
        """The person with this id."""
        return self._one("person.id = ?", [id])

    def by_account(self, account: Account) -> Person | None:
        """Whose account this is; one that was entered without its organisation fits in each that is served."""
        sql = "SELECT person FROM account WHERE channel = ? AND id = ? AND tenant IN (?, '') ORDER BY tenant DESC"
        found = [row["person"] for row in self._database.rows(sql, [account.channel, account.id, account.tenant])]
        return self.get(found[0]) if found else None

    def by_email(self, email: str) -> Person | None:
        """The person with this e-mail address, whatever its case."""
        return self._one("email = ?", [_plain(email)]) if email.strip() else None

    def named(self, text: str) -> list[Person]:
        """Whom a text names (`bot.names.named`), those who have left too."""
        return next((found for keys in names.sought(text) if (found := names.named(text, self._called(keys)))), [])

    def all(self, on: datetime.date | None = None) -> list[Person]:
        """Everybody who belongs to the organisation on this day, or who ever did, by name."""
        return self._some(_BELONGS, [str(on), str(on)]) if on else self._some("1 = 1", [])

    def put(self, person: Person) -> None:
        """Writes a person as they are given, grants included; a new id adds one. Raises EmailTaken."""
        other = self.by_email(person.email)
        if other and other.id != person.id:
            raise EmailTaken
        self._database.run(_WRITE, _values(person))
        self._database.run("DELETE FROM called WHERE person = ?", [person.id])
        insert(self._database, "called", "name, person", [[name, person.id] for name in sorted(names.called(person))])
        self._database.run("DELETE FROM granted WHERE person = ?", [person.id])
        for grant in sorted(person.grants):
            self.grant(person.id, grant)

    def link(self, account: Account, person_id: str) -> None:
        """This account is this person's from now on, whosoever it was."""
        sql = (
            "INSERT INTO account (channel, tenant, id, person) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (channel, tenant, id) DO UPDATE SET person = excluded.person"
        )
        self._database.run(sql, [account.channel, account.tenant, account.id, person_id])

    def unlink(self, account: Account) -> None:
        """This account is nobody's."""
        sql = "DELETE FROM account WHERE channel = ? AND tenant = ? AND id = ?"
        self._database.run(sql, [account.channel, account.tenant, account.id])

    def accounts(self, person_id: str) -> list[Account]:
        """The accounts of a person, by channel."""
        sql = "SELECT channel, tenant, id FROM account WHERE person = ? ORDER BY channel, tenant, id"
        return [Account(row["channel"], row["tenant"], row["id"]) for row in self._database.rows(sql, [person_id])]

    def linked(self) -> dict[Account, str]:
        """Every account, and whose it is (the person's id)."""
        rows = self._database.rows("SELECT channel, tenant, id, person FROM account")
        return {Account(row["channel"], row["tenant"], row["id"]): row["person"] for row in rows}

    def grant(self, person_id: str, grant: Grant) -> None:
        """They may do this here from now on. What HR is told of it stands in the chain (`granted`)."""
        sql = "INSERT INTO granted (person, held) VALUES (?, ?) ON CONFLICT (person, held) DO NOTHING"
        self._database.run(sql, [person_id, str(grant)])

    def revoke(self, person_id: str, grant: Grant) -> None:
        """They may no longer do this here."""
        self._database.run("DELETE FROM granted WHERE person = ? AND held = ?", [person_id, str(grant)])

    def holders(self, grant: Grant, on: datetime.date) -> list[Person]:
        """Who may do this here on this day, by name."""
        held = "person.id IN (SELECT one.person FROM granted AS one WHERE one.held = ?)"
        return self._some(f"{held} AND {_BELONGS}", [str(grant), str(on), str(on)])

    def reports_of(self, person_id: str, on: datetime.date) -> list[Person]:
        """Whom a person supervises directly on this day, by name."""
        return self._some(f"supervisor = ? AND {_BELONGS}", [person_id, str(on), str(on)]) if person_id else []

    def _called(self, keys: Sequence[str]) -> list[Person]:
        """Who can be named by one of these (`bot.names.called`), by name."""
        one_of = f"person.id IN (SELECT called.person FROM called WHERE called.name IN ({', '.join('?' * len(keys))}))"  # noqa: S608
        return self._some(one_of, keys) if keys else []

    def _one(self, where: str, params: Sequence[object]) -> Person | None:
        found = self._some(where, params)
        return found[0] if found else None

    def _some(self, where: str, params: Sequence[object]) -> list[Person]:
        """`where` is made of constants above, and of `?`."""
        sql = (
            f"SELECT {_COLUMNS}, held FROM person LEFT JOIN granted ON granted.person = person.id "  # noqa: S608 - constants
            f"WHERE {where} ORDER BY name, id"
        )
        rows = list(self._database.rows(sql, params))
        return [_person(list(group)) for _, group in groupby(rows, lambda row: row["id"])]


def _plain(email: str) -> str:
    """An address as it is kept and looked for: without case, since people write it in many ways."""
    return email.strip().casefold()


def _values(person: Person) -> list[str | None]:
    days = (person.started, person.leave_from, person.leave_until, person.separated)
    return [
        *(person.id, person.name, person.preferred, json.dumps(person.aliases, ensure_ascii=False), _plain(person.email) or None),
        *(person.role, person.department, person.supervisor, str(person.employment)),
        *(str(day) if day else None for day in days),
    ]


def _person(rows: Sequence[Row]) -> Person:
    """From the rows of one person, one for each grant."""
    row = rows[0]
    return Person(
        id=row["id"],
        name=row["name"],
        email=row["email"] or "",
        preferred=row["preferred"],
        aliases=tuple(json.loads(row["aliases"])),
        role=row["role"],
        department=row["department"],
        supervisor=row["supervisor"],
        employment=Employment(row["employment"]),
        started=day_from_text(row["started"]),
        leave_from=day_from_text(row["leave_from"]),
        leave_until=day_from_text(row["leave_until"]),
        separated=day_from_text(row["separated"]),
        grants=frozenset(Grant(each["held"]) for each in rows if each["held"]),
    )
