"""What must not be kept is recognised, and quickly, whatever is typed."""

from __future__ import annotations

import time

import pytest

from bot.sensitive import is_danger, is_sensitive, names_a_way_to_reach
from intents import Recognition

NOTHING = Recognition("ask", 1.0)
LENGTH = 3_000
HOSTILE = (
    *("@", "a@", "@a", "a@a", "a@a.", "a@.", "a.@", "a@ ", "1.@"),
    *("1", "1(", "+", "+1", "+1(", "1 ", "1a", "1.", "(", "1_"),
    *("kill my", "wan", "he ", "will kill my ", "with a ", "he just hit ", "they threatened to kill "),
    *("rap", "abus", "abusé-", "harass", "grop ", "stalk", "kill ", "killing my", "going to ", "a", "a ", "é", "\n", "_"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_nothing_typed_takes_long(piece: str) -> None:
    """Three thousand signs of anything are looked through in a moment, with and without an odd end."""
    start = time.perf_counter()
    for text in (piece * (LENGTH // len(piece)), "1" + piece * (LENGTH // len(piece)), piece * (LENGTH // len(piece)) + "@."):
        names_a_way_to_reach(text)
        is_danger(text)
        is_sensitive(text, NOTHING)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "i wanna kil myself",
        "i dont want to live anymore",
        "I don’t want to be here anymore",
        "nobody would miss me",
        "quiero morir",
        "my colleague said he will bring a gun to work tomorrow",
        "i am going to shoot my boss",
        "there is a man with a gun outside",
        "he hit me",
        "i was raped by my supervisor",
        "someone threatened to shoot us on the city facebook",
    ],
)
def test_danger(text: str) -> None:
    """Said clearly, misspelt or round about."""
    assert is_danger(text)


@pytest.mark.parametrize(
    "text",
    [
        "i am going to shoot photos of people at the parade",
        "can we kill weeds on camera",
        "an old classmate hit me up on messenger",
        "do these rules hit me",
        "it kills me how slow the site is",
        "hit me with the disclaimer",
        "we will attack the weeds on Saturday",
    ],
)
def test_no_danger(text: str) -> None:
    """Ways of speaking."""
    assert not is_danger(text)


def test_one_sign_between_many_digits() -> None:
    """A number that is broken off again and again is not looked at anew from each of its digits."""
    start = time.perf_counter()
    for gap in ("(" * 5, "(" * 6, "(" * 2990):
        names_a_way_to_reach("x".join([f"1{gap}"] * (LENGTH // (len(gap) + 2))))
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "write me at jo@example.gov",
        "jo.b+x@mail.example.org, please",
        "a@b.c",
        "call 555-123-4567",
        "+44 20 7946 0958",
        "(1) 5551234567",
    ],
)
def test_ways_to_reach_somebody(text: str) -> None:
    """Addresses and numbers."""
    assert names_a_way_to_reach(text)


@pytest.mark.parametrize(
    "text", ["may i @mention the mayor", "section 8.5 d", "in 2026 or 2027", "a@b", "@example.gov", "meet @ 5. ok"]
)
def test_what_reaches_nobody(text: str) -> None:
    """Mentions, clauses and years."""
    assert not names_a_way_to_reach(text)
