"""The phrasings nearest to a question: FTS5 in SQLite finds candidates, rapidfuzz compares them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils
from rapidfuzz import fuzz

from policy_kb.words import LONGEST_TEXT, stems

# The rarest words of a question lead to its neighbours; common ones only cost time, by the rows they stand in.
RAREST = 5
MOST_ROWS = 1000
CANDIDATES = 40

_SEARCH = """
SELECT asked.label, asked.text FROM asked_fts JOIN asked ON asked.id = asked_fts.rowid
WHERE asked_fts MATCH ? ORDER BY rank LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A phrasing and how alike it is, 0..1."""

    text: str
    similarity: float


class Nearest:
    """An index of phrasings with their labels. Safe across threads."""

    def __init__(self, database: sqlite_utils.Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._frequency: dict[str, int] = {row["term"]: row["doc"] for row in database["asked_terms"].rows}
        self.size = database["asked"].count

    @classmethod
    def build(cls, asked: Iterable[tuple[str, str]], path: Path | None = None) -> Nearest:
        """An index of (text, label) pairs, in memory or in a file that does not exist yet."""
        database = sqlite_utils.Database(path) if path else sqlite_utils.Database(memory=True)
        rows = (
            {"id": number, "text": text, "label": label, "stems": " ".join(stems(text))}
            for number, (text, label) in enumerate(asked, 1)
        )
        table = database.table("asked")
        table.create({"id": int, "text": str, "label": str, "stems": str}, pk="id")
        table.insert_all(rows)
        table.enable_fts(["stems"], tokenize="unicode61 remove_diacritics 0")
        with database.atomic():
            database.execute("CREATE VIRTUAL TABLE asked_terms USING fts5vocab('asked_fts', 'row')")
        return cls(database)

    @classmethod
    def open(cls, path: Path) -> Nearest:
        """The index in this file, which is only read.

        Raises sqlite3.Error where it is not there or damaged.
        """
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        return cls(sqlite_utils.Database(sqlite3.connect(address, uri=True, check_same_thread=False)))

    def frequency(self, word: str) -> int:
        """How many phrasings use this stem."""
        return self._frequency.get(word, 0)

    def close(self) -> None:
        """Closes the index."""
        self._database.close()

    def labels(self, question: str) -> Mapping[str, Neighbour]:
        """The nearest phrasing of each label that has one among the candidates."""
        rare = self._rare(question)
        if not rare:
            return {}
        match = " OR ".join(f'"{word}"' for word in rare)
        plain = question[:LONGEST_TEXT].casefold()
        nearest: dict[str, Neighbour] = {}
        with self._lock:
            found = self._database.execute(_SEARCH, [match, CANDIDATES]).fetchall()
        for label, text in found:
            alike = fuzz.token_sort_ratio(plain, text.casefold()) / 100
            if label not in nearest or alike > nearest[label].similarity:
                nearest[label] = Neighbour(text, alike)
        return nearest

    def _rare(self, question: str) -> list[str]:
        """The rarest words that are known, as many as stand in few enough rows together."""
        known = sorted(
            {word for word in stems(question) if word in self._frequency}, key=lambda word: (self._frequency[word], word)
        )
        rows, rare = 0, list[str]()
        for word in known[:RAREST]:
            rows += self._frequency[word]
            if rows > MOST_ROWS:
                break
            rare.append(word)
        return rare
