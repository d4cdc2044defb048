"""How a case goes on: the table, what each act needs, and who may do it."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journeys.case_refusals import (
    AlreadyTaken,
    IsConcluded,
    NoSuchCase,
    NotAssessed,
    NotConcluded,
    NotForThem,
    NotOnHold,
    NotTaken,
    OnHold,
    Outdated,
    Refused,
    TakenByAnother,
    ToOneself,
    Unfilled,
)
from bot.journeys.case_table import LETTERS, LONGEST, OUTCOMES, OUTSIDE, TABLE, Act, State
from bot.journeys.cases import Case, Decided, Wanted, decide, offered

pytestmark = pytest.mark.anonymity

DAY = datetime.date(2026, 11, 30)
HANA, IDA, TOM = "hana", "ida", "tom"
READERS = frozenset({HANA, IDA})
TEXTS = {
    "category": "violation",
    "severity": "serious",
    "risk": "some",
    "measures": "Their supervisor is not told.",
    "letter": "word",
    "text": "Thank you.",
    "outcome": "substantiated",
    "schedule": "GS-1",
}


def acted(case: Case, act: Act, actor: str = HANA, to: str = "", **texts: str) -> Decided:
    """What an act with nothing missing makes of a case."""
    found = {"address": "https://site.example/"} if act is Act.CAPTURE else {}
    return decide(case, actor, READERS, Wanted(act, case.version, {**TEXTS, **texts}, to, found), DAY)


def case(state: State = State.RECEIVED, holder: str = HANA) -> Case:
    """A case in this state, held by Hana unless nobody has it."""
    return Case("c1", DAY, state, "" if state is State.RECEIVED else holder)


def test_a_case_goes_from_received_to_concluded() -> None:
    """Taken, assessed, answered and concluded, a case has been through every state, and its trail says who did what."""
    states, here = [], case()
    for act in (Act.TAKE, Act.ASSESS, Act.WRITE, Act.CONCLUDE, Act.REOPEN):
        here = acted(here, act).case
        states.append(str(here.state))
    assert states == ["assessing", "addressing", "addressing", "concluded", "assessing"]
    assert [(str(each.act), each.by) for each in here.trail] == [
        (act, HANA) for act in ("take", "assess", "write", "conclude", "reopen")
    ]
    assert here.version == 5
    assert here.holder == ""


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("state", list(State))
def test_the_table_says_where_every_act_leads_from_every_state(act: Act, state: State) -> None:
    """Each cell either leads to its state or is refused by the exception that stands in it; nothing else happens."""
    here = replace(case(state, "" if act is Act.TAKE else HANA), on_hold=act is Act.RELEASE_HOLD)
    cell = TABLE[act].leads(state)
    to = {Act.HAND_OVER: IDA, Act.LINK: "c2"}.get(act, "")
    if isinstance(cell, State):
        if state is State.RECEIVED or TABLE[act].who != "whoever works on it":
            assert acted(here, act, to=to).case.state is cell
    else:
        with pytest.raises(cell):
            acted(here, act, to=to)


@pytest.mark.parametrize("act", list(Act))
def test_what_is_offered_is_what_can_be_done(act: Act) -> None:
    """Of every case, whoever holds it, an act is offered exactly where it would not be refused."""
    for state, holder, held in itertools.product(State, ("", HANA, IDA), (False, True)):
        here = Case("c1", DAY, state, holder, on_hold=held)
        to = {Act.HAND_OVER: IDA, Act.LINK: "c2"}.get(act, "")
        try:
            acted(here, act, to=to, outcome=OUTSIDE)
            possible = True
        except Refused:
            possible = False
        assert (act in offered(here, HANA)) is possible, (act, state, holder, held)


def test_whoever_may_not_read_a_case_learns_nothing_of_it() -> None:
    """A person without a key and one who is involved meet the same refusal, before anything of the case is looked at."""
    involved = acted(acted(case(), Act.TAKE).case, Act.RECUSE).case
    for here, actor in ((case(State.CONCLUDED), TOM), (involved, HANA)):
        with pytest.raises(NoSuchCase):
            decide(here, actor, READERS, Wanted(Act.TAKE, 99), DAY)


def test_recusing_oneself_loses_the_case() -> None:
    """Who says they are involved does not hold the case any more, cannot be handed it, and a colleague can take it."""
    after = acted(acted(case(), Act.TAKE).case, Act.RECUSE).case
    assert after.holder == ""
    assert not after.is_for(HANA, READERS)
    taken = acted(after, Act.TAKE, IDA).case
    assert taken.holder == IDA
    with pytest.raises(NotForThem):
        acted(taken, Act.HAND_OVER, IDA, to=HANA)


def test_recusing_oneself_takes_nothing_from_whoever_works_on_it() -> None:
    """A colleague who is involved leaves, and the case stays with its holder."""
    assert acted(case(State.ASSESSING), Act.RECUSE, IDA).case.holder == HANA


def test_only_its_holder_works_on_a_case() -> None:
    """Nobody else assesses, writes or concludes; a note is everybody's, and taking it away is nobody's."""
    here = case(State.ADDRESSING)
    for act in (Act.ASSESS, Act.WRITE, Act.CONCLUDE, Act.HAND_OVER, Act.LINK, Act.WITNESS):
        with pytest.raises(TakenByAnother):
            acted(here, act, IDA)
    assert acted(here, Act.NOTE, IDA).content == {"text": "Thank you."}
    with pytest.raises(AlreadyTaken):
        acted(here, Act.TAKE, IDA)


def test_p20_whoever_may_read_a_case_puts_it_on_hold_and_ends_the_hold() -> None:
    """In every state, whoever works on it; its state stays. A hold is put on once and ended once, and the trail says by whom."""
    for state in State:
        here = acted(case(state), Act.HOLD, IDA).case
        assert (here.on_hold, here.state) == (True, state)
        with pytest.raises(OnHold):
            acted(here, Act.HOLD)
        after = acted(here, Act.RELEASE_HOLD)
        assert not after.case.on_hold
        assert [(each.act, each.by) for each in after.case.trail] == [(Act.HOLD, IDA), (Act.RELEASE_HOLD, HANA)]
        with pytest.raises(NotOnHold):
            acted(after.case, Act.RELEASE_HOLD)


def test_a_retention_code_is_chosen_and_chosen_anew() -> None:
    """It stands in the case, and sealed beside its row of the trail, which says nothing of it."""
    first = acted(case(), Act.SCHEDULE, IDA)
    assert (first.case.schedule, dict(first.content)) == ("GS-1", {"schedule": "GS-1"})
    assert "GS-1" not in repr(first.done)
    assert acted(first.case, Act.SCHEDULE, schedule="GS-2").case.schedule == "GS-2"
    with pytest.raises(Unfilled):
        acted(case(), Act.SCHEDULE, schedule=" ")


def test_each_way_to_be_refused_has_a_name() -> None:
    """What is not to be done now says why."""
    with pytest.raises(NotTaken):
        acted(case(), Act.ASSESS)
    with pytest.raises(NotAssessed):
        acted(case(State.ASSESSING), Act.CONCLUDE)
    with pytest.raises(IsConcluded):
        acted(case(State.CONCLUDED), Act.ASSESS)
    with pytest.raises(NotConcluded):
        acted(case(State.ADDRESSING), Act.REOPEN)
    with pytest.raises(ToOneself):
        acted(case(State.ADDRESSING), Act.LINK, to="c1")
    with pytest.raises(ToOneself):
        acted(case(State.ADDRESSING), Act.HAND_OVER, to=HANA)
    with pytest.raises(NotForThem):
        acted(case(State.ADDRESSING), Act.HAND_OVER, to=TOM)
    assert all(each.__doc__ for each in Refused.__subclasses__())


def test_what_is_outside_the_policy_is_said_after_a_first_look() -> None:
    """Of all outcomes this one alone needs no assessment."""
    for outcome in OUTCOMES:
        if outcome == OUTSIDE:
            assert acted(case(State.ASSESSING), Act.CONCLUDE, outcome=outcome).case.state is State.CONCLUDED
        else:
            with pytest.raises(NotAssessed):
                acted(case(State.ASSESSING), Act.CONCLUDE, outcome=outcome)


@pytest.mark.parametrize(
    ("act", "texts", "fields"),
    [
        (Act.NOTE, {"text": "  "}, ("text",)),
        (Act.NOTE, {"text": "x" * (LONGEST + 1)}, ("text",)),
        (Act.WRITE, {"letter": "threat"}, ("letter",)),
        (Act.ASSESS, {"severity": "", "risk": "none"}, ("severity", "risk", "measures")),
        (Act.ASSESS, {"risk": "high", "measures": ""}, ("measures",)),
        (Act.CONCLUDE, {"outcome": "true", "text": ""}, ("outcome", "text")),
    ],
)
def test_what_is_missing_is_named(act: Act, texts: dict[str, str], fields: tuple[str, ...]) -> None:
    """An act without what it needs is refused, and says which fields; a risk needs to be answered by a measure."""
    with pytest.raises(Unfilled) as wrong:
        acted(case(State.ADDRESSING), act, **({"measures": ""} | texts if texts.get("risk") == "none" else texts))
    assert wrong.value.fields == fields


def test_a_low_risk_needs_no_measure() -> None:
    """Where nobody is at risk, nothing need be done about it."""
    assert "measures" not in acted(case(State.ASSESSING), Act.ASSESS, risk="low", measures="").content


def test_what_was_captured_comes_from_no_form() -> None:
    """Only what the program found is kept, whatever stands beside it; without it there is nothing to keep."""
    here, found = case(State.ASSESSING), {"address": "https://site.example/", "text": "What the page says."}
    with pytest.raises(Unfilled):
        decide(here, HANA, READERS, Wanted(Act.CAPTURE, here.version, {**TEXTS, "address": "made up"}), DAY)
    done = decide(here, HANA, READERS, Wanted(Act.CAPTURE, here.version, TEXTS, found=found), DAY)
    assert (done.content, done.reply, done.done.letter, done.case.state) == (found, "", "", State.ASSESSING)


@given(st.integers(min_value=-3, max_value=9).filter(bool), st.sampled_from(list(Act)))
def test_an_act_on_another_version_changes_nothing(off: int, act: Act) -> None:
    """Whoever saw the case as it was before a colleague's act is told so, whatever they wanted."""
    here = case(State.ADDRESSING)
    with pytest.raises(Outdated):
        decide(here, HANA, READERS, Wanted(act, here.version + off, TEXTS, IDA), DAY)


@given(st.lists(st.tuples(st.sampled_from(list(Act)), st.sampled_from([HANA, IDA, TOM]), st.sampled_from([*READERS, "c2"]))))
def test_no_row_of_the_trail_has_content(acts: list[tuple[Act, str, str]]) -> None:
    """Whatever is done, the trail names act, people of HR, day and kind of word, and never a text that somebody wrote."""
    here = case()
    texts = {name: f"SECRET {name}" for name in ("category", "measures", "text", "reason")}
    for act, actor, to in acts:
        try:
            here = acted(here, act, actor, to, **texts).case
        except Refused:
            continue
    for done in here.trail:
        assert {done.by, done.to} <= {HANA, IDA, ""}
        assert done.letter in ("", *LETTERS)
        assert "SECRET" not in repr(done)


def test_what_is_written_stands_in_no_repr() -> None:
    """An act and what was decided can stand in a traceback: their texts do not."""
    wanted = Wanted(Act.NOTE, 0, {"text": "SECRET"}, "SECRET")
    assert "SECRET" not in repr(wanted) + repr(decide(case(), HANA, READERS, wanted, DAY))


def test_the_guide_draws_the_table() -> None:
    """docs/reports.md has a row for each act, and each cell says what the table says."""
    guide = (Path(__file__).parent.parent / "docs" / "reports.md").read_text("utf-8")
    for act, rule in TABLE.items():
        cells = [rule.leads(state) for state in State]
        words = [str(cell) if isinstance(cell, State) else "no" for cell in cells]
        if act is Act.CONCLUDE:
            words[1] = "only as outside the policy"
        assert f"| {act} | {rule.who} | {' | '.join(words)} |" in guide
