"""Rows of requests as the shapes that the program knows, and how days and moments are written in them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import asdict

from bot.database import Row
from bot.records import Assignment, Audience, Reminders, Request, Status


def request_of(row: Row) -> Request:
    """A request."""
    audience, reminders = json.loads(row["audience"]), json.loads(row["reminders"])
    return Request(
        row["id"],
        row["policy"],
        row["version"],
        Audience(audience["kind"], audience["value"], tuple(audience["people"]), tuple(audience["unknown"])),
        day(row["due"]),
        moment(row["created"]),
        row["asked_by"],
        row["days_after_start"],
        Reminders(tuple(reminders["before"]), reminders["every"], reminders["escalate"]),
        bool(row["quiz"]),
        day(row["closed"]) if row["closed"] else None,
    )


def assignment_of(row: Row) -> Assignment:
    """How somebody is asked."""
    ended = day(row["ended"]) if row["ended"] else None
    return Assignment(row["request"], row["person"], day(row["due"]), day(row["assigned"]), ended, row["why_ended"])


def status_of(row: Row, last: Row | None, on: datetime.date) -> Status:
    """How somebody stands to a request on a day; `last` is the act by which they do, if there is one."""
    away = bool(row["leave_from"]) and row["leave_from"] <= on.isoformat() <= (row["leave_until"] or "9999-12-31")
    state = last["kind"] if last else "ended" if row["ended"] else "on leave" if away else "outstanding"
    due = day(row["due"])
    return Status(
        row["name"],
        row["email"] or "",
        row["department"],
        row["role"],
        state,
        due,
        last["version"] if last else row["version"],
        moment(last["at"]) if last else None,
        last["id"] if last else "",
        state == "outstanding" and due < on,
        row["person"],
        bool(row["has_account"] or row["email"]),
    )


def standing(rows: Iterable[Row], key: str) -> dict[str, Row]:
    """Of acts, oldest first, the last one by person or by request (`key`); a signature that was withdrawn is none.

    A withdrawal names the signature; what was carried over from it goes with it.
    """
    last: dict[str, Row] = {}
    for row in rows:
        if row["kind"] != "withdrawn":
            last[row[key]] = row
            continue
        gone = _signature(row)
        for other in [each for each, held in last.items() if held["person"] == row["person"] and _signature(held) == gone]:
            del last[other]
    return last


def _signature(row: Row) -> str:
    """The record of the signature that an act is about: itself, or the one that it names."""
    return str(json.loads(row["body"])["facts"].get("signed", "")) if row["body"] else str(row["id"])


def audience_text(audience: Audience) -> str:
    """An audience as JSON."""
    return json.dumps(asdict(audience))


def marks(count: int) -> str:
    """So many places for values."""
    return ", ".join("?" * count)


def day(text: str) -> datetime.date:
    """A day from its text."""
    return datetime.date.fromisoformat(text)


def day_text(day: datetime.date | None) -> str | None:
    """A day as text, where there is one."""
    return day.isoformat() if day else None


def moment(text: str) -> datetime.datetime:
    """A moment from its text."""
    return datetime.datetime.fromisoformat(text)


def stamp(moment: datetime.datetime) -> str:
    """In UTC and with microseconds always, so that texts are in the order of the moments."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")
