"""What is wrong with a data file: where, and what to do about it. All mistakes are reported at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in one file; `line` counts from 1, 0 means the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}"


class KnowledgeBaseError(Exception):
    """The knowledge base has mistakes; nothing of it was loaded."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


class MistakeList:
    """Collects the mistakes of one file while its reader goes on."""

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file).name
        self.found: list[Mistake] = []

    def add(self, line: int, message: str) -> None:
        self.found.append(Mistake(self.file, line, message))

    def stop_if_any(self) -> None:
        """Raises KnowledgeBaseError when something was found."""
        if self.found:
            raise KnowledgeBaseError(self.found)
