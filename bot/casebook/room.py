"""HR's side of the casebook: which cases somebody can read, one case opened, and what is done with it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bot.casebook import enclosing, recipients, submission
from bot.casebook.kept import Word
from bot.casebook.padding import BODIES, FILES
from bot.casebook.recipients import Recipient
from bot.casebook.sealing import seal
from bot.casebook.shapes import Case, Change, Done, Enclosure, Entry, Opened
from bot.casebook.store import Store
from bot.casebook.submission import Submission
from bot.database import Row
from bot.evidence.canonical import canonical

ADDED = "added"


class Opener(Protocol):
    """Whatever has the keys of those who read."""

    def open(self, recipients: Collection[str], sealed: bytes) -> bytes | None:
        """The content, if one of these recipients may read it; else None. Raises Locked."""

    def open_any(self, sealed: bytes) -> bytes:
        """The content, whoever may read it: to seal it anew. Raises NotForThisKey and Locked."""


class Room:
    """`people` are all recipients, `new_id` makes a random id."""

    def __init__(self, store: Store, people: Sequence[Recipient], opener: Opener, new_id: Callable[[], str]) -> None:
        self._store, self._people, self._opener, self._new_id = store, people, opener, new_id

    def cases(self, readers: Collection[str]) -> tuple[Case, ...]:
        """The cases that one of these recipients can read, in random order; of others there is neither row nor count.

        Raises Locked and DatabaseGone.
        """
        heard, trails = self._store.heard(), self._store.trail()
        found = []
        for row in self._store.reports():
            content = self._opener.open(readers, row["sealed"])
            if content is not None:
                found.append(_case(row, content, heard.get(row["id"]) or str(row["day"]), trails.get(row["id"], ())))
        return tuple(found)

    def open(self, id: str, readers: Collection[str]) -> Opened | None:
        """One case with all that is in it, which counts as opened from now on; None where there is none that they can read.

        Raises Locked and DatabaseGone.
        """
        row = self._store.report(id)
        content = self._opener.open(readers, row["sealed"]) if row else None
        if row is None or content is None:
            return None
        self._store.mark_opened(id)
        words = self._store.words(id)
        heard = max((each.day.isoformat() for each in words if not each.place), default=row["day"])
        case = _case(row, content, heard, self._store.trail(id).get(id, ()))
        entries = [self._entry(each, readers) for each in words]
        files = self._opener.open(readers, row["enclosed"]) if row["enclosed"] else None
        return Opened(case, tuple(filter(None, entries)), enclosing.from_bytes(files) if files else ())

    def act(self, id: str, change: Change) -> bool:
        """Keeps what HR has done with a case, in one step with its row of the trail. False where there is no such case, or
        somebody else has changed it since `change.version`: nothing was kept then.

        Raises NobodyLeft where the last one who could read it would recuse themselves and nobody independent is left, TooLong,
        Locked and DatabaseGone.
        """
        with self._store.transaction():
            if not self._store.change(id, change):
                return False
            row = self._store.report(id)
            if row is None:
                return False
            report, readers, linked = submission.from_bytes(self._opener.open_any(row["sealed"]))
            to = self._to(report, readers, change.recused)
            if change.recused:
                # Who is involved stays so: a report of retaliation for this one must not reach them either (P11).
                report = replace(report, involved=tuple(sorted({*report.involved, change.recused})))
                self._reseal(row, report, to, linked)
            if change.file:
                self._enclose(row, change.file, _keys(to, report))
            self._store.keep(id, change.done, self._word(change, row["public"], _keys(to, report)))
        return True

    def _to(self, report: Submission, readers: Sequence[str], recused: str) -> tuple[Recipient, ...]:
        """Who reads a case from now on: those who did, but for this one and who receives no reports now; or the fallback."""
        left = tuple(each for each in self._people if each.id in readers and each.id != recused and each.key)
        if left:
            return left
        away = {*report.involved, recused}
        return recipients.fallback([each for each in self._people if each.key], away)

    def _reseal(self, row: Row, report: Submission, to: Sequence[Recipient], linked: str) -> None:
        keys, ids = _keys(to, report), tuple(each.id for each in to)
        own = seal(submission.readers_to_bytes(ids, report), [row["public"]], 1)
        files = seal(self._opener.open_any(row["enclosed"]), keys, buckets=FILES) if row["enclosed"] else b""
        self._store.reseal(row["id"], own, seal(submission.to_bytes(report, ids, linked), keys), files)
        self._store.reseal_words(row["id"], lambda sealed: seal(self._opener.open_any(sealed), keys))

    def _enclose(self, row: Row, file: Enclosure, keys: Collection[str]) -> None:
        """Puts a file to those of a case. Raises TooLong where they are too many or too large together."""
        files = enclosing.from_bytes(self._opener.open_any(row["enclosed"])) if row["enclosed"] else ()
        enclosed = seal(enclosing.to_bytes((*files, file)), keys, buckets=FILES)
        self._store.reseal(row["id"], row["own"], row["sealed"], enclosed)

    def _word(self, change: Change, public: str, keys: Collection[str]) -> Word:
        done = change.done
        content = {"act": done.act, "by": done.by, "content": dict(change.content), "reply": change.reply}
        reply = seal(change.reply.encode(), [public], 1, BODIES) if change.reply else b""
        return Word(self._new_id(), done.day, change.version + 1, seal(canonical(content), keys), reply)

    def _entry(self, word: Word, readers: Collection[str]) -> Entry | None:
        content = self._opener.open(readers, word.sealed)
        if content is None:
            return None
        found: Mapping[str, Any] = json.loads(content)
        return Entry(word.day, found["act"], found["by"], found["content"], found["reply"])


def added(text: str) -> bytes:
    """What is sealed of something that the reporter adds."""
    return canonical({"act": ADDED, "by": "", "content": {"text": text}, "reply": ""})


def _keys(to: Sequence[Recipient], report: Submission) -> tuple[str, ...]:
    return recipients.keys(to, report.involved)


def _case(row: Row, content: bytes, heard: str, trail: tuple[Done, ...]) -> Case:
    report, readers, linked = submission.from_bytes(content)
    concluded = datetime.date.fromisoformat(row["concluded"]) if row["concluded"] else None
    return Case(
        row["id"],
        datetime.date.fromisoformat(row["day"]),
        row["state"],
        row["holder"],
        row["version"],
        bool(row["on_hold"]),
        row["schedule"],
        concluded,
        readers,
        linked,
        datetime.date.fromisoformat(heard),
        report,
        trail,
        bool(row["opened"]),
    )
