"""What working on cases in chat leaves behind: dialogs, and no message, no Home, no line, no count, no id (P2, P3, P13)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot.caseroom import Caseroom
from bot.dispatcher import Dispatcher
from bot.journeys import casework
from bot.journeys.case_table import Act
from bot.journeys.case_words import FAILED
from bot.views import Form, Text, View
from tests.canary import calls
from tests.case_chats import Office, entered, office
from tests.slack_driver import SlackDriver, until
from tests.slack_stand_in import Fault, event
from tests.teams_driver import TeamsDriver, actions, inputs, visible
from tests.teams_stand_in import activity, pressed

pytestmark = pytest.mark.anonymity
WHAT, ADDED, NOTE, WORD = "zebrafinch at the pool", "zebrafinch once more", "zebrafinch for us", "zebrafinch for you"
CANARY = "zebrafinch"
# All that may be called while a case is worked on (P13); what Slack knows of a person is asked for at their first form.
DIALOGS = {"views.open", "views.update", "views.push", "users.info"}


@pytest.fixture
def here(dispatcher: Dispatcher, tmp_path: Path) -> Iterator[Office]:
    """An office with one report whose words stand nowhere else."""
    with office(dispatcher, tmp_path) as made:
        made.reported(WHAT)
        yield made


@pytest.fixture
def slack(here: Office) -> Iterator[SlackDriver]:
    """Hana in Slack."""
    with closing(SlackDriver(here.door)) as made:
        yield made


@pytest.fixture
def teams(here: Office) -> Iterator[TeamsDriver]:
    """Hana in Teams."""
    with closing(TeamsDriver(here.door)) as made:
        yield made


def worked(hana: Any, here: Office) -> Iterator[str]:
    """A case worked on from beginning to end, step by step, a colleague in between."""
    yield entered(hana)
    yield hana.press(f"Open {here.shown().row.label}")
    yield hana.press("Take this case")
    yield hana.press("Write to the reporter")
    yield hana.submit("Keep behind the receipt", {"f1": "a", "f2": WORD})
    yield hana.press("Add a note")
    here.act(Act.NOTE, text="from Joan")
    yield hana.submit("Keep the note", {"f1": NOTE})
    yield hana.submit("Keep the note", {})
    yield hana.press("On the web")


def ids(here: Office) -> tuple[str, ...]:
    """What a case could be found by, as far as it is shown nowhere."""
    case = here.shown().row.case.id
    return case, case[:8]


def test_p13_slack_is_sent_dialogs_and_nothing_else(slack: SlackDriver, here: Office) -> None:
    """After the one message with the address; no other call holds a word of the case, and none an id, on display or behind it."""
    steps = worked(slack, here)
    next(steps)
    before = len(slack.slack.calls)
    read = " ".join(steps)
    assert all(word in read for word in (WHAT, WORD, NOTE))
    assert {name for name, _ in slack.slack.calls[before:]} <= DIALOGS
    for name, arguments in slack.slack.calls:
        sent = json.dumps(arguments)
        assert not [id for id in ids(here) if id in sent]
        assert name in DIALOGS or CANARY not in sent
    hidden = [each for each in calls.of_slack(slack.slack.calls, "response_url") if "(words)" not in each.where]
    assert hidden
    assert not [each.where for each in hidden if CANARY.encode() in each.data and "initial_value" not in each.where]


def test_p13_teams_is_answered_with_dialogs_and_nothing_else(
    teams: TeamsDriver, here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message with the address; every word of the case stands in an answer to an invoke, as a dialog."""
    answers: list[Any] = []
    call = teams.call
    monkeypatch.setattr(teams, "call", lambda body: answers.append(call(body)) or answers[-1])
    read = " ".join(worked(teams, here))
    assert all(word in read for word in (WHAT, WORD, NOTE))
    assert len(teams.microsoft.posts) == 1
    assert CANARY not in json.dumps(teams.microsoft.posts)
    for answer in answers:
        sent = json.dumps(answer)
        assert not [id for id in ids(here) if id in sent]
        assert CANARY not in sent or answer.keys() == {"task"}


@pytest.mark.parametrize("name", ["slack", "teams"])
def test_p2_no_line_and_no_count_tells_of_it(
    name: str, here: Office, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG, for everybody; and the metrics know only that forms were opened and an address was given."""
    hana = request.getfixturevalue(name)
    seen: list[object] = []
    here.door.seen = seen.append
    caplog.set_level(logging.DEBUG)
    steps = worked(hana, here)
    next(steps)
    caplog.clear()
    seen.clear()
    before = counted()
    read = "".join(steps)
    assert CANARY in read
    assert not seen
    assert counted() == before
    said = "\n".join(f"{record.name} {record.getMessage()} {record.args!r}" for record in caplog.records)
    assert CANARY not in said
    assert not [id for id in ids(here) if id in said]
    assert not [each for each in caplog.records if each.name.startswith("bot")]


def counted() -> dict[str, float]:
    """Everything that our own metrics count."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for metric in REGISTRY.collect()
        if metric.name.startswith("clausebot")
        for sample in metric.samples
    }


@pytest.mark.parametrize("name", ["slack", "teams"])
def test_p3_what_fails_leaves_no_line_either(
    name: str, here: Office, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the room, and where a view cannot be drawn: it is said that it failed, and counted for the day."""
    hana = request.getfixturevalue(name)
    entered(hana)

    def broken(*_: object) -> None:
        raise RuntimeError(CANARY)

    before = counted()
    caplog.set_level(logging.DEBUG)
    with monkeypatch.context() as patched:
        patched.setattr(Caseroom, "opened", broken)
        assert FAILED in hana.press(f"Open {label(here, Caseroom.listed)}")
    entered(hana)
    caplog.clear()
    form = Form("room", "Note", (), "Keep", CANARY)
    monkeypatch.setattr(casework, "case", lambda *_, **__: View((Text(CANARY), form, form)))
    assert "Something went wrong" in hana.press(f"Open {label(here, Caseroom.listed)}")
    assert here.failures.number == 2
    assert counted() == before
    assert CANARY not in caplog.text
    assert not [each for each in caplog.records if each.name.startswith("bot")]


def test_p2_a_dialog_that_slack_does_not_take_leaves_no_line(
    slack: SlackDriver, here: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the press nor its time; that it failed is counted for the day."""
    entered(slack)
    slack.slack.faults = [Fault("views.update", times=9, status=200, body={"ok": False, "error": "view_too_large"})]
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    slack.interact(slack._pressed(slack._button(f"Open {label(here, Caseroom.listed)}")))
    until(lambda: here.failures.number == 1)
    assert not [each for each in caplog.records if each.name.startswith("bot") and each.levelno >= logging.WARNING]


def label(here: Office, listed: Callable[..., Any]) -> str:
    """The name of the one case."""
    (row,) = here.in_book(listed, here.room, here.reader("joan"), here.readers())
    return str(row.label)


def test_home_and_messages_never_hold_a_case(slack: SlackDriver, here: Office) -> None:
    """Neither what Home shows to whoever receives reports, nor a press that comes from a message."""
    entered(slack)
    value = next(
        element["value"] for block in slack._shown["blocks"] if block["type"] == "actions" for element in block["elements"]
    )
    before = len(slack.slack.calls)
    slack.send(event({"type": "app_home_opened", "tab": "home", "user": slack.user}))
    action = {"type": "button", "action_id": "open:room#0", "value": value}
    common: Any = {"type": "block_actions", "user": {"id": slack.user, "team_id": "T0HOME"}, "actions": [action]}
    slack.interact({**common, "channel": {"id": "D1"}, "container": {"type": "message"}, "message": {"blocks": []}})
    slack._wait_for_view(len(slack.slack.called("views.update")) - 1)
    for name, arguments in slack.slack.calls[before:]:
        assert name in DIALOGS or CANARY not in json.dumps(arguments)


def test_a_client_without_dialogs_gets_the_address_instead(teams: TeamsDriver, here: Office) -> None:
    """What it sends as a message, or as a press on a card, is not taken; it is told so, and where to go."""
    entered(teams)
    case = next(each["data"] for each in actions(teams.card) if each["title"].startswith("Open"))
    teams.press(f"Open {here.shown().row.label}")
    teams.press("Add a note")
    note = {**next(each["data"] for each in actions(teams.card) if "form" in each["data"]), **inputs(teams.card), "room.f1": NOTE}
    before = len(teams.microsoft.posts)
    for data in (case, note, {"form": "forms", "forms.form": "room"}):
        teams.call(activity(teams.microsoft, teams.person, "message", value=data))
        teams.call(pressed(teams.microsoft, teams.person, data))
    sent = teams.microsoft.posts[before:]
    assert len(sent) == 6
    assert CANARY not in json.dumps(sent)
    assert all("opens in a dialog only" in visible(each["attachments"][0]["content"]) for each in sent)
    assert all("/cases/enter/" in json.dumps(each) for each in sent)
    assert not here.shown().row.case.trail
    here.belongs_to("bob")
    teams.call(activity(teams.microsoft, teams.person, "message", value=case))
    assert "/cases/enter/" not in json.dumps(teams.microsoft.posts[-1])


def test_nothing_of_it_is_kept_elsewhere(slack: SlackDriver, here: Office, tmp_path: Path) -> None:
    """The ledger gets a row for each address that is given out, and no other; what was written lies sealed in the casebook."""
    steps = worked(slack, here)
    next(steps)
    before = rows(here)
    list(steps)
    assert {name: number - before[name] for name, number in rows(here).items() if number != before[name]} == {"link": 1}
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


def rows(here: Office) -> dict[str, int]:
    """How many rows each table of the ledger has."""

    def found() -> dict[str, int]:
        database = here.door.ledger._database
        names = [row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: next(iter(database.rows(f"SELECT COUNT(*) AS n FROM {name}")))["n"] for name in names}  # noqa: S608

    return here.in_ledger(found)


def test_every_press_is_opened_by_a_button_of_its_own(slack: SlackDriver, here: Office) -> None:
    """No value comes twice, so that nobody can tell by it which case somebody went back to."""
    values = set()
    for _ in range(3):
        entered(slack)
        shown = json.dumps(slack._shown)
        values |= set(re.findall(r'"value": "([A-Za-z0-9_=-]{100,})"', shown))
    assert len(values) == 3
