"""Words blacked out: no spelling of a phrase that a reader takes for it stays, other words stay, and the block tells nothing."""

from __future__ import annotations

import html
import json
import quopri
import re
import time
import unicodedata
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.journeys.redaction import BLOCK, LONGEST, MOST, Blackening, mistakes, tidy

pytestmark = pytest.mark.anonymity

LETTERS = "abzéëöÅßﬁИΩς"
PHRASES = st.lists(st.text(LETTERS, min_size=2, max_size=6), min_size=1, max_size=3).map(" ".join)
BETWEEN = st.text(LETTERS + " .,\n-'’\u0308", max_size=12)


def black(text: str, *phrases: str) -> str:
    """The text with these phrases blacked out."""
    return Blackening(phrases).over(text)[0]


def compared(text: str) -> str:
    """A text as a reader compares it, by another way than the program's."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", text).casefold())
    return re.sub(r"\s+", " ", folded)


def stands(phrase: str, text: str) -> bool:
    """Whether a phrase stands whole in a text."""
    return bool(re.search(rf"(?<![\w\u0300-\u036f]){re.escape(compared(phrase))}(?![\w\u0300-\u036f])", compared(text)))


@pytest.mark.parametrize(
    "written",
    [
        "Zoë Berg",
        "Zoe\u0308 Berg",
        "ZOË BERG",
        "zoe\u0308   berg",
        "Zoë\nBerg",
        "Zoë\u00a0Berg",
        "Zo\u200bë Be\u00adrg",
        "Ｚoë Ｂerg",
        "Zo\u2060e\u034f\u0308 Berg\ufe0f",
    ],
)
def test_a_name_is_found_however_it_is_set(written: str) -> None:
    """Composed and decomposed, in any case and spacing, wide, and with signs in it that nobody sees."""
    assert black(f"It was {written}, said Tom.", "Zoë Berg") == f"It was {BLOCK}, said Tom."


@pytest.mark.parametrize("written", ["Zoe Berg", "Zoë Berger", "AZoë Berg", "Zoë-Berg", "Zoë, Berg"])
def test_what_is_another_word_stays(written: str) -> None:
    """Whole phrases alone are found, and those with these letters."""
    assert black(f"It was {written}.", "Zoë Berg") == f"It was {written}."


def test_what_people_write_for_each_other_is_the_same() -> None:
    """Quotation marks and hyphens; and an edge is wherever a word may end."""
    assert black("O’Neil and O'Neil's, @ann_lee, Jean‑Luc", "o'neil", "Ann", "jean-luc") == (
        f"{BLOCK} and {BLOCK}'s, @{BLOCK}_lee, {BLOCK}"
    )


def test_writing_without_blanks_has_an_edge_everywhere() -> None:
    """A Chinese, Japanese or Korean name is found within its sentence, composed or decomposed."""
    assert black("据说王小明写了。", "王小明") == f"据说{BLOCK}写了。"
    assert black(unicodedata.normalize("NFD", "김민수가"), "김민수") == BLOCK + unicodedata.normalize("NFD", "가")


def test_overlapping_phrases_are_one_block() -> None:
    """Where phrases overlap, nothing between them shows where one ends."""
    assert black("Zoë Berg of Parks", "Zoë Berg", "Berg of Parks", "Berg") == BLOCK
    assert Blackening(("Zoë Berg", "Berg")).found_in("Zoë Berg and Berg") == (1, 2)


@settings(deadline=None)
@given(PHRASES, PHRASES, BETWEEN, BETWEEN)
def test_the_length_of_a_block_tells_nothing(one: str, other: str, before: str, after: str) -> None:
    """Whatever stands there, however long, the same is left of the text around it."""
    left = [black(f"_ {each} _", each) for each in (one, other)]
    assert left == [f"_ {BLOCK} _"] * 2
    text = black(f"{before} {one} {after}", one)
    assert set(re.findall("█+", text.replace(BLOCK + BLOCK, BLOCK))) == {BLOCK}


@settings(deadline=None)
@given(
    st.lists(PHRASES, min_size=1, max_size=3),
    st.lists(BETWEEN, min_size=4, max_size=4),
    st.sampled_from(["NFC", "NFD", "NFKC"]),
    st.booleans(),
)
def test_no_phrase_survives(phrases: list[str], between: list[str], form: str, upper: bool) -> None:
    """Neither in the program's own eyes nor in those of somebody who compares otherwise."""
    text = "".join(f"{words}{phrase} " for words, phrase in zip(between, phrases, strict=False)) + between[-1]
    text = unicodedata.normalize(form, text.upper() if upper else text)
    left = black(text, *phrases)
    assert sum(Blackening(tuple(phrases)).found_in(left)) == 0
    assert not any(stands(each, left) for each in phrases)


@settings(deadline=None)
@given(st.text(max_size=80), PHRASES)
def test_all_else_stays_as_it_is(text: str, phrase: str) -> None:
    """What is left around the blocks are pieces of the text, in their order, and without phrases nothing changes."""
    pieces = black(text.replace("█", ""), phrase).split(BLOCK)
    assert re.fullmatch(".*".join(map(re.escape, pieces)), text.replace("█", ""), re.DOTALL)
    assert black(text) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "/?u=Zo%C3%AB%20Berg",
        "/?u=Zo%C3%AB+Berg",
        "/?u=Zo%EB+Berg",
        "/?next=%2Fa%3Fn%3DZo%25C3%25AB%2520Berg",
        "/?next=%2Fa%3Fn%3DZo%2525C3%2525AB%252520Berg",
        "/?u=Zo%u00EB%20Berg",
        "Zo&euml; Berg",
        "Zo&amp;euml; Berg",
        "Zo&#xEB;&nbsp;Berg",
        "Zo&#00235; Berg",
        "/?u=Zo%26euml%3B%20Berg",
        "Zo=C3=AB Berg",
        "Zo=C3=\r\n=AB B=\nerg",
        '{"name": "Zo\\u00eb Berg"}',
        '{"name": "Zo\\u00eb\\u0020Berg"}',
        '{"name": "Zo\\u{eb}\\nBerg"}',
        '{"name": "Zo\\xeb Berg"}',
        '{"name": "Zo\\xc3\\xab Berg"}',
        '{"page": "/?u=Zo%5Cu00eb%20Berg"}',
        "{&quot;name&quot;: &quot;Zo\\u00eb Berg&quot;}",
        "https://xn--zo-berg-sya.example/",
    ],
)
def test_code_is_noticed(hidden: str) -> None:
    """A name in an address, in a page's code, in a script or in mail is not found as such, and is said to be there."""
    blackening = Blackening(("Zoë Berg", "zoë-berg"))
    assert blackening.over(hidden) == (hidden, 0, (0, 0))
    assert blackening.hidden_in(hidden)


@pytest.mark.parametrize(
    "plain", ["100 % of it & more", "a=b + c", "C:\\Users\\xenia", "xn--", "xn--999999999999", "&#99999999999;", "%zz=zz"]
)
def test_what_is_no_code_hides_nothing(plain: str) -> None:
    """Signs that code is made of stand in other texts too, and in code that means nothing."""
    assert not Blackening(("Zoë Berg", "Ana")).hidden_in(plain)


def escaped(text: str) -> str:
    """As scripts write it."""
    return json.dumps(text)[1:-1]


def quoted(text: str) -> str:
    """As mail writes it."""
    return quopri.encodestring(text.encode(), quotetabs=True).decode()


def numbered(text: str) -> str:
    """As pages write it, each letter by its number."""
    return "".join(f"&#{ord(sign)};" for sign in text)


CODES = [urllib.parse.quote, urllib.parse.quote_plus, escaped, quoted, numbered, html.escape]


@settings(deadline=None)
@given(
    st.text("zéëöÅßИΩς王😀𠮷", min_size=2, max_size=6),
    st.text("abno +%&=\\;#", max_size=6),
    st.lists(st.sampled_from(CODES), min_size=1, max_size=3),
)
def test_whatever_the_code_a_name_is_noticed(name: str, between: str, codes: list[Callable[[str], str]]) -> None:
    """Each by itself, and one within another: words are blacked out where they stand, or said to be hidden."""
    if mistakes((name,)):
        return
    text = f"{between} {name} {between}"
    for code in codes:
        text = code(text)
    blackening = Blackening((name,))
    assert blackening.over(text)[1] or blackening.hidden_in(text)


@pytest.mark.parametrize(
    "piece",
    [
        "%25",
        "%2525C3",
        "&amp;",
        "&#0",
        "=3D",
        "\\u005c",
        "\\x5c",
        "\\u{",
        "xn--a-",
        "xn--" + "a" * 60,
        "=\n",
        "+",
        "ë",
        "&" + "a" * 40,
    ],
)
def test_looking_for_code_takes_as_long_as_the_text(piece: str) -> None:
    """A text that is made to be looked at for ever takes four times as long as one of a quarter, not sixteen."""

    def took(times: int) -> float:
        text, began = piece * (times // len(piece)), time.process_time()
        Blackening(("Zoë Berg",)).hidden_in(text)
        return time.process_time() - began

    took(1000)
    assert took(400_000) < 10 * took(100_000) + 0.5


@pytest.mark.parametrize("phrase", ["a", " . ", "é", "王", "-", f"a{BLOCK}b", "x" * (LONGEST + 1)])
def test_a_phrase_that_cannot_be_meant_is_refused(phrase: str) -> None:
    """One letter, none, the block itself, or too long; what is said does not repeat it."""
    (said,) = mistakes(["Zoë", phrase])
    assert "Phrase 2" in said
    assert phrase.strip() not in said.replace("Phrase 2 to black out has", "") or len(phrase.strip()) < 2


def test_phrases_are_tidied() -> None:
    """Empty ones go, and what is the same stands once; more than a hundred are too many."""
    assert tidy(["\u200b", "\ufe0f \u00ad"]) == ()
    assert tidy([" Zoë  Berg ", "", "  ", "ZOE\u0308 BERG", "Tom"]) == ("ZOE\u0308 BERG", "Tom")
    assert mistakes([f"name {number}" for number in range(MOST + 1)])
    assert not mistakes(["Zoë", "A1"])


ODD = st.text("ab A\u00e9e\u0301\u0308ß\u200b\ufe0f´¨½ﬁ王김가ｱ\u00a0\n-…", max_size=24)


@settings(deadline=None, max_examples=300)
@given(ODD, st.lists(ODD, max_size=3))
def test_whatever_is_typed_an_end_is_found_and_nothing_stays(text: str, typed: list[str]) -> None:
    """Signs without a shape, marks without a letter, letters that are several: what can be meant is gone, all else is refused."""
    phrases = tidy(typed)
    if not mistakes(phrases):
        left, blocks, _ = Blackening(phrases).over(f"{text} {' '.join(typed)} {text}")
        assert sum(Blackening(phrases).found_in(left)) == 0
        assert left.count(BLOCK) == blocks
