"""The head of a policy file: `key: value` lines between two `---` lines."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from policy_kb.located import line_of, read_yaml
from policy_kb.mistakes import MistakeList

_TEXTS = ("id", "title", "organisation", "source")
_DATES = ("adopted", "effective")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a policy says of itself."""

    id: str
    title: str
    organisation: str
    source: str
    adopted: datetime.date
    effective: datetime.date


def split(text: str) -> tuple[str, str, int]:
    """Head and body of a file, and the line before the body; an empty head where there is none."""
    match = re.match(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if not match:
        return "", text, 0
    return match[1], text[match.end() :], text[: match.end()].count("\n")


def parse(head: str, mistakes: MistakeList) -> FrontMatter | None:
    """The front matter, or None with every mistake noted."""
    before = len(mistakes.found)
    values = read_yaml(head, mistakes, first_line=1)
    if len(mistakes.found) > before:
        return None
    if not isinstance(values, dict):
        mistakes.add(1, "the file must begin with '---', 'id: ...' and so on, '---'")
        return None
    for key in values:
        if key not in _TEXTS + _DATES:
            mistakes.add(1 + line_of(key), f"unknown key {key!r}; known are {', '.join(_TEXTS + _DATES)}")
    texts = [_text(values, key, mistakes) for key in _TEXTS]
    dates = [_date(values, key, mistakes) for key in _DATES]
    if len(mistakes.found) > before:
        return None
    id, title, organisation, source = texts
    adopted, effective = dates
    return FrontMatter(id, title, organisation, source, adopted, effective)


def _text(values: dict[str, object], key: str, mistakes: MistakeList) -> str:
    value = values.get(key)
    text = str(value).strip() if isinstance(value, str) else ""
    if not text:
        mistakes.add(1 + line_of(value), f"'{key}' is missing or not a text; put digits in quotes")
    elif key == "id" and not _ID.fullmatch(text):
        mistakes.add(1 + line_of(value), f"id {text!r}: letters, digits, '-' and '_' only")
    return text


def _date(values: dict[str, object], key: str, mistakes: MistakeList) -> datetime.date:
    value = values.get(key)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    mistakes.add(1 + line_of(value), f"'{key}' must be a date written YYYY-MM-DD")
    return datetime.date.min
