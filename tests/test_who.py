"""Who somebody is, as each channel says: an account for people of the organisation, an address where it is asked for."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.channels.teams.arrival import read
from bot.dispatcher import Dispatcher
from bot.people import Account, Profile, Sender, Standing
from bot.turns import Said
from tests.driving import CHANNELS, person
from tests.serving import Serving
from tests.signing_door import SigningDoor, signing_door
from tests.slack_driver import SlackDriver, until
from tests.slack_stand_in import TEAM, Fault, event
from tests.teams_driver import TeamsDriver
from tests.teams_stand_in import TENANT, Person, TeamsStandIn, invoke, message
from tests.web_driver import WebDriver

ALICE = {
    "console": Account("console", "local", "staff"),
    "web": Account("web", "local", "staff"),
    "slack": Account("slack", TEAM, "U0ALICE"),
    "teams": Account("teams", TENANT, "aad-alice"),
}
SHOWN = {"profile": {"email": "alice.stone@city.example", "real_name": "Alice Stone"}, "is_email_confirmed": True}
ADDRESS = Profile("alice.stone@city.example", "Alice Stone")


@pytest.fixture
def door(dispatcher: Dispatcher) -> SigningDoor:
    """What hears who it is."""
    return signing_door(dispatcher)


@pytest.fixture
def alice(door: SigningDoor) -> Iterator[SlackDriver]:
    """Alice, in Slack."""
    with closing(SlackDriver(door)) as driver:
        yield driver


@pytest.fixture
def in_teams(door: SigningDoor) -> Iterator[TeamsDriver]:
    """Alice, in Teams."""
    with closing(TeamsDriver(door)) as driver:
        yield driver


def profile(sender: Sender, serving: Serving) -> Profile | None:
    """What the platform says of the sender, asked in the loop of the channel."""
    assert sender.profile is not None

    async def asked() -> Profile | None:
        assert sender.profile is not None
        return await asyncio.wait_for(sender.profile(), 10)

    found: Profile | None = serving.run(asked())
    return found


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_turn_says_whose_it_is(channel: str, door: SigningDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages, presses and forms alike; and whoever prints a sender learns nothing of it."""
    with person(channel, door, monkeypatch) as driver:
        driver.say("sign")
        driver.press("Read and sign")
        driver.submit("Next page", {})
    assert {sender.account for _, sender in door.met} == {ALICE[channel]}
    assert not [name for name in ("account", "profile", "tenant") if name in repr(door.met)]


@pytest.mark.parametrize(("seat", "standing"), [("staff", Standing.STAFF), ("supervisor", Standing.STAFF), ("hr", Standing.HR)])
def test_on_the_local_page_one_chooses(door: SigningDoor, seat: str, standing: Standing) -> None:
    """And stays who was chosen, in what is pressed and filled in."""
    with closing(WebDriver(door, seat)) as driver:
        for step in (lambda: driver.say("sign"), lambda: driver.press("Read and sign"), lambda: driver.submit("Next page", {})):
            step()
            sender = door.met[-1][1]
            assert (sender.account, sender.standing) == (Account("web", "local", seat), standing)


def test_a_question_asks_slack_and_teams_nothing(alice: SlackDriver, in_teams: TeamsDriver, door: SigningDoor) -> None:
    """Who asked is known from what came; an address is only looked up where it is asked for."""
    alice.say("416.1")
    in_teams.call(message(in_teams.microsoft, Person(kind="channel"), "416.1"))
    assert alice.slack.called("users.info") == []
    assert in_teams.microsoft.members_asked == []
    assert all(sender.profile for _, sender in door.met)


def test_slack_says_the_address_once(alice: SlackDriver, door: SigningDoor) -> None:
    """Together with whether somebody is a guest; it is kept for minutes."""
    alice.slack.profiles["U0ALICE"] = SHOWN
    alice.say("sign")
    alice.press("Read and sign")
    assert [profile(sender, alice.bot) for _, sender in door.met] == [ADDRESS, ADDRESS]
    assert len(alice.slack.called("users.info")) == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"profile": {"real_name": "Alice Stone"}},
        {**SHOWN, "is_email_confirmed": False},
        {**SHOWN, "is_restricted": True},
        {**SHOWN, "is_stranger": True},
        {"profile": []},
    ],
    ids=["nothing", "without the scope", "not confirmed", "a guest", "a stranger", "nonsense"],
)
def test_slack_says_no_address(alice: SlackDriver, door: SigningDoor, said: dict[str, object]) -> None:
    """Which is no error."""
    alice.slack.profiles["U0ALICE"] = said
    alice.say("sign")
    assert profile(door.met[-1][1], alice.bot) is None


@pytest.mark.parametrize(
    "fault",
    [Fault("users.info", times=9, delay=5), Fault("users.info", status=200, body={"ok": False, "error": "missing_scope"})],
)
def test_slack_that_fails_says_no_address(alice: SlackDriver, door: SigningDoor, fault: Fault) -> None:
    """Nor does it hold anybody up; asked again later, it may."""
    alice.slack.faults, alice.slack.profiles["U0ALICE"] = [fault], SHOWN
    alice.say("sign")
    assert profile(door.met[-1][1], alice.bot) is None
    alice.slack.faults = []
    assert profile(door.met[-1][1], alice.bot) == ADDRESS


def test_outsiders_in_slack_have_no_account(alice: SlackDriver, door: SigningDoor) -> None:
    """Neither people of another workspace, whatever they do, nor guests who open a form."""
    direct = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U9", "text": "sign", "ts": "1.1"}
    alice.send(event({**direct, "user_team": "T0ELSE"}))
    until(lambda: door.met)
    alice.slack.guests.add("U8")
    alice.interact({"type": "shortcut", "callback_id": "open:forms", "user": {"id": "U8", "team_id": TEAM}})
    until(lambda: len(door.met) == 2)
    assert [(sender.account, sender.profile, sender.standing) for _, sender in door.met] == [(None, None, Standing.OUTSIDER)] * 2


def test_in_an_organisation_of_workspaces_somebody_is_one(dispatcher: Dispatcher) -> None:
    """In whichever workspace of it they write."""
    door = signing_door(dispatcher)
    direct = {"type": "message", "channel_type": "im", "channel": "D1", "user": "W1", "text": "416.1", "ts": "1.1"}
    with closing(SlackDriver(door, teams=("E1",))) as driver:
        for team in ("T1", "T2"):
            before = len(door.met)
            driver.send(json.dumps({**json.loads(event(direct, team=team)), "enterprise_id": "E1"}))
            until(lambda before=before: len(door.met) > before)
    assert [sender.account for _, sender in door.met] == [Account("slack", "E1", "W1")] * 2


@pytest.mark.parametrize(
    ("member", "address"),
    [
        ({"email": "alice.stone@city.example", "name": "Alice Stone"}, ADDRESS),
        ({"userPrincipalName": "alice.stone@city.example", "name": "Alice Stone"}, ADDRESS),
        ({"userPrincipalName": ""}, None),
        ({"email": "alice.stone@city.example", "userRole": "guest"}, None),
    ],
    ids=["email", "sign-in name", "nothing", "a guest"],
)
def test_teams_says_the_address(
    in_teams: TeamsDriver, door: SigningDoor, member: dict[str, str], address: Profile | None
) -> None:
    """By the same look-up that tells guests, and once for both."""
    in_teams.microsoft.members["29:alice"] = member
    in_teams.say("sign")
    assert profile(door.met[-1][1], in_teams.bot) == address
    in_teams.call(invoke(in_teams.microsoft, Person(), "task/fetch", {"data": {"action": "open:forms"}}))
    assert len(in_teams.microsoft.members_asked) == 1
    assert (door.met[-1][1].account is None) is ("userRole" in member)


def test_a_closed_roster_says_no_address(in_teams: TeamsDriver, door: SigningDoor) -> None:
    """Which is no error."""
    in_teams.microsoft.members_status = 403
    in_teams.say("sign")
    assert profile(door.met[-1][1], in_teams.bot) is None


@pytest.mark.parametrize(
    "who", [Person("mallory", tenant="99999999-9999-9999-9999-999999999999"), Person("guest", more={"userRole": "guest"})]
)
def test_outsiders_in_teams_have_no_account(in_teams: TeamsDriver, door: SigningDoor, who: Person) -> None:
    """Nor can anything be asked about them."""
    in_teams.call(message(in_teams.microsoft, who, "416.1"))
    sender = door.met[-1][1]
    assert (sender.account, sender.profile, sender.standing) == (None, None, Standing.OUTSIDER)


def test_a_guest_who_presses_in_a_dialog_has_no_account(in_teams: TeamsDriver, door: SigningDoor) -> None:
    """Whatever button it is."""
    in_teams.microsoft.members["29:visitor"] = {"userRole": "guest"}
    in_teams.call(invoke(in_teams.microsoft, Person("visitor"), "task/submit", {"data": {"action": "back", "value": ""}}))
    assert door.met[-1][1].account is None


def test_in_teams_the_writer_s_own_tenant_counts() -> None:
    """Where a channel is shared by two tenants of one organisation."""
    stand_in = TeamsStandIn()
    with closing(stand_in):
        body = message(stand_in, Person(more={"tenantId": "AAA"}), "416.1")
    assert read(body).tenant == "aaa"
    assert read(body).tenants == {"aaa", TENANT}


def test_nothing_of_who_somebody_is_is_logged(
    alice: SlackDriver, in_teams: TeamsDriver, door: SigningDoor, caplog: pytest.LogCaptureFixture
) -> None:
    """Not their id, not their address; also where something fails."""
    caplog.set_level(logging.DEBUG)
    alice.slack.profiles["U0ALICE"] = SHOWN
    in_teams.microsoft.members["29:alice"] = {"email": "alice.stone@city.example"}
    for driver in (alice, in_teams):
        driver.say("sign")
        assert profile(door.met[-1][1], driver.bot)
    assert isinstance(door.met[-1][0], Said)
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    for private in ("U0ALICE", "aad-alice", "alice.stone", "Alice Stone"):
        assert private not in ours
        assert private not in repr(door.met)
