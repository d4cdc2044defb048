"""The staff list and the list of an audience, read from a file: people, or every mistake with its line. Pure.

A list is taken whole or not at all; what becomes of it in the ledger is decided in `bot/enrolling.py`.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from bot import roll
from bot.roll import Listed, ListMistakes, Mistake, Row

# The staff list of a city of ten thousand people has two million bytes.
LARGEST = 20_000_000
_SAVE = "save it as “CSV UTF-8”"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_file(path: Path) -> bytes:
    """The file, as far as it can be read here: one byte more than is taken, so that a larger one is refused at once."""
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def read_people(content: bytes, known: Mapping[str, str] | None = None) -> tuple[Listed, ...]:
    """The people of a CSV file.

    `known` has, for each e-mail address of the directory, that of the supervisor. Raises ListMistakes with every mistake.
    """
    rows, wrong = _rows(content)
    people, more = roll.read(rows, known or {})
    if wrong or more:
        raise ListMistakes(sorted([*wrong, *more], key=_line))
    if not people:
        raise ListMistakes([Mistake("line 2", "nobody is listed under the header")])
    return tuple(people)


def read_tables(tables: Iterable[Mapping[str, object]]) -> tuple[tuple[Listed, ...], list[Mistake]]:
    """The people of `[[person]]` tables, and what is wrong with them. Supervisors must stand among them."""
    rows, wrong = _table_rows(tables)
    people, more = roll.read(rows, {})
    return tuple(people), [*wrong, *more]


def read_list(content: bytes, known: Container[str]) -> tuple[str, ...]:
    """The e-mail addresses of an audience: one a line, or the column `email` of a CSV file; in small letters.

    `known` has the addresses of the directory. Raises ListMistakes with every mistake.
    """
    (_, head), *body = lines = _cells(_text(content))
    columns = [cell.strip().casefold() for cell in head]
    column = columns.index("email") if "email" in columns else None
    first: dict[str, str] = {}
    wrong = []
    for number, cells in lines if column is None else body:
        where = f"line {number}"
        cell = cells[column or 0] if (column or 0) < len(cells) else ""
        email = cell.strip().casefold()
        if column is None and any(map(str.strip, cells[1:])):
            wrong.append(Mistake(where, "one address stands on a line, or the first line names the columns, email among them"))
        elif problem := _address_mistake(cell, email, first, known):
            wrong.append(Mistake(where, problem))
        first.setdefault(email, where)
    if not first:
        wrong = [Mistake("line 2", "nobody is listed under the header")]
    if wrong:
        raise ListMistakes(wrong)
    return tuple(first)


def _address_mistake(cell: str, email: str, first: Mapping[str, str], known: Container[str]) -> str:
    if roll.formula(cell):
        return f"the address begins with {cell.lstrip(' ')[:1]!r}, which a spreadsheet takes for a formula"
    if problem := roll.email_mistake(email):
        return problem
    if email in first:
        return f"{email} stands in {first[email]} already"
    return "" if email in known else f"nobody in the directory has the address {email}"


def _line(mistake: Mistake) -> int:
    return int(mistake.where.removeprefix("line "))


def _rows(content: bytes) -> tuple[list[Row], list[Mistake]]:
    """The rows under the header, and those that have too many cells or too few."""
    (first, head), *body = _cells(_text(content))
    columns = [cell.strip().casefold() for cell in head]
    if wrong := [Mistake(f"line {first}", what) for what in _header_mistakes(columns)]:
        raise ListMistakes(wrong)
    rows, wrong = [], []
    for number, cells in body:
        where = f"line {number}"
        if len(cells) == len(columns):
            rows.append(Row(where, dict(zip(columns, cells, strict=True))))
        else:
            wrong.append(Mistake(where, f"{len(cells)} cells, and the header has {len(columns)}"))
    return rows, wrong


def _header_mistakes(columns: list[str]) -> Iterator[str]:
    for column in dict.fromkeys(columns):
        if column not in roll.COLUMNS:
            hint = "; cells are parted by commas" if ";" in column or "\t" in column else ""
            yield f"unknown column {column[:40]!r}{hint}; known are {', '.join(roll.COLUMNS)}"
        elif columns.count(column) > 1:
            yield f"the column {column} stands more than once"
    for column in roll.NEEDED:
        if column not in columns:
            yield f"the column {column} is missing"


def _text(content: bytes) -> str:
    """The file as text. Raises ListMistakes where it is none, or too large."""
    if len(content) > LARGEST:
        raise ListMistakes([Mistake("line 1", f"the file is larger than {LARGEST // 1_000_000} million bytes")])
    if content.startswith(_UTF16):
        raise ListMistakes([Mistake("line 1", f"the file is written in UTF-16; {_SAVE}")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListMistakes([Mistake(_place(content[: error.start]), f"not written in UTF-8; {_SAVE}")]) from None
    if "\0" in text:
        raise ListMistakes([Mistake(_place(content[: content.index(0)]), "a NUL stands there; this is no text file")])
    return text


def _place(before: bytes) -> str:
    """The line that comes after these bytes."""
    return f"line {len((before + b'.').splitlines())}"


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """The cells of each row that is not blank, with the number of the line that it begins on.

    Raises ListMistakes where quotes do not close, or nothing is there.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, begins = [], 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error:
        raise ListMistakes([Mistake(f"line {begins}", "the quotes of a cell do not close, or stand within it")]) from None
    if not found:
        raise ListMistakes([Mistake("line 1", "the file is empty")])
    return found


def _table_rows(tables: Iterable[Mapping[str, object]]) -> tuple[list[Row], list[Mistake]]:
    """`[[person]]` tables as rows, and what is no text in them. Days may be TOML's own, aliases a list of texts."""
    rows, wrong = [], []
    for number, table in enumerate(tables, 1):
        where = f"person {table.get('email') or number}"
        cells = {}
        for key, value in table.items():
            text = _written(key, value)
            if key not in roll.COLUMNS:
                wrong.append(Mistake(where, f"unknown key {key!r}"))
            elif text is None:
                kind = "a list of texts" if key == "aliases" else "a day" if key in roll.DAYS else "a text"
                wrong.append(Mistake(where, f"{key!r} must be {kind}"))
            else:
                cells[key] = text
        rows.append(Row(where, cells))
    return rows, wrong


def _written(key: str, value: object) -> str | None:
    """The value as the cell of a CSV file has it, or None where it is something else."""
    match value:
        case str():
            return value
        case list() if key == "aliases" and all(isinstance(each, str) for each in value):
            return ";".join(value)
        case datetime.date() if key in roll.DAYS and not isinstance(value, datetime.datetime):
            return value.isoformat()
    return None
