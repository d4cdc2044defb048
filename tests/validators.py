"""Checks of what is sent to Slack and to Teams by the vendors' own types, models, schemas and renderers, and pictures of it.

Where Node.js, its packages or Chromium are missing, a test that asks for them is skipped, and fails in CI.
"""

from __future__ import annotations

import base64
import functools
import importlib.resources
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from jsonschema import Draft4Validator, Draft6Validator, FormatChecker

from bot.manifests import icons
from tests import schemas, slack_limits

BROWSER = Path(__file__).parent / "browser"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 300
# Teams shows cards up to this version, and up to this many bytes in every place where a card may stand.
CARD_VERSION = "1.5"
CARD_BYTES = 28 * 1024
SCOPES = frozenset({"personal", "team", "groupChat", "groupchat", "copilot"})


@dataclass(frozen=True)
class Picture:
    """A payload drawn: the text that is seen, what went wrong on the page, and what the renderer said of a card."""

    text: str
    problems: tuple[str, ...]
    events: tuple[str, ...] = ()


def blocks_problems(payloads: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with each view, message or list of blocks by Slack's types. Asked for all at once: the compiler is slow."""
    found: dict[str, list[str]] = _answers("check_blocks.js", payloads)
    return found


def slack_model_problems(payload: Mapping[str, Any]) -> list[str]:
    """What is wrong with a view or message by Slack's Python models and limits; a message is what has no `type`."""
    return slack_limits.problems(payload)


def card_events(cards: Mapping[str, Any]) -> dict[str, list[str]]:
    """What Microsoft's renderer says of each card when it reads and validates it; nothing where all is well."""
    found: dict[str, list[str]] = _answers("check_cards.js", cards)
    return found


def picture_blocks(payloads: Mapping[str, Any], out: Path) -> dict[str, Picture]:
    """Draws Block Kit into `out`/NAME.png. A payload may stand in {"said": ..., "shown": payload}, to begin with a question."""
    return _pictures("picture_blocks.js", payloads, out)


def picture_cards(cards: Mapping[str, Any], out: Path) -> dict[str, Picture]:
    """Draws cards, messages with one, and dialogs into `out`/NAME.png; a question may stand before them as for blocks."""
    return _pictures("picture_cards.js", cards, out)


def picture_pages(pages: Mapping[str, str], out: Path) -> dict[str, Picture]:
    """Draws whole web pages, given as HTML, into `out`/NAME.png."""
    return _pictures("picture_pages.js", pages, out)


def card_schema_problems(card: Mapping[str, Any]) -> list[str]:
    """What is wrong with an Adaptive Card by its version's official schema, and by what Teams takes."""
    found = [] if str(card.get("version")) <= CARD_VERSION else [f"Teams shows cards up to version {CARD_VERSION}"]
    size = len(json.dumps(card, ensure_ascii=False).encode())
    found += [f"{size} bytes are more than {CARD_BYTES}"] if size > CARD_BYTES else []
    # `msteams` is Teams' own; what stands under `fallback` is open in the schema, so it is looked at by itself.
    bare = {name: value for name, value in card.items() if name != "msteams"}
    for shown in (bare, *_fallbacks(bare)):
        found += schemas.problems(_card_schema(str(card["version"])), shown)
    return found


def manifest_problems(path: Path) -> list[str]:
    """What is wrong with a Teams manifest, or with the one in an app package, by Microsoft's schema of its version."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as package:
            manifest = json.loads(package.read("manifest.json"))
            missing = [f"icon {name} is missing" for name in manifest["icons"].values() if name not in package.namelist()]
    else:
        manifest, missing = json.loads(path.read_text("utf-8")), []
    versions = _modules() / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"
    file = versions / f"v{manifest['manifestVersion']}" / "MicrosoftTeams.schema.json"
    if not file.is_file():
        return [f"there is no schema for version {manifest['manifestVersion']}"]
    schema = Draft4Validator(json.loads(file.read_text("utf-8-sig")), format_checker=FormatChecker())
    # The schema lets an unknown scope through where it has alternatives.
    unknown = [f"unknown scope {scope!r}" for scope in sorted(set(_scopes(manifest)) - SCOPES)]
    return [*missing, *schemas.problems(schema, manifest), *unknown]


def _answers(script: str, payloads: Mapping[str, Any], *arguments: str, **environment: str) -> Any:
    """What a script says of these payloads. Raises AssertionError with its own words where it fails."""
    node = shutil.which("node") or _missing("Node.js")
    known = os.environ | {"NODE_PATH": str(_modules())} | environment
    done = subprocess.run(
        [node, BROWSER / script, *arguments],
        input=json.dumps(payloads),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=known,
    )
    assert done.returncode == 0, f"{script} failed: {done.stderr}"
    return json.loads(done.stdout)


def _pictures(script: str, payloads: Mapping[str, Any], out: Path) -> dict[str, Picture]:
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None) or _missing("Chromium")
    out.mkdir(parents=True, exist_ok=True)
    icon = f"data:image/png;base64,{base64.b64encode(icons.color()).decode()}"
    answers = _answers(script, payloads, str(out), CHROMIUM=chromium, ICON=icon)
    return {
        name: Picture(answer["text"], tuple(answer["problems"]), tuple(answer.get("events", ())))
        for name, answer in answers.items()
    }


def _modules() -> Path:
    """Where the packages of tests/browser are installed."""
    places = [*map(Path, filter(None, os.environ.get("NODE_PATH", "").split(os.pathsep))), BROWSER / "node_modules"]
    return next((place for place in places if (place / "@slack" / "types").is_dir()), None) or _missing(
        "the packages of tests/browser (make browser)"
    )


def _missing(what: str) -> NoReturn:
    """Skips the test, aloud; in CI nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing: {what}")
    pytest.skip(f"missing: {what}")


@functools.cache
def _card_schema(version: str) -> Draft6Validator:
    schemas = importlib.resources.files("adaptive_cards") / "schemas"
    return Draft6Validator(json.loads((schemas / f"schema-{version}.json").read_text("utf-8")))


def _fallbacks(part: object) -> Iterator[dict[str, Any]]:
    """Each element or action that stands in for another, as a card of its own."""
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for child in children:
        yield from _fallbacks(child)
    fallback = part.get("fallback") if isinstance(part, dict) else None
    if isinstance(fallback, dict):
        place = "actions" if str(fallback.get("type")).startswith("Action.") else "body"
        yield {"type": "AdaptiveCard", "version": CARD_VERSION, place: [fallback]}


def _scopes(part: object) -> Iterator[str]:
    """Every scope that a manifest names, however deep."""
    for name, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if name in ("scopes", "scope"):
            yield from [value] if isinstance(value, str) else value
        yield from _scopes(value)
