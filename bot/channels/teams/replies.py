"""What goes back for one activity: a card as a message, the body that answers an invoke, or both. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.teams.render import CONTENT_TYPE, Json, render, summary, title
from bot.channels.teams.shortening import CUT, cut
from bot.seals import Seal
from bot.views import Quote, View

MOST_RESULTS = 5
# What stands under the title of a search result, in characters.
_PREVIEW = 160


@dataclass(frozen=True, slots=True)
class Message:
    """A card that is sent into the conversation, with a line for notifications."""

    card: Json = field(repr=False)
    summary: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` answers an invoke; `instead` does where the message could not be delivered."""

    message: Message | None = None
    body: Json = field(default_factory=dict, repr=False)
    instead: Json = field(default_factory=dict, repr=False)


NOTHING = Reply()


def in_message(view: View) -> Reply:
    """A message of its own."""
    return Reply(Message(render(view), summary(view)))


def in_plain_message(view: View, seal: Seal) -> Reply:
    """A message whose form can be filled in place, for clients without dialogs."""
    return Reply(Message(render(view, dialog=True, seal=seal), summary(view)))


def under_card(view: View) -> Reply:
    """A message under the card that was pressed, which stays as it is."""
    said = _invoked("application/vnd.microsoft.activity.message", "The answer is below.")
    return Reply(Message(render(view), summary(view)), said, in_card(view).body)


def in_card(view: View) -> Reply:
    """In the place of the card that was pressed, for the one who pressed."""
    return Reply(body=_invoked(CONTENT_TYPE, render(view)))


def in_dialog(view: View, seal: Seal) -> Reply:
    """In the dialog that is open, or opens."""
    card = {"contentType": CONTENT_TYPE, "content": render(view, dialog=True, seal=seal)}
    shown = {"title": title(view), "height": "medium", "width": "medium", "card": card}
    return Reply(body={"task": {"type": "continue", "value": shown}})


def in_results(found: Sequence[tuple[str, View]]) -> Reply:
    """The list under a search box; each result inserts its card."""
    attachments = [
        {
            "contentType": CONTENT_TYPE,
            "content": render(view),
            "preview": {
                "contentType": "application/vnd.microsoft.card.thumbnail",
                "content": {"title": name, "text": _preview(view)},
            },
        }
        for name, view in found[:MOST_RESULTS]
    ]
    return Reply(body={"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": attachments}})


def under_search(text: str) -> Reply:
    """A sentence in the place of search results."""
    return Reply(body={"composeExtension": {"type": "message", "text": text}})


def _invoked(kind: str, value: Any) -> Json:
    return {"statusCode": 200, "type": kind, "value": value}


def _preview(view: View) -> str:
    """The first words of what would be inserted; previews may read markup, so nothing in it may look like it."""
    text = next((block.text for block in view.blocks if isinstance(block, Quote)), "")
    line = " ".join(text.replace("<", " ").split())
    return line if len(line) <= _PREVIEW else cut(line, _PREVIEW) + CUT
