"""The Slack manifest says what the channel listens to, no more, within its limits; what the manifests suggest is answered."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot import surface
from bot.directory import read_directory
from bot.dispatcher import ASKING
from bot.journeys.home import FORMS
from bot.manifests import ManifestError, slack
from bot.understanding import Result, understand
from bot.views import OPEN
from policy_kb import KnowledgeBase
from tests import schemas
from tests.slack_manifest import KNOWN_SCOPES, NEEDS, SLACK

URL = "https://bot.example.gov"


def read(written: str) -> dict[str, Any]:
    """A manifest as Slack reads it."""
    found = yaml.safe_load(written)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "written",
    [slack.manifest(URL), slack.manifest(socket=True), slack.manifest(URL, agent=False), slack.manifest(URL, email=True)],
)
def test_slack_takes_the_manifest(written: str) -> None:
    """Every field, length and number is one that Slack knows, in all ways of writing it."""
    assert schemas.problems(SLACK, read(written)) == []


def test_the_limits_are_tested() -> None:
    """A manifest that breaks them is found out."""
    broken = read(slack.manifest(URL))
    broken["features"]["shortcuts"][0]["name"] = "Ask about a policy, please"
    broken["features"]["agent_view"]["suggested_prompts"] *= 2
    broken["settings"]["misspelt"] = True
    assert len(schemas.problems(SLACK, broken)) >= 3


def test_slack_calls_us_at_one_address() -> None:
    """Events, buttons and the command go to the same route, whatever slash the address ends in."""
    tree = read(slack.manifest(f"{URL}/"))
    endpoints = [
        tree["settings"]["event_subscriptions"]["request_url"],
        tree["settings"]["interactivity"]["request_url"],
        tree["features"]["slash_commands"][0]["url"],
    ]
    assert endpoints == [f"{URL}/slack/events"] * 3
    assert tree["settings"]["socket_mode_enabled"] is False


def test_in_socket_mode_no_address_is_named() -> None:
    """Nothing outside can reach the bot, so nothing is told to call it."""
    written = slack.manifest(socket=True)
    assert "http" not in written
    assert read(written)["settings"]["socket_mode_enabled"] is True


def test_a_plain_app_has_no_agent() -> None:
    """Neither the agent view nor the scope that only it needs."""
    written = slack.manifest(URL, agent=False)
    assert "agent_view" not in written
    assert surface.AGENT_SCOPE not in written


@pytest.mark.parametrize("url", ["", "http://bot.example.gov", "bot.example.gov", "https://"])
def test_slack_wants_an_address_that_it_can_call(url: str) -> None:
    """Anything else is refused with a word on what to do."""
    with pytest.raises(ManifestError, match="https://"):
        slack.manifest(url)


def test_scopes_exist_and_are_the_least() -> None:
    """Each is documented, each has its feature, each event has its own, and no channel is read."""
    asked = read(slack.manifest(URL, email=True, groups=True))["oauth_config"]["scopes"]["bot"]
    assert set(asked) <= KNOWN_SCOPES
    assert set(asked) == set(surface.SCOPES)
    assert set(read(slack.manifest(URL))["oauth_config"]["scopes"]["bot"]) == set(asked) - {
        surface.EMAIL_SCOPE,
        surface.GROUPS_SCOPE,
    }
    assert {scope for event in surface.EVENTS if (scope := NEEDS[event])} <= set(asked)
    assert not {scope for scope in asked if scope.endswith(":history")} - {"im:history"}


class Registered:
    """Takes the place of Bolt's app and notes the events that are listened to."""

    def __init__(self) -> None:
        self.events: set[str] = set()

    def event(self, name: str) -> Any:
        """Notes one."""
        self.events.add("message.im" if name == "message" else name)
        return lambda listener: listener

    def __getattr__(self, _: str) -> Any:
        return lambda _pattern: lambda listener: listener


def test_the_channel_listens_to_the_events_of_the_manifest() -> None:
    """To each, and to no other."""
    from bot.channels.slack.listeners import Listeners

    app = Registered()
    Listeners(*[None] * (Listeners.__init__.__code__.co_argcount - 1)).register(app)  # type: ignore[arg-type]
    assert app.events == set(surface.EVENTS)


def test_shortcuts_open_forms_that_exist() -> None:
    """By the same id that the dispatcher knows."""
    opened = [action.removeprefix(OPEN) for action in surface.GLOBAL_SHORTCUTS]
    assert {*opened, surface.MESSAGE_SHORTCUT[0], *ASKING} <= set(FORMS)
    assert surface.DRAFT_COMMAND in FORMS


@pytest.mark.parametrize("message", surface.PROMPTS.values())
def test_suggested_messages_are_understood(message: str, knowledge: KnowledgeBase) -> None:
    """What Slack and Teams suggest to ask is answered."""
    assert understand(message, knowledge, read_directory()).outcome in (Result.JOURNEY, Result.ANSWER)
