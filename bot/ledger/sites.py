"""Verbs of the register: the City's social media accounts, and who may post to each."""

from __future__ import annotations

import datetime

from bot.database import Database, Row
from bot.database.values import day_as_text, day_from_text
from bot.sites import Allowed, Site


class SiteTaken(Exception):
    """An account of this name is in the register already. Please choose another name, or close that one first."""


class Sites:
    """The register as it stands; how it came about stands in the chain (`registered`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, site: Site) -> None:
        """Enters an account, with the people it names. Raises SiteTaken where an open one has the name."""
        other = self.get(site.name)
        if other and other.closed is None:
            raise SiteTaken
        sql = "INSERT INTO site (id, name, platform, owner, registered, closed) VALUES (?, ?, ?, ?, ?, ?)"
        self._database.run(sql, [site.id, site.name, site.platform, site.owner, str(site.registered), day_as_text(site.closed)])
        for each in site.people:
            self._enter(site.id, each)

    def get(self, id_or_name: str) -> Site | None:
        """The account with this id, or of this name whatever its case; of several of a name the open one, else the last."""
        wanted = id_or_name.strip()
        named = [site for site in self.all() if site.id == wanted or site.name.casefold() == wanted.casefold()]
        return next((site for site in named if site.id == wanted or site.closed is None), named[-1] if named else None)

    def all(self) -> list[Site]:
        """Every account that was ever registered, by day and name."""
        people: dict[str, list[Allowed]] = {}
        for row in self._database.rows("SELECT site, person, since, until FROM site_person ORDER BY since, person"):
            people.setdefault(row["site"], []).append(_allowed(row))
        sql = "SELECT id, name, platform, owner, registered, closed FROM site ORDER BY registered, name, id"
        return [_site(row, people.get(row["id"], [])) for row in self._database.rows(sql)]

    def allow(self, site: str, person: str, since: datetime.date) -> None:
        """Somebody may post to the account with this id from this day on; whoever may already, since when they may."""
        self._enter(site, Allowed(person, since))

    def disallow(self, site: str, person: str, until: datetime.date) -> None:
        """From this day on they may not."""
        sql = "UPDATE site_person SET until = ? WHERE site = ? AND person = ?"
        self._database.run(sql, [str(until), site, person])

    def close(self, site: str, on: datetime.date) -> None:
        """From this day on the City does without the account with this id."""
        self._database.run("UPDATE site SET closed = ? WHERE id = ?", [str(on), site])

    def _enter(self, site: str, allowed: Allowed) -> None:
        sql = (
            "INSERT INTO site_person (site, person, since, until) VALUES (?, ?, ?, ?) ON CONFLICT (site, person) "
            "DO UPDATE SET since = excluded.since, until = excluded.until"
        )
        self._database.run(sql, [site, allowed.person, str(allowed.since), day_as_text(allowed.until)])


def _site(row: Row, people: list[Allowed]) -> Site:
    registered = datetime.date.fromisoformat(row["registered"])
    return Site(row["id"], row["name"], row["platform"], row["owner"], registered, day_from_text(row["closed"]), tuple(people))


def _allowed(row: Row) -> Allowed:
    return Allowed(row["person"], datetime.date.fromisoformat(row["since"]), day_from_text(row["until"]))
