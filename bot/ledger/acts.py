"""Verbs of the chain: acts are appended, read, and disposed of as far as they are personal; its roots are kept."""

from __future__ import annotations

import datetime
import secrets
import sqlite3
from collections.abc import Iterator, Sequence

from bot.database import Database, Row
from bot.database.rows import insert
from bot.evidence import chain
from bot.evidence.roots import Root, Witness
from bot.records import Act, Entry

# So many entries are read at once.
PAGE = 1000
# So many records are disposed of by one `disposed` record.
DISPOSED_AT_ONCE = 500
# Before every number that a column can hold: rows that somebody put before the first entry are read too.
BEFORE_ALL = -(2**63)
_COLUMNS = "r.seq, r.id, r.kind, r.at, r.policy, r.version, r.request, r.body, r.previous, r.digest, p.person, p.salt, p.fields"
_ENTRY = f"SELECT {_COLUMNS} FROM record r LEFT JOIN personal p ON p.record = r.id"  # noqa: S608 - a constant
# SQLite keeps the order of a CROSS JOIN: by the person first, and not by every record of a policy.
_OF_PERSON = f"SELECT {_COLUMNS} FROM personal p CROSS JOIN record r"  # noqa: S608 - a constant


class Acts:
    """The chain of records. Appending is done within a transaction that has taken the turn."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_turn(self) -> None:
        """Keeps everybody else from appending until the transaction ends; on PostgreSQL other replicas too."""
        self._database.run("UPDATE chain SET turns = turns + 1 WHERE id = 1")

    def append(self, act: Act) -> Entry:
        """The act as the next entry of the chain. Takes the turn where the transaction has not.

        Raises UnknownKind, TimeWithoutZone or NotCanonical; nothing is kept then.
        """
        (entry,) = self.append_all([act])
        return entry

    def append_all(self, acts: Sequence[Act]) -> list[Entry]:
        """These acts as the next entries, in their order; the turn and the head are taken once."""
        entries: list[Entry] = []
        with self._database.transaction():
            self.take_turn()
            seq, previous = self.head()
            for act in acts:
                entry = chain.entry(act, seq + 1, previous, secrets.token_hex(16))
                entries.append(entry)
                seq, previous = entry.seq, entry.digest
            self._insert(entries)
        return entries

    def head(self) -> tuple[int, str]:
        """Number and digest of the last entry; 0 and zeros where there is none."""
        for row in self._database.rows("SELECT seq, digest FROM record ORDER BY seq DESC LIMIT 1"):
            return int(row["seq"]), str(row["digest"])
        return 0, chain.BEGINNING

    def count(self) -> int:
        """How many entries there are."""
        (row,) = self._database.rows("SELECT COUNT(*) AS number FROM record")
        return int(row["number"])

    def get(self, id: str) -> Entry | None:
        """One entry."""
        return next(map(_entry, self._database.rows(f"{_ENTRY} WHERE r.id = ?", [id])), None)

    def of_person(self, person: str, kinds: Sequence[str] = (), policy: str = "") -> list[Entry]:
        """What somebody did, oldest first; found by the person, however long the chain is."""
        where, params = ["r.id = p.record", "p.person = ?"], [person]
        if policy:
            where.append("r.policy = ?")
            params.append(policy)
        return self._found(_OF_PERSON, where, params, kinds)

    def of_request(self, request: str, kinds: Sequence[str] = ()) -> list[Entry]:
        """What happened about a request, oldest first."""
        return self._found(_ENTRY, ["r.request = ?"], [request], kinds)

    def all(self, after: int = BEFORE_ALL) -> Iterator[Entry]:
        """The whole chain from the entry after this number on, in order, read piece by piece.

        Of a row that cannot be read as text only number and place are given.
        """
        while page := self._page(after, PAGE):
            yield from page
            after = page[-1].seq

    def digests(self, after: int, until: int) -> list[str]:
        """The digests of the entries after one number until another, at most a thousand."""
        sql = "SELECT digest FROM record WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
        return [str(row["digest"]) for row in self._database.rows(sql, [after, until, PAGE])]

    def last_before(self, moment: datetime.datetime) -> int:
        """The number of the last entry of before this moment; 0 where there is none."""
        sql = "SELECT seq FROM record WHERE at < ? ORDER BY seq DESC LIMIT 1"
        return next((int(row["seq"]) for row in self._database.rows(sql, [chain.moment(moment)])), 0)

    def latest(self) -> datetime.datetime | None:
        """When the last entry was made; None where there is none."""
        rows = self._database.rows("SELECT at FROM record ORDER BY seq DESC LIMIT 1")
        return next((datetime.datetime.fromisoformat(row["at"]) for row in rows), None)

    def dispose(self, ids: Sequence[str], at: datetime.datetime, reason: str, by: str) -> list[Entry]:
        """Clears what is personal in these records, and says so in `disposed` records, which are given back.

        `reason` is the schedule that demands it (416.7.1), without names; `by` is the person who does it. Records that hold
        nothing personal (any more) are passed over. The scan of a signature on paper goes too.
        """
        entries = []
        with self._database.transaction():
            self.take_turn()
            for start in range(0, len(ids), DISPOSED_AT_ONCE):
                cleared = [id for id in dict.fromkeys(ids[start : start + DISPOSED_AT_ONCE]) if self._clear(id)]
                if cleared:
                    facts = {"records": cleared, "reason": reason}
                    entries.append(self.append(Act(secrets.token_hex(8), "disposed", at, facts=facts, person=by)))
        return entries

    def kept_shut(self, ids: Sequence[str]) -> list[str]:
        """The records among these that take a signature away which is not among them: without them it would count again."""
        found = []
        for entry in filter(None, map(self.get, ids)):
            if entry.kind in ("withdrawn", "revoked") and entry.person:
                signatures = [] if entry.kind == "revoked" else [entry.facts["signed"]]
                held = self.of_person(entry.person, ("signed", "paper", "carried"), entry.policy)
                left = [each for each in held if each.seq < entry.seq and each.id not in ids]
                if any(not signatures or each.kind == "carried" or each.id in signatures for each in left):
                    found.append(entry.id)
        return found

    def forget_pages(self) -> None:
        """What was disposed of leaves SQLite's log of writes too; called outside of a transaction."""
        if self._database.dialect == "sqlite":
            self._database.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def keep_root(self, root: Root) -> bool:
        """Keeps the root of a day; whether there was none yet. One that is there stays."""
        sql = "INSERT INTO root (day, records, root, head, made_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (day) DO NOTHING"
        values = [root.day.isoformat(), root.records, root.root, root.head, root.made_at.isoformat()]
        return self._database.run(sql, values) == 1

    def roots(self) -> list[Root]:
        """Every root, by day."""
        return list(map(_root, self._database.rows("SELECT day, records, root, head, made_at FROM root ORDER BY day")))

    def last_root(self) -> Root | None:
        """The root of the latest day."""
        sql = "SELECT day, records, root, head, made_at FROM root ORDER BY day DESC LIMIT 1"
        return next(map(_root, self._database.rows(sql)), None)

    def witnessed(self, day: datetime.date, name: str, state: str, detail: str, at: datetime.datetime) -> None:
        """What became of a day's root at one witness; the latest word counts."""
        sql = (
            "INSERT INTO witness (day, name, state, detail, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (day, name) DO UPDATE SET state = excluded.state, detail = excluded.detail, at = excluded.at"
        )
        self._database.run(sql, [day.isoformat(), name, state, detail, at.isoformat()])

    def witnesses(self, day: datetime.date | None = None) -> list[Witness]:
        """The witnesses of a day, or of all days, by day and name."""
        where, params = ("WHERE day = ? ", [day.isoformat()]) if day else ("", [])
        sql = f"SELECT day, name, state, detail, at FROM witness {where}ORDER BY day, name"  # noqa: S608 - a constant
        return list(map(_witness, self._database.rows(sql, params)))

    def _found(self, select: str, where: list[str], params: list[str], kinds: Sequence[str]) -> list[Entry]:
        if kinds:
            where, params = [*where, f"r.kind IN ({', '.join('?' * len(kinds))})"], [*params, *kinds]
        return list(map(_entry, self._database.rows(f"{select} WHERE {' AND '.join(where)} ORDER BY r.seq", params)))

    def _page(self, after: int, size: int) -> list[Entry]:
        sql = f"{_ENTRY} WHERE r.seq > ? ORDER BY r.seq LIMIT ?"
        try:
            return list(map(_entry, self._database.rows(sql, [after, size])))
        except sqlite3.OperationalError:  # SQLite takes bytes for a text that are none, and says so when they are read
            return self._page(after, max(1, size // 10)) if size > 1 else self._unreadable(after)

    def _unreadable(self, after: int) -> list[Entry]:
        rows = self._database.rows("SELECT seq FROM record WHERE seq > ? ORDER BY seq LIMIT 1", [after])
        return [Entry(row["seq"], "", "", "", "", "", "", "", "", "") for row in rows]

    def _clear(self, id: str) -> bool:
        sql = "UPDATE personal SET person = NULL, salt = NULL, fields = NULL WHERE record = ? AND salt IS NOT NULL"
        cleared = self._database.run(sql, [id]) == 1
        entry = self.get(id) if cleared else None
        if entry and entry.kind == "paper":
            self._drop_scan(str(entry.facts.get("scan_sha256")))
        return cleared

    def _drop_scan(self, scan: str) -> None:
        """The scan goes with the last record that names it: one sheet may carry the signatures of several people."""
        sql = (
            "SELECT r.id FROM record r JOIN personal p ON p.record = r.id "
            "WHERE r.kind = 'paper' AND p.salt IS NOT NULL AND r.body LIKE ? LIMIT 1"
        )
        if not list(self._database.rows(sql, [f'%"scan_sha256":"{scan}"%'])):
            self._database.run("DELETE FROM scan WHERE digest = ?", [scan])

    def _insert(self, entries: Sequence[Entry]) -> None:
        columns = "seq, id, kind, at, policy, version, request, body, previous, digest"
        rows = [[e.seq, e.id, e.kind, e.at, e.policy, e.version, e.request, e.body, e.previous, e.digest] for e in entries]
        insert(self._database, "record", columns, rows)
        personal = [[entry.id, entry.person, entry.salt, entry.personal] for entry in entries if entry.personal]
        insert(self._database, "personal", "record, person, salt, fields", personal)


def _entry(row: Row) -> Entry:
    return Entry(
        row["seq"],
        row["id"],
        row["kind"],
        row["at"],
        row["policy"],
        row["version"],
        row["request"],
        row["body"],
        row["previous"],
        row["digest"],
        row["person"] or "",
        row["salt"] or "",
        row["fields"] or "",
    )


def _root(row: Row) -> Root:
    made = datetime.datetime.fromisoformat(row["made_at"])
    return Root(datetime.date.fromisoformat(row["day"]), int(row["records"]), row["root"], row["head"], made)


def _witness(row: Row) -> Witness:
    at = datetime.datetime.fromisoformat(row["at"])
    return Witness(datetime.date.fromisoformat(row["day"]), row["name"], row["state"], row["detail"], at)
