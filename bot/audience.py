"""Who is asked to sign: an audience as HR writes it, and the people that it stands for on a day. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import process

from bot.people import Account, Employment, Person
from bot.records import Audience

# How HR writes an audience, with what each takes.
FORMS = "everyone; department: NAME; role: TITLE; employment: KIND; list: ADDRESS, ADDRESS; slack: S0123; teams: ID"
# What is less alike than this is no misspelling; of 100.
_ALIKE = 60.0
_SLACK_GROUP = re.compile(r"S[A-Z0-9]{2,30}")


class BadAudience(Exception):
    """The audience cannot be read; its message lists every mistake."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group of a platform: their account, and the address that the platform knows them by, or an empty text."""

    account: Account
    email: str = field(default="", repr=False)


def members(audience: Audience, people: Iterable[Person], on: datetime.date) -> frozenset[str]:
    """The ids of those who are asked on a day, among all people: only who belongs to the organisation then.

    A group of a platform is what the platform last told.
    """
    fits = _FITS[audience.kind](audience)
    return frozenset(person.id for person in people if person.belongs(on) and fits(person))


def resolved(audience: Audience, told: Iterable[Member], linked: Mapping[Account, str], people: Iterable[Person]) -> Audience:
    """The audience with the members that its platform tells, as people of the directory: by account, else by address.

    `linked` has whose each account is; ids are unique on a platform, so its organisation need not be named. The others are
    listed as unknown.
    """
    by_id = {(account.channel, account.id): person for account, person in linked.items()}
    by_email = {person.email.lower(): person.id for person in people if person.email}
    found, unknown = set(), set()
    for member in told:
        place = member.account.channel, member.account.id
        person = by_id.get(place) or by_email.get(member.email.lower())
        if person:
            found.add(person)
        else:
            unknown.add(member.email or ":".join(place))
    return replace(audience, people=tuple(sorted(found)), unknown=tuple(sorted(unknown)))


def parse(text: str, people: Sequence[Person]) -> Audience:
    """The audience that a text names (`FORMS`), as the directory spells it.

    Raises BadAudience with all that is wrong; a misspelt name comes with the nearest one.
    """
    kind, _, value = (part.strip() for part in text.partition(":"))
    if kind.lower() == "everyone" and not value:
        return Audience("everyone")
    reader = _READERS.get(kind.lower())
    if reader is None:
        raise BadAudience([f"{_cut(text)} names no audience; write one of: {FORMS}"])
    if not value:
        raise BadAudience([f"“{kind}:” names nobody; write one of: {FORMS}"])
    return reader(value, people)


def listed(addresses: Iterable[str], people: Sequence[Person]) -> Audience:
    """The people with these e-mail addresses, one by one.

    Raises BadAudience with every address that the directory does not know.
    """
    known = {person.email.lower(): person.id for person in people if person.email}
    found: dict[str, None] = {}
    mistakes = []
    for address in addresses:
        if address.lower() in known:
            found[known[address.lower()]] = None
        else:
            mistakes.append(f"{_cut(address)} is nobody's address in the directory{_nearest(address, known)}")
    if mistakes or not found:
        raise BadAudience(mistakes or ["the list names nobody"])
    return Audience("list", people=tuple(found))


def described(audience: Audience) -> str:
    """The audience in words, for whoever may see it; of a list only how many it names."""
    count = len(audience.people)
    return {
        "everyone": "everyone",
        "list": f"{count} {'person' if count == 1 else 'people'}, listed one by one",
        "slack_group": f"Slack user group {audience.value}",
        "teams_team": f"Teams team {audience.value}",
    }.get(audience.kind, f"{audience.kind}: {audience.value}")


def _department(value: str, people: Sequence[Person]) -> Audience:
    return Audience("department", _spelt(value, {person.department for person in people}, "department"))


def _role(value: str, people: Sequence[Person]) -> Audience:
    return Audience("role", _spelt(value, {person.role for person in people}, "role"))


def _employment(value: str, _: Sequence[Person]) -> Audience:
    return Audience("employment", _spelt(value, {str(kind) for kind in Employment}, "kind of employment"))


def _list(value: str, people: Sequence[Person]) -> Audience:
    return listed([each.strip() for each in re.split(r"[,;\s]+", value) if each.strip()], people)


def _slack(value: str, _: Sequence[Person]) -> Audience:
    if not _SLACK_GROUP.fullmatch(value):
        raise BadAudience([f"{_cut(value)} is no id of a Slack user group; it begins with S, such as S0123ABCD"])
    return Audience("slack_group", value)


def _teams(value: str, _: Sequence[Person]) -> Audience:
    if not re.fullmatch(r"\S{3,200}", value):
        raise BadAudience([f"{_cut(value)} is no id of a Teams team; it looks like 19:...@thread.tacv2"])
    return Audience("teams_team", value)


def _spelt(value: str, known: Iterable[str], what: str) -> str:
    """The name as the directory spells it."""
    names = sorted(set(known) - {""})
    for name in names:
        if _same(name) == _same(value):
            return name
    raise BadAudience([f"there is no {what} {_cut(value)} in the directory{_nearest(value, names)}"])


def _nearest(value: str, known: Iterable[str]) -> str:
    found = process.extractOne(value.lower()[:200], {name: name.lower() for name in known}, score_cutoff=_ALIKE)
    return f"; did you mean “{found[2]}”?" if found else ""


def _cut(text: str) -> str:
    """What somebody wrote, short enough to be repeated."""
    return f"“{text if len(text) <= 80 else text[:79] + '…'}”"


def _same(text: str) -> str:
    return " ".join(text.casefold().split())


_READERS: dict[str, Callable[[str, Sequence[Person]], Audience]] = {
    "department": _department,
    "role": _role,
    "employment": _employment,
    "list": _list,
    "slack": _slack,
    "teams": _teams,
}
_FITS: dict[str, Callable[[Audience], Callable[[Person], bool]]] = {
    "everyone": lambda _: lambda _: True,
    "department": lambda audience: lambda person: _same(person.department) == _same(audience.value),
    "role": lambda audience: lambda person: _same(person.role) == _same(audience.value),
    "employment": lambda audience: lambda person: person.employment == audience.value,
    "list": lambda audience: _among(audience),
    "slack_group": lambda audience: _among(audience),
    "teams_team": lambda audience: _among(audience),
}


def _among(audience: Audience) -> Callable[[Person], bool]:
    ids = frozenset(audience.people)
    return lambda person: person.id in ids
