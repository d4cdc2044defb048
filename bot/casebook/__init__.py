"""The casebook: anonymous reports, sealed, in a database of their own (ADR 10). Knows no person, no ledger and no platform (P4).

Everything blocks: call it in the casebook's own thread, but for `draw` and `recognise`, which compute only (Argon2id, some 30 ms
and 19 MiB each) and may run in any. Nothing here logs, counts or tells anybody.
"""

from __future__ import annotations

import datetime
import json
import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.casebook import enclosing, receipt, recipients, submission
from bot.casebook.keeping import Keeping
from bot.casebook.kept import Found, Sealed
from bot.casebook.owing import Owing
from bot.casebook.padding import FILES
from bot.casebook.receipt import Receipt
from bot.casebook.recipients import Recipient, UnknownRoute
from bot.casebook.room import Opener, Room, added
from bot.casebook.sealing import seal, unseal
from bot.casebook.shapes import Behind, Enclosure, Reply
from bot.casebook.store import Store
from bot.casebook.submission import LONGEST_WHAT, Invalid, Submission
from bot.casebook.windows import Window, Windows
from bot.report_settings import ReportSettings

__all__ = ["Behind", "Casebook", "Enclosure", "Invalid", "KeyElsewhere", "Receipt", "Submission", "Unready", "Window"]


class Unready(Exception):
    """Reports cannot be taken here yet. Nothing was kept."""


class KeyElsewhere(Exception):
    """Reports are sealed to keys that only HR has. Read them there, with clausebot reader."""


@dataclass(frozen=True, slots=True)
class Casebook:
    """The public face. `people` are the recipients with their keys, `salt` is the installation's own; `opener` has the readers'
    keys where this machine has them; `now` is the clock, `chance` draws how long a report rests; `lacks` says what else is
    missing, `lost` whose key was in use and is not here, by id."""

    store: Store = field(repr=False)
    settings: ReportSettings
    people: tuple[Recipient, ...] = field(repr=False)
    salt: bytes = field(repr=False)
    windows: Windows
    opener: Opener | None = field(default=None, repr=False)
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
    chance: random.Random = field(default_factory=secrets.SystemRandom, repr=False)
    new_id: Callable[[], str] = field(default=lambda: secrets.token_hex(16), repr=False)
    lacks: Callable[[], tuple[str, ...]] = tuple
    lost: Callable[[], tuple[str, ...]] = tuple

    @property
    def sealed(self) -> bool:
        """Whether HR alone has the keys."""
        return self.settings.sealed

    def missing(self) -> tuple[str, ...]:
        """What is missing before reports may be taken, each a sentence for whoever runs the program; empty: they may."""
        lost = self.lost()
        keyless = tuple(
            f"{each.id} has no key: clausebot keys make" for each in self.people if not each.key and each.id not in lost
        )
        return tuple(dict.fromkeys((*self.settings.unready, *(() if self.sealed else keyless), *self.lacks())))

    def routes(self, sizes: Mapping[str, int]) -> tuple[Recipient, ...]:
        """Whom a reporter may choose, or name as involved: HR's, and the supervisors to whom at least k people report (`sizes` by
        the recipient's id). A route may also be `hr`, for all of HR."""
        return recipients.choosable(self.people, sizes, self.settings.k)

    def draw(self) -> Receipt:
        """A new receipt; its words are shown once, after `file` has come back."""
        words = receipt.new_words(secrets.choice)
        return receipt.derive(words, self.salt, words)

    def recognise(self, typed: str) -> Receipt:
        """The receipt that somebody typed, whatever they typed; always at the same cost (P12)."""
        return receipt.derive(typed, self.salt)

    def file(
        self,
        given: Submission,
        new: Receipt,
        files: Sequence[Enclosure] = (),
        sizes: Mapping[str, int] | None = None,
        mark: str = "",
    ) -> Window | None:
        """Seals and keeps a report: one row, and nothing else. The window at which it comes to light; None where it has at once,
        for somebody is in danger: then `owing` has a mark beside it, this one or a new id, until that was told of.

        Raises Invalid, UnknownRoute and NobodyLeft, TooLong, Unready, NotSealed, DatabaseGone; nothing was kept then.
        """
        report = self._checked(given, sizes or {})
        to = recipients.chosen(self.people, report.route, report.involved)
        return self._file(report, to, new, files, mark=mark)

    def behind(self, own: Receipt) -> Behind | None:
        """What lies behind a receipt; None for one that is malformed, unknown, changed or deleted: all alike.

        Raises DatabaseGone.
        """
        found = self.store.at(own.lookup)
        words = self.store.words(found.id if found else "")
        if found is None:
            return None
        replies = tuple(Reply(each.day, unseal(each.reply, own.identity).decode()) for each in words if each.reply)
        return Behind(found.waits, found.day, found.state, found.concluded, replies)

    def knows(self, own: Receipt) -> bool:
        """Whether something lies behind a receipt. Raises DatabaseGone."""
        return self.store.at(own.lookup) is not None

    def add(self, own: Receipt, text: str) -> bool:
        """Keeps something more from the reporter, which comes to light at a window of its own; False where nothing lies behind.

        Raises Invalid and DatabaseGone.
        """
        said = submission.tidy(text)
        if not 0 < len(said) <= LONGEST_WHAT:
            raise Invalid("Please write something." if not said else f"Please keep to {LONGEST_WHAT:,} letters.")
        with self.store.transaction():
            found = self.store.at(own.lookup, to_write=True)
            if found is None:
                return False
            ids, involved = self._readers(found, own)
            to = tuple(each for each in self.people if each.id in ids and each.key) or recipients.fallback(self.people, involved)
            sealed = seal(added(said), recipients.keys(to, involved))
            self.store.add_word(self.new_id(), found.id, self._window(), sealed)
        return True

    def change(self, own: Receipt, new: Receipt) -> bool:
        """Puts the report under a new receipt and seals the replies anew to it; the old one opens nothing any more.

        False where nothing lies behind. Raises DatabaseGone.
        """
        with self.store.transaction():
            found = self.store.at(own.lookup, to_write=True)
            if found is None:
                return False
            kept = seal(unseal(found.own, own.identity), [new.public], 1)
            if not self.store.move(own.lookup, Sealed("", new.lookup, new.public, kept, b"", b"")):
                return False
            replies = {each.id: each.reply for each in self.store.words(found.id) if each.reply}
            anew = {id: seal(unseal(reply, own.identity), [new.public], 1) for id, reply in replies.items()}
            self.store.reseal_replies(anew)
        return True

    def tell_of_retaliation(self, own: Receipt, given: Submission, new: Receipt, sizes: Mapping[str, int] | None = None) -> bool:
        """Files a report of its own, with a receipt of its own, to others than those who got the first; that they belong together
        stands within the seal alone. Who is involved in the first is involved in this one too. False where nothing lies behind
        the first receipt. Raises what `file` raises."""
        report = self._checked(given, sizes or {})
        found = self.store.at(own.lookup)
        if found is None:
            return False
        former, involved = self._readers(found, own)
        here = {each.id for each in self.people}
        report = replace(report, involved=tuple(sorted({*report.involved, *involved} & here)))
        to = recipients.others(self.people, report.route, report.involved, former)
        self._file(report, to, new, (), found.id)
        return True

    def window(self) -> Window:
        """The last window that was reached."""
        return self.windows.reached(self.now())

    def release(self, window: Window | None = None) -> bool:
        """What is due at a window, the last one that was reached, comes to light, and all is written anew in random order;
        whether anything did. May be done twice."""
        return self.store.release(window or self.window(), self.windows.day(self.now()))

    def still(self) -> None:
        """Lets the files tell of no moment but this one, as they do at each round: neither of a filing nor of a visit (P6)."""
        self.store.still()

    @property
    def room(self) -> Room:
        """HR's side. Raises KeyElsewhere in level sealed."""
        if self.opener is None:
            raise KeyElsewhere
        return Room(self.store, self.people, self.opener, self.new_id)

    @property
    def owing(self) -> Owing:
        """What those who receive reports are still to be told of."""
        return Owing(self.store)

    @property
    def keeping(self) -> Keeping:
        """Deletion by schedule, and its log."""
        return Keeping(self.store, self.settings.retention, self.new_id)

    def _checked(self, given: Submission, sizes: Mapping[str, int]) -> Submission:
        if self.missing():
            raise Unready
        report = submission.checked(given)
        allowed = self.routes(sizes)
        if report.route != recipients.HR and report.route not in {each.id for each in allowed}:
            raise UnknownRoute
        return report

    def _file(
        self,
        report: Submission,
        to: Sequence[Recipient],
        new: Receipt,
        files: Sequence[Enclosure],
        linked: str = "",
        mark: str = "",
    ) -> Window | None:
        keys, ids = recipients.keys(to, report.involved), tuple(each.id for each in to)
        enclosed = seal(enclosing.to_bytes(files), keys, buckets=FILES) if files else b""
        own = seal(submission.readers_to_bytes(ids, report), [new.public], 1)
        row = Sealed(self.new_id(), new.lookup, new.public, own, seal(submission.to_bytes(report, ids, linked), keys), enclosed)
        if report.danger:
            self.store.file_at_once(row, self.windows.day(self.now()), mark or self.new_id())
            return None
        window = self._window()
        self.store.file(row, window)
        return window

    def _window(self) -> Window:
        return self.windows.after(self.now(), self.chance.uniform(*self.settings.hold))

    def _readers(self, found: Found, own: Receipt) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who can read a report, and who is involved in it."""
        kept = json.loads(unseal(found.own, own.identity))
        return tuple(kept["to"]), tuple(kept["involved"])
