"""From one version to the next: what has changed, and who must sign what of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.publishing import Change, Published, changes, clause_text, difference, document, must_sign, policy_of
from policy_kb import Policy, shipped
from policy_kb.library import read_policies
from tests.versions import policy_with, published

(SEED,) = read_policies(shipped())
CLAUSES = ("1", "2", "2.a", "3")
WORDINGS = st.dictionaries(st.sampled_from(CLAUSES), st.sampled_from(("first", "second", "third")), min_size=1)


def history(*versions: tuple[Mapping[str, str], tuple[str, ...]]) -> list[Published]:
    """Versions after each other, each with the clauses whose change is not material."""
    found: list[Published] = []
    for days, (clauses, immaterial) in enumerate(versions):
        before = found[-1].policy if found else None
        found.append(published(policy_with(clauses, days), before, immaterial))
    return found


def test_changes() -> None:
    """By clause id: changed and added in order, then removed; all material until decided."""
    before, after = policy_with({"1": "a", "2": "b", "3": "c"}), policy_with({"1": "a", "2": "B", "4": "d"})
    assert changes(before, after) == (Change("2", "changed", True), Change("4", "added", True), Change("3", "removed", True))
    assert changes(before, before) == ()
    assert {each.kind for each in changes(None, after)} == {"added"}


def test_a_heading_is_part_of_a_clause() -> None:
    """What is digested and signed is the number, the heading and the words."""
    clause = SEED.clause("416.1")
    assert clause is not None
    assert clause_text(clause) == f"416.1 PURPOSE\n{clause.text}"


A, B, C = "as it was", "otherwise", "in a third way"


@pytest.mark.parametrize(
    ("versions", "signed", "must"),
    [
        ([({"1": A}, ()), ({"1": B}, ())], 0, ("1",)),
        ([({"1": A}, ()), ({"1": B}, ("1",))], 0, ()),
        # Materially, and then immaterially: still to be signed.
        ([({"1": A}, ()), ({"1": B}, ()), ({"1": C}, ("1",))], 0, ("1",)),
        ([({"1": A}, ()), ({"1": B}, ()), ({"1": C}, ("1",))], 1, ()),
        # Back to the very words that were signed.
        ([({"1": A}, ()), ({"1": B}, ()), ({"1": A}, ())], 0, ()),
        ([({"1": A}, ()), ({"1": B}, ()), ({"1": A}, ())], 1, ("1",)),
        # New and gone; what is gone stands last.
        ([({"1": A, "2": B}, ()), ({"1": A, "3": C}, ())], 0, ("3", "2")),
        ([({"1": A, "2": B}, ()), ({"1": A, "3": C}, ("2", "3"))], 0, ()),
        # The same version.
        ([({"1": A}, ()), ({"1": B}, ())], 1, ()),
    ],
)
def test_what_must_be_signed(
    versions: Sequence[tuple[Mapping[str, str], tuple[str, ...]]], signed: int, must: tuple[str, ...]
) -> None:
    """Material changes add up over the versions between, unless the words are those that were signed."""
    found = history(*versions)
    assert must_sign(found, found[signed].policy.version, found[-1]) == must


def test_a_later_version_was_signed() -> None:
    """Whoever signed the version to come has not agreed to what it takes away from the one in force."""
    found = history(({"1": A}, ()), ({"1": B}, ()))
    assert must_sign(found, found[1].policy.version, found[0]) == ("1",)


def test_an_unknown_version_was_signed() -> None:
    """All of it is to be signed then."""
    found = history(({"1": A}, ()), ({"1": B}, ()))
    assert must_sign(found, "2019-01-01-00000000", found[1]) is None
    assert must_sign(found[:1], found[0].policy.version, found[1]) is None


@given(st.lists(st.tuples(WORDINGS, st.sets(st.sampled_from(CLAUSES))), min_size=2, max_size=6), st.data())
def test_a6_what_counts_is_never_carried_over(versions: list[tuple[dict[str, str], set[str]]], data: st.DataObject) -> None:
    """Whenever the words that somebody signed differ in a clause that was materially changed on the way, it must be signed."""
    found = history(*((clauses, tuple(immaterial)) for clauses, immaterial in versions))
    first = data.draw(st.integers(0, len(found) - 2))
    last = data.draw(st.integers(first + 1, len(found) - 1))
    must = must_sign(found, found[first].policy.version, found[last])
    signed, wanted = versions[first][0], versions[last][0]
    for clause, (before, after) in itertools.product(CLAUSES, itertools.pairwise(range(first, last + 1))):
        changed = versions[before][0].get(clause) != versions[after][0].get(clause)
        if changed and clause not in versions[after][1] and signed.get(clause) != wanted.get(clause):
            assert must
            assert clause in must
    if signed == wanted:
        assert must == ()


TEXTS = st.lists(st.sampled_from(["must", "may", "not", "post", "City", "\n", " ", "  ", "\u00a0", "clause.", "é"])).map("".join)


@given(TEXTS | st.text(), TEXTS | st.text())
def test_a_difference_gives_both_texts_back(before: str, after: str) -> None:
    """To the last blank; and nothing in it is empty or stands twice in a row."""
    parts = difference(before, after)
    assert "".join(words for kind, words in parts if kind != "added") == before
    assert "".join(words for kind, words in parts if kind != "removed") == after
    assert all(words for _, words in parts)
    assert all(one[0] != other[0] for one, other in itertools.pairwise(parts))


def test_a_difference_is_by_words() -> None:
    """A word that was put in stands alone; a changed line break does not touch the words around it."""
    assert difference("Employees may post.", "Employees may not post.") == (
        ("kept", "Employees may"),
        ("added", " not"),
        ("kept", " post."),
    )
    assert difference("post.", "post. Ever.") == (("kept", "post."), ("added", " Ever."))
    assert difference("one two", "one\ntwo") == (("kept", "one"), ("removed", " "), ("added", "\n"), ("kept", "two"))


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1), st.text(), st.integers(0, 4000))
def test_a_document_gives_the_policy_back(clauses: dict[str, str], title: str, days: int) -> None:
    """Exactly, whatever signs are in it, and so with the same version."""
    first = policy_with(clauses, days)
    written = document(Policy(first.id, title, first.organisation, first.adopted, first.effective, first.source, first.clauses))
    again = policy_of(written)
    assert (again.title, again.clauses, again.effective) == (title, first.clauses, first.effective)
    assert again.version == first.version
    assert document(again) == written


def test_the_shipped_policy_has_a_document() -> None:
    """With its definitions, items and parents."""
    assert policy_of(document(SEED)) == SEED
