"""The package of the Teams app: manifest and icons in a zip file. Lengths are within Microsoft's schema."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot import surface
from bot.manifests import ManifestError, checked_address, icons

SCHEMA = "1.30"
SCOPES = ("personal", "team", "groupChat")
LONGEST_DEVELOPER = 32
# The earliest date that a zip file can say; the same input gives the same bytes on any day.
NO_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who offers the app to its staff, and the web page that Teams links to."""

    name: str
    website: str


def package(app_id: str, publisher: Publisher, version: str, url: str = "") -> bytes:
    """The zip file to upload. `app_id` is the bot's id of its registration, `url` the bot's own address if there is one.

    Raises ManifestError where the id is missing or none, or an address cannot be called.
    """
    tree = manifest(app_id, publisher, version, url)
    files = {
        "manifest.json": json.dumps(tree, indent=2, ensure_ascii=False).encode() + b"\n",
        "color.png": icons.color(),
        "outline.png": icons.outline(),
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, NO_DATE)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return held.getvalue()


def manifest(app_id: str, publisher: Publisher, version: str, url: str = "") -> dict[str, Any]:
    """The content of manifest.json. Raises ManifestError as `package` does."""
    bot_id = _checked_id(app_id)
    website = checked_address(publisher.website)
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": version,
        "id": str(uuid.uuid5(uuid.UUID(bot_id), surface.NAME)),
        "developer": {
            "name": publisher.name[:LONGEST_DEVELOPER],
            "websiteUrl": website,
            "privacyUrl": website,
            "termsOfUseUrl": website,
        },
        "name": {"short": surface.NAME, "full": f"{surface.NAME}, clauses of staff policies word for word"},
        "description": {"short": surface.SHORT, "full": surface.LONG},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": surface.ACCENT,
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        # Teams refuses a bot for teams without this line from schema 1.25 on; the schema itself does not say so.
        "supportsChannelFeatures": "tier1",
        "bots": [_bot(bot_id)],
        "composeExtensions": [{"botId": bot_id, "commands": _extension()}],
        "validDomains": [urlsplit(checked_address(url)).hostname] if url else [],
    }


def _bot(bot_id: str) -> dict[str, Any]:
    commands = [{"title": message, "description": title} for title, message in surface.PROMPTS.items()]
    return {
        "botId": bot_id,
        "scopes": list(SCOPES),
        "isNotificationOnly": False,
        "supportsFiles": False,
        "commandLists": [{"scopes": [scope], "commands": commands} for scope in SCOPES],
    }


def _extension() -> list[dict[str, Any]]:
    question = {"name": "question", "title": "Question", "description": "Your question, in your own words", "inputType": "text"}
    return [
        {
            "id": surface.SEARCH_COMMAND,
            "type": "query",
            "title": "Search the policies",
            "description": "Inserts the clause that answers, word for word",
            "context": ["compose", "commandBox"],
            "initialRun": False,
            "parameters": [question],
        },
        {
            "id": surface.DRAFT_COMMAND,
            "type": "action",
            "title": f"{surface.MESSAGE_SHORTCUT[1]}?",
            "description": "Lists the clauses that a text would touch if it were posted; keeps nothing",
            "context": ["message", "compose"],
            "fetchTask": True,
        },
    ]


def _checked_id(app_id: str) -> str:
    if not app_id:
        raise ManifestError("MICROSOFT_APP_ID is missing: the app id of the bot's registration (or give --app-id)")
    try:
        return str(uuid.UUID(app_id))
    except ValueError:
        raise ManifestError("the app id is none: it looks like 00000000-0000-0000-0000-000000000000") from None
