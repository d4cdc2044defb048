"""Who makes a request in the case room, and what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.case_access import Session
from bot.caseroom import Reader
from bot.channels.web.cases_shapes import Page


class NotOurs(Exception):
    """That was not sent by this page, so it was not done. Please start over."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who makes a request: their session, who they are today, and everybody who receives reports."""

    session: Session
    reader: Reader
    readers: Sequence[Reader] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A page with its status; or, with `to`, another address of ours. `cookie` is None where it stays as it is."""

    page: Page | None = None
    status: int = 200
    to: str = ""
    cookie: str | None = None
    form_token: str = field(default="", repr=False)
