"""`recipients.toml` beside the records: who reads reports, as `clausebot keys` writes it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from bot.casebook import keys
from bot.report_settings import Recipient

FILE = "recipients.toml"
_FIELDS = ("id", "name", "route", "key", "email")


def read(place: Path) -> list[Recipient]:
    """Those whom the file names; settings have checked it before."""
    path = place / FILE
    listed = tomllib.loads(path.read_text("utf-8")).get("recipients", []) if path.exists() else []
    return [
        Recipient(each["id"], each["name"], each.get("route", "hr"), each.get("key", ""), each.get("email", ""))
        for each in listed
    ]


def write(place: Path, people: Sequence[Recipient]) -> None:
    """Writes the file, whole or not at all."""
    keys.write(place / FILE, text(people).encode(), anew=True)


def text(people: Sequence[Recipient]) -> str:
    """The file for these people; a JSON text is a TOML text too."""
    parts = ["# Who reads anonymous reports; clausebot keys writes this file.\n"]
    for each in people:
        filled = [(name, getattr(each, name)) for name in _FIELDS if getattr(each, name)]
        parts.append("\n[[recipients]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in filled))
    return "".join(parts)
