"""The words of a message without the markup that Teams puts around them."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable
from html.parser import HTMLParser

from bot.channels.teams.arrival import Mention

# More than any message or form of ours holds. What is longer is cut before it is read: some ways to read it take the square
# of its length.
LONGEST = 8_000
MOST_MENTIONS = 50
_MENTION = re.compile(r"<at(?:\s[^<>]*)?>([^<]*)</at>")
_OPENING = re.compile(r"<[a-zA-Z/!?]")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\n{3,}")
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "ul", "ol", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "head", "title"})


def spoken(text: str, mentions: Iterable[Mention], bot: str) -> str:
    """What somebody wrote to the bot: without its own mention, others by their names."""
    text = text[:LONGEST]
    own = dict.fromkeys(each.markup for each in mentions if each.account == bot and each.markup)
    for markup in itertools.islice(own, MOST_MENTIONS):
        text = text.replace(markup, " ")
    return tidy(html.unescape(_MENTION.sub(r"\1", text)))


def from_html(markup: str) -> str:
    """The text of a message that comes as HTML; what it quotes of another message stands between quotation marks."""
    markup = markup[:LONGEST]
    ends = markup.rfind(">") + 1
    reader = _Reader()
    reader.feed(markup[:ends])
    reader.close()
    # The library looks for the end of each tag that has none in all that follows, so what only begins tags is not given to it.
    rest = _OPENING.split(markup[ends:], maxsplit=1)[0]
    reader.handle_data(html.unescape(rest))
    return tidy("".join(reader.parts))


def tidy(text: str) -> str:
    """Text with plain spaces, and not more than one empty line at a time."""
    lines = (_SPACES.sub(" ", line).strip() for line in text[:LONGEST].replace("\r\n", "\n").split("\n"))
    return _BREAKS.sub("\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects text; blocks begin a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._quoted = 0

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Skips what begins with `<![`, as browsers do; the library fails where no name follows."""
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag == "blockquote":
            self.parts.append("\n“" if not self._quoted else "\n")
            self._quoted += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote" and self._quoted:
            self._quoted -= 1
            self.parts.append("”\n" if not self._quoted else "\n")
        elif tag in _BLOCKS - {"br"}:
            self.parts.append("\n")
        self._unseen -= tag in _UNSEEN and self._unseen > 0

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            # Inner quotation marks would end the quotation.
            self.parts.append(data.translate(_INNER) if self._quoted else data)


_INNER = str.maketrans({"“": "‘", "”": "’", '"': "’"})
