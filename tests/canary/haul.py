"""What a process produced, gathered: files with what is packed in them, cells of databases, logs, calls, metrics, exports."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

_SQLITE = b"SQLite format 3\x00"
# What belongs to a database file; copied along, since what was written last may stand only there.
_BESIDE = ("-wal", "-journal", "-shm")


@dataclass(frozen=True)
class Source:
    """Something that was produced: what it is (as a finder reads it) and its bytes."""

    where: str
    data: bytes = field(repr=False)


def files(root: Path, name: str) -> Iterator[Source]:
    """Every file below a directory: its name, its bytes, and cell by cell where it is a database. Links are not followed."""
    for path in sorted(root.rglob("*")):
        where = f"{name}/{path.relative_to(root)}"
        yield Source(f"the name of {where}", str(path.relative_to(root)).encode("utf-8", "surrogateescape"))
        if path.is_symlink() or not path.is_file() or _is_linked(path, root):
            continue
        data = path.read_bytes()
        yield Source(where, data)
        if data.startswith(_SQLITE):
            yield from cells(path, where)


def _is_linked(path: Path, root: Path) -> bool:
    return any(each.is_symlink() for each in path.parents if root in each.parents)


def cells(path: Path, where: str) -> Iterator[Source]:
    """Every value of a database: pages cut long ones in pieces, and what is in them may be packed."""
    with tempfile.TemporaryDirectory() as place:
        copy = copied(path, Path(place))
        with closing(sqlite3.connect(copy)) as database:
            for table, column, value in values(database):
                if isinstance(value, bytes | str):
                    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
                    yield Source(f"{where} {table}.{column}", raw)


def copied(path: Path, place: Path) -> Path:
    """A copy of a database with what stands beside it."""
    for each in (path, *(path.with_name(path.name + end) for end in _BESIDE)):
        if each.exists():
            shutil.copy(each, place / each.name)
    return place / path.name


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


def joined(sources: Iterable[Source]) -> Iterator[Source]:
    """The same with cells of one column together, so that thousands of them are read at once; short ones stay alone too."""
    columns: dict[str, list[bytes]] = {}
    for each in sources:
        columns.setdefault(each.where, []).append(each.data)
        if 16 <= len(each.data) <= 64:
            yield each
    for where, parts in columns.items():
        yield Source(where, b"\n".join(parts))
