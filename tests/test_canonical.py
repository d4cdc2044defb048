"""One form for one content."""

from __future__ import annotations

import json
import time
import unicodedata
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence import strict
from bot.evidence.canonical import NotCanonical, canonical, sha256
from tests.untraced import untraced

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
CONTENT = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXTS.map(lambda key: unicodedata.normalize("NFC", key)), inner, max_size=4)
    ),
    max_leaves=12,
)


class Colour(StrEnum):
    """A text that is more than one."""

    RED = "red"


@given(CONTENT)
def test_a18_order_of_keys_and_forms_of_unicode_give_one_hash(content: Any) -> None:
    """The same content has one digest, however its keys are ordered and its letters are put together."""
    assert sha256(canonical(_turned(content))) == sha256(canonical(content))


def test_a18_a_letter_and_its_accent_are_one_letter() -> None:
    """José typed on one keyboard and on another is the same name, as a value and as a key."""
    assert canonical({"a": "Jose\u0301"}) == canonical({"a": "Jos\u00e9"}) == '{"a":"José"}'.encode()
    assert canonical({"e\u0301": 1}) == canonical({"\u00e9": 1})


def test_keys_are_ordered_as_utf_16() -> None:
    """Keys stand in the order of their UTF-16 units, as RFC 8785 shows in its section 3.2.3."""
    shown = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", unicodedata.normalize("NFC", "\ufb33")]
    assert sorted(json.loads(canonical(shown)), key=lambda key: key.encode("utf-16-be")) == list(json.loads(canonical(shown)))
    assert set(json.loads(canonical(shown))) == set(ordered)


@pytest.mark.parametrize(
    "content",
    [
        1.5,
        float("nan"),
        {"a": 0.0},
        2**53,
        -(2**53),
        "\ud800",
        {"\udfff": 1},
        {1: "a"},
        {None: 1},
        b"bytes",
        {"a": {1, 2}},
        object(),
    ],
)
def test_what_has_no_canonical_form_is_refused(content: object) -> None:
    """Fractions, large numbers, half characters, keys that are no texts, and other things raise NotCanonical."""
    with pytest.raises(NotCanonical):
        canonical(content)


def test_two_keys_that_are_one_are_refused() -> None:
    """Two keys that become the same text would lose a value."""
    with pytest.raises(NotCanonical, match="same text"):
        canonical({"e\u0301": 1, "\u00e9": 2})


def test_lists_without_end_are_refused() -> None:
    """What is nested too deeply raises NotCanonical too, not RecursionError."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(NotCanonical):
        canonical(deep)


def test_texts_of_other_classes_are_texts() -> None:
    """An enumeration's text is written as its text."""
    assert canonical({"colour": Colour.RED}) == b'{"colour":"red"}'


@given(CONTENT)
def test_what_is_written_by_one_implementation_is_read_by_the_other(content: Any) -> None:
    """The reader, which knows the standard library only, takes every canonical text and finds the content in it."""
    written = canonical(content)
    assert strict.read(written.decode()) == json.loads(written)
    assert rfc8785.dumps(json.loads(written)) == written


@given(CONTENT, st.data())
def test_only_the_canonical_form_is_read(content: Any, data: st.DataObject) -> None:
    """A text that differs in any character is refused, or is the canonical form of something else."""
    written = canonical({"facts": content}).decode()
    place = data.draw(st.integers(0, len(written)))
    piece = data.draw(st.sampled_from([" ", "\n", "0", "-", ".5", "e1", ",", '"', "\\u0061", "\\/", "{}", "e\u0301", "1" * 17]))
    changed = written[:place] + piece + written[place + data.draw(st.integers(0, 2)) :]
    try:
        read = strict.read(changed)
    except NotCanonical:
        return
    assert canonical(read).decode() == changed


@pytest.mark.parametrize(
    "text", ['{"b":1,"a":2}', '{"a":1,"a":2}', '{"a": 1}', '{"a":1.0}', '{"a":-0}', '{"a":1e2}', '"\\u0061"', '{"a":NaN}', ""]
)
def test_other_spellings_are_refused(text: str) -> None:
    """What json.loads would take is not taken where it is not canonical."""
    with pytest.raises(NotCanonical):
        strict.read(text)


@given(
    st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), max_size=4),
    st.dictionaries(TEXTS, st.text("ab", max_size=3), max_size=4),
)
def test_facts_are_read_the_same_way_whatever_is_left_out(pages: list[str], clauses: dict[str, str]) -> None:
    """The short way through signatures finds the clauses, and refuses what the long way refuses."""
    normal = {unicodedata.normalize("NFC", key): value for key, value in clauses.items()}
    read = [{"client": "slack", "page": at, "rendered": each} for at, each in enumerate(pages)]
    facts = {"clauses": normal, "pages": read, "client": "slack"}
    text = canonical(facts).decode()
    for reader in (strict.Facts(), strict.Facts()):
        for _ in range(2):
            assert reader.read(text)["clauses"] == normal
        with pytest.raises(NotCanonical):
            reader.read(text.replace('"client"', ' "client"'))
        with pytest.raises(NotCanonical):
            reader.read(text.replace('{"clauses"', '{"zoo":1,"clauses"'))


def test_writing_is_fast_enough() -> None:
    """The body of a signature of a policy with a hundred clauses takes less than twenty times as long as with json."""
    content = {"clauses": {f"416.{number}": sha256(str(number).encode()) for number in range(100)}}
    with untraced():
        ours, theirs = (
            min(_seconds(write, content) for _ in range(5))
            for write in (canonical, lambda each: json.dumps(each, sort_keys=True))
        )
    assert ours < 20 * theirs


def _seconds(write: Any, content: object) -> float:
    start = time.perf_counter()
    for _ in range(20):
        write(content)
    return time.perf_counter() - start


def _turned(content: Any) -> Any:
    """The same content, keys the other way round, letters taken apart."""
    match content:
        case str():
            return unicodedata.normalize("NFD", content)
        case dict():
            return {unicodedata.normalize("NFD", key): _turned(value) for key, value in reversed(content.items())}
        case list():
            return list(map(_turned, content))
    return content
