"""The settings of anonymous reports, read: `[reports]` of clausebot.toml, `recipients.toml`, the environment. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.database import address
from bot.report_settings import (
    HR,
    LEVELS,
    MODAL,
    MOST_RECIPIENTS,
    NOTICES,
    OFF,
    ROUTES,
    Recipient,
    ReportSettings,
    Schedule,
    tried_out,
)

_KEYS = ("k", "windows", "working_days_only", "level", "notice", "read_in_chat", "leave", "recipients", "retention")
_PERSON = ("id", "name", "route", "key", "email")
_KEPT = ("code", "name", "years", "months")
_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")
_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")


def read(table: object, people: object, given: Mapping[str, str]) -> tuple[ReportSettings, list[str]]:
    """The settings of a `[reports]` table, of the list in `recipients.toml` and of this environment, with every mistake."""
    if not isinstance(table, Mapping):
        return ReportSettings(), ["clausebot.toml: [reports] must be a table"]
    mistakes = [f"clausebot.toml: [reports] has no {key}; it has {', '.join(_KEYS)}" for key in table if key not in _KEYS]
    found: dict[str, Any] = {}
    for key, reader in _READERS.items():
        if key in table:
            try:
                found[key] = reader(table[key])
            except (ValueError, TypeError):
                mistakes.append(f"clausebot.toml: [reports] {key} {_WANTED[key]}")
    recipients, wrong = _recipients([*_listed(table.get("recipients")), *_listed(people)])
    retention, more = _retention(_listed(table.get("retention")))
    mistakes += [*wrong, *more, *_mistakes_in_chat(found), *_address_mistakes(given)]
    if mistakes:
        return ReportSettings(), mistakes
    settings = ReportSettings(
        **found,
        recipients=recipients,
        retention=retention,
        database_url=given.get("REPORTS_DATABASE_URL", ""),
        salt=given.get("REPORTS_SALT", ""),
        keys=given.get("REPORTS_KEY", ""),
        hosted=bool(given.get("DYNO") or given.get("DATABASE_URL")),
        local=given.get("CLAUSEBOT_ENV") == "local",
    )
    return (tried_out(settings) if settings.local else settings), []


def _listed(given: object) -> Sequence[object]:
    return given if isinstance(given, list | tuple) else () if given is None else (given,)


def _recipients(given: Sequence[object]) -> tuple[tuple[Recipient, ...], list[str]]:
    found: list[Recipient] = []
    mistakes: list[str] = []
    for each in given:
        if not (
            isinstance(each, Mapping) and each.keys() <= set(_PERSON) and all(isinstance(text, str) for text in each.values())
        ):
            mistakes.append(f"clausebot.toml: a recipient of reports takes {', '.join(_PERSON)}, each a text")
            continue
        mistakes += _wrong_in(each)
        found.append(
            Recipient(each.get("id", ""), each.get("name", ""), each.get("route", HR), *map(each.get, ("key", "email"), ("", "")))
        )
    if len(found) > MOST_RECIPIENTS:
        mistakes.append(f"clausebot.toml: at most {MOST_RECIPIENTS} people can receive reports")
    for what in ("id", "key", "email"):
        values = [value.casefold() for each in found if (value := getattr(each, what))]
        if len(values) != len(set(values)):
            mistakes.append(
                f"clausebot.toml: two recipients of reports have the same {what}; whoever is independent must be another"
            )
    return tuple(found), mistakes


def _wrong_in(each: Mapping[str, str]) -> Iterator[str]:
    if not _ID.fullmatch(each.get("id", "")):
        yield "clausebot.toml: a recipient's id is a few small letters, digits and hyphens, such as hr"
    if not each.get("name", "").strip():
        yield f"clausebot.toml: recipient {each.get('id', '')} has no name; it is what a reporter sees"
    if each.get("route", HR) not in ROUTES:
        yield f"clausebot.toml: the route of recipient {each.get('id', '')} may be {', '.join(ROUTES)}"
    if each.get("key") and not _KEY.fullmatch(each["key"]):
        yield f"clausebot.toml: the key of recipient {each.get('id', '')} is no public key; one begins with age1"


def _retention(given: Sequence[object]) -> tuple[tuple[Schedule, ...], list[str]]:
    found: list[Schedule] = []
    mistakes: list[str] = []
    for number, each in enumerate(given, 1):
        if not isinstance(each, Mapping):
            mistakes.append(f"clausebot.toml: entry {number} of [[reports.retention]] must be a table")
            continue
        if wrong := list(_wrong_in_entry(each, number)):
            mistakes += wrong
            continue
        months = each.get("years", 0) * 12 + each.get("months", 0)
        found.append(Schedule(each["code"].strip(), str(each.get("name", "")), months or None))
    if len({each.code for each in found}) != len(found):
        mistakes.append("clausebot.toml: [[reports.retention]] has a code twice")
    return tuple(found), mistakes


def _wrong_in_entry(each: Mapping[str, Any], number: int) -> Iterator[str]:
    """What is wrong in an entry of the retention schedule, which is named by its code, or by its number where it has none."""
    code = each["code"].strip() if isinstance(each.get("code"), str) else ""
    entry = f"clausebot.toml: entry {code or number} of [[reports.retention]]"
    if not code:
        yield f"{entry} has no code; it is a text, as your schedule calls it"
    for key, value in each.items():
        if key not in _KEPT:
            yield f"{entry} has no {key}; it has {', '.join(_KEPT)}"
        elif key in ("years", "months") and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            yield f"{entry}: {key} is {value!r}; it must be a whole number, 1 at least"


def _mistakes_in_chat(found: Mapping[str, Any]) -> Iterator[str]:
    """Why nothing can be shown in chat in two of the levels."""
    why, level = _NOT_IN_CHAT.get(found.get("level", LEVELS[0]), ""), found.get("level")
    if why and found.get("read_in_chat") == MODAL:
        yield f'clausebot.toml: [reports] read_in_chat may not be "{MODAL}" where level is "{level}": {why}'


_NOT_IN_CHAT = {
    "unlock": "a passphrase opens the reports, and it is typed on the page of the case room alone, never in Slack or Teams",
    "sealed": "only HR's own computers can open the reports, so this program has nothing to show",
}


def _address_mistakes(given: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the addresses and secrets; none of them is shown."""
    url, ledger = given.get("REPORTS_DATABASE_URL", ""), given.get("DATABASE_URL", "")
    if url and (url.partition(":")[0] not in address.SCHEMES or "://" not in url):
        yield "REPORTS_DATABASE_URL must begin with postgres:// or postgresql://"
    elif url and ledger and _cluster(url) == _cluster(ledger):
        yield "REPORTS_DATABASE_URL names the cluster of DATABASE_URL; reports need one of their own, or times tie them to people"
    elif url and given.get("CLAUSEBOT_ENV") == "local":
        yield "REPORTS_DATABASE_URL is set, and CLAUSEBOT_ENV is 'local'; what is tried out is kept in a file"
    if 0 < len(given.get("REPORTS_SALT", "")) < 16:
        yield "REPORTS_SALT has fewer than 16 letters; make one with openssl rand -hex 16"


def _cluster(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").casefold(), parts.port or 5432
    except ValueError:
        return url, 0


def _k(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 3:
        raise ValueError
    return given


def _windows(given: Any) -> tuple[datetime.time, ...]:
    if isinstance(given, str) or not given:
        raise ValueError
    times = [each if isinstance(each, datetime.time) else datetime.time.fromisoformat(each) for each in given]
    if any(each.tzinfo or each.second or each.microsecond for each in times):
        raise ValueError
    return tuple(sorted(set(times)))


def _one_of(*allowed: str) -> Any:
    def read(given: Any) -> str:
        if given not in allowed:
            raise ValueError
        return str(given)

    return read


def _page(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError
    parts = urlsplit(given)
    if parts.scheme != "https" or not parts.hostname or parts.username or not given.isprintable():
        raise ValueError
    return given


def _yes_or_no(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


_READERS: Mapping[str, Any] = {
    "k": _k,
    "windows": _windows,
    "working_days_only": _yes_or_no,
    "level": _one_of(*LEVELS),
    "notice": _one_of(*NOTICES),
    "leave": _page,
    "read_in_chat": _one_of(OFF, MODAL),
}
_WANTED = {
    "k": "must be a whole number, 3 at least",
    "windows": 'must list times of day such as ["09:00", "15:00"]',
    "working_days_only": "must be true or false",
    "level": f"may be {', '.join(LEVELS)}",
    "leave": "must be the https address of a page of your own, such as https://www.example.gov/",
    "notice": f"may be {' or '.join(NOTICES)}",
    "read_in_chat": f"may be {OFF} or {MODAL}",
}
