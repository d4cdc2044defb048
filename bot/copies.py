"""The addresses of signed copies, good for a month. Whoever has one may read that copy, so it goes to its signer alone.

HR's papers are given for as long as whoever asked for the address holds HR's grant.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.tokens import ForgedButton, Tokens

PATH = "/copy"
# What can be fetched: by a record's id the first three, by a request's the others.
OF_RECORD = ("pdf", "text", "certificate")
OF_REQUEST = ("report", "csv", "json")
DAYS = 30


class OldAddress(Exception):
    """This address is no longer good. Ask me “what have I signed?” for a new one."""


@dataclass(frozen=True)
class Copies:
    """Makes and reads addresses; without a `url` of our own there are none."""

    tokens: Tokens
    url: str
    now: Callable[[], datetime.datetime]

    def address(self, id: str, kind: str, by: str = "") -> str:
        """The address of one paper; empty where we have no address. `by` is the person who may fetch it, where that is looked at
        each time.
        """
        if not self.url:
            return ""
        until = (self.now() + datetime.timedelta(days=DAYS)).date().isoformat()
        return f"{self.url}{PATH}/{self.tokens.sign(json.dumps(['copy', kind, id, until, by]))}"

    def read(self, token: str) -> tuple[str, str, str]:
        """The kind and the id that an address is for, and whom it was given to. Raises OldAddress where it is not ours, or too
        old.
        """
        try:
            word, kind, id, until, by = json.loads(self.tokens.read(token))
        except (ForgedButton, ValueError, TypeError):
            raise OldAddress from None
        if word != "copy" or kind not in OF_RECORD + OF_REQUEST or self.now().date().isoformat() > until:
            raise OldAddress
        return str(kind), str(id), str(by)
