"""Who is asked: what HR writes, and whom it stands for."""

from __future__ import annotations

import datetime
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audience import BadAudience, described, listed, members, parse
from bot.people import Employment, Person
from bot.records import Audience

TODAY = datetime.date(2026, 11, 20)
ALICE = Person("a", "Alice Stone", "alice@city.example", role="Ranger", department="Parks")
BOB = Person("b", "Bob Marsh", "bob@city.example", role="Officer", department="Police", employment=Employment.OFFICER)
CARL = Person("c", "Carl Field", role="Ranger", department="Parks & Recreation", employment=Employment.VOLUNTEER)
GONE = Person("g", "Gina Past", "gina@city.example", department="Parks", separated=TODAY)
SOON = Person("s", "Sue Next", "sue@city.example", department="Parks", started=TODAY + datetime.timedelta(days=1))
PEOPLE = (ALICE, BOB, CARL, GONE, SOON)


@pytest.mark.parametrize(
    ("text", "audience", "ids"),
    [
        ("everyone", Audience("everyone"), "abc"),
        (" Everyone ", Audience("everyone"), "abc"),
        ("department: parks", Audience("department", "Parks"), "a"),
        ("Department:Parks &  recreation", Audience("department", "Parks & Recreation"), "c"),
        ("role: ranger", Audience("role", "Ranger"), "ac"),
        ("employment: volunteer", Audience("employment", "volunteer"), "c"),
        ("list: BOB@city.example, alice@city.example bob@city.example", Audience("list", people=("b", "a")), "ab"),
        ("slack: S0123ABC", Audience("slack_group", "S0123ABC"), ""),
        ("teams: 19:abc@thread.tacv2", Audience("teams_team", "19:abc@thread.tacv2"), ""),
    ],
)
def test_what_hr_writes(text: str, audience: Audience, ids: str) -> None:
    """Each form is read in any case, and stands for those who belong to the organisation today."""
    assert parse(text, PEOPLE) == audience
    assert members(audience, PEOPLE, TODAY) == set(ids)


def test_who_comes_and_goes() -> None:
    """Somebody is asked from their first day on, and no longer once they have left."""
    assert members(Audience("department", "Parks"), PEOPLE, TODAY + datetime.timedelta(days=1)) == {"a", "s"}
    assert members(Audience("department", "Parks"), PEOPLE, TODAY - datetime.timedelta(days=1)) == {"a", "g"}


def test_a_group_is_what_the_platform_last_told() -> None:
    """Of those, whoever belongs to the organisation."""
    assert members(Audience("slack_group", "S1", ("a", "g", "nobody")), PEOPLE, TODAY) == {"a"}
    assert members(Audience("teams_team", "T1", ("b",)), PEOPLE, TODAY) == {"b"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no audience"),
        ("everybody", "names no audience"),
        ("everyone: else", "names no audience"),
        ("department:", "names nobody"),
        ("department: Prks", "did you mean “Parks”?"),
        ("department: Zzzzzz", "there is no department “Zzzzzz”"),
        ("role: rangr", "did you mean “Ranger”?"),
        ("employment: boss", "kind of employment"),
        ("slack: parks", "no id of a Slack user group"),
        ("teams: a b", "no id of a Teams team"),
    ],
)
def test_what_cannot_be_read_is_explained(text: str, told: str) -> None:
    """With the nearest name where one is near."""
    with pytest.raises(BadAudience) as error:
        parse(text, PEOPLE)
    assert told in str(error.value)


def test_every_unknown_address_is_listed() -> None:
    """All at once, the nearest beside each; a list of nobody is a mistake too."""
    with pytest.raises(BadAudience) as error:
        parse("list: alise@city.example, alice@city.example, x@y.z", PEOPLE)
    first, second = error.value.mistakes
    assert "did you mean “alice@city.example”?" in first
    assert "x@y.z" in second
    with pytest.raises(BadAudience):
        listed([], PEOPLE)


def test_an_audience_in_words() -> None:
    """Without the names of those who are listed."""
    assert described(Audience("everyone")) == "everyone"
    assert described(Audience("department", "Parks")) == "department: Parks"
    assert described(Audience("list", people=("a",))) == "1 person, listed one by one"
    assert described(Audience("slack_group", "S1", ("a",))) == "Slack user group S1"


@given(
    st.text(max_size=60)
    | st.sampled_from(["list", "department", "role", "slack", "teams", "employment"]).flatmap(
        lambda kind: st.text(max_size=40).map(lambda value: f"{kind}: {value}")
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never anything else, and the people it stands for are among those that there are."""
    with suppress(BadAudience):
        assert members(parse(text, PEOPLE), PEOPLE, TODAY) <= {"a", "b", "c"}
