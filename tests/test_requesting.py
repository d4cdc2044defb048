"""From what HR fills in to a request, or all that is wrong with it at once."""

from __future__ import annotations

import datetime
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journeys.requesting import FIELDS, BadRequest, Known, NotHR, form, read, requested
from bot.publishing import changes
from bot.records import Audience, Reminders, Request
from tests.asking_town import ALICE, DUE, EVERYBODY, HANA, NOW, TODAY, policy

PUBLISHED = policy()
OLD = "2019-01-01-00000000"
KNOWN = Known(TODAY, [PUBLISHED], {"416": [OLD, PUBLISHED.policy.version], "500": ["2027-01-01-00000000"]}, EVERYBODY)
GOOD = {"policy": "416", "audience": "everyone", "due": "2026-12-04"}


def reading(**values: str) -> Request:
    """The request that HR makes with these values beside the good ones."""
    return read({**GOOD, **values}, KNOWN, HANA, NOW, "r1")


def mistakes(**values: str) -> tuple[str, ...]:
    """What is wrong with these values."""
    with pytest.raises(BadRequest) as error:
        reading(**values)
    return error.value.mistakes


def test_what_is_left_out_is_as_usual() -> None:
    """The version in force, the usual reminders, fourteen days for newcomers, no questions."""
    version = PUBLISHED.policy.version
    assert reading() == Request("r1", "416", version, Audience("everyone"), DUE, NOW, "hana", 14, Reminders(), False)


def test_everything_can_be_set() -> None:
    """Reminders in any order, never, and days of their own."""
    request = reading(
        version=PUBLISHED.policy.version, audience="department: parks", days_after_start="30", remind="1, 21,1",
        every="0", escalate="never", quiz="yes",
    )  # fmt: skip
    assert request.reminders == Reminders((21, 1), 0, None)
    assert (request.days_after_start, request.quiz, request.audience) == (30, True, Audience("department", "Parks"))
    assert reading(remind="never").reminders.before == ()
    assert reading(escalate="").reminders.escalate is None
    assert reading(due="2026-11-20").due == TODAY


def test_all_mistakes_come_at_once() -> None:
    """One line for each."""
    found = mistakes(
        policy="417", audience="department: Prks", due="soon", days_after_start="-1", remind="1,x", every="y", escalate="z"
    )
    assert len(found) == 7
    assert "in force: 416 (Social Media Policy)" in found[0]
    assert "did you mean “Parks”?" in found[1]
    assert "year-month-day" in found[2]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"policy": "500"}, "no version of policy 500 is in force yet"),
        ({"version": OLD}, f"version {PUBLISHED.policy.version} is"),
        ({"version": PUBLISHED.policy.version[:-1] + "x"}, f"did you mean {PUBLISHED.policy.version}?"),
        ({"version": "1"}, "has no version “1”"),
        ({"due": "2026-11-19"}, "19 November 2026, has passed"),
        ({"due": "2126-12-04"}, "more than two years off"),
        ({"due": ""}, "write it as year-month-day"),
        ({"remind": "400"}, "reminders before the day"),
        ({"remind": "1,,2"}, "reminders before the day"),
        ({"every": "²"}, "reminders after the day"),
    ],
)
def test_each_mistake_is_explained(values: dict[str, str], told: str) -> None:
    """With what would be right."""
    (mistake,) = mistakes(**values)
    assert told in mistake


def test_only_hr_asks() -> None:
    """Nobody else, nobody unknown, and HR no longer after leaving."""
    for actor in (None, ALICE, replace(HANA, separated=TODAY)):
        with pytest.raises(NotHR):
            read(GOOD, KNOWN, actor, NOW, "r1")


def test_the_record_names_nobody() -> None:
    """Who is listed one by one stands among what is personal; the facts say how many."""
    request = reading(audience="list: alice@city.example, sam@city.example")
    act = requested(request, "a1")
    assert act.facts["audience"] == {"kind": "list", "value": "", "listed": 2}
    assert act.personal == {"people": ["alice", "sam"]}
    assert (act.kind, act.person, act.request) == ("requested", "hana", "r1")
    assert "alice" not in str(act.facts)


def test_the_form_as_it_opens_is_read() -> None:
    """Once the day is filled in; its limits are those of the narrowest platform."""
    shown = form(KNOWN)
    assert {each.name for each in shown.fields} <= set(FIELDS)
    values = {each.name: each.value for each in shown.fields} | {"policy": shown.fields[0].choices[0].value, "due": "2026-12-04"}
    assert read(values, KNOWN, HANA, NOW, "r1") == reading()
    assert all(len(choice.label) <= 75 for each in shown.fields for choice in each.choices)


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=30)))
def test_whatever_is_filled_in_is_read_or_refused(values: dict[str, str]) -> None:
    """Never anything else."""
    with suppress(BadRequest):
        request = read({**GOOD, **values}, KNOWN, HANA, NOW, "r1")
        assert request.due >= TODAY
        assert request.version == PUBLISHED.policy.version
        assert requested(request, "a").facts


def test_a_policy_of_another_number() -> None:
    """Case and blanks make no difference."""
    other = replace(PUBLISHED, policy=replace(PUBLISHED.policy, id="HR-1"), changes=changes(None, PUBLISHED.policy))
    known = replace(KNOWN, in_force=[PUBLISHED, other])
    assert read({**GOOD, "policy": " hr-1 "}, known, HANA, datetime.datetime.now(datetime.UTC), "r").policy == "HR-1"
