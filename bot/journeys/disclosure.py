"""A case for a records request (Missouri Sunshine Law): its passages in order, what HR withholds of them, and what is left. Pure.

Whatever is in a case is a passage, and each passage is either disclosed or listed as withheld. This program knows no law: reasons
and references are HR's own. What is withheld is not in a Disclosure at all, so that nothing made of one can hold it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.citation import date
from bot.journeys import redaction
from bot.journeys.case_passages import Passage
from bot.journeys.case_refusals import Refused
from bot.journeys.disclosed_files import hides, left_of, name_of, readable
from bot.journeys.redaction import Blackening

OTHER = "other"
GROUNDS = ("identifies the reporter", "identifies a witness", "personnel record", OTHER)
LONGEST = 300
# Said before anything is exported, wherever that is done.
WARNINGS = (
    "Ask the City Attorney before anything leaves the room: what has to be disclosed, what may or must be withheld, and under "
    "which provision. This program knows no law.",
    "Words are blacked out as you write them, in any case and spacing. Nicknames, other spellings, paraphrases, and what only "
    "one person could know are not found. Read every passage as it will be.",
    "Nothing is searched or blacked out in pictures and PDFs, nor in the code of web pages: they leave whole, or are withheld.",
)


class Unfit(Refused):
    """This cannot be exported as it was chosen. Nothing was written and nothing recorded."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__(self.__doc__)
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is withheld: one of GROUNDS, words of HR's own (needed for `other`), and the law that HR refers to."""

    ground: str
    words: str = field(default="", repr=False)
    law: str = field(default="", repr=False)

    @property
    def said(self) -> str:
        """All of it in a line, as it stands in what leaves."""
        law = f"Reference: {self.law}." if self.law else "No reference to a law is given."
        why = ": ".join(filter(None, (self.ground, self.words)))
        return f"{why[:1].upper()}{why[1:]}. {law}"


@dataclass(frozen=True, slots=True)
class Choices:
    """What HR chose: passages withheld by number, phrases blacked out everywhere and why; how the request is called, and who
    prepared the answer, where HR wants that to be in it."""

    withheld: Mapping[int, Reason] = field(default_factory=dict, repr=False)
    phrases: tuple[str, ...] = field(default=(), repr=False)
    phrases_for: Reason = Reason("")
    request: str = field(default="", repr=False)
    by: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """A passage as it leaves the room: with its words, of which `blocks` are blacked out, and the name of its file; or only its
    kind and the `reason`."""

    passage: Passage
    blocks: int = 0
    file: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What leaves the room of one case: nothing in here is withheld. `files` by name."""

    label: str
    day: datetime.date
    request: str = field(repr=False)
    by: str = field(repr=False)
    items: tuple[Item, ...] = field(repr=False)
    phrases_for: Reason = field(repr=False)
    files: tuple[tuple[str, bytes], ...] = field(repr=False)

    def text_of(self, item: Item) -> str:
        """What can be read in the file of an item as it leaves; empty where that is no text, or the code of a web page."""
        return readable(item.file, dict(self.files).get(item.file, b""))

    @property
    def prepared(self) -> str:
        """When it was prepared, and by whom where HR says so."""
        return f"Prepared on {date(self.day)}{f' by {self.by}' if self.by else ''}"

    @property
    def withheld(self) -> tuple[tuple[Item, Reason], ...]:
        """What is withheld, as a whole or in words, with its reason."""
        return tuple((each, each.reason or self.phrases_for) for each in self.items if each.reason or each.blocks)


@dataclass(frozen=True, slots=True)
class Preview:
    """A disclosure, and beside it, for the eyes of HR alone, how often each phrase was found in what is disclosed."""

    disclosure: Disclosure
    found: tuple[tuple[str, int], ...] = field(repr=False)


def disclosed(label: str, passages: tuple[Passage, ...], choices: Choices, day: datetime.date) -> Preview:
    """What is left of the passages of a case. Raises Unfit with every mistake; none repeats a word of a case or a phrase."""
    choices = _tidied(choices)
    wrong = _mistakes(passages, choices)
    if wrong:
        raise Unfit(*wrong)
    blackening = Blackening(choices.phrases)
    items, files = [], []
    counts = [0] * len(choices.phrases)
    for passage in passages:
        reason = choices.withheld.get(passage.number)
        if reason:
            items.append(Item(Passage(passage.number, passage.kind), reason=_blackened(reason, blackening)))
            continue
        item, content, found = _left(passage, blackening)
        items.append(item)
        files += [(item.file, content)] if item.file else []
        counts = [before + more for before, more in zip(counts, found, strict=True)]
    request, by, label = (blackening.over(each)[0] for each in (choices.request, choices.by, label))
    why = _blackened(choices.phrases_for, blackening)
    return Preview(
        Disclosure(label, day, request, by, tuple(items), why, tuple(files)), tuple(zip(choices.phrases, counts, strict=True))
    )


def _left(passage: Passage, blackening: Blackening) -> tuple[Item, bytes, list[int]]:
    """A passage that is not withheld, the content of its file, and how often each phrase was found in both."""
    black = [blackening.over(each) for each in _texts(passage)]
    heading, *rest = (text for text, _, _ in black)
    content = b""
    if passage.file:
        content, blocks, found = left_of(passage.file, blackening)
        black.append(("", blocks, found))
    words, values = rest[: len(passage.words)], rest[len(passage.words) :]
    pairs = tuple((name, value) for (name, _), value in zip(passage.pairs, values, strict=True))
    left = Passage(passage.number, passage.kind, heading, tuple(words), pairs)
    name = name_of(passage.file, passage.number) if passage.file else ""
    counts = [sum(each) for each in zip(*(found for _, _, found in black), strict=True)]
    return Item(left, sum(blocks for _, blocks, _ in black), name), content, counts


def _tidied(choices: Choices) -> Choices:
    def line(text: str) -> str:
        return " ".join(text.split())

    def reason(given: Reason) -> Reason:
        return Reason(line(given.ground), line(given.words), line(given.law))

    withheld = {number: reason(each) for number, each in choices.withheld.items()}
    phrases = redaction.tidy(choices.phrases)
    return Choices(withheld, phrases, reason(choices.phrases_for), line(choices.request), line(choices.by))


def _mistakes(passages: tuple[Passage, ...], choices: Choices) -> list[str]:
    known = {each.number: each for each in passages}
    wrong = [f"There is no passage {number}." for number in choices.withheld if number not in known]
    for number, reason in choices.withheld.items():
        wrong += [f"Passage {number}: {each}" for each in _reason_mistakes(reason)]
    wrong += redaction.mistakes(choices.phrases)
    if choices.phrases:
        wrong += [f"The words to black out: {each}" for each in _reason_mistakes(choices.phrases_for)]
    if max(len(choices.request), len(choices.by)) > LONGEST:
        wrong.append(f"The name of the request, or of who prepared this, is longer than {LONGEST} letters.")
    if wrong:
        return wrong
    blackening = Blackening(choices.phrases)
    hiding = [each.number for each in passages if each.number not in choices.withheld and _hides(each, blackening)]
    return [
        f"Passage {number}: words to black out are spelled there in code, or it is a text that cannot be searched. Withhold it."
        for number in hiding
    ]


def _hides(passage: Passage, blackening: Blackening) -> bool:
    if passage.file and hides(passage.file, blackening):
        return True
    return any(blackening.hidden_in(blackening.over(each)[0]) for each in _texts(passage))


def _texts(passage: Passage) -> list[str]:
    return [passage.heading, *passage.words, *(text for _, text in passage.pairs)]


def _reason_mistakes(reason: Reason) -> list[str]:
    wrong = []
    if reason.ground not in GROUNDS:
        wrong.append("choose why it is withheld.")
    elif reason.ground == OTHER and not reason.words:
        wrong.append("say in your own words why it is withheld.")
    if max(len(reason.words), len(reason.law)) > LONGEST:
        wrong.append(f"a reason or reference may have {LONGEST} letters.")
    return wrong


def _blackened(reason: Reason, blackening: Blackening) -> Reason:
    """HR's own words may name whom they are to hide."""
    return replace(reason, words=blackening.over(reason.words)[0], law=blackening.over(reason.law)[0])
