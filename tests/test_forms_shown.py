"""What the renderers and channels do with forms beyond the way there and back: refusals, delivery twice, old clients, Enter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from bot.channels.slack import render as slack
from bot.channels.teams import render as teams
from bot.channels.web import render as web
from bot.dispatcher import Dispatcher
from bot.seals import NoPlaceForState, NotWhole, Seal, refusing, sealing, unsealed
from bot.tokens import ForgedButton, Tokens
from bot.turns import Submitted
from bot.views import Quote, View, view
from tests import validators
from tests.drivers import ConsoleDriver
from tests.driving import person
from tests.signing_door import NEXT, PAGE, SIGN, SIGNING, reading, signing_door
from tests.slack_driver import SlackDriver
from tests.slack_stand_in import TEAM
from tests.teams_driver import TeamsDriver, actions
from tests.teams_stand_in import Person, activity

TOKENS = Tokens(b"test")
SEAL = sealing(TOKENS)
DIALOGS: dict[str, Callable[[View, Seal], object]] = {
    "slack": slack.modal,
    "teams": lambda shown, seal: teams.render(shown, dialog=True, seal=seal),
    "web": lambda shown, seal: web.blocks(web.Page(shown), seal),
}
MESSAGES: dict[str, Callable[[View], object]] = {
    "slack message": slack.message,
    "slack home": slack.home,
    "teams message": teams.render,
    "two forms in a Teams dialog": lambda shown: teams.render(view(*shown.blocks, NEXT), dialog=True, seal=SEAL),
    "a second form in a Slack dialog": lambda shown: slack.modal(view(replace(NEXT, state=""), *shown.blocks), SEAL),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_without_a_seal_no_state_leaves(name: str) -> None:
    """Renderers that are given none refuse it, and take a form without a state."""
    with pytest.raises(NoPlaceForState):
        DIALOGS[name](SIGNING, refusing)
    assert DIALOGS[name](view(replace(SIGN, state="")), refusing)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_state_is_not_lost_in_silence(name: str) -> None:
    """Where a form is only a button that opens it, its state would be; that is a mistake of the program."""
    with pytest.raises(NoPlaceForState):
        MESSAGES[name](SIGNING)


@pytest.mark.parametrize("name", ["slack", "teams"])
def test_what_is_signed_is_shown_whole_or_not_at_all(name: str) -> None:
    """Nothing around a form with a state is cut; the same page is cut where nothing is signed."""
    pages = tuple(Quote("Every word of it counts. " * 60, f"416.{number}") for number in range(60))
    with pytest.raises(NotWhole):
        DIALOGS[name](reading(*pages), SEAL)
    assert DIALOGS[name](view(*pages), SEAL)


def test_a_state_that_slack_would_refuse_is_not_sent() -> None:
    """Slack takes 3,000 characters; a state of 2,000 fits with its seal."""
    fitting = slack.modal(view(replace(SIGN, state="x" * 2000)), SEAL)
    assert validators.slack_model_problems(fitting) == []
    with pytest.raises(slack.StateTooLong):
        slack.modal(view(replace(SIGN, state="x" * 2200)), SEAL)


def test_a_seal_is_of_one_form_and_one_secret() -> None:
    """It is read with the secret and the id that it was made with, and is no button's value."""
    sealed = SEAL("ünï", ["drawn"], "sign")
    assert unsealed(TOKENS, sealed, "sign")[0] == "ünï"
    for tokens, text, form in (
        (Tokens(b"other"), sealed, "sign"),
        (TOKENS, sealed, "page"),
        (TOKENS, sealed[:-1], "sign"),
        (TOKENS, TOKENS.sign('["form", "sign"]'), "sign"),
        (TOKENS, TOKENS.sign("7"), "sign"),
        (TOKENS, "\ud800", "sign"),
    ):
        with pytest.raises(ForgedButton):
            unsealed(tokens, text, form)
    assert unsealed(TOKENS, "", "sign") == ("", "")
    assert SEAL("", ["drawn"], "sign") == ""


def test_slack_takes_one_submission_once(dispatcher: Dispatcher) -> None:
    """Delivered again it is the same; with another state it is another one."""
    door = signing_door(dispatcher)
    with closing(SlackDriver(door)) as alice:
        sealed = slack.modal(PAGE, SEAL)["private_metadata"]
        dialog = {"type": "modal", "id": "V1", "hash": "1.a", "callback_id": "page", "private_metadata": sealed}
        body = {"type": "view_submission", "user": {"id": alice.user, "team_id": TEAM}, "view": dialog}
        first, again = alice.interact(body).json(), alice.interact(body).json()
        assert first == again
        assert len(door.met) == 1
        other = {**body, "view": {**dialog, "private_metadata": SEAL("request-2 page-1", [], "page")}}
        alice.interact(other)
        assert [turn.state for turn, _ in door.met if isinstance(turn, Submitted)] == ["request-1 page-1", "request-2 page-1"]


def test_a_dialog_about_a_form_is_called_after_it() -> None:
    """Also where there is more in it; an answer that only ends with a form is not."""
    sealed, plain = slack.modal(PAGE, SEAL), slack.modal(view(Quote("x", "416.1"), replace(NEXT, state="")))
    assert [sealed[part]["text"] for part in ("title", "close", "submit")] == ["Read and sign", "Cancel", "Next page"]
    assert [plain[part]["text"] for part in ("title", "close")] == ["Answer", "Close"]
    assert (teams.title(PAGE), teams.title(view(Quote("x", "416.1"), replace(NEXT, state="")))) == ("Read and sign", "Answer")


def test_slack_asks_for_what_may_not_be_left_empty(dispatcher: Dispatcher) -> None:
    """And for nothing else."""
    door = signing_door(dispatcher)
    with closing(SlackDriver(door)) as alice:
        dialog = {**slack.modal(SIGNING, SEAL), "id": "V1", "hash": "1.a"}
        empty = {f"sign:{name}": {"value": {"type": "plain_text_input", "value": None}} for name in ("name", "note")}
        body = {"type": "view_submission", "user": {"id": alice.user, "team_id": TEAM}}
        answer = alice.interact({**body, "view": {**dialog, "state": {"values": empty}}}).json()
    assert answer == {"response_action": "errors", "errors": {"sign:name": "Please fill this in."}}
    assert door.met == []


def test_a_teams_client_without_dialogs_signs_in_the_chat(dispatcher: Dispatcher) -> None:
    """Each page comes as a message that is filled in its place, and its state comes back as from a dialog."""
    door = signing_door(dispatcher)
    with closing(TeamsDriver(door)) as alice:

        def sent(value: object) -> str:
            before = len(alice._sent())
            alice.call(activity(alice.microsoft, Person(), "message", value=value))
            return alice._shown_in_message(before)

        assert "Every word of it counts." in sent({"action": "open:sign", "value": door.tokens.sign("request-1")})
        assert "Your full name" in sent(next(each["data"] for each in actions(alice.card) if each["title"] == "Next page"))
        data = next(each["data"] for each in actions(alice.card) if each["title"] == "Sign")
        assert "It is kept." in sent({**data, "sign.name": "Alice Stone"})
        assert door.sent.state == SIGN.state


def test_enter_goes_on_in_the_console(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is to be filled in; after no it does not."""
    door = signing_door(dispatcher)
    asked: list[str] = []
    with person("console", door, monkeypatch) as alice:
        assert isinstance(alice, ConsoleDriver)
        read = alice._console._read
        monkeypatch.setattr(alice._console, "_read", lambda prompt: asked.append(prompt) or read(prompt))
        alice.say("sign")
        alice.press("Read and sign")
        assert "Nothing was sent." in alice.say("no")
        assert alice.say("").strip() == ""
        assert "Enter goes on; no stops: " in asked
        alice.say("sign")
        alice.press("Read and sign")
        assert "Sign" in alice.say("")
    assert [turn for turn, _ in door.met if isinstance(turn, Submitted)] == [door.sent]


def test_one_form_without_fields_is_asked_for_in_the_console(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not sent before Enter."""
    door = signing_door(dispatcher, view(NEXT))
    with person("console", door, monkeypatch) as alice:
        alice.say("sign")
        assert "Read and sign [1] Next page" in alice.press("Read and sign")
        assert not [turn for turn, _ in door.met if isinstance(turn, Submitted)]
        assert "Your full name" not in alice.say("416.1")
