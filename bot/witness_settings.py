"""Who outside witnesses each day's root: `[witness]` of clausebot.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_KEYS = ("slack_channel", "teams_conversation", "timestamp_url")


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The id of a channel in Slack, that of a conversation in Teams, the address of a time-stamping authority (RFC 3161); each
    may be empty. The file for the Clerk is always written."""

    slack: str = ""
    teams: str = ""
    timestamp_url: str = ""

    @property
    def chats(self) -> dict[str, str]:
        """Channel and place of each chat that is told."""
        return {name: place for name, place in (("slack", self.slack), ("teams", self.teams)) if place}


def read(table: object) -> tuple[Witnesses, list[str]]:
    """The witnesses that a table names, and its mistakes."""
    if not isinstance(table, Mapping):
        return Witnesses(), ["clausebot.toml: [witness] must be a table"]
    mistakes = [f"clausebot.toml: [witness] has no {key}; it has {', '.join(_KEYS)}" for key in table if key not in _KEYS]
    mistakes += [f"clausebot.toml: [witness] {key} must be a text" for key in _KEYS if not isinstance(table.get(key, ""), str)]
    if not mistakes and table.get("timestamp_url") and not _is_address(table["timestamp_url"]):
        mistakes.append("clausebot.toml: [witness] timestamp_url must begin with https:// or http:// and name a host")
    return (Witnesses(), mistakes) if mistakes else (_read(table), [])


def _read(table: Mapping[str, Any]) -> Witnesses:
    slack, teams, url = (table.get(key, "").strip() for key in _KEYS)
    return Witnesses(slack, teams, url)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
