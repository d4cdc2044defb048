"""The documents' screenshots: real answers as Slack, Teams and a browser show them. Run by `make pictures`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import app
from bot.channels.slack import render as slack
from bot.channels.teams import render as teams
from bot.channels.web.render import Done, Page, document
from bot.config import read_settings
from bot.dispatcher import Dispatcher
from bot.people import Sender
from bot.turns import Pressed, Said, Turn
from bot.views import View
from tests import validators

IMAGES = Path(__file__).parent.parent / "docs" / "images"
QUESTION = "can i scroll instagram while im on the clock"


async def views(door: Dispatcher) -> dict[str, View]:
    """What the pictures show, by a short name."""

    async def answer(turn: Turn) -> View:
        return (await door.handle(turn, Sender("pictures"))).without_action("share")

    return {
        "answer": await answer(Said(QUESTION)),
        "draft": await answer(Pressed("open:draft")),
        "home": await answer(Pressed("home")),
    }


def draw(shown: Mapping[str, View], out: Path) -> dict[str, validators.Picture]:
    """Draws all pictures into `out`; gives what is seen on each."""
    blocks: dict[str, Any] = {
        "slack-answer": {"said": QUESTION, "shown": slack.message(shown["answer"])},
        "slack-modal": slack.modal(shown["draft"]),
        "slack-home": slack.home(shown["home"]),
    }
    dialog = {"title": teams.title(shown["draft"]), "card": {"content": teams.render(shown["draft"], dialog=True)}}
    cards: dict[str, Any] = {
        "teams-answer": {"said": QUESTION, "shown": teams.render(shown["answer"])},
        "teams-dialog": dialog,
    }
    pages = {"local-page": document(Page(shown["answer"], done=Done("You asked", QUESTION)))}
    return validators.picture_blocks(blocks, out) | validators.picture_cards(cards, out) | validators.picture_pages(pages, out)


def main(out: Path = IMAGES) -> None:
    """Draws the pictures; ends with code 1 and what went wrong where a page had a problem."""
    with app.dispatcher(read_settings()) as door:
        shown = asyncio.run(views(door))
    drawn = draw(shown, out)
    for name in drawn:
        print(out / f"{name}.png")  # noqa: T201 - what was made
    sys.exit("\n".join(f"{name}: {problem}" for name, picture in drawn.items() for problem in picture.problems) or 0)


if __name__ == "__main__":
    main()
