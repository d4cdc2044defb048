"""A casebook for tests: fixed clock, drawn holds, the people who read reports."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyrage

from bot.casebook import Casebook
from bot.casebook.receipt import Receipt
from bot.casebook.starting import casebook
from bot.casebook.submission import PERIODS, Submission
from bot.office_hours import Hours
from bot.report_settings import FALLBACK, HR, SUPERVISOR, Recipient, ReportSettings
from tests import databases

# A Thursday, 14:02 and a bit in Parkville.
AFTERNOON = datetime.datetime(2026, 11, 19, 20, 2, 11, 123000, tzinfo=datetime.UTC)
PEOPLE = (
    Recipient("hana", "Hana Ruiz", HR, email="hana.ruiz@example.gov"),
    Recipient("joan", "Joan Wells", HR, email="joan.wells@example.gov"),
    Recipient("sam", "Sam Ortiz", SUPERVISOR, email="sam.ortiz@example.gov"),
    Recipient("ada", "Ada Clerk", FALLBACK, email="ada.clerk@example.gov"),
)
OPEN = ReportSettings(recipients=PEOPLE, local=True)
KINDS = ("file", "postgres")


def next_moment(book: Casebook) -> datetime.datetime:
    """When the next window is."""
    return book.windows.moment(book.windows.after(book.now() + datetime.timedelta(microseconds=1)))


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime.datetime = AFTERNOON

    def __call__(self) -> datetime.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Moves it on."""
        self.now += datetime.timedelta(**by)


@dataclass
class Opened:
    """A casebook with its clock and its directory."""

    book: Casebook
    clock: Clock
    place: Path = field(repr=False)

    def filed(self, given: Submission, sizes: dict[str, int] | None = None) -> str:
        """Files a report and gives the words of its receipt."""
        new = self.book.draw()
        self.book.file(given, new, sizes=sizes)
        return new.words

    def released(self) -> None:
        """Two days later everything that waits is due."""
        self.clock.forward(days=2)
        self.book.release()


@contextmanager
def opened(
    place: Path, kind: str = "file", settings: ReportSettings = OPEN, clock: Callable[[], Clock] = Clock
) -> Iterator[Opened]:
    """A casebook of this kind, empty and open for reports."""
    time = clock()
    if kind == "postgres":
        with databases.schema() as url:
            book = casebook(replace(settings, database_url=url), place, Hours(), time)
            try:
                yield Opened(replace(book, chance=random.Random(5)), time, place)  # noqa: S311 - a fixed seed
            finally:
                book.store.close()
        return
    book = casebook(settings, place, Hours(), time)
    try:
        yield Opened(replace(book, chance=random.Random(5)), time, place)  # noqa: S311 - a fixed seed
    finally:
        book.store.close()


def wrapped_lightly(text: str, passphrase: str) -> bytes:
    """What `keys.wrapped` makes, an age file for a passphrase, with 1,024 rounds of scrypt instead of a second's worth."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    def expanded(salt: bytes, purpose: bytes) -> bytes:
        return hmac.digest(hmac.digest(salt, key, "sha256"), purpose + b"\x01", "sha256")

    def line(content: bytes) -> bytes:
        return base64.b64encode(content).rstrip(b"=")

    key, salt, nonce = (secrets.token_bytes(16) for _ in range(3))
    wrapping = hashlib.scrypt(passphrase.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=1024, r=8, p=1, dklen=32)
    stanza = line(ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None))
    head = b"age-encryption.org/v1\n-> scrypt " + line(salt) + b" 10\n" + stanza + b"\n---"
    body = ChaCha20Poly1305(expanded(nonce, b"payload")).encrypt(bytes(11) + b"\x01", text.encode(), None)
    return head + b" " + line(hmac.digest(expanded(bytes(32), b"header"), head, "sha256")) + b"\n" + nonce + body


def quick_receipt() -> Receipt:
    """A receipt without words, and without the work that makes guessing dear: for tests of many reports."""
    return Receipt("", secrets.token_hex(32), str(pyrage.x25519.Identity.generate()))


def report(**other: object) -> Submission:
    """A report of Alice's, with these fields otherwise."""
    usual = Submission("violation", ("416.8.5",), "A crew member posts photos of residents.", "", PERIODS[1], HR, (), False)
    return replace(usual, **other)  # type: ignore[arg-type] # a test gives what fits
