"""Who gets a report: P11."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from bot.casebook import recipients
from bot.casebook.recipients import Excluded, NobodyLeft, UnknownRoute, choosable, chosen, others
from bot.report_settings import FALLBACK, HR, SUPERVISOR
from tests.casebooks import PEOPLE, opened, report

pytestmark = pytest.mark.anonymity
KEYED = tuple(replace(each, key=f"age1{each.id}") for each in PEOPLE)
IDS = [each.id for each in KEYED]
SUBSETS = [set(some) for size in range(len(IDS) + 1) for some in itertools.combinations(IDS, size)]


@pytest.mark.parametrize("route", [HR, "hana", "joan", "sam"])
def test_p11_exactly_the_route_without_the_involved_over_all_subsets(route: str) -> None:
    """Route minus involved; where none is left the independent one; never nobody, never somebody involved."""
    meant = {each.id for each in KEYED if (each.route == HR if route == HR else each.id == route)}
    for involved in SUBSETS:
        try:
            got = {each.id for each in chosen(KEYED, route, involved)}
        except NobodyLeft:
            assert meant <= involved
            assert "ada" in involved
            continue
        assert got == (meant - involved or {"ada"})
        assert got
        assert not got & involved


@pytest.mark.parametrize("former", [["hana", "joan"], ["hana"], ["sam"], ["ada"]])
def test_p11_retaliation_goes_to_others_over_all_subsets(former: list[str]) -> None:
    """Who got the first report gets no second one, unless only the independent one is left."""
    for involved in SUBSETS:
        try:
            got = {each.id for each in others(KEYED, HR, involved, former)}
        except NobodyLeft:
            assert "ada" in involved
            continue
        assert got == ({"hana", "joan"} - involved - set(former) or {"ada"})


def test_p11_a_route_that_there_is_not_is_refused() -> None:
    """A made-up route or person gets nothing, nor is the independent one a route."""
    for route, involved in (("", ()), ("bob", ()), ("ada", ()), (FALLBACK, ()), (HR, ("bob",)), (SUPERVISOR, ())):
        with pytest.raises(UnknownRoute):
            chosen(KEYED, route, involved)


def test_p11_nothing_is_sealed_to_somebody_involved() -> None:
    """The last look before sealing refuses, whatever came before it."""
    with pytest.raises(Excluded):
        recipients.keys(KEYED, ("hana",))
    assert recipients.keys(KEYED[1:], ("hana",)) == ("age1joan", "age1sam", "age1ada")


def test_p11_a_supervisor_is_offered_only_with_a_key_and_k_people() -> None:
    """A smaller set would tell the supervisor who wrote."""
    assert [each.id for each in choosable(KEYED, {"sam": 4}, 5)] == ["hana", "joan"]
    assert [each.id for each in choosable(KEYED, {"sam": 5}, 5)] == ["hana", "joan", "sam"]
    assert choosable(PEOPLE, {"sam": 5}, 5) == ()


def test_p11_a_form_made_up_elsewhere_cannot_name_a_small_supervisor(tmp_path: Path) -> None:
    """What the form does not offer is refused when it comes all the same, and nothing is kept."""
    with opened(tmp_path) as here:
        for given in (report(route="sam"), report(route="ada"), report(route="hr", involved=("nobody",))):
            with pytest.raises(UnknownRoute):
                here.filed(given, {"sam": 4})
        with pytest.raises(NobodyLeft):
            here.filed(report(involved=tuple(IDS)))
        here.released()
        assert here.book.room.cases(IDS) == ()
        here.filed(report(route="sam"), {"sam": 5})


@pytest.mark.parametrize("involved", [(), ("hana",), ("hana", "joan"), ("sam",)])
def test_p11_who_is_involved_sees_neither_row_nor_count(involved: tuple[str, ...], tmp_path: Path) -> None:
    """In the database too: whose key opens a report is exactly who it went to."""
    with opened(tmp_path) as here:
        here.filed(report(involved=involved))
        here.released()
        got = {id for id in IDS if here.book.room.cases([id])}
        assert got == ({"hana", "joan"} - set(involved) or {"ada"})
