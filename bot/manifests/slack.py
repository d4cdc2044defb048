"""The manifest of the Slack app, as YAML. Lengths are within Slack's manifest schema (2026-09)."""

from __future__ import annotations

from typing import Any

import yaml

from bot import surface
from bot.manifests import ManifestError, checked_address


def manifest(url: str = "", *, socket: bool = False, agent: bool = True, email: bool = False, groups: bool = False) -> str:
    """The manifest. `url` is where Slack calls; with `socket` the bot calls Slack instead, and no address is needed.

    Without `agent` the app is a plain one, which guests of the workspace may use too, and suggests nothing to ask. With
    `email` it may read people's addresses, by which it knows who signs; with `groups` it may read who is in a user group.
    Raises ManifestError where the address is missing or cannot be called.
    """
    if not (url or socket):
        raise ManifestError("where is Slack to call? Give --url https://..., set CLAUSEBOT_URL, or use Socket Mode with --socket")
    endpoint = {} if socket else {"request_url": checked_address(url) + surface.SLACK_PATH}
    optional = ((surface.AGENT_SCOPE, agent), (surface.EMAIL_SCOPE, email), (surface.GROUPS_SCOPE, groups))
    without = {scope for scope, wanted in optional if not wanted}
    tree = {
        "display_information": {
            "name": surface.NAME,
            "description": surface.SHORT,
            "long_description": surface.LONG,
            "background_color": surface.ACCENT,
        },
        "features": _features(endpoint.get("request_url", ""), agent),
        "oauth_config": {"scopes": {"bot": [scope for scope in surface.SCOPES if scope not in without]}},
        "settings": {
            "event_subscriptions": {**endpoint, "bot_events": list(surface.EVENTS)},
            "interactivity": {"is_enabled": True, **endpoint},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=120)


def _features(endpoint: str, agent: bool) -> dict[str, Any]:
    prompts = [{"title": title, "message": message} for title, message in surface.PROMPTS.items()]
    features: dict[str, Any] = {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": surface.NAME, "always_online": True},
        "shortcuts": _shortcuts(),
        "slash_commands": [_command(endpoint)],
    }
    if agent:
        features["agent_view"] = {"agent_description": surface.SHORT, "suggested_prompts": prompts}
    return features


def _shortcuts() -> list[dict[str, str]]:
    draft, label = surface.MESSAGE_SHORTCUT
    everywhere = [
        {"name": name, "type": "global", "callback_id": action, "description": f"{name}: opens a form that only you see"}
        for action, name in surface.GLOBAL_SHORTCUTS.items()
    ]
    on_message = "Lists the clauses that a message would touch if it were posted; keeps nothing"
    return [*everywhere, {"name": label, "type": "message", "callback_id": draft, "description": on_message}]


def _command(endpoint: str) -> dict[str, Any]:
    """The slash command. Mentions stay as they were typed, so that no id of a person comes with a question."""
    return {
        "command": surface.COMMAND,
        **({"url": endpoint} if endpoint else {}),
        "description": "Quotes the clause that answers; only you see it",
        "usage_hint": "your question, or help",
        "should_escape": False,
    }
