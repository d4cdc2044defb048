"""The catalogue of intents: one YAML file each, read with every mistake reported at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml: the same, slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_KEYS = ("intent", "about", "said as")
NAMES = (
    "ask",
    "report",
    "acknowledge",
    "report_status",
    "ack_status",
    "disclaimer",
    "contact",
    "request_account",
    "greeting",
    "help",
    "out_of_scope",
)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in one file; `line` counts from 1, 0 means the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class CatalogueError(Exception):
    """The catalogue has mistakes; nothing of it was loaded."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that people want; `said` holds (author, sentence) pairs."""

    name: str
    about: str
    said: tuple[tuple[str, str], ...]


def read(directory: Traversable | Path | None = None) -> tuple[Intent, ...]:
    """The intents of this directory, the shipped English ones by default.

    Raises CatalogueError with every mistake of every file.
    """
    place = _place(directory)
    mistakes: list[Mistake] = []
    found = tuple(intent for name in NAMES if (intent := _read(place / f"{name}.yaml", name, mistakes)))
    known = {f"{name}.yaml" for name in NAMES}
    mistakes += [
        Mistake(file.name, 0, f"no such intent; known are {', '.join(NAMES)}")
        for file in place.iterdir()
        if file.name.endswith((".yaml", ".yml")) and file.name not in known
    ]
    mistakes += _doubles(found)
    if mistakes:
        raise CatalogueError(mistakes)
    return found


def sentences(directory: Traversable | Path | None = None) -> Iterator[tuple[str, str, str]]:
    """All sentences of the catalogue with their intent and author.

    Raises CatalogueError.
    """
    return ((text, intent.name, by) for intent in read(directory) for by, text in intent.said)


def digest(directory: Traversable | Path | None = None) -> str:
    """SHA-256 (hex) over the catalogue's files; any change of a sentence changes it."""
    total = hashlib.sha256()
    for file in sorted(_place(directory).iterdir(), key=lambda each: each.name):
        if file.is_file():
            total.update(f"\n{file.name}\n".encode() + file.read_bytes())
    return total.hexdigest()


def _place(directory: Traversable | Path | None) -> Traversable | Path:
    return directory or resources.files("intents") / "en"


class _Wrong(Exception):
    """A file that cannot be read as a whole: the line and what is wrong."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message


def _read(file: Traversable | Path, name: str, mistakes: list[Mistake]) -> Intent | None:
    def mistake(line: int, message: str) -> None:
        mistakes.append(Mistake(file.name, line, message))

    try:
        values = _values(_root(file))
    except _Wrong as wrong:
        mistake(wrong.line, wrong.message)
        return None
    for key in _KEYS:
        if key not in values:
            mistake(1, f"{key!r} is missing")
    for key, node in values.items():
        if key not in _KEYS:
            mistake(node.start_mark.line + 1, f"unknown key {key!r}; known are {', '.join(_KEYS)}")
    if "intent" in values and values["intent"].value != name:
        mistake(values["intent"].start_mark.line + 1, f"intent {values['intent'].value!r} stands in {file.name}")
    said = tuple(_sentences(values.get("said as"), mistake))
    return Intent(name, str(values["about"].value) if "about" in values else "", said)


def _root(file: Traversable | Path) -> yaml.MappingNode:
    """The top of a catalogue file. Raises _Wrong."""
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        raise _Wrong(0, "is missing; every intent has its file") from None
    except UnicodeDecodeError:
        raise _Wrong(0, "not UTF-8 text; save the file as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _Wrong(line, f"not valid YAML: {error.problem}") from None
    if not isinstance(root, yaml.MappingNode):
        raise _Wrong(1, "must hold 'intent', 'about' and 'said as'")
    return root


def _values(node: yaml.MappingNode) -> dict[str, yaml.Node]:
    return {str(key.value): value for key, value in node.value}


def _sentences(node: yaml.Node | None, mistake: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(node, yaml.MappingNode):
        return
    for by, lines in _values(node).items():
        for line in lines.value if isinstance(lines, yaml.SequenceNode) else ():
            if not isinstance(line, yaml.ScalarNode) or line.tag != "tag:yaml.org,2002:str":
                mistake(line.start_mark.line + 1, "not a text; put numbers and yes/no words in quotes")
            elif not line.value.strip():
                mistake(line.start_mark.line + 1, "empty sentence")
            else:
                yield by, line.value
        if not isinstance(lines, yaml.SequenceNode):
            mistake(lines.start_mark.line + 1, f"{by!r} must hold a list, one '- sentence' a line")


def _doubles(found: Iterable[Intent]) -> Iterator[Mistake]:
    homes: dict[str, str] = {}
    for intent in found:
        for _, sentence in intent.said:
            home = homes.setdefault(sentence.casefold(), intent.name)
            if home != intent.name:
                yield Mistake(f"{intent.name}.yaml", 0, f"{sentence!r} stands in {home}.yaml too; people mean one of them")
