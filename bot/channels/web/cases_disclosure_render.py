"""The page of a case for a records request: what HR chooses, and the text as it will be. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.channels.web.posts import numbered
from bot.evidence.canonical import canonical, sha256
from bot.journeys.case_passages import Passage
from bot.journeys.disclosure import GROUNDS, LONGEST, WARNINGS, Choices, Preview, Reason

_WHY = re.compile(r"(?:why|words|law)-(\d{1,4})")
# The fields of a reason by the name of what it is for: a passage's number, or all that is blacked out.
ALL = "all"
# Of a text file so many letters are shown.
SHOWN = 20_000
# All phrases together may have so many letters here, so that the form stays small enough to be taken.
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Disclose:
    """The page. `sent` are its fields as they were sent, `seen` says what its passages were; `preview` and `mistakes` once HR has
    looked."""

    label: str
    action: str
    seen: str
    passages: Sequence[Passage] = field(repr=False)
    sent: Mapping[str, str] = field(default_factory=dict, repr=False)
    preview: Preview | None = field(default=None, repr=False)
    mistakes: Sequence[str] = ()
    problem: str = ""
    kind: str = "disclosure"
    warnings: Sequence[str] = WARNINGS
    grounds: Sequence[str] = GROUNDS
    longest: int = LONGEST
    shown: int = SHOWN
    most: int = MOST


def seen(passages: Sequence[Passage]) -> str:
    """How many passages a page shows, and a digest of them."""
    shown = [(each.kind, each.heading, each.words, each.pairs) for each in passages]
    files = [sha256(each.file.content) for each in passages if each.file]
    return f"{len(shown)}-{sha256(canonical([shown, files]))}"


def has_grown(since: str, passages: Sequence[Passage]) -> bool:
    """Whether what somebody has seen is still there under the same numbers, with more behind it."""
    many = numbered(since.partition("-")[0])
    return many is not None and many < len(passages) and seen(passages[:many]) == since


def choices(sent: Mapping[str, str]) -> Choices:
    """What a form says. A passage of which any field is filled in is to be withheld."""
    marked = {int(found[1]) for name, text in sent.items() if text.strip() and (found := _WHY.fullmatch(name))}
    withheld = {number: _reason(sent, str(number)) for number in sorted(marked)}
    phrases = tuple(sent.get("phrases", "").split("\n"))
    return Choices(withheld, phrases, _reason(sent, ALL), sent.get("request", ""), sent.get("by", ""))


def without_passages(sent: Mapping[str, str]) -> dict[str, str]:
    """The form without what it says of single passages, where their numbers may have become others."""
    return {name: text for name, text in sent.items() if not _WHY.fullmatch(name)}


def _reason(sent: Mapping[str, str], what: str) -> Reason:
    return Reason(sent.get(f"why-{what}", ""), sent.get(f"words-{what}", ""), sent.get(f"law-{what}", ""))
