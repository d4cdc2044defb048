"""Writing to people in Slack unasked: where it goes, what a refusal means, and that a second attempt finds the first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import DeliveryError
from bot.channels.slack.api import Api
from bot.channels.slack.sending import Sending
from bot.people import Account
from bot.views import Button, Text, view
from tests.slack_stand_in import TEAM, Fault, Json, SlackStandIn

ALICE = Account("slack", TEAM, "U0ALICE")
SHOWN = view(Text("Please sign."), Button("Read and sign", "open:sign", "signed"))


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    """The stand-in."""
    with closing(SlackStandIn()) as stand_in:
        yield stand_in


def send(slack: SlackStandIn, *times: dict[str, Any], to: Account | str = ALICE) -> None:
    """Sends the notice so often, through one and the same way out."""

    async def run() -> None:
        client = AsyncWebClient("xoxb-1", slack.url, timeout=5, retry_handlers=[])
        async with aiohttp.ClientSession() as client.session:
            sending = Sending(Api(client, lambda _: asyncio.sleep(0)))
            for options in times or ({},):
                await sending.send(to, SHOWN, "request:q1:alice", **options)

    asyncio.run(run())


def failure(slack: SlackStandIn, fault: Fault, to: Account | str = ALICE) -> DeliveryError:
    """What sending ends with."""
    slack.faults = [fault]
    with pytest.raises(DeliveryError) as found:
        send(slack, to=to)
    return found.value


def test_a_person_is_written_to_in_their_direct_message(slack: SlackStandIn) -> None:
    """With the button's signed value; the conversation is opened once, and the notice's key is not shown to Slack."""
    send(slack, {}, {})
    assert [call["users"] for call in slack.called("conversations.open")] == ["U0ALICE"]
    posted: list[Json] = slack.posted
    assert [each["channel"] for each in posted] == ["DU0ALICE"] * 2
    assert posted[0]["blocks"][-1]["elements"][0]["value"] == "signed"
    assert posted[0]["text"].startswith("Please sign.")
    assert "request:q1" not in str(posted)
    assert posted[0]["metadata"] == posted[1]["metadata"]


def test_a_channel_is_written_to_as_it_is(slack: SlackStandIn) -> None:
    """No conversation is opened for it."""
    send(slack, to="C0CLERK")
    assert slack.called("conversations.open") == []
    assert slack.posted[0]["channel"] == "C0CLERK"


def test_a_second_attempt_finds_the_first(slack: SlackStandIn) -> None:
    """What was posted before the process died is not posted again, where it can be read back."""
    send(slack, {}, {"again": True})
    assert len(slack.posted) == 1
    send(slack, {}, {"again": True}, to="C0CLERK")
    assert len(slack.posted) == 3


def test_a_second_attempt_sends_what_did_not_arrive(slack: SlackStandIn) -> None:
    """Also where looking for it fails."""
    send(slack, {"again": True})
    assert len(slack.posted) == 1
    slack.posted.clear()
    slack.faults = [Fault("conversations.history", status=500)]
    send(slack, {"again": True})
    assert len(slack.posted) == 1


def test_a_lost_answer_is_looked_for(slack: SlackStandIn) -> None:
    """Within one attempt too."""
    slack.faults = [Fault("chat.postMessage", lose=True)]
    send(slack)
    assert len(slack.posted) == 1


@pytest.mark.parametrize("error", ["user_disabled", "user_not_found", "cannot_dm_bot"])
def test_who_cannot_be_written_to(slack: SlackStandIn, error: str) -> None:
    """Deactivated or unknown: for good."""
    found = failure(slack, Fault("conversations.open", status=200, body={"ok": False, "error": error}))
    assert (str(found), found.permanent) == (f"conversations.open: {error}", True)


@pytest.mark.parametrize("error", ["invalid_auth", "missing_scope", "token_revoked", "account_inactive"])
@pytest.mark.parametrize("method", ["conversations.open", "chat.postMessage"])
def test_what_is_wrong_with_the_app_may_be_mended(slack: SlackStandIn, method: str, error: str) -> None:
    """A token that was changed must not bury everything that waits."""
    found = failure(slack, Fault(method, status=200, body={"ok": False, "error": error}))
    assert (str(found), found.permanent) == (f"{method}: {error}", False)


def test_a_wish_to_wait_is_passed_on(slack: SlackStandIn) -> None:
    """Where it is longer than an answer may take."""
    found = failure(slack, Fault("chat.postMessage", status=429, headers={"Retry-After": "90"}))
    assert (found.permanent, found.retry_after) == (False, 90.0)


def test_no_channel_for_a_place_that_is_gone(slack: SlackStandIn) -> None:
    """A channel that the bot is not in stays so until somebody invites it."""
    found = failure(slack, Fault("chat.postMessage", status=200, body={"ok": False, "error": "not_in_channel"}), "C0CLERK")
    assert found.permanent


def test_an_answer_that_says_nothing(slack: SlackStandIn) -> None:
    """Is tried again."""
    found = failure(slack, Fault("conversations.open", status=200, body={"ok": True}))
    assert not found.permanent
