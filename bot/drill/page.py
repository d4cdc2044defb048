"""A page of reports as a browser without scripts reads it: its form, and what is said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bot.channels.web.report_render import TITLE
from bot.surface import NAME

# The seven words, as a page or a dialog shows them.
RECEIPT = re.compile(r"Seven words\W+((?:[a-z][a-z-]+ ){6}[a-z][a-z-]+)")
_UNSEEN = frozenset({"script", "style", "details"})
_LONGEST = 200


@dataclass
class Sheet:
    """What a page holds: what its form sends along (by name), what may be chosen (by name), the little work, and its words."""

    title: str = ""
    action: str = ""
    held: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    challenge: str = ""
    bits: int = 0
    takes_files: bool = False
    words: str = ""
    wrong: str = ""

    @property
    def ours(self) -> bool:
        """Whether it is a page of this program."""
        return self.title == f"{TITLE} · {NAME}"

    @property
    def said(self) -> str:
        """What it says first, for whoever asks why it went no further."""
        said = " ".join((self.wrong or self.words).split())
        return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"

    @property
    def receipt(self) -> str:
        """The seven words of a receipt, if it shows one."""
        found = RECEIPT.search(" ".join(self.words.split()))
        return found[1] if found else ""


def read(text: str) -> Sheet:
    """The page; something else gives a sheet that is not ours."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.sheet


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sheet = Sheet()
        self._open: list[str] = []
        self._alert = 0
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self._form(given)
            case "input":
                self._input(given)
                return
            case "meta" | "link" | "br":
                return
            case "select":
                self._area = given.get("name", "")
            case "option":
                self._option(given)
            case "textarea":
                self._area = given.get("name", "")
                self.sheet.held[self._area] = ""
        self._open.append(tag)
        if given.get("role") == "alert":
            self._alert = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if len(self._open) < self._alert:
            self._alert = 0

    def handle_data(self, data: str) -> None:
        within = set(self._open)
        if self._open[-1:] == ["title"]:
            self.sheet.title += data
        elif self._open[-1:] == ["textarea"]:
            self.sheet.held[self._area] += data
        elif "main" in within and not within & _UNSEEN:
            self.sheet.words += f" {data}"
            if self._alert:
                self.sheet.wrong += f" {data}"

    def _form(self, given: dict[str, str]) -> None:
        self.sheet.action = given.get("action", "")
        self.sheet.takes_files = bool(given.get("enctype"))
        self.sheet.challenge = given.get("data-challenge", "")
        bits = given.get("data-bits", "")
        self.sheet.bits = int(bits) if bits.isdecimal() else 0

    def _option(self, given: dict[str, str]) -> None:
        """A browser sends the first of a list unless another is chosen."""
        if "selected" in given or self._area not in self.sheet.held:
            self.sheet.held[self._area] = given.get("value", "")

    def _input(self, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        match given.get("type", "text"):
            case "radio":
                self.sheet.choices.setdefault(name, []).append(value)
                if "checked" in given:
                    self.sheet.held[name] = value
            case "hidden" | "text":
                self.sheet.held[name] = value
