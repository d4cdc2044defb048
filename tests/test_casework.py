"""The case room inside a dialog as views: what stands in them, that every channel takes them whole, and what their names say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.case_handles import Handles
from bot.casebook.shapes import Enclosure
from bot.caseroom import Shown
from bot.channels.slack import render as slack
from bot.channels.teams import render as teams
from bot.journeys import case_asking, case_words, casework
from bot.journeys.case_asking import Asked, read
from bot.journeys.case_forms import form_of
from bot.journeys.case_refusals import Outdated
from bot.journeys.case_table import LONGEST, Act, State
from bot.journeys.home import FORMS
from bot.seals import sealing
from bot.tokens import Tokens
from bot.views import Button, Facts, Form, Quote, Text, View, view
from tests import validators
from tests.caserooms import HANA, IDA, READERS, SECRET, Room, office

pytestmark = pytest.mark.anonymity
TOKENS = Tokens(b"test")
WIDE = "報告" * (LONGEST // 2)
NAMES = "callback_id|block_id|action_id|id|form|verb|action|value|private_metadata|state"


@pytest.fixture
def here() -> Iterator[Room]:
    """An office with one report that came to light."""
    with office() as made:
        made.reported()
        made.released()
        yield made


def sealed(shown: View, room: Room) -> View:
    """The view with handles in it, as it goes to a channel."""
    handles = Handles(TOKENS, room.clock)
    return View(
        tuple(
            replace(block, value=handles.made(block.value, "hana"))
            if isinstance(block, Button)
            else replace(block, state=handles.made(block.state, "hana"))
            if isinstance(block, Form)
            else block
            for block in shown.blocks
        )
    )


def worked_on(room: Room) -> Shown:
    """A case in which everything has happened, with long texts."""
    room.act(Act.TAKE)
    room.act(Act.ASSESS, category="Posting", severity="serious", risk="high", measures="m" * LONGEST)
    for letter in ("word", "question", "feedback"):
        room.act(Act.WRITE, letter=letter, text=f"{letter} " * (LONGEST // 10))
    room.act(Act.NOTE, IDA, text=WIDE)
    room.book.add(room.receipts[0], "One thing more.")
    room.released()
    return room.shown()


def views(room: Room) -> dict[str, View]:
    """Every view, by a short name."""
    first = room.shown()
    shown = {"new case": casework.case(first), "list": casework.listed(room.caseroom.listed(HANA, READERS))}
    shown["recuse"] = case_asking.asking(first, Act.RECUSE)
    old = Asked(first.row.case.id, Act.CONCLUDE, 1)
    full = worked_on(room)
    files = (Enclosure("a.png", "image/png", b"x" * 2048),)
    full = replace(full, opened=replace(full.opened, enclosures=files))
    for page in range(8):
        shown[f"case {page}"] = casework.case(full, page, casework.KEPT)
    for act in (Act.ASSESS, Act.WRITE, Act.NOTE, Act.CONCLUDE):
        shown[str(act)] = case_asking.asking(full, act)
    typed = {"f1": WIDE, "f2": WIDE, "f3": WIDE, "f4": WIDE}
    for act in (Act.ASSESS, Act.WRITE, Act.NOTE, Act.CONCLUDE):
        shown[f"{act} again"] = case_asking.again(replace(old, act=act), typed, "Not kept.", full, ("measures",))
        shown[f"{act} outdated"] = case_asking.outdated(replace(old, act=act), typed, Outdated.__doc__ or "", full)
    shown["nothing"] = casework.listed(())
    return {name: sealed(each, room) for name, each in shown.items()}


def test_every_channel_takes_every_view_whole(here: Room) -> None:
    """No block is left out and no text is cut, also where a form comes back full of signs that weigh much."""
    for name, shown in views(here).items():
        modal, card = slack.modal(shown, sealing(TOKENS)), teams.render(shown, dialog=True, seal=sealing(TOKENS))
        assert validators.slack_model_problems(modal) == [], name
        assert validators.card_schema_problems(card) == [], name
        assert slack.MORE not in json.dumps(modal, ensure_ascii=False), name
        assert teams.size(card) <= teams.LARGEST, name
        if not shown.forms:
            assert card["body"] == teams.drawn(shown), name


def test_the_vendors_own_checks_find_nothing(here: Room) -> None:
    """Slack's types and Microsoft's renderer."""
    shown = views(here)
    modals = {name: slack.modal(each, sealing(TOKENS)) for name, each in shown.items()}
    assert {name: found for name, found in validators.blocks_problems(modals).items() if found} == {}
    cards = {name: teams.render(each, dialog=True, seal=sealing(TOKENS)) for name, each in shown.items()}
    assert {name: found for name, found in validators.card_events(cards).items() if found} == {}


def test_a_case_is_read_wholly(here: Room) -> None:
    """Page after page: what was reported, what was added and written, what was done, and what is owed."""
    full, page, shown = worked_on(here), 0, list[View]()
    while not shown or any(each.label == "More of this case" for each in shown[-1].buttons):
        shown.append(casework.case(full, page))
        page += 1
    blocks = [block for each in shown for block in each.blocks]
    quoted = bare("".join(block.text for block in blocks if isinstance(block, Quote)))
    for text in (SECRET, "m" * LONGEST, "question " * (LONGEST // 10), WIDE, "One thing more."):
        assert bare(text) in quoted
    said = "\n".join(block.text for block in blocks if isinstance(block, Text))
    assert all(words in said for words in ("Hana Ruiz took the case", "Ida Berg added a note", "Hana Ruiz wrote to the reporter"))
    facts = dict(pair for block in blocks if isinstance(block, Facts) for pair in block.pairs)
    assert facts["State"] == "Addressing"
    assert facts["Feedback"].startswith("given on")
    assert facts["Risk for the reporter"] == "high"
    assert page >= 4
    assert casework.case(full, page + 9) == shown[-1]


def bare(text: str) -> str:
    """A text without blanks, which is all that a cut may lose."""
    return "".join(text.split())


def test_what_cannot_be_done_is_not_offered(here: Room) -> None:
    """Somebody who does not work on a case can take it, note and recuse; the others wait."""
    labels = [each.label for each in casework.case(here.shown()).buttons]
    assert labels == ["Take this case", "Add a note", "I am involved in this", "On the web", "All cases"]
    here.act(Act.TAKE, IDA)
    assert [each.label for each in casework.case(here.shown()).buttons][:2] == ["Add a note", "I am involved in this"]


def test_many_cases_stand_on_pages(here: Room) -> None:
    """Ten on each."""
    for _ in range(11):
        here.reported()
    here.released()
    rows = here.caseroom.listed(HANA, READERS)
    first, second = casework.listed(rows), casework.listed(rows, 1)
    assert sum(isinstance(block, Facts) for block in first.blocks) == 10
    assert [each.label for each in first.buttons][-1] == "More cases"
    assert sum(isinstance(block, Facts) for block in second.blocks) == 2
    assert [each.label for each in second.buttons][-1] == "The first cases"


@pytest.mark.parametrize("act", casework.ACTS)
def test_what_a_form_holds_comes_back_by_name(here: Room, act: Act) -> None:
    """Numbers become names again, and letters what they stand for; what is no choice becomes nothing."""
    here.act(Act.TAKE)
    form = case_asking.asking(here.shown(), act).forms[0]
    own = form_of(act)
    assert own
    assert [each.name for each in form.fields] == [f"f{place}" for place in range(1, len(own.fields) + 1)]
    typed = {each.name: each.choices[-1].value if each.choices else "words" for each in form.fields}
    texts = case_asking.texts(act, typed)
    assert texts == {each.name: each.choices[-1].value if each.choices else "words" for each in own.fields}
    assert not any(case_asking.texts(act, {each.name: "z" for each in form.fields if each.choices}).values())
    assert read(form.state) == Asked(here.case(), act, 1)


def test_a_letter_stands_for_the_same_whatever_can_be_chosen(here: Room) -> None:
    """Before a case is assessed one outcome can be chosen; a form that comes back later means that one still."""
    here.act(Act.TAKE)
    assert here.shown().row.standing.state is State.ASSESSING
    (outcome, *_) = case_asking.asking(here.shown(), Act.CONCLUDE).forms[0].fields
    (choice,) = outcome.choices
    here.act(Act.ASSESS, category="Posting", severity="minor", risk="low")
    (outcome, *_) = case_asking.asking(here.shown(), Act.CONCLUDE).forms[0].fields
    assert len(outcome.choices) == 5
    assert {each.value: each.label for each in outcome.choices}[choice.value] == choice.label == "Outside the policy"


def test_whoever_was_slower_sees_the_case_as_it_is_now(here: Room) -> None:
    """With what was typed in the form, which is meant for this version from now on."""
    asked = Asked(here.case(), Act.NOTE, 0)
    here.act(Act.TAKE, IDA)
    shown = case_asking.outdated(asked, {"f1": "Known to Parks."}, "A colleague was faster.", here.shown())
    facts = next(dict(block.pairs) for block in shown.blocks if isinstance(block, Facts))
    assert facts["Worked on by"] == "Ida Berg"
    assert "Ida Berg took the case" in facts["Done last"]
    assert not any(isinstance(block, Quote) for block in shown.blocks)
    assert shown.forms[0].fields[0].value == "Known to Parks."
    assert read(shown.forms[0].state).version == 1
    here.act(Act.NOTE, IDA, text="Seen by Ida. " * 200)
    (quote,) = [block for block in case_asking.outdated(asked, {}, "Again.", here.shown()).blocks if isinstance(block, Quote)]
    assert quote.text.startswith("Seen by Ida.")
    assert quote.cut
    assert quote.citation.startswith("Ida Berg added a note")


def test_names_say_nothing_of_cases(here: Room) -> None:
    """No form, field, choice, action, block or hidden value that a platform may keep (DECISIONS 25), nor an id (2.1)."""
    id, drawn = here.case(), ""
    for shown in views(here).values():
        drawn += json.dumps([slack.modal(shown, sealing(TOKENS)), teams.render(shown, dialog=True, seal=sealing(TOKENS))])
    assert id not in drawn
    assert id[:7] not in drawn
    names = set(re.findall(rf'"(?:{NAMES})": "([^"]*)"', drawn)) - {"m" * 3000}
    assert {"room", "room:f1", "value", "a"} <= names
    telling = re.compile("report|violat|anonym|case|substant|retal|reader|hr_", re.IGNORECASE)
    assert not [each for each in names if len(each) < 60 and telling.search(each)]


def test_no_digest_of_a_case_goes_to_a_platform(here: Room) -> None:
    """Whoever guesses the words could try them on one."""
    assert all(not form.digested for shown in views(here).values() for form in shown.forms)


def test_only_the_form_of_all_forms_offers_the_room() -> None:
    """Everything else stays as it is."""
    offered = casework.offer(view(FORMS["forms"], FORMS["draft"]))
    (field,) = offered.forms[0].fields
    assert field.choices[-1].value == "room"
    assert offered.forms[1] == FORMS["draft"]


def test_a_quote_marks_whose_words_they_are(here: Room) -> None:
    """What somebody wrote stands apart from what the program says, whatever it looks like."""
    quotes = [block for block in casework.case(here.shown()).blocks if isinstance(block, Quote)]
    assert [(each.text, each.citation) for each in quotes] == [(SECRET, "What was reported")]


def test_where_there_is_nothing_to_choose_from_there_is_no_form(here: Room) -> None:
    """With one case none can be linked."""
    here.act(Act.TAKE)
    shown = case_asking.asking(here.shown(), Act.LINK)
    assert shown == view(Text(case_asking.NOT_NOW))


def test_everything_that_is_known_of_a_case_is_said(here: Room) -> None:
    """Danger, a hold, the case it belongs to, links; and what is not known has no line."""
    here.reported("Another.", danger=True)
    here.act(Act.TAKE)
    here.act(Act.LINK, to=here.shown().others[0].case.id)
    full = here.shown()
    case = replace(full.row.case, linked="abcdef0123", on_hold=True)
    facts = dict(case_words.facts(replace(full, row=replace(full.row, case=case))))
    assert facts["Belongs to"] == "Case abcdef"
    assert facts["Legal hold"] == "may not be deleted"
    pairs = dict(pair for said in case_words.since(full) for pair in said.pairs)
    assert pairs["Linked with"] == full.others[0].label
    plain = replace(full.opened.case.submission, where="", clauses=(), danger=False)
    opened = replace(full.opened, case=replace(full.opened.case, submission=plain))
    assert [label for label, _ in case_words.reported(replace(full, opened=opened))] == ["Kind", "Seen"]
    danger = replace(plain, danger=True)
    opened = replace(full.opened, case=replace(full.opened.case, submission=danger))
    assert [label for label, _ in case_words.reported(replace(full, opened=opened))] == ["Kind", "Seen", "Danger"]
