"""Verbs of requests: who is asked to sign what, how far they have read, and how they stand to it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from bot.database import Database, Row
from bot.database.rows import insert
from bot.ledger.request_rows import (
    assignment_of,
    audience_text,
    day,
    day_text,
    marks,
    moment,
    request_of,
    stamp,
    standing,
    status_of,
)
from bot.records import Assignment, Audience, Progress, Request, SigningLink, Status

# The acts by which somebody stands to a request; the last one counts, and a withdrawn signature leaves it open again.
_KINDS = "('signed', 'paper', 'carried', 'declined', 'withdrawn')"
# How many values one statement takes at most.
_MOST = 500
_REQUEST = "id, policy, version, audience, due, created, asked_by, days_after_start, reminders, quiz, closed"
_ASSIGNMENT = "request, person, due, assigned, ended, why_ended"
_STANDING = """
    SELECT asked.person, asked.due, asked.ended, p.name, p.email, p.department, p.role, p.leave_from, p.leave_until, r.version,
        EXISTS (SELECT 1 FROM account WHERE account.person = p.id) AS has_account
    FROM assignment asked JOIN request r ON r.id = asked.request JOIN person p ON p.id = asked.person
    WHERE asked.request = ? ORDER BY p.department, p.name, p.id
"""
_ACTS = (
    "SELECT personal.person, record.request, record.kind, record.id, record.at, record.version, "  # noqa: S608
    "CASE WHEN record.kind IN ('withdrawn', 'carried') THEN record.body ELSE '' END AS body "
    f"FROM record JOIN personal ON personal.record = record.id WHERE record.kind IN {_KINDS} AND personal.person IS NOT NULL AND "
)


class Requests:
    """What HR asks for and whom. How somebody stands to it is read from the chain, and kept nowhere else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, request: Request) -> None:
        """Keeps a request; whom it asks is worked out from its audience afterwards."""
        values = [request.id, request.policy, request.version, audience_text(request.audience), request.due.isoformat()]
        values += [stamp(request.created), request.asked_by]
        rest = [request.days_after_start, json.dumps(asdict(request.reminders)), int(request.quiz), day_text(request.closed)]
        self._database.run(f"INSERT INTO request ({_REQUEST}) VALUES ({marks(11)})", [*values, *rest])  # noqa: S608 - constants

    def get(self, id: str) -> Request | None:
        """One request."""
        found = self._database.rows(f"SELECT {_REQUEST} FROM request WHERE id = ?", [id])  # noqa: S608 - constants
        return next(map(request_of, list(found)), None)

    def all(self) -> list[Request]:
        """Every request, oldest first."""
        return list(map(request_of, self._database.rows(f"SELECT {_REQUEST} FROM request ORDER BY created, id")))  # noqa: S608

    def open(self, on: datetime.date) -> list[Request]:
        """The requests that are not closed on a day, oldest first."""
        sql = f"SELECT {_REQUEST} FROM request WHERE closed IS NULL OR closed > ? ORDER BY created, id"  # noqa: S608 - constants
        return list(map(request_of, self._database.rows(sql, [on.isoformat()])))

    def close(self, id: str, on: datetime.date) -> bool:
        """Asks no longer from this day on; False where that was so already."""
        sql = "UPDATE request SET closed = ? WHERE id = ? AND closed IS NULL"
        return self._database.run(sql, [on.isoformat(), id]) == 1

    def name_audience(self, id: str, audience: Audience) -> None:
        """Keeps whom a platform last named as the members of a request's group."""
        self._database.run("UPDATE request SET audience = ? WHERE id = ?", [audience_text(audience), id])

    def assign(self, assignment: Assignment) -> None:
        """Asks somebody, asks them again, or keeps what has changed about it: one row for each person of a request."""
        self.assign_all([assignment])

    def assign_all(self, assignments: Sequence[Assignment]) -> None:
        """The same for many, of whom nobody stands twice for one request."""
        rows = [
            [a.request, a.person, a.due.isoformat(), a.assigned.isoformat(), day_text(a.ended), a.why_ended] for a in assignments
        ]
        conflict = (
            "ON CONFLICT (request, person) DO UPDATE SET "
            "due = excluded.due, assigned = excluded.assigned, ended = excluded.ended, why_ended = excluded.why_ended"
        )
        insert(self._database, "assignment", _ASSIGNMENT, rows, conflict)

    def end(self, request: str, person: str, on: datetime.date, why: str) -> bool:
        """Asks somebody no longer; False where nobody asked them. The row stays."""
        sql = "UPDATE assignment SET ended = ?, why_ended = ? WHERE request = ? AND person = ? AND ended IS NULL"
        return self._database.run(sql, [on.isoformat(), why, request, person]) == 1

    def assignment(self, request: str, person: str) -> Assignment | None:
        """How one person was asked by one request."""
        sql = f"SELECT {_ASSIGNMENT} FROM assignment WHERE request = ? AND person = ?"  # noqa: S608 - constants
        return next(map(assignment_of, list(self._database.rows(sql, [request, person]))), None)

    def assignments(self, request: str) -> list[Assignment]:
        """Everybody whom a request asks or asked."""
        sql = f"SELECT {_ASSIGNMENT} FROM assignment WHERE request = ? ORDER BY person"  # noqa: S608 - constants
        return list(map(assignment_of, self._database.rows(sql, [request])))

    def asked_among(self, request: str, people: Sequence[str]) -> dict[str, Assignment]:
        """How some people were asked by one request, by person."""
        found: dict[str, Assignment] = {}
        for start in range(0, len(people), _MOST):
            some = people[start : start + _MOST]
            where = f"request = ? AND person IN ({marks(len(some))})"
            rows = self._database.rows(f"SELECT {_ASSIGNMENT} FROM assignment WHERE {where}", [request, *some])  # noqa: S608
            found |= {row["person"]: assignment_of(row) for row in rows}
        return found

    def owed(self, person: str, on: datetime.date, *, declined: bool = False) -> list[tuple[Request, Assignment]]:
        """What somebody is asked to sign and has neither signed nor declined, what is due first before the rest; with
        `declined` also what they declined, since they may still sign it.
        """
        sql = (
            f"SELECT {', '.join(f'r.{name}' for name in _REQUEST.split(', '))}, a.due AS own_due, a.assigned "  # noqa: S608
            "FROM assignment a JOIN request r ON r.id = a.request "
            "WHERE a.person = ? AND a.ended IS NULL AND (r.closed IS NULL OR r.closed > ?) ORDER BY a.due, r.created, r.id"
        )
        rows = list(self._database.rows(sql, [person, on.isoformat()]))
        settled = self._settled_by(person, declined=not declined) if rows else set()
        found = [(request_of(row), row["own_due"], row["assigned"]) for row in rows if row["id"] not in settled]
        return [(each, Assignment(each.id, person, day(due), day(since))) for each, due, since in found]

    def read_page(self, progress: Progress) -> None:
        """Keeps that somebody went on from a page; the last time counts."""
        values = [progress.request, progress.person, progress.version, progress.page, progress.rendered, progress.client]
        sql = (
            f"INSERT INTO progress (request, person, version, page, rendered, client, at) VALUES ({marks(7)}) "  # noqa: S608
            "ON CONFLICT (request, person, version, page) DO UPDATE SET "
            "rendered = excluded.rendered, client = excluded.client, at = excluded.at"
        )
        self._database.run(sql, [*values, stamp(progress.at)])

    def pages(self, request: str, person: str, version: str) -> list[Progress]:
        """The pages of a version that somebody has gone on from, in order."""
        sql = "SELECT * FROM progress WHERE request = ? AND person = ? AND version = ? ORDER BY page"
        return [
            Progress(request, person, version, row["page"], row["rendered"], row["client"], moment(row["at"]))
            for row in self._database.rows(sql, [request, person, version])
        ]

    def status(self, request: str, on: datetime.date) -> list[Status]:
        """How everybody stands to a request on a day, by department and name; two queries, however many they are."""
        where = (
            "(record.request = ? OR (record.kind = 'withdrawn' AND record.policy = (SELECT policy FROM request WHERE id = ?)))"
        )
        last = standing(self._acts(where, [request, request]), "person")
        return [status_of(row, last.get(row["person"]), on) for row in self._database.rows(_STANDING, [request])]

    def settled(self, request: str, people: Sequence[str]) -> set[str]:
        """Who of these people has signed, or declined, what a request asks for."""
        found: set[str] = set()
        for start in range(0, len(people), _MOST):
            some = people[start : start + _MOST]
            where = f"personal.person IN ({marks(len(some))}) AND (record.request = ? OR record.kind = 'withdrawn')"
            found |= standing(self._acts(where, [*some, request]), "person").keys()
        return found

    def holding(self, policy: str, version: str) -> dict[str, str]:
        """Who holds a version by a signature that was not withdrawn, each with the request that it was given to."""
        where = "record.policy = ? AND (record.version = ? OR record.kind = 'withdrawn') AND record.kind <> 'declined'"
        rows = self._acts(where, [policy, version])
        return {person: row["request"] for person, row in standing(rows, "person").items()}

    def waiting_topics(self, request: str) -> list[str]:
        """What a request's notices that have not been sent may be withdrawn by."""
        sql = "SELECT DISTINCT topic FROM outbox WHERE state IN ('waiting', 'dead') AND topic > ? AND topic < ?"
        return [row["topic"] for row in self._database.rows(sql, [f"request:{request}:", f"request:{request};"])]

    def ways(self) -> dict[str, str]:
        """How each person of the directory can be written to: `chat`, `email`, or an empty text where in no way."""
        sql = "SELECT id, email, EXISTS (SELECT 1 FROM account WHERE account.person = person.id) AS has_account FROM person"
        return {row["id"]: "chat" if row["has_account"] else "email" if row["email"] else "" for row in self._database.rows(sql)}

    def make_link(self, digest: str, request: str, person: str, until: datetime.datetime) -> None:
        """Keeps the digest of a link at which somebody can sign."""
        sql = "INSERT INTO link (digest, request, person, until) VALUES (?, ?, ?, ?)"
        self._database.run(sql, [digest, request, person, stamp(until)])

    def link(self, digest: str) -> SigningLink | None:
        """A link, whether it still holds or not."""
        for row in self._database.rows("SELECT * FROM link WHERE digest = ?", [digest]):
            used = moment(row["used_at"]) if row["used_at"] else None
            return SigningLink(digest, row["request"], row["person"], moment(row["until"]), used)
        return None

    def use_link(self, digest: str, at: datetime.datetime) -> bool:
        """Uses a link up; False where it was used before, is past its time, or is none of ours."""
        sql = "UPDATE link SET used_at = ? WHERE digest = ? AND used_at IS NULL AND until > ?"
        return self._database.run(sql, [stamp(at), digest, stamp(at)]) == 1

    def keep_scan(self, content: bytes, media_type: str) -> str:
        """Keeps a scanned sheet; gives its SHA-256 (hex), by which it is found again."""
        digest = hashlib.sha256(content).hexdigest()
        sql = "INSERT INTO scan (digest, media_type, content) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING"
        self._database.run(sql, [digest, media_type, content])
        return digest

    def scan(self, digest: str) -> tuple[bytes, str] | None:
        """A scanned sheet and its media type."""
        for row in self._database.rows("SELECT content, media_type FROM scan WHERE digest = ?", [digest]):
            return bytes(row["content"]), str(row["media_type"])
        return None

    def _settled_by(self, person: str, *, declined: bool) -> set[str]:
        """The requests that one person has signed, or declined where that counts."""
        last = standing(self._acts("personal.person = ?", [person]), "request")
        return {request for request, row in last.items() if declined or row["kind"] != "declined"}

    def _acts(self, where: str, params: Sequence[object]) -> Iterator[Row]:
        """The acts by which somebody stands to a request, oldest first; `where` is one of the constants above."""
        return self._database.rows(f"{_ACTS}{where} ORDER BY record.seq", params)
