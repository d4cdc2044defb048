"""The roles that the policies name: what they answer for, how to reach them. Apart from them, people of the organisation."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

from bot.importing import read_tables
from bot.roll import Listed


@dataclass(frozen=True, slots=True)
class Role:
    """A role or office. `clause` is where the policy names it; `reach` says how, and is empty until known.

    While `holder` is empty, the role named by `acts_until_designated` acts, because of the clause `because`.
    """

    id: str
    name: str
    also: tuple[str, ...]
    matters: str
    clause: str
    reach: str = ""
    holder: str = ""
    acts_until_designated: str = ""
    because: str = ""
    default: bool = False


class DirectoryError(Exception):
    """The directory has mistakes; its message lists all of them."""


class Directory:
    """All roles, in file order; and the people that the file lists, for the ledger alone."""

    def __init__(self, roles: tuple[Role, ...], people: tuple[Listed, ...] = ()) -> None:
        self.roles = roles
        self.people = people
        self._by_id = {role.id: role for role in roles}
        self._patterns = [(_pattern(role.name, *role.also), _pattern(role.name), role) for role in roles]

    @property
    def default(self) -> Role:
        """Whom to ask where nothing more fitting is known."""
        return next(role for role in self.roles if role.default)

    def get(self, id: str) -> Role:
        """The role with this id, or the default where an organisation's directory does without it."""
        return self._by_id.get(id, self.default)

    def acting(self, role: Role) -> Role | None:
        """Who acts for a role that nobody holds, or None."""
        return None if role.holder else self._by_id.get(role.acts_until_designated)

    def named_in(self, text: str) -> tuple[Role, ...]:
        """The roles that a clause names in so many words, by place in the text."""
        return _in_order(text, ((by_name, role) for _, by_name, role in self._patterns))

    def meant_in(self, text: str) -> tuple[Role, ...]:
        """The roles that a person's message means, by their staff names too."""
        return _in_order(text, ((by_any, role) for by_any, _, role in self._patterns))


def _pattern(*names: str) -> re.Pattern[str]:
    longest_first = sorted((_plain(name) for name in names), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})s?\b")


def _plain(text: str) -> str:
    return text.replace("’", "'").casefold()


def _in_order(text: str, patterns: Iterator[tuple[re.Pattern[str], Role]]) -> tuple[Role, ...]:
    """The roles found, first named first; a name inside a longer one ("manager" in "City Manager") is not found."""
    plain = _plain(text)
    spans = sorted(
        ((match.start(), -match.end(), role) for pattern, role in patterns for match in pattern.finditer(plain)),
        key=lambda span: span[:2],
    )
    found: dict[str, Role] = {}
    end = 0
    for start, negative_end, role in spans:
        if start >= end:
            found.setdefault(role.id, role)
            end = -negative_end
    return tuple(found.values())


def read_directory(path: Path | None = None) -> Directory:
    """The directory in this file, or the shipped one.

    Raises DirectoryError with every mistake.
    """
    name = str(path) if path else "directory.toml"
    try:
        text = (path or resources.files("bot") / "directory.toml").read_text("utf-8")
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DirectoryError(f"{name}: not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DirectoryError(f"{name}: cannot be read: {error}") from None
    for kind in ("role", "person"):
        if not isinstance(whole.get(kind, []), list) or not all(isinstance(table, dict) for table in whole.get(kind, [])):
            raise DirectoryError(f"{name}: not valid: a {kind} is written [[{kind}]]")
    tables = whole.get("role", [])
    people, wrong = read_tables(whole.get("person", []))
    mistakes = [f"unknown table {key!r}; known are [[role]] and [[person]]" for key in whole.keys() - {"role", "person"}]
    mistakes += [*_mistakes(tables), *map(str, wrong)]
    if mistakes:
        raise DirectoryError("\n".join(f"{name}: {mistake}" for mistake in mistakes))
    return Directory(tuple(Role(**{**table, "also": tuple(table["also"])}) for table in tables), people)


_KINDS = {"also": "a list of texts", "default": "true or false"}


def _fits(key: str, value: object) -> bool:
    if key == "also":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, bool if key == "default" else str)


def _mistakes(tables: list[dict[str, Any]]) -> Iterator[str]:
    known = {field.name for field in fields(Role)}
    ids = [table.get("id") for table in tables]
    for number, table in enumerate(tables, 1):
        where = f"role {table.get('id') or number}"
        for key in sorted(table.keys() - known):
            yield f"{where}: unknown key {key!r}"
        for key in ("id", "name", "also", "matters", "clause"):
            if key not in table:
                yield f"{where}: {key!r} is missing"
        for key, value in table.items():
            if key in known and not _fits(key, value):
                yield f"{where}: {key!r} must be {_KINDS.get(key, 'a text')}"
        if ids.count(table.get("id")) > 1:
            yield f"{where}: stands more than once"
        if (acting := table.get("acts_until_designated")) and acting not in ids:
            yield f"{where}: acts_until_designated names {acting!r}, which is no role"
    if sum(bool(table.get("default")) for table in tables) != 1:
        yield "exactly one role must have default = true"
