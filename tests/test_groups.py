"""What Slack and Teams tell of the groups that are asked to sign."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.audience import Member
from bot.channels.slack.api import Api
from bot.channels.slack.groups import Groups as SlackGroups
from bot.channels.slack.people import People
from bot.channels.teams.groups import Groups as TeamsGroups
from bot.channels.teams.login import Login
from bot.dispatcher import Dispatcher
from bot.people import Account
from bot.records import Reference
from tests.slack_stand_in import Fault, SlackStandIn
from tests.teams_stand_in import TENANT, TeamsStandIn

T = TypeVar("T")
TEAM = "19:general@thread.tacv2"


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    """Slack, as far as the bot can tell."""
    with closing(SlackStandIn()) as stand_in:
        yield stand_in


@pytest.fixture
def microsoft() -> Iterator[TeamsStandIn]:
    """Microsoft, as far as the bot can tell."""
    with closing(TeamsStandIn()) as stand_in:
        yield stand_in


def in_slack(slack: SlackStandIn, call: Callable[[SlackGroups], Coroutine[Any, Any, T]]) -> T:
    """What the call gives, over a session of its own."""

    async def called() -> T:
        client = AsyncWebClient("xoxb-1", slack.url, retry_handlers=[])
        async with aiohttp.ClientSession() as session:
            client.session = session
            api = Api(client, lambda _: asyncio.sleep(0))
            return await call(SlackGroups(api, People(api, ()).profile))

    return asyncio.run(called())


def test_a13_a_user_group_of_slack(slack: SlackStandIn) -> None:
    """Its members by account; of those whom nobody knows also the confirmed address."""
    slack.groups["S1"] = ["U1", "U2", "U3"]
    slack.profiles["U2"] = {"profile": {"email": "sam@city.example"}, "is_email_confirmed": True}
    found = in_slack(slack, lambda groups: groups.members("S1", frozenset({"U1"})))
    accounts = [Account("slack", "", id) for id in ("U1", "U2", "U3")]
    assert found == [Member(accounts[0]), Member(accounts[1], "sam@city.example"), Member(accounts[2])]
    assert [call["user"] for call in slack.called("users.info")] == ["U2", "U3"]


def test_slack_that_does_not_tell(slack: SlackStandIn) -> None:
    """An unknown group, a missing scope, a failure: nobody is taken to have left."""
    assert in_slack(slack, lambda groups: groups.members("S9", frozenset())) is None
    slack.groups["S1"] = []
    assert in_slack(slack, lambda groups: groups.members("S1", frozenset())) == []
    slack.faults.append(Fault("usergroups.users.list", 9, 200, body={"ok": False, "error": "missing_scope"}))
    assert in_slack(slack, lambda groups: groups.members("S1", frozenset())) is None
    slack.faults[0] = Fault("usergroups.users.list", 9, 200, body={"ok": True, "users": "U1"})
    assert in_slack(slack, lambda groups: groups.members("S1", frozenset())) is None


def in_teams(door: Dispatcher, call: Callable[[TeamsGroups], Coroutine[Any, Any, T]]) -> T:
    """What the call gives, over a session of its own."""

    async def called() -> T:
        login = Login(lambda: "own-token")
        try:
            async with aiohttp.ClientSession() as session:
                return await call(TeamsGroups(door, lambda: (session, login), local=False, plain_http=True))
        finally:
            login.close()

    return asyncio.run(called())


def installed(door: Dispatcher, microsoft: TeamsStandIn) -> None:
    """Somebody has the bot, so that Teams' address is known."""
    place = f'{{"service_url": "{microsoft.service}", "conversation": "a:alice", "bot": "28:x"}}'
    for reference in (Reference("teams", "aad-0", "unreadable"), Reference("teams", "aad-alice", place)):
        door.thread.submit(partial(door.ledger.refer, reference, new=True)).result()


def member(name: str, **more: object) -> dict[str, object]:
    """A member as Teams names them."""
    return {
        "id": f"29:{name}",
        "aadObjectId": f"aad-{name}",
        "tenantId": TENANT,
        "userPrincipalName": f"{name}@city.example",
        **more,
    }


def test_a13_a_team_of_teams(dispatcher: Dispatcher, microsoft: TeamsStandIn) -> None:
    """All its pages; an address of their own goes before the name that they sign in with."""
    installed(dispatcher, microsoft)
    microsoft.teams[TEAM] = [member("a"), member("b", email="bob@city.example"), {"id": "28:bot"}, member("c"), member("d")]
    found = in_teams(dispatcher, lambda groups: groups.members(TEAM, frozenset()))
    assert found is not None
    assert [each.account for each in found] == [Account("teams", TENANT, f"aad-{name}") for name in "abcd"]
    assert [each.email for each in found] == ["a@city.example", "bob@city.example", "c@city.example", "d@city.example"]


def test_teams_that_does_not_tell(dispatcher: Dispatcher, microsoft: TeamsStandIn) -> None:
    """Nobody has the bot yet, it is not in the team, or the answer is none: nobody is taken to have left."""
    assert in_teams(dispatcher, lambda groups: groups.members(TEAM, frozenset())) is None
    installed(dispatcher, microsoft)
    assert in_teams(dispatcher, lambda groups: groups.members("19:other@thread.tacv2", frozenset())) is None
    microsoft.teams[TEAM] = []
    assert in_teams(dispatcher, lambda groups: groups.members(TEAM, frozenset())) == []
    microsoft.teams[TEAM] = "abc"  # type: ignore[assignment] # no list of members
    assert in_teams(dispatcher, lambda groups: groups.members(TEAM, frozenset())) is None
