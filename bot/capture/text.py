"""The words of a page or text, without running anything in it. A program of its own, which `reading` starts: it reads standard
input, writes JSON, and uses nothing but Python's own library."""

from __future__ import annotations

import codecs
import json
import re
import sys
from contextlib import suppress
from html.parser import HTMLParser

# What is kept of a text, in letters; all of it is in the page's bytes.
LONGEST, LONGEST_OF_ITSELF = 50_000, 1_000
# In seconds and bytes, where the system can hold a process to them.
MOST_WORK, MOST_MEMORY = 9, 512 * 1024 * 1024
# Charsets that browsers know, by Python's names. Latin-1 is read as Windows-1252, as browsers do (WHATWG Encoding).
_CHARSETS = frozenset(
    """
    utf-8 utf-16 utf-16-le utf-16-be cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 cp866 koi8-r koi8-u
    iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16
    mac-cyrillic mac-roman gb18030 big5 big5hkscs shift_jis euc_jp iso2022_jp euc_kr
    """.split()
)
_AS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "utf-8-sig": "utf-8",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAID_WITHIN = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
_WITHIN = 1024
# What is not shown as words.
_UNSEEN = frozenset({"script", "style", "template", "iframe", "object", "svg", "noembed", "noframes"})
# What begins and ends a line.
_LINES = frozenset(
    """
    address article aside blockquote body br button caption center dd details dialog div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 head header hr html li main menu nav ol option p pre section select summary table tbody td tfoot th
    thead title tr ul
    """.split()
)
_OF_ITSELF = ("og:description", "twitter:description", "description")


def decoded(content: bytes, declared: str = "") -> str:
    """The letters: by a mark at the beginning, else as the site says, else as the page says, else UTF-8. Never raises."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    within = _SAID_WITHIN.search(content[:_WITHIN])
    named = _charset(declared) or (_charset(within[1].decode("ascii")) if within else "") or "utf-8"
    return content.decode(named, "replace")


def _charset(name: str) -> str:
    """Python's name for a charset that browsers know; empty for any other, also for those that only Python has."""
    with suppress(LookupError, ValueError):
        found = codecs.lookup(name).name
        found = _AS.get(found, found)
        return found if found in _CHARSETS else ""
    return ""


class _Enough(Exception):
    """More words would not be kept."""


class _Page(HTMLParser):
    """Gathers the words. Raises _Enough where there are more than are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.title: list[str] = []
        self.itself: dict[str, str] = {}
        self._unseen, self._deep = "", 0
        self._in_title = False
        self._letters = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        if self._unseen:
            self._deep += tag == self._unseen
        elif tag in _UNSEEN:
            self._unseen, self._deep = tag, 1
        else:
            self._seen(tag, {name: value or "" for name, value in attrs})

    def _seen(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _LINES:
            self.words.append("\n")
        if tag == "title" and not self.title:
            self._in_title = True
        elif tag == "img" and attributes.get("alt", "").strip():
            self.words.append(f" [picture: {' '.join(attributes['alt'].split())}] ")
        elif tag == "meta":
            named = (attributes.get("property") or attributes.get("name", "")).lower()
            self.itself.setdefault(named, attributes.get("content", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that ends as it begins, as browsers read only those of drawings."""
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """A tag ends."""
        if self._unseen:
            self._deep -= tag == self._unseen
            if not self._deep:
                self._unseen = ""
        elif tag in _LINES:
            self.words.append("\n")
        self._in_title &= tag != "title"

    def handle_data(self, data: str) -> None:
        """Words, or what is not shown."""
        if self._in_title:
            self.title.append(data)
        elif not self._unseen:
            self.words.append(data)
            self._letters += sum(map(len, data.split()))
            if self._letters > LONGEST:
                raise _Enough


def page(html: str) -> dict[str, str | bool]:
    """What a page says, and what it says of itself."""
    found = _Page()
    with suppress(_Enough):
        found.feed(html)
        found.close()
    about = next((found.itself[name] for name in _OF_ITSELF if found.itself.get(name, "").strip()), "")
    of_itself = {"title": "".join(found.title), "about": about}
    return {name: " ".join(words.split())[:LONGEST_OF_ITSELF] for name, words in of_itself.items()} | plain("".join(found.words))


def plain(text: str) -> dict[str, str | bool]:
    """A text, its lines without blanks around and without empty ones."""
    whole = "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))
    return {"text": whole[:LONGEST], "cut": len(whole) > LONGEST}


def main(kind: str, declared: str) -> None:
    """Reads standard input, writes JSON."""
    _hold()
    text = decoded(sys.stdin.buffer.read(), declared)
    sys.stdout.write(json.dumps(page(text) if kind == "page" else plain(text)))


def _hold() -> None:
    """Keeps this process to its limits."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (MOST_WORK, MOST_WORK))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    main(*sys.argv[1:3])
