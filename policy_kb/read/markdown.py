"""The first-class format: Markdown with numbered headings, lettered items and **defined terms**.

`docs/policies.md` describes the syntax for the people who write it. Wording is never changed: what is
not one of the marks below is text of the clause that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from policy_kb.clauses import Clause, Kind, Policy
from policy_kb.located import read_file
from policy_kb.mistakes import KnowledgeBaseError, MistakeList
from policy_kb.read import front_matter

_HEADING = re.compile(r"(#{1,6})[ \t]+(?P<rest>.*?)(?:[ \t]+#+)?")
_NUMBER = re.compile(
    r"(?:(?:section|sec\.?|article|art\.?|clause|§)[ \t]*)?"
    r"(?P<number>[A-Za-z]{0,9}[-.]?\d+(?:[.\-]\d+)*)[.)]?(?:[ \t]+(?P<title>\S.*))?",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:\((?P<round>[a-z])\)|(?P<plain>[a-z])[.)])[ \t]+(?P<text>\S.*)")
_TERM = re.compile(r"(?:[-*•][ \t]+)?\*\*(?P<term>[^*]+?)\*\*(?P<text>(?P<colon>:)?\s+.*|\s+.*)")
_MEANS = re.compile(r"\s+(?:means?|includes?|refers? to|is defined as|shall mean|has the meaning)\b")
_DEFINITIONS = re.compile(r"definition|terms|glossary", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-*•]|\d{1,2}[.)])[ \t]+")
_NUMBERED = re.compile(r"\d{1,2}[.)][ \t]+")
_OWN_LINE = re.compile(r"[|>]")
_UNSUPPORTED = (
    (re.compile(r"<!--"), "comments in <!-- --> would be quoted to staff; delete them"),
    (re.compile(r"```|~~~"), "blocks of code are not text; delete the marks"),
)
_FORGOTTEN = re.compile(r"\d+(?:\.\d+)+\.?[ \t]+[A-Z“\"]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass
class _Open:
    """A clause that is being read."""

    id: str
    heading: str
    parent: str | None
    kind: Kind
    line: int
    blocks: list[str] = field(default_factory=list)


def read_markdown(path: Path) -> Policy:
    """The policy in this file.

    Raises KnowledgeBaseError with every mistake in it.
    """
    mistakes = MistakeList(path)
    text = read_file(path, mistakes)
    if text is None:
        raise KnowledgeBaseError(mistakes.found)
    return parse_markdown(text, mistakes)


def parse_markdown(text: str, mistakes: MistakeList) -> Policy:
    """The policy in this text.

    Raises KnowledgeBaseError with what `mistakes` then holds.
    """
    head, body, first = front_matter.split(text.replace("\r\n", "\n"))
    front = front_matter.parse(head, mistakes)
    reading = _Reading(mistakes)
    for line, block in _blocks(body, first):
        reading.take(line, block)
    if not reading.clauses and not mistakes.found:
        mistakes.add(0, "no clause found; a clause begins with a heading such as '## 1.2 Purpose'")
    mistakes.stop_if_any()
    assert front is not None  # without it a mistake was noted
    clauses = tuple(
        Clause(front.id, each.id, each.heading, "\n".join(each.blocks), each.parent, each.kind)
        for each in reading.clauses.values()
    )
    return Policy(front.id, front.title, front.organisation, front.adopted, front.effective, front.source, clauses)


def _blocks(body: str, first: int) -> Iterator[tuple[int, str]]:
    """Headings, bullets and paragraphs, each with its line; the wrapped lines of one are joined."""
    start, parts = 0, list[str]()
    for number, raw in enumerate(body.split("\n"), first + 1):
        line = raw.strip()
        if parts and (not line or _begins_block(line)):
            yield start, " ".join(parts)
            parts = []
        if not line:
            continue
        if not parts:
            start = number
        parts.append(line)
        if line.startswith("#"):
            yield start, line
            parts = []
    if parts:
        yield start, " ".join(parts)


def _begins_block(line: str) -> bool:
    return bool(line.startswith("#") or any(mark.match(line) for mark in (_BULLET, _ITEM, _TERM, _OWN_LINE)))


class _Reading:
    """Where the reader stands: the clauses so far, the section it is in and the clause it adds to."""

    def __init__(self, mistakes: MistakeList) -> None:
        self.mistakes = mistakes
        self.clauses: dict[str, _Open] = {}
        self.section: _Open | None = None
        self.current: _Open | None = None
        self.next_letter = "a"
        self.numbered_list = False

    def take(self, line: int, block: str) -> None:
        """Adds one block to the clause it belongs to, or begins a clause with it."""
        wrong = next((message for mark, message in _UNSUPPORTED if mark.search(block)), "")
        if _CONTROL.search(block) or wrong:
            self.mistakes.add(line, wrong or "control characters; delete them")
        elif heading := _HEADING.fullmatch(block):
            self._section(line, heading)
        elif block.startswith("#"):
            self.mistakes.add(line, f"{block[:30]!r}: a heading needs a space after '#' and a number")
        elif self.section is None:
            self._homeless(line)
        elif (term := _TERM.fullmatch(block)) and self._is_definition(term):
            self._begin(line, f"{self.section.id}:{term['term']}", term["term"], self.section.id, Kind.DEFINITION)
            self._text(term["term"] + term["text"])
        elif (item := _ITEM.fullmatch(block)) and self._is_item(line, item):
            self._item(line, item)
        elif _FORGOTTEN.match(block):
            self.mistakes.add(line, f"{block[:30]!r} looks like a clause; write its number as a heading, '### 1.2.3'")
        else:
            self.numbered_list = self.numbered_list or bool(_NUMBERED.match(block))
            self._text(block)

    def _homeless(self, line: int) -> None:
        """Text above all clauses: one mistake, however much of it there is, and none where a heading was refused already."""
        if not self.mistakes.found:
            self.mistakes.add(line, "text before the first numbered heading belongs to no clause")

    def _is_definition(self, term: re.Match[str]) -> bool:
        """Whether a paragraph that begins with bold words defines them: it says so, or stands among definitions."""
        assert self.section is not None
        return bool(_MEANS.match(term["text"])) or bool(term["colon"] and _DEFINITIONS.search(self.section.heading))

    def _section(self, line: int, heading: re.Match[str]) -> None:
        numbered = _NUMBER.fullmatch(heading["rest"].strip())
        if not numbered:
            if len(heading[1]) > 1 or self.clauses:  # '# Title' above all clauses names the document
                self.mistakes.add(line, f"heading {heading['rest'][:40]!r} has no number; a clause is cited by its number")
            return
        number = numbered["number"]
        self._begin(line, number, (numbered["title"] or "").rstrip(" :").removesuffix("."), self._parent(number), Kind.SECTION)
        self.section, self.next_letter, self.numbered_list = self.current, "a", False

    def _parent(self, number: str) -> str | None:
        """The longest beginning of this number that is a clause: `416.6` for `416.6.9`."""
        cuts = [at for at, sign in enumerate(number) if sign in ".-"]
        return next((number[:at] for at in reversed(cuts) if number[:at] in self.clauses), None)

    def _is_item(self, line: int, item: re.Match[str]) -> bool:
        """Whether this lettered line is the next item; a letter out of turn is text or a mistake."""
        letter = item["round"] or item["plain"]
        if self.numbered_list:  # letters under "1." belong to that, and so to the text of the clause
            return False
        if letter == self.next_letter:
            return True
        if item["plain"] and letter > self.next_letter:
            self.mistakes.add(line, f"item {letter!r} where {self.next_letter!r} is next; is one missing?")
        return False

    def _item(self, line: int, item: re.Match[str]) -> None:
        assert self.section is not None
        self._begin(line, f"{self.section.id}.{self.next_letter}", "", self.section.id, Kind.ITEM)
        self._text(item["text"])
        self.next_letter = chr(ord(self.next_letter) + 1)

    def _begin(self, line: int, id: str, heading: str, parent: str | None, kind: Kind) -> None:
        if id in self.clauses:
            self.mistakes.add(line, f"clause {id} stands already on line {self.clauses[id].line}")
        self.current = self.clauses[id] = _Open(id, heading, parent, kind, line)

    def _text(self, block: str) -> None:
        assert self.current is not None
        self.current.blocks.append(block)
