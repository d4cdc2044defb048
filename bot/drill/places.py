"""Where is searched: files, whatever their size, and what lies in databases, value by value."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bot.drill.unpacking import Shut

_SQLITE = b"SQLite format 3\x00"
_PIECE = 1024 * 1024
# What is packed in ways that are not opened here, by how it begins.
_UNOPENED = {
    b"\x28\xb5\x2f\xfd": "packed with zstd, which is not opened here; unpack it first",
    b"\x04\x22\x4d\x18": "packed with lz4, which is not opened here; unpack it first",
    b"7z\xbc\xaf\x27\x1c": "packed with 7-Zip, which is not opened here; unpack it first",
    b"Rar!": "packed with RAR, which is not opened here; unpack it first",
    b"PGDMP": "a dump of PostgreSQL in a packed format; make one with pg_dump --format=plain",
    b"LPKSHHRH": "a journal, whose long lines may be packed; search what journalctl prints",
    b"age-encryption.org/": "encrypted",
}


@dataclass(frozen=True)
class Source:
    """Something that was produced: what it is (as a finder reads it), and its bytes or the file that holds them."""

    where: str
    data: bytes = field(default=b"", repr=False)
    path: Path | None = None

    def pieces(self) -> Iterator[bytes]:
        """The bytes. Raises OSError."""
        if self.path is None:
            yield self.data
            return
        with open(self.path, "rb") as file:
            while piece := file.read(_PIECE):
                yield piece


@dataclass
class Walk:
    """The files below a directory, or one file. Links are not followed.

    With `since` a file in which nothing was changed since then (seconds since 1970; when an inode changed nobody can set) is
    counted and not read. `shut` is told which directories and databases cannot be read, and why; a file says so when it is read.
    """

    root: Path
    name: str
    since: float = 0.0
    shut: Shut = field(default_factory=dict)
    # Files that are left out, by device and number: those that were read already, and our own.
    known: set[tuple[int, int]] = field(default_factory=set)
    unchanged: int = 0
    links: int = 0
    files: int = 0
    bytes: int = 0

    def sources(self) -> Iterator[Source]:
        """Every file: its name, its bytes, and value by value where it is a database."""
        if not self.root.is_dir():
            yield from self._file(self.root, self.name)
            return
        for place, directories, names in os.walk(self.root, onerror=self._shut):
            directories.sort()
            names.sort()
            where = self._called(place)
            yield Source(f"names of files in {where}", "\n".join((*directories, *names)).encode("utf-8", "surrogateescape"))
            self.links += sum(Path(place, each).is_symlink() for each in (*directories, *names))
            for each in names:
                yield from self._file(Path(place, each), f"{where}/{each}")

    def _called(self, place: str) -> str:
        below = os.path.relpath(place, self.root)
        return self.name if below == "." else f"{self.name}/{below}"

    def _file(self, path: Path, where: str) -> Iterator[Source]:
        try:
            about = path.lstat()
        except FileNotFoundError:
            return  # gone meanwhile
        except OSError as error:
            self.shut[where] = error.strerror or type(error).__name__
            return
        if not stat.S_ISREG(about.st_mode) or (about.st_dev, about.st_ino) in self.known:
            return
        self.known.add((about.st_dev, about.st_ino))
        if max(about.st_ctime, about.st_mtime) < self.since:
            self.unchanged += 1
            return
        if not os.access(path, os.R_OK):
            self.shut[where] = os.strerror(errno.EACCES)
            return
        self.files += 1
        self.bytes += about.st_size
        yield Source(where, path=path)
        begins = _begins(path)
        if begins.startswith(_SQLITE):
            yield from cells(path, where, self.shut)
        for magic, what in _UNOPENED.items():
            if begins.startswith(magic):
                self.shut[where] = f"{what}; it was searched as it stands"

    def _shut(self, error: OSError) -> None:
        self.shut[self._called(error.filename)] = error.strerror or type(error).__name__


def files(root: Path, name: str) -> Iterator[Source]:
    """Every file below a directory: its name, its bytes, and value by value where it is a database. Links are not followed."""
    return Walk(root, name).sources()


def cells(path: Path, where: str, shut: Shut) -> Iterator[Source]:
    """Every value of a database: pages cut long ones in pieces, and what is in them may be packed."""
    try:
        with opened(path) as database:
            database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            yield from joined(
                Source(f"{where} {table}.{column}", _bytes(value))
                for table, column, value in values(database)
                if isinstance(value, bytes | str)
            )
    except sqlite3.Error as error:
        shut[f"{where} (value by value)"] = str(error)


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")


def joined(sources: Iterable[Source]) -> Iterator[Source]:
    """The same with values of one column together, so that thousands of them are read at once; one that may be the bytes of a
    digest stays alone too."""
    columns: dict[str, list[bytes]] = {}
    sizes: Counter[str] = Counter()
    for each in sources:
        columns.setdefault(each.where, []).append(each.data)
        sizes[each.where] += len(each.data)
        if 16 <= len(each.data) <= 64 and not each.data.isascii():
            yield each
        if sizes[each.where] > _PIECE:
            yield Source(each.where, b"\n".join(columns.pop(each.where)))
            del sizes[each.where]
    for where, parts in columns.items():
        yield Source(where, b"\n".join(parts))


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A database to be read, beside which nothing is written: one with a write-ahead log is asked for none where it has none."""
    alone = _logs_ahead(path) and not path.with_name(f"{path.name}-wal").exists()
    address = f"file:{quote(os.fspath(path.absolute()))}?mode=ro{'&immutable=1' if alone else ''}"
    with closing(sqlite3.connect(address, uri=True, timeout=5)) as database:
        yield database


def values(database: sqlite3.Connection) -> Iterator[tuple[str, str, object]]:
    """Table, column and value of everything in a database, row numbers that nobody asked for among it."""
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for columns in ("rowid, *", "*"):
            try:
                found = database.execute(f'SELECT {columns} FROM "{table}"')  # noqa: S608 - names from the database itself
                names = [column[0] for column in found.description]
                for row in found:
                    yield from ((table, name, value) for name, value in zip(names, row, strict=True))
            except sqlite3.Error:
                continue  # a table without row numbers, or one that its extension keeps to itself
            break


def _logs_ahead(path: Path) -> bool:
    """Whether a database says in its header that it has a write-ahead log."""
    return _begins(path)[18:20] == b"\x02\x02"


def _begins(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(20)
    except OSError:
        return b""
