"""Writing to people in Teams unasked: where they have the bot, and what a refusal means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.channels import DeliveryError
from bot.dispatcher import Dispatcher
from bot.people import Account
from bot.records import Reference
from bot.views import Button, Text, view
from tests.teams_driver import TeamsDriver
from tests.teams_stand_in import BOT, TENANT, Fault

ALICE = Account("teams", TENANT, "aad-alice")
SHOWN = view(Text("Please sign."), Button("Read and sign", "open:sign", "signed"))


@pytest.fixture
def teams(dispatcher: Dispatcher) -> Iterator[TeamsDriver]:
    """The bot in Teams, with the stand-in for Microsoft."""
    with closing(TeamsDriver(dispatcher)) as driver:
        yield driver


def refer(teams: TeamsDriver, door: Dispatcher, conversation: str | None = None) -> None:
    """Alice has the bot, as it is kept."""
    kept = {"service_url": teams.microsoft.service, "conversation": "a:alice", "bot": BOT, "tenant": TENANT}
    reference = Reference("teams", "aad-alice", json.dumps(kept) if conversation is None else conversation)
    door.thread.submit(door.ledger.refer, reference, new=True).result()


def send(teams: TeamsDriver, to: Account | str = ALICE) -> None:
    """Sends the notice."""
    teams.bot.run(teams.channel.sending.send(to, SHOWN, "request:q1:alice", again=True))


def failure(teams: TeamsDriver, to: Account | str = ALICE) -> DeliveryError:
    """What sending ends with."""
    with pytest.raises(DeliveryError) as found:
        send(teams, to)
    return found.value


def test_a_person_is_written_to_where_they_have_the_bot(teams: TeamsDriver, dispatcher: Dispatcher) -> None:
    """A card with its button, a line for notifications, and the bot's own token."""
    refer(teams, dispatcher)
    send(teams)
    (posted,) = teams.microsoft.sent_to("a:alice")
    assert posted["from"] == {"id": BOT}
    assert posted["summary"] == "Please sign."
    (attached,) = posted["attachments"]
    assert '"value": "signed"' in json.dumps(attached["content"])
    assert teams.microsoft.tokens[-1] == "Bearer bot-token"
    assert "request:q1" not in json.dumps(posted)


def test_who_has_not_installed_the_bot(teams: TeamsDriver) -> None:
    """Is reached otherwise."""
    found = failure(teams)
    assert (str(found), found.permanent) == ("reference: the bot is not installed for them", True)


@pytest.mark.parametrize("conversation", ["nonsense", "{}", "[]", '{"service_url": "https://x"}'])
def test_a_reference_that_cannot_be_read(teams: TeamsDriver, dispatcher: Dispatcher, conversation: str) -> None:
    """Leads nowhere."""
    refer(teams, dispatcher, conversation)
    assert failure(teams).permanent


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (401, False), (403, True), (404, True), (500, False), (503, False)]
)
def test_what_a_refusal_means(teams: TeamsDriver, dispatcher: Dispatcher, status: int, permanent: bool) -> None:
    """A chat that is gone stays gone; a token that Teams does not take may be mended."""
    refer(teams, dispatcher)
    teams.microsoft.faults = [Fault(times=9, status=status)]
    found = failure(teams)
    assert (str(found), found.permanent) == (f"post: {status}", permanent)


def test_a_wish_to_wait_is_passed_on(teams: TeamsDriver, dispatcher: Dispatcher) -> None:
    """Where a turn has no time for it."""
    refer(teams, dispatcher)
    teams.microsoft.faults = [Fault(status=429, headers={"Retry-After": "60"})]
    found = failure(teams)
    assert (found.permanent, found.retry_after) == (False, 60.0)


def test_the_bot_s_token_never_goes_elsewhere(teams: TeamsDriver) -> None:
    """A place whose address nobody has checked."""
    place = {"service_url": "ftp://elsewhere.example/", "conversation": "a:alice", "bot": BOT}
    assert failure(teams, json.dumps(place)).permanent
    assert teams.microsoft.attempts == 0


def test_a_channel_by_its_id_or_whole(teams: TeamsDriver, dispatcher: Dispatcher) -> None:
    """By its id it is reached as those are who have the bot; as long as nobody has, that is waited for."""
    channel = "19:clerk@thread.tacv2"
    assert not failure(teams, channel).permanent
    refer(teams, dispatcher)
    send(teams, channel)
    send(teams, json.dumps({"service_url": teams.microsoft.service, "conversation": channel, "bot": BOT}))
    assert len(teams.microsoft.sent_to(channel)) == 2
