"""What one check found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WRONG = "WRONG"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, how it is, and what to do if it is wrong. Never holds a secret."""

    name: str
    state: State
    found: str
    todo: str = ""


def ok(name: str, found: str) -> Check:
    """All is well."""
    return Check(name, State.OK, found)


def wrong(name: str, found: str, todo: str) -> Check:
    """Something is not as it must be; `todo` says what to do, in plain words."""
    return Check(name, State.WRONG, found, todo)


def skipped(name: str, why: str) -> Check:
    """Not looked at."""
    return Check(name, State.SKIPPED, why)
