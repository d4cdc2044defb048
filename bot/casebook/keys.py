"""Keys as files and texts: made, read, wrapped. Opening reports with them is `opening.py`'s."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyrage

KEY_FILE, WRAPPED_FILE, SALT_FILE = "reports.key", "reports.key.age", "reports.salt"
HEAD = (
    "# The secret keys of those who read anonymous reports. Whoever has them reads every report, and without them nobody does.\n"
    "# Keep a copy apart from this machine and from every backup of the reports: clausebot keys escrow FILE\n"
)
_LINE = re.compile(r"([a-z][a-z0-9-]{0,30})\s+(AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58})")


class NoKeyFile(Exception):
    """The key file cannot be read as one: each line has an id and a secret key (AGE-SECRET-KEY-1...)."""


def made() -> str:
    """A new secret key."""
    return str(pyrage.x25519.Identity.generate())


def public(secret: str) -> str:
    """The public key of a secret one. Raises NoKeyFile."""
    try:
        return str(pyrage.x25519.Identity.from_str(secret).to_public())
    except pyrage.IdentityError:
        raise NoKeyFile from None


def parsed(text: str) -> dict[str, tuple[str, ...]]:
    """The secret keys of a key file by id; of one with several the last is in use. A semicolon ends a line too, for the
    environment. Raises NoKeyFile, without showing a line."""
    found: dict[str, tuple[str, ...]] = {}
    for line in filter(None, (line.strip() for line in text.replace(";", "\n").splitlines())):
        if line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if not match:
            raise NoKeyFile
        found[match[1]] = (*found.get(match[1], ()), match[2])
    return found


def written(ring: Mapping[str, Iterable[str]]) -> str:
    """The text of a key file."""
    return HEAD + "".join(f"{id} {key}\n" for id, keys in ring.items() for key in keys)


def publics(ring: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The public key in use of each id."""
    return {id: public(keys[-1]) for id, keys in ring.items()}


def fingerprint(ring: Mapping[str, tuple[str, ...]]) -> str:
    """What tells one set of keys from another and gives none away."""
    every = sorted(public(key) for keys in ring.values() for key in keys)
    return hashlib.sha256("\n".join(every).encode()).hexdigest()


def wrapped(text: str, passphrase: str) -> bytes:
    """A key file that a passphrase opens."""
    return bytes(pyrage.passphrase.encrypt(text.encode(), passphrase))


def write(path: Path, content: bytes, *, anew: bool = False) -> None:
    """Writes a file that its owner alone reads, whole or not at all. Raises FileExistsError unless `anew`."""
    if not anew and path.exists():
        raise FileExistsError(path.name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
