"""The checks of Adaptive Cards and of Teams manifests find planted mistakes, so that none of them passes whatever is rendered."""

from __future__ import annotations

import json
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests import validators

Json = dict[str, Any]

EXECUTE = {
    "type": "Action.Execute",
    "title": "Go",
    "verb": "go",
    "fallback": {"type": "Action.Submit", "title": "Go", "data": {"verb": "go"}},
}
CARD: Json = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "lang": "en",
    "msteams": {"width": "Full"},
    "body": [
        {"type": "TextBlock", "text": "Quoted from the policy", "wrap": True},
        {"type": "Input.Text", "id": "question", "label": "Question", "isRequired": True, "errorMessage": "Please ask"},
        {"type": "ActionSet", "actions": [EXECUTE]},
    ],
}


def card(place: int, **changes: Any) -> Json:
    """The card with one element changed; None takes a property away."""
    changed = deepcopy(CARD)
    changed["body"][place] = {name: value for name, value in (changed["body"][place] | changes).items() if value is not None}
    return changed


WRONG_EVENTS = {
    "an input without a label": card(1, label=None),
    "a required input without a word on it": card(1, errorMessage=None),
    "an unknown element": card(0, type="Textblok"),
    "an unknown value": card(0, size="Huge"),
    "seven actions": card(2, actions=[EXECUTE] * 7),
    "choices without any": card(1, type="Input.ChoiceSet", choices=[]),
}
WRONG_CARDS = {
    "an unknown element": (card(0, type="Textblok"), "/body/0"),
    "a misspelt property": (card(0, wrapp=True), "'wrapp' was unexpected"),
    "an unknown value": (card(0, size="Huge"), "/body/0/size"),
    "a property missing": (card(1, id=None), "/body/1: 'id' is a required"),
    "a mistake in an action": (card(2, actions=[{**EXECUTE, "verbs": 1}]), "'verbs' was unexpected"),
    "a mistake in a fallback": (
        card(2, actions=[{**EXECUTE, "fallback": {"type": "Action.Submit", "verb": 1}}]),
        "'verb' was unexp",
    ),
    "a version that Teams does not show": ({**CARD, "version": "1.6"}, "1.5"),
    "a card too large": (card(0, text="x" * 29_000), "bytes"),
}

MANIFEST: Json = {
    "manifestVersion": "1.19",
    "version": "1.0.0",
    "id": "3f5b6d0e-1111-4222-8333-444455556666",
    "developer": {
        "name": "A city",
        "websiteUrl": "https://city.example",
        "privacyUrl": "https://city.example/privacy",
        "termsOfUseUrl": "https://city.example/terms",
    },
    "name": {"short": "Bot", "full": "Bot"},
    "description": {"short": "Quotes policies", "full": "Quotes the clauses of policies"},
    "icons": {"color": "color.png", "outline": "outline.png"},
    "accentColor": "#264A73",
    "bots": [{"botId": "3f5b6d0e-1111-4222-8333-444455556666", "scopes": ["personal", "team", "groupChat"]}],
}
WRONG_MANIFESTS = {
    "a misspelt property": ({**MANIFEST, "bot": []}, "'bot' was unexpected"),
    "a property missing": ({name: value for name, value in MANIFEST.items() if name != "developer"}, "'developer'"),
    "a name too long": ({**MANIFEST, "name": {"short": "x" * 31, "full": "x"}}, "/name/short"),
    "a misspelt scope": ({**MANIFEST, "bots": [{**MANIFEST["bots"][0], "scopes": ["personel"]}]}, "unknown scope 'personel'"),
    "a version without schema": ({**MANIFEST, "manifestVersion": "0.9"}, "0.9"),
}


@pytest.fixture(scope="module")
def events() -> dict[str, list[str]]:
    """What the renderer says of all cards of this module."""
    return validators.card_events({"sound": CARD, "sound again": CARD} | WRONG_EVENTS)


def test_sound_card(events: dict[str, list[str]]) -> None:
    """A card without a mistake passes the renderer and the schema, whatever was looked at before."""
    assert events["sound"] == events["sound again"] == []
    assert validators.card_schema_problems(CARD) == []


@pytest.mark.parametrize("name", WRONG_EVENTS)
def test_renderer_finds(name: str, events: dict[str, list[str]]) -> None:
    """Microsoft's renderer speaks of what it would not show, or not to everybody."""
    assert events[name]


@pytest.mark.parametrize("name", WRONG_CARDS)
def test_card_schema_finds(name: str) -> None:
    """The schema, with Teams' limits, finds a mistake and names its place."""
    wrong, said = WRONG_CARDS[name]
    assert [problem for problem in validators.card_schema_problems(wrong) if said in problem]


@pytest.mark.parametrize("suffix", [".json", ".zip"])
def test_sound_manifest(suffix: str, tmp_path: Path) -> None:
    """A manifest without a mistake passes, alone and in a package with its icons."""
    path = tmp_path / f"manifest{suffix}"
    if suffix == ".json":
        path.write_text(json.dumps(MANIFEST))
    else:
        with zipfile.ZipFile(path, "w") as package:
            for name, content in {"manifest.json": json.dumps(MANIFEST), "color.png": "", "outline.png": ""}.items():
                package.writestr(name, content)
    assert validators.manifest_problems(path) == []


@pytest.mark.parametrize("name", WRONG_MANIFESTS)
def test_manifest_schema_finds(name: str, tmp_path: Path) -> None:
    """The schema, with the scopes that it does not know, finds a mistake in a manifest."""
    wrong, said = WRONG_MANIFESTS[name]
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(wrong))
    assert [problem for problem in validators.manifest_problems(path) if said in problem]


def test_package_without_icon(tmp_path: Path) -> None:
    """A package that lacks an icon which its manifest names is found."""
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("manifest.json", json.dumps(MANIFEST))
    assert "icon color.png is missing" in validators.manifest_problems(path)
