"""What Slack takes as a manifest, as far as ours uses it: its documented fields, lengths, scopes and events."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator


def text(most: int, least: int = 1, **more: object) -> dict[str, object]:
    """A text with these lengths."""
    return {"type": "string", "minLength": least, "maxLength": most, **more}


def record(optional: dict[str, Any] | None = None, **needed: Any) -> dict[str, object]:
    """An object with exactly these fields."""
    return {
        "type": "object",
        "properties": {**needed, **(optional or {})},
        "required": list(needed),
        "additionalProperties": False,
    }


def several(items: object, most: int) -> dict[str, object]:
    """One to so many of these, each once."""
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most, "uniqueItems": True}


# The limits of Slack's manifest reference and of its published manifest schema, as far as our manifest uses them.
YES = {"type": "boolean"}
ADDRESS = text(3000, pattern="^https://")
SLACK = Draft202012Validator(
    record(
        display_information=record(
            name=text(35),
            description=text(140),
            long_description=text(4000, least=175),
            background_color=text(7, pattern="^#[0-9a-f]{6}$"),
        ),
        features=record(
            {
                "agent_view": record(
                    agent_description=text(300), suggested_prompts=several(record(title=text(75), message=text(200)), 4)
                )
            },
            app_home=record(home_tab_enabled=YES, messages_tab_enabled=YES, messages_tab_read_only_enabled=YES),
            bot_user=record(display_name=text(80), always_online=YES),
            shortcuts=several(
                record(name=text(24), type={"enum": ["message", "global"]}, callback_id=text(255), description=text(150)), 10
            ),
            slash_commands=several(
                record(
                    {"url": ADDRESS},
                    command=text(32, pattern="^/"),
                    description=text(2000),
                    usage_hint=text(1000),
                    should_escape=YES,
                ),
                50,
            ),
        ),
        oauth_config=record(scopes=record(bot=several(text(50), 255))),
        settings=record(
            event_subscriptions=record({"request_url": ADDRESS}, bot_events=several(text(50), 100)),
            interactivity=record({"request_url": ADDRESS}, is_enabled=YES),
            org_deploy_enabled=YES,
            socket_mode_enabled=YES,
            token_rotation_enabled=YES,
        ),
    )
)
# Bot scopes and bot events that Slack documents and that a bot like this one might ask for. A schema lets a misspelt one pass.
KNOWN_SCOPES = frozenset(
    """app_mentions:read assistant:write channels:history channels:join channels:read chat:write chat:write.customize
    chat:write.public commands files:read files:write groups:history groups:read im:history im:read im:write
    incoming-webhook links:read links:write mpim:history mpim:read mpim:write reactions:read reactions:write team:read
    usergroups:read users.profile:read users:read users:read.email users:write""".split()
)
# Each event that is wanted, with the scope that Slack demands for it.
NEEDS = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "app_uninstalled": None,
    "tokens_revoked": None,
}
