"""Names: what is typed fits the person or is refused kindly, and whom a text names."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import names
from bot.people import Person

DANA = Person("d1", "Dana Q. Whitfield", preferred="Dee Whitfield", aliases=("Dana Whitfield-Lane",))
OBRIEN = Person("o1", "Seán O’Brien")
SMITH = Person("s1", "Mary-Jane Smith, Jr.")
COLLEAGUES = [DANA, OBRIEN, SMITH, Person("b1", "Bob Marsh"), Person("b2", "Bob Ortiz"), Person("w1", "Will May")]

PART = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=2, max_size=8)
NAME = st.lists(PART, min_size=2, max_size=4).map(" ".join).filter(lambda name: not names.unfit(name))


def person(name: str) -> Person:
    """Somebody of this name."""
    return Person("x1", name)


@pytest.mark.parametrize(
    ("typed", "legal"),
    [
        ("Alice Stone", "Alice Stone"),
        ("  alice   STONE\t", "Alice Stone"),
        ("Stone, Alice", "Alice Stone"),
        ("Alice Stone", "Stone, Alice"),
        ("Stone,Alice", "Alice Stone"),
        ("Bob Marsh Jr.", "Bob Marsh, Jr."),
        ("Marsh, Bob, Jr.", "Bob Marsh Jr"),
        ("Sean O'Brien", "Seán O’Brien"),
        ("Sean O Brien", "Seán O’Brien"),
        ("sean obrien", "Seán O’Brien"),
        ("Seán OʼBrien", "Sean O'Brien"),
        ("Mary Jane Smith", "Mary-Jane Smith"),
        ("Mary‑Jane Smith", "Mary-Jane Smith"),
        ("Maryjane Smith", "Mary-Jane Smith"),
        ("Soren Ostergard", "Søren Østergård"),
        ("Lukasz Strassle", "Łukasz Sträßle"),
        ("Ａｌｉｃｅ Stone", "Alice Stone"),
        ("Alice Stone", unicodedata.normalize("NFD", "Álice Stöne")),
        ("JR Smith", "J.R. Smith".replace(".R.", "R")),
        ("J. R. Smith", "J.R. Smith"),
        ("نور الدين", "نُور الدين"),
        ("\u200fנועה לוי\u200e", "נועה לוי"),
        ("\u2068Alice Stone\u2069", "Alice Stone"),
        ("राम कुमार", "राम कुमार"),
        ("王小明", "王小明"),
        ("Dana Whitfield", "Dana Q. Whitfield"),
        ("Whitfield, Dana", "Dana Q Whitfield"),
        ("Dana Q Whitfield", "Dana Q. R. Whitfield"),
        ("J Smith", "J. R. Smith"),
    ],
)
def test_a9_a_name_fits_however_it_is_written(typed: str, legal: str) -> None:
    """Case, accents, blanks, hyphens, apostrophes, order after a comma, and middle initials left out."""
    assert names.fits(typed, person(legal))
    assert names.refused(typed, person(legal), [Person("b1", "Bob Ortiz")]) == ""


@pytest.mark.parametrize(
    ("typed", "legal"),
    [
        ("Stone Alice", "Alice Stone"),
        ("Alice", "Alice Stone"),
        ("Stone", "Alice Stone"),
        ("A. Stone", "Alice Stone"),
        ("Alice Ston", "Alice Stone"),
        ("Alicia Stone", "Alice Stone"),
        ("Alice Stone Marsh", "Alice Stone"),
        ("AliceStone", "Alice Stone"),
        ("Alice B. Stone", "Alice Stone"),
        ("Dana R. Whitfield", "Dana Q. Whitfield"),
        ("Dana Whitfield", "Dana Quinn Whitfield"),
        ("Dana Q. Whitfield", "Dana Quinn Whitfield"),
        ("Dana Quinn Whitfield", "Dana Q. Whitfield"),
        ("Smith", "J. R. Smith"),
        ("María López", "María García López"),
        ("Аlice Stone", "Alice Stone"),
        ("रमा कुमार", "राम कुमार"),
        ("王 明", "王 小 明"),
        ("カト", "ガト"),
        ("Fitz Arcy", "Fitz D'Arcy"),
        ("James, Henry", "James Henry"),
        ("1234", "Alice Stone"),
    ],
)
def test_a9_a_name_that_does_not_fit(typed: str, legal: str) -> None:
    """Near is not enough: it may be a colleague's. The sentence says what to do."""
    assert not names.fits(typed, person(legal))
    told = names.refused(typed, person(legal), [])
    assert told
    assert "ask HR to correct the directory" in told or told == names.NO_LETTERS


@pytest.mark.parametrize("typed", ["Dana Q. Whitfield", "dee whitfield", "Dana Whitfield Lane", "Dana Whitfield"])
def test_a9_legal_preferred_and_alias(typed: str) -> None:
    """Any of the names that the directory has for somebody."""
    assert names.refused(typed, DANA, COLLEAGUES) == ""


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", names.BLANK),
        (" \t\n\u00a0\u200f", names.BLANK),
        ("a" * 201, names.TOO_LONG),
        ("Dana Q. \u202eWhitfield", names.HIDDEN),
        ("Dana Q.\x00Whitfield", names.HIDDEN),
        ("Dana Q. Whitfield 🎉", names.NO_LETTERS),
        ("Dana Q. Whitfield 👩🏽\u200d🚒", names.NO_LETTERS),
        ("❤️", names.NO_LETTERS),
        ("1️⃣", names.NO_LETTERS),
        ("...", names.NO_LETTERS),
        ("\ud83d Dana", names.NO_LETTERS),
        ("Bob Marsh", names.COLLEAGUE),
        ("marsh, BOB", names.COLLEAGUE),
        ("Alice Stone", names.MISFIT.format("Dana Q. Whitfield")),
    ],
)
def test_a9_what_is_refused_and_why(typed: str, told: str) -> None:
    """One kind sentence for each cause."""
    assert names.refused(typed, DANA, COLLEAGUES) == told


def test_a9_a_colleague_who_lacks_the_initial_is_a_colleague() -> None:
    """Leaving out one's initial is taken only where it does not make a colleague's name; one's own name is always taken."""
    other = Person("d2", "Dana Whitfield")
    assert names.refused("Dana Whitfield", DANA, [DANA, other]) == names.COLLEAGUE
    assert names.refused("Dana Q. Whitfield", DANA, [DANA, other]) == ""
    assert names.refused("Dana Whitfield", other, [DANA, other]) == ""
    namesake = Person("d3", "Dana Whitfield")
    assert names.refused("Dana Whitfield", namesake, [DANA, other, namesake]) == ""


def test_colleagues_are_looked_at_only_where_needed() -> None:
    """So that they may be lazy: who types their own name costs no look at the others."""

    def everybody() -> list[Person]:
        raise AssertionError

    assert names.refused("Dana Q. Whitfield", DANA, (each for _ in "x" for each in everybody())) == ""
    assert names.refused("", DANA, (each for _ in "x" for each in everybody())) == names.BLANK


@pytest.mark.parametrize("sign", ["a", " ", "ﷺ", "🎉", "\u202e", "’", "-", ",", "\u0301", "a "])
def test_ten_thousand_letters_are_cheap(sign: str) -> None:
    """Whatever they are, and however many colleagues there are."""
    typed = sign * 10_000
    start = time.process_time()
    assert names.refused(typed, DANA, COLLEAGUES) == names.TOO_LONG
    assert not names.fits(typed, DANA)
    assert names.unfit(typed)
    assert time.process_time() - start < 0.1


@given(NAME)
def test_a9_everybody_can_sign(name: str) -> None:
    """With their own name, in any script, in any case, with any blanks, and turned round at a comma."""
    first, _, last = name.partition(" ")
    for typed in (name, f"  {name.replace(' ', '  ')} ", name.casefold(), unicodedata.normalize("NFD", name), f"{last}, {first}"):
        assert names.refused(typed, person(name), COLLEAGUES) == ""


@given(NAME, NAME)
def test_a9_nobody_signs_as_a_colleague(own: str, colleague: str) -> None:
    """Whatever two people are called: the other's name is refused, unless they are namesakes."""
    if not names.same(own, colleague):
        other = Person("c1", colleague)
        assert names.refused(colleague, person(own), [person(own), other]) == names.COLLEAGUE


@given(st.text(max_size=300))
def test_whatever_is_typed_gives_a_sentence_or_fits(typed: str) -> None:
    """No text breaks it, and nothing but a fitting name is taken."""
    told = names.refused(typed, DANA, COLLEAGUES)
    assert (told == "") == (names.fits(typed, DANA) and not names.unfit(typed))


@given(NAME, NAME)
def test_fitting_is_both_ways(one: str, other: str) -> None:
    """Without initials and aliases, one name fits the other exactly where the other fits it."""
    assert names.same(one, other) == names.same(other, one)
    assert names.same(one, one)


def test_what_is_kept_is_what_is_seen() -> None:
    """Without marks that nobody sees; joiners, which some scripts are spelt with, stay."""
    assert names.tidy(" \u200f نور\u00ad  الدين\u200e ") == "نور الدين"
    assert names.tidy("می\u200cنا") == "می\u200cنا"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("is dana q. whitfield cleared to post?", ["d1"]),
        ("Is Dee Whitfield’s clearance still good", ["d1"]),
        ("is dana whitfield-lane cleared", ["d1"]),
        ("is sean obrien cleared, and bob marsh?", ["o1", "b1"]),
        ("SEÁN O’BRIEN", ["o1"]),
        ("is bob cleared", ["b1", "b2"]),
        ("is Dana cleared", ["d1"]),
        ("is Officer Marsh cleared?", ["b1"]),
        ("is marsh cleared?", []),
        ("the bobsled", []),
        ("will bob ortiz be allowed", ["b2"]),
        ("may i post", []),
        ("is will cleared", ["w1"]),
        ("can anybody post", []),
        ("", []),
        ("is mary jane smith jr cleared", ["s1"]),
    ],
)
def test_a_text_names_people(text: str, ids: list[str]) -> None:
    """Full names and aliases as whole words; else first names, all who have them; a last name after a title."""
    assert [each.id for each in names.named(text, COLLEAGUES)] == ids


def test_the_longest_name_is_meant() -> None:
    """A name within a longer one is not named besides."""
    people = [Person("m1", "Mary Jane"), Person("m2", "Mary Jane Smith"), Person("m3", "Jane Smith")]
    assert [each.id for each in names.named("is mary jane smith cleared", people)] == ["m2"]
    assert [each.id for each in names.named("is mary jane cleared", people)] == ["m1"]


def test_one_among_ten_thousand_is_found_soon() -> None:
    """In a message that names nobody else."""
    people = [Person(str(number), f"First{number} Last{number}") for number in range(10_000)]
    names.named("is first7 last7 cleared", people)
    start = time.process_time()
    assert [each.id for each in names.named("is first7 last7 cleared", people)] == ["7"]
    assert time.process_time() - start < 0.5


@given(st.text(max_size=200))
def test_no_text_breaks_the_search(text: str) -> None:
    """Whom it names are people that there are, each once."""
    found = names.named(text, COLLEAGUES)
    assert len({each.id for each in found}) == len(found)
    assert set(found) <= set(COLLEAGUES)
