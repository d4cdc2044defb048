"""The case room inside a dialog, through every channel: read and worked on there where it is switched on, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.answering import UnknownTurn
from bot.case_access import CaseAccess
from bot.caseroom import Caseroom
from bot.database import DatabaseGone
from bot.dispatcher import Dispatcher
from bot.journeys.case_table import Act
from bot.journeys.case_words import FAILED
from bot.journeys.casework import ON_THE_WEB
from bot.people import Account, Sender, Standing
from bot.turns import Pressed, Said, Submitted, Turn
from bot.views import Facts, Link, Text, View
from tests.case_chats import ACCOUNTS, Office, entered, office
from tests.drivers import Driver
from tests.driving import CHANNELS, person

pytestmark = pytest.mark.anonymity
WHAT = "The pool page shows a zebrafinch by name."


@pytest.fixture
def here(dispatcher: Dispatcher, tmp_path: Path) -> Iterator[Office]:
    """An office in which cases are shown in chat, with one report that came to light."""
    with office(dispatcher, tmp_path) as made:
        made.reported(WHAT)
        yield made


@pytest.fixture
def hana(channel: str, here: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Hana of HR, in front of a channel."""
    with person(channel, here.door, monkeypatch) as made:
        yield made


def opened(hana: Driver, here: Office) -> str:
    """The one case, opened."""
    entered(hana)
    return hana.press(f"Open {here.shown().row.label}")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_case_goes_its_way(hana: Driver, here: Office, channel: str) -> None:
    """Listed, read, taken, assessed, answered, noted and concluded, with the same words everywhere, and kept as on the web."""
    shown = entered(hana)
    label = here.shown().row.label
    assert label in shown
    assert "Received, something new. A possible violation" in shown
    shown = hana.press(f"Open {label}")
    assert WHAT in shown
    assert "416.8.5" in shown
    assert "Nobody has done anything yet." in shown
    assert "you" in hana.press("Take this case")
    hana.press("Assess")
    shown = hana.submit("Keep the assessment", {"f1": "Posting", "f2": "b", "f3": "b", "f4": "Nobody is told who holds it."})
    assert "Kept." in shown
    assert "Nobody is told who holds it." in shown
    hana.press("Write to the reporter")
    assert "Which page is it?" in hana.submit("Keep behind the receipt", {"f1": "b", "f2": "Which page is it?"})
    hana.press("Add a note")
    assert "Known to Parks." in hana.submit("Keep the note", {"f1": "Known to Parks."})
    hana.press("Conclude")
    shown = hana.submit("Conclude the case", {"f1": "a", "f2": "It was taken down.", "f3": "Seen."})
    assert "Concluded" in shown
    assert [(each.act, each.by) for each in here.shown().row.case.trail] == [
        (act, "hana") for act in ("take", "assess", "write", "note", "conclude")
    ]
    assert here.shown().opened.entries[1].content["severity"] == "serious"
    assert label in hana.press("All cases")
    assert here.failures.number == 0


@pytest.mark.parametrize("channel", CHANNELS)
def test_whoever_was_slower_keeps_what_they_typed(hana: Any, here: Office, channel: str) -> None:
    """A colleague changes the case meanwhile: it is shown as it is now, and the same form can be sent once more."""
    opened(hana, here)
    hana.press("Add a note")
    here.act(Act.TAKE)
    shown = hana.submit("Keep the note", {"f1": "Known to Parks."})
    assert "A colleague has changed this case since you opened it" in shown
    assert "Joan Wells took the case" in shown
    assert here.shown().opened.entries[-1].act == "take"
    assert "Known to Parks." in hana.submit("Keep the note", {"f1": "Known to Parks."} if channel == "console" else {})
    assert here.shown().opened.entries[-1].content == {"text": "Known to Parks."}


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_missing_is_named_and_the_rest_stays(hana: Any, here: Office, channel: str) -> None:
    """A risk about which nothing is done is no assessment."""
    opened(hana, here)
    hana.press("Take this case")
    hana.press("Assess")
    shown = hana.submit("Keep the assessment", {"f1": "Posting", "f2": "b", "f3": "c"})
    assert "Something is missing, or too long. Nothing was kept." in shown
    assert shown.count("What is done about that risk") == 2
    values = {"f1": "Posting", "f2": "b", "f3": "c"} if channel == "console" else {}
    assert "Kept." in hana.submit("Keep the assessment", {**values, "f4": "Nobody is told."})


@pytest.mark.parametrize("channel", CHANNELS)
def test_whoever_is_involved_loses_sight_of_it(hana: Any, here: Office, channel: str) -> None:
    """At once; then neither the list nor an old button shows that it is there."""
    opened(hana, here)
    hana.press("I am involved in this")
    shown = hana.submit("Give the case up", {})
    assert "You have given the case up" in shown
    assert "There is no case that is for you." in shown
    assert here.shown().row.case.readers == ("joan",)


@pytest.mark.parametrize("channel", CHANNELS)
def test_p11_who_is_named_sees_neither_row_nor_count(hana: Any, here: Office, channel: str) -> None:
    """A report that names Hana is not there for her; the one of the two that does not is."""
    here.reported("About Hana herself.", involved=("hana",))
    shown = entered(hana)
    hidden = next(
        row.label for row in here.in_book(here.room.listed, here.reader("joan"), here.readers()) if row.case.submission.involved
    )
    assert hidden not in shown
    assert shown.count("A possible violation") == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_rest_is_on_the_web(hana: Any, here: Office, channel: str) -> None:
    """An address that is made for this reader, and says nothing of the case."""
    assert ON_THE_WEB in opened(hana, here)
    hana.press("On the web")
    assert here.links() == 2


@pytest.mark.parametrize("channel", CHANNELS)
def test_after_half_an_hour_nothing_is_done_and_nothing_lost(hana: Any, here: Office, channel: str) -> None:
    """A form comes back as it was typed, to be sent anew; a button leads to the list."""
    opened(hana, here)
    hana.press("Add a note")
    here.clock.forward(minutes=31)
    assert "open for more than half an hour" in hana.submit("Keep the note", {"f1": "Known to Parks."})
    assert not here.shown().row.case.trail
    assert "Known to Parks." in hana.submit("Keep the note", {"f1": "Known to Parks."} if channel == "console" else {})
    here.clock.forward(minutes=31)
    assert "open for more than half an hour" in hana.press("All cases")
    assert here.shown().row.label in hana.press("All cases")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_casebook_that_is_away_takes_nothing_that_was_typed(
    hana: Any, here: Office, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed is counted for the day; the text is still there."""
    opened(hana, here)
    hana.press("Add a note")

    def away(*_: object) -> None:
        raise DatabaseGone

    with monkeypatch.context() as patched:
        patched.setattr(Caseroom, "act", away)
        shown = hana.submit("Keep the note", {"f1": "Known to Parks."})
    assert (DatabaseGone.__doc__ or "").split(".")[0].split()[0] in shown
    assert here.failures.number == 1
    assert "Known to Parks." in hana.submit("Keep the note", {"f1": "Known to Parks."} if channel == "console" else {})


def asked(here: Office, turn: Turn, account: Account = ACCOUNTS[0], standing: Standing = Standing.STAFF) -> View:
    """What the door answers to a turn of whoever has this account."""
    return asyncio.run(here.door.handle(turn, Sender(account.channel, standing, account)))


def inside(here: Office) -> tuple[View, View, str]:
    """The list, the form for a note with its state, and what an unknown form is answered with."""
    listed = asked(here, Pressed("open:room"))
    case = asked(here, Pressed("open:room", listed.buttons[0].value))
    note = asked(here, Pressed("open:room", next(each.value for each in case.buttons if each.label == "Add a note")))
    return listed, note, " ".join((UnknownTurn.__doc__ or "").split())


def said(shown: View) -> str:
    """A view that is one text."""
    (block,) = shown.blocks
    assert isinstance(block, Text)
    return block.text


def test_whoever_may_not_read_is_answered_as_if_it_were_not_there(here: Office) -> None:
    """Staff, with buttons and forms of Hana's too; and what they are told is what an unknown form is answered with."""
    listed, note, unknown = inside(here)
    forged = [
        Pressed("open:room"),
        Pressed("open:room", listed.buttons[0].value),
        Submitted("forms", {"form": "room"}),
        Submitted("room", {"f1": "words"}, note.forms[0].state),
    ]
    here.belongs_to("bob")
    assert {said(asked(here, turn)) for turn in forged} == {unknown}
    assert said(asked(here, Pressed("open:nothing"))) == unknown
    assert not here.shown().row.case.trail


def test_another_readers_button_is_as_good_as_none(here: Office) -> None:
    """A colleague who may read the same case has buttons of their own."""
    listed, note, unknown = inside(here)
    here.belongs_to("joan")
    assert said(asked(here, Pressed("open:room", listed.buttons[0].value))) == unknown
    assert said(asked(here, Submitted("room", {"f1": "words"}, note.forms[0].state))) == unknown
    assert said(asked(here, Pressed("open:room", "made up"))) == unknown
    assert said(asked(here, Submitted("room", {"f1": "words"}, "made up"))) == unknown
    assert said(asked(here, Submitted("room", {"f1": "words"}))) == unknown


def test_a_case_that_is_not_for_them_is_as_good_as_none(here: Office) -> None:
    """Whatever they once had in hand: it was theirs until they gave it up."""
    listed, note, unknown = inside(here)
    here.act(Act.RECUSE, "hana")
    assert said(asked(here, Pressed("open:room", listed.buttons[0].value))) == unknown
    assert said(asked(here, Submitted("room", {"f1": "words"}, note.forms[0].state))) == unknown


def test_whoever_receives_reports_no_longer_is_out_at_once(here: Office) -> None:
    """The right to read is looked at with each press."""
    listed, note, unknown = inside(here)

    def separated() -> None:
        with here.door.ledger.transaction(deciding=True):
            person = here.door.ledger.people.get("hana")
            assert person
            here.door.ledger.people.put(replace(person, separated=here.door.today()))

    here.in_ledger(separated)
    for turn in (Pressed("open:room", listed.buttons[0].value), Submitted("room", {"f1": "words"}, note.forms[0].state)):
        assert said(asked(here, turn)) == unknown


def test_an_outsider_gets_no_case(here: Office) -> None:
    """Also where the platform says that somebody with Hana's account is a guest."""
    listed, _, _ = inside(here)
    for turn in (Pressed("open:room", listed.buttons[0].value), Submitted("forms", {"form": "room"})):
        assert "zebrafinch" not in str(asked(here, turn, standing=Standing.OUTSIDER))


def test_one_press_twice_is_no_mistake(here: Office) -> None:
    """Whoever takes a case twice has it."""
    listed = asked(here, Pressed("open:room"))
    case = asked(here, Pressed("open:room", listed.buttons[0].value))
    take = Pressed("open:room", case.buttons[0].value)
    assert [asked(here, take).blocks[0] for _ in range(2)] == [Text("Kept."), Text("Kept.")]
    here.act(Act.NOTE, text="x")
    here.belongs_to("joan")
    case = asked(here, Pressed("open:room", asked(here, Pressed("open:room")).buttons[0].value))
    assert "Take this case" not in [each.label for each in case.buttons]


def test_a_colleague_who_takes_it_first_has_it(here: Office) -> None:
    """The other one sees who works on it."""
    case = asked(here, Pressed("open:room", asked(here, Pressed("open:room")).buttons[0].value))
    assess = next((each for each in case.buttons if each.label == "Assess"), None)
    assert assess is None
    here.act(Act.TAKE)
    shown = asked(here, Pressed("open:room", case.buttons[0].value))
    assert "A colleague has changed this case" in str(shown.blocks[0])
    assert ("Worked on by", "Joan Wells") in next(block.pairs for block in shown.blocks if isinstance(block, Facts))


def test_a_form_for_what_can_be_done_no_more_is_not_opened(here: Office) -> None:
    """A button from before is answered with the case as it is."""
    here.act(Act.TAKE, "hana")
    case = asked(here, Pressed("open:room", asked(here, Pressed("open:room")).buttons[0].value))
    assess = next(each for each in case.buttons if each.label == "Assess")
    here.act(Act.CONCLUDE, "hana", outcome="outside the policy", text="It lies outside.")
    shown = asked(here, Pressed("open:room", assess.value))
    assert shown.blocks[0] == Text("That cannot be done with this case as it stands.")
    assert "Open this case again" in [each.label for each in shown.buttons]


def test_switched_off_there_is_the_page_alone(dispatcher: Dispatcher, tmp_path: Path) -> None:
    """No button of forms beside the address, no choice among the forms, and every turn is unknown."""
    with office(dispatcher, tmp_path, shown=False) as here:
        here.reported(WHAT)
        assert not asked(here, Said("open the case room")).buttons
        assert "room" not in str(asked(here, Pressed("open:forms")))
        for turn in (Pressed("open:room"), Submitted("forms", {"form": "room"}), Submitted("room")):
            assert said(asked(here, turn)) == " ".join((UnknownTurn.__doc__ or "").split())
            assert not here.door.untold(turn)


def test_forms_open_alike_for_everybody(here: Office) -> None:
    """The button is the same one, and nobody is looked up who opens it to report: only readers' accounts are asked for."""
    (button,) = asked(here, Said("Open the case room, please.")).buttons or asked(here, Said("open the case room")).buttons
    assert (button.label, button.action, button.value) == ("Forms", "open:forms", "")
    assert "Case room" in str(asked(here, Pressed("open:forms")))
    here.belongs_to("bob")
    looked_up: list[object] = []
    by_account = here.door.ledger.people.by_account
    here.door.ledger.people.by_account = lambda account: looked_up.append(account) or by_account(account)  # type: ignore[method-assign, func-returns-value]
    assert "Case room" not in str(asked(here, Pressed("open:forms")))
    assert not looked_up


@pytest.mark.parametrize("words", ["open the case room", "Case room!", "the caseroom", "please show me the case room"])
def test_the_case_room_is_asked_for_in_words(here: Office, words: str) -> None:
    """As the guide says; and whoever may not read is told whom it is for."""
    assert any(isinstance(block, Link) for block in asked(here, Said(words)).blocks)
    here.belongs_to("bob")
    assert "for those who receive reports" in said(asked(here, Said(words)))
    assert "for those who receive reports" in said(asked(here, Said(words), Account("slack", "T0", "U0NOBODY")))


def test_a_question_about_it_is_a_question(here: Office) -> None:
    """Only what says nothing else is taken for the wish to go there."""
    assert not any(
        isinstance(block, Link) and "cases" in block.url for block in asked(here, Said("who may enter a case room of HR")).blocks
    )


def test_whatever_fails_what_was_typed_stays(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of the program is told as one; its own words never are."""
    _, note, _ = inside(here)

    def broken(*_: object) -> None:
        raise RuntimeError("zebrafinch")

    monkeypatch.setattr(Caseroom, "act", broken)
    shown = asked(here, Submitted("room", {"f1": "Known to Parks."}, note.forms[0].state))
    assert shown.blocks[0] == Text(FAILED)
    assert shown.forms[0].fields[0].value == "Known to Parks."
    assert "zebrafinch" not in str(shown)
    assert here.failures.number == 1


def test_a_refusal_of_the_case_itself_keeps_what_was_typed(here: Office) -> None:
    """The last who may read a case cannot give it up; whatever the reason, it is said above the form."""
    here.act(Act.RECUSE, "joan")
    listed = asked(here, Pressed("open:room"))
    case = asked(here, Pressed("open:room", listed.buttons[0].value))
    recuse = next(each for each in case.buttons if each.label == "I am involved in this")
    form = asked(here, Pressed("open:room", recuse.value)).forms[0]
    here.without("ada")
    shown = asked(here, Submitted("room", {}, form.state))
    assert "Nobody else could read this case then" in str(shown.blocks[0])
    assert shown.forms[0].submit == "Give the case up"


def test_a_press_for_a_case_that_is_gone_is_as_good_as_none(here: Office) -> None:
    """Also where it was to be taken."""
    case = asked(here, Pressed("open:room", asked(here, Pressed("open:room")).buttons[0].value))
    assert case.buttons[0].label == "Take this case"
    here.act(Act.RECUSE, "hana")
    assert said(asked(here, Pressed("open:room", case.buttons[0].value))) == " ".join((UnknownTurn.__doc__ or "").split())


def test_a_ledger_that_is_away_is_told(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The forms are there without the case room, and a press says why nothing is shown."""
    listed, _, _ = inside(here)

    def away(*_: object) -> None:
        raise DatabaseGone

    monkeypatch.setattr(CaseAccess, "readers", away)
    assert "Case room" not in str(asked(here, Pressed("open:forms")))
    assert said(asked(here, Pressed("open:room", listed.buttons[0].value))) == " ".join((DatabaseGone.__doc__ or "").split())
    assert here.failures.number == 1


def test_a_handle_of_another_version_is_refused(here: Office) -> None:
    """One that was made here, for something that nobody knows any more."""
    assert here.door.cases
    assert here.door.cases.dialogs
    value = here.door.cases.dialogs.handles.made("something else", "hana")
    assert said(asked(here, Pressed("open:room", value))) == " ".join((UnknownTurn.__doc__ or "").split())
