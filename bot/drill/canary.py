"""What the drill sends: words that say what they are, and a visitor who does not exist.

Each holds a mark that stands nowhere else, so that finding a mark is finding what became of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

# The kinds of marks: what was written, and what shows that somebody was here.
REPORT, PLACE, ADDED, FILE, FILE_NAME, RECEIPT = (
    "words of the report",
    "address in the report",
    "words that were added",
    "words of the file",
    "name of the file",
    "receipt",
)
AGENT, OPENED, REFERRER, COOKIE, FORWARDED = (
    "user agent",
    "address that was opened",
    "referring page",
    "cookie",
    "forwarded address",
)
# When it was written.
MOMENT = "moment"
WRITTEN = (REPORT, PLACE, ADDED, FILE, FILE_NAME, RECEIPT)
VISIT = (AGENT, OPENED, REFERRER, COOKIE, FORWARDED)
# What whoever reads the report sees first.
DRILL = "This is a drill of the program: nobody reports anything here."
_WRITTEN = (
    DRILL + " Whoever runs the program looks whether what is written to it can be found where it should not be. Please conclude "
    "this case as “outside the policy”. The word of this drill: {}."
)


@dataclass(frozen=True)
class Canary:
    """The marks by kind; the receipt once it is known; and when it was made, in seconds since 1970."""

    marks: Mapping[str, str] = field(repr=False)
    made: float
    receipt: str = field(default="", repr=False)

    def __getitem__(self, kind: str) -> str:
        """What is sent of this kind, with its mark."""
        return _SENT[kind].format(self.marks[kind])

    def with_receipt(self, words: str) -> Canary:
        """The same with the words that were given for it."""
        return replace(self, receipt=words)

    @property
    def ids(self) -> dict[str, str]:
        """What could stand somewhere as a digest."""
        return {kind: self[kind] for kind in (AGENT, FORWARDED)} | ({RECEIPT: self.receipt} if self.receipt else {})


_SENT = {
    REPORT: _WRITTEN,
    PLACE: "https://drill.example/{}",
    ADDED: "This is a drill of the program, added with its receipt. The word of this drill: {}.",
    FILE: DRILL + " This is its file. Its word: {}.\n",
    FILE_NAME: "{}.txt",
    AGENT: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}/1.0",
    OPENED: "?from={}",
    REFERRER: "https://drill.example/{}",
    COOKIE: "drill={}",
    FORWARDED: "{}",
}


def new_canary(now: float, digits: Callable[[int], str] = secrets.token_hex) -> Canary:
    """A new one; `digits` gives as many random bytes in hexadecimal."""
    marks = {kind: f"drill{digits(10)}" for kind in _SENT}
    # An address of those kept for documents (RFC 3849), written as every program writes it.
    groups = (digits(2) for _ in range(6))
    marks[FORWARDED] = "2001:db8:" + ":".join(f"{int(each, 16) | 0x1000:x}" for each in groups)
    return Canary(marks, now)
