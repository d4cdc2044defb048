"""The casebook as settings and files make it. Where nobody has made a key, the level that needs none of HR makes one here."""

from __future__ import annotations

import datetime
import hashlib
import os
import secrets
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bot.casebook import Casebook, keys
from bot.casebook.room import Opener
from bot.casebook.store import Store
from bot.casebook.windows import Windows
from bot.database import Database, migrating
from bot.database.sqlite import SQLite
from bot.office_hours import Hours
from bot.report_settings import Recipient, ReportSettings

FILE = "reports.sqlite"
MIGRATIONS = "bot.casebook.migrations"
# No write-ahead log, which would keep what was deleted; nothing in temporary files; freed pages are overwritten.
PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)
ESCROW = "escrow"
# What stands before an id in the name under which the public key in use is kept.
IN_USE = "key:"
_SALT = "salt"


def casebook(
    settings: ReportSettings,
    place: Path,
    hours: Hours,
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    say: Callable[[str], None] = lambda _: None,
) -> Casebook:
    """The casebook in this directory, or at its own address; the schema is brought up to date, keys and salt are made where they
    may be. `say` is told of a key that was made. Call it in the thread that the casebook is used in.

    Raises NoKeyFile, DatabaseGone, NewerDatabase and OSError.
    """
    windows = Windows(settings.windows, hours, settings.working_days_only)
    path = None if settings.database_url else place / FILE
    database = SQLite(path, PRAGMAS) if path else _postgres(settings.database_url)
    store = Store(database, lambda: still(path, windows, now()) if path else None)
    migrating.migrate(database, MIGRATIONS)
    ring = _ring(settings, place, store, say)
    people, salt = _keyed(settings, ring), _salt(settings, place)
    if not store.value(_SALT):
        store.put(_SALT, _known(salt))

    return _begun(Casebook(store, settings, people, salt, windows, _opener(settings, place, ring, now), now), ring)


def lacking(settings: ReportSettings, place: Path, hours: Hours) -> tuple[str, ...]:
    """What is missing before reports may be taken, each a sentence, looked at without making keys, a salt or a database.

    Raises NoKeyFile, DatabaseGone and OSError.
    """
    ring = keys.parsed(key_text(settings, place)) if settings.level == "embedded" else {}
    begun = bool(settings.database_url) or (place / FILE).exists()
    store = Store(_postgres(settings.database_url) if settings.database_url else SQLite(place / FILE, PRAGMAS))
    salt = _salt(settings, place) if settings.salt or (place / keys.SALT_FILE).exists() else b""
    windows = Windows(settings.windows, hours, settings.working_days_only)
    book = Casebook(store, settings, _keyed(settings, ring), salt, windows)
    try:
        return (_begun(book, ring) if begun else book).missing()
    finally:
        store.close()


def still(path: Path, windows: Windows, now: datetime.datetime) -> None:
    """Lets the files say of their last change no more than the window before it (P6). When an inode changed, nobody can hide.

    Where that is not allowed the row is kept all the same: it comes after the transaction.
    """
    moment = windows.moment(windows.reached(now)).timestamp()
    for each in (path, path.with_name(f"{path.name}-journal")):
        with suppress(OSError):
            os.utime(each, (moment, moment))


def key_text(settings: ReportSettings, place: Path) -> str:
    """The key file of level embedded, from the environment or the data directory; empty where there is none."""
    path = place / keys.KEY_FILE
    return settings.keys or (path.read_text("utf-8") if path.exists() else "")


def _postgres(url: str) -> Database:
    from bot.database.postgres import Postgres  # its driver is loaded only where it is used

    return Postgres(url)


def _ring(settings: ReportSettings, place: Path, store: Store, say: Callable[[str], None]) -> Mapping[str, tuple[str, ...]]:
    """The secret keys of level embedded. Who never had one is given one, where a file of this machine may hold it; whose key is
    lost is not, so that it is noticed."""
    if settings.level != "embedded":
        return {}
    ring = keys.parsed(key_text(settings, place))
    keyless = [each.id for each in settings.recipients if not each.key and each.id not in ring]
    missing = [id for id in keyless if not store.value(IN_USE + id)]
    if missing and not settings.keys and not settings.hosted:
        ring |= {id: (keys.made(),) for id in missing}
        keys.write(place / keys.KEY_FILE, keys.written(ring).encode(), anew=True)
        say(f"Made the keys that open anonymous reports: {keys.KEY_FILE}. Whoever has this file reads every report.")
    for id, key in keys.publics(ring).items():
        if not store.value(IN_USE + id):
            store.put(IN_USE + id, key)
    return ring


def _begun(book: Casebook, ring: Mapping[str, tuple[str, ...]]) -> Casebook:
    """The same casebook, which looks at its database for what is missing and whose key is lost."""
    return replace(
        book,
        lacks=lambda: _lacks(book.settings, book.store, ring, _known(book.salt)),
        lost=lambda: lost(book.settings, book.store, ring),
    )


def _keyed(settings: ReportSettings, ring: Mapping[str, tuple[str, ...]]) -> tuple[Recipient, ...]:
    """The recipients with their public keys, as far as they are known."""
    return tuple(replace(each, key=each.key or keys.publics(ring).get(each.id, "")) for each in settings.recipients)


def _known(salt: bytes) -> str:
    """By what a salt is known again."""
    return hashlib.sha256(b"salt\n" + salt).hexdigest()


def lost(settings: ReportSettings, store: Store, ring: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Whose key was in use and is not here any more, by id: what was sealed to it alone nobody can read."""
    if settings.level != "embedded":
        return ()
    here = {keys.public(key) for every in ring.values() for key in every}
    known = {each.id: store.value(IN_USE + each.id) for each in settings.recipients if not each.key}
    return tuple(id for id, key in known.items() if key and key not in here)


def _salt(settings: ReportSettings, place: Path) -> bytes:
    if settings.salt:
        return settings.salt.encode()
    path = place / keys.SALT_FILE
    if not path.exists():
        keys.write(path, secrets.token_hex(16).encode())
    return path.read_bytes().strip()


def _lacks(settings: ReportSettings, store: Store, ring: Mapping[str, tuple[str, ...]], known: str) -> tuple[str, ...]:
    found = []
    if store.value(_SALT) != known:
        found.append(
            f"The salt ({keys.SALT_FILE} or REPORTS_SALT) is not the one that these reports began with; no receipt would open "
            "anything. Bring the first one back."
        )
    found += [
        f"The key of {id} is lost: what was sealed to it alone nobody can read. Bring back HR's copy: clausebot keys recover "
        f"FILE; or go on without what it opened: clausebot keys rotate {id}"
        for id in lost(settings, store, ring)
    ]
    if settings.level == "embedded" and not settings.local and store.value(ESCROW) != keys.fingerprint(ring):
        found.append("HR has no copy of the keys yet, and without the keys nobody can read a report: clausebot keys escrow FILE")
    return tuple(found)


def _opener(
    settings: ReportSettings, place: Path, ring: Mapping[str, tuple[str, ...]], now: Callable[[], datetime.datetime]
) -> Opener | None:
    if settings.sealed:
        return None
    from bot.casebook.opening import Ring, Vault  # never in level sealed (P10)

    if settings.level == "embedded":
        return Ring(ring)
    path = place / keys.WRAPPED_FILE
    return Vault(b64decode(settings.keys) if settings.keys else path.read_bytes() if path.exists() else b"", now)
