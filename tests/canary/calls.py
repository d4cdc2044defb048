"""What the program sent out, as it is searched: without the addresses that an answer to the same person needs.

What somebody reads in their own dialog may repeat what they wrote, and shows the receipt once; so the words of dialogs are read
apart, and everything around them (ids, values, hidden data) together with messages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.drill.places import Source

# The addresses that Slack's methods take, of whoever is answered. Nothing else in a call may name somebody.
ADDRESSES: Mapping[str, frozenset[str]] = {
    "chat.postMessage": frozenset({"channel", "thread_ts"}),
    "views.open": frozenset({"trigger_id"}),
    "views.update": frozenset({"view_id", "hash"}),
    "views.publish": frozenset({"user_id"}),
    "users.info": frozenset({"user"}),
    "conversations.history": frozenset({"channel", "oldest"}),
    "conversations.replies": frozenset({"channel", "ts", "oldest"}),
    "response_url": frozenset(),
}
# What addresses an activity to the one who is answered.
ACTIVITY = frozenset({"conversation", "recipient", "replyToId", "serviceUrl", "from", "locale"})
_DRAWING = re.compile(rb"<(style|script)>.*?</\1>", re.DOTALL)
_DIALOGS = ("views.open", "views.update")
# Where somebody reads; all other values of a dialog or card are the program's own.
_READ = frozenset({"text", "initial_value", "value", "title", "label", "inlines", "speak", "fallbackText"})


def of_slack(calls: Iterable[tuple[str, Any]], query: str) -> Iterator[Source]:
    """The calls to Slack; `query` begins the name of an argument that belongs to an address."""
    for method, arguments in calls:
        kept = {
            name: value
            for name, value in arguments.items()
            if name not in ADDRESSES.get(method, frozenset()) and not name.startswith(query)
        }
        if method in _DIALOGS:
            yield Source(f"call {method} (words)", _dumped(_words(kept)))
            yield from _hidden(f"call {method}", kept)
        else:
            yield Source(f"call {method}", _dumped(kept))


def of_teams(posts: Iterable[Mapping[str, Any]]) -> Iterator[Source]:
    """The activities that were sent: always messages, which Microsoft keeps."""
    for post in posts:
        yield Source("message in Teams", _dumped({name: value for name, value in post.items() if name not in ACTIVITY}))


def of_answers(answers: Iterable[tuple[str, str]]) -> Iterator[Source]:
    """What was answered to a request, in the form's own surface."""
    for where, text in answers:
        try:
            body = json.loads(text)
        except ValueError:
            yield Source(f"{where} (words)", text.encode())
            continue
        yield Source(f"{where} (words)", _dumped(_words(body)))
        yield from _hidden(where, body)


def drawn_once(sources: Iterable[Source]) -> Iterator[Source]:
    """The same, with styles and scripts, which every page repeats, once."""
    seen: set[bytes] = set()

    def first(found: re.Match[bytes]) -> bytes:
        new = found[0] not in seen
        seen.add(found[0])
        return found[0] if new else b""

    for each in sources:
        yield Source(each.where, _DRAWING.sub(first, each.data))


def _hidden(where: str, part: Any, name: str = "") -> Iterator[Source]:
    """Everything that nobody reads, each with the name under which it stands."""
    if isinstance(part, dict):
        # A card's hidden inputs and an action's data carry values too; only what is drawn is read.
        drawn = (
            part.get("isVisible") is not False and "action_id" not in part and not str(part.get("type", "")).startswith("Action")
        )
        for key, value in part.items():
            if not (key in _READ and (drawn or key == "initial_value") and isinstance(value, str)):
                yield from _hidden(where, value, key)
    elif isinstance(part, list):
        for each in part:
            yield from _hidden(where, each, name)
    elif isinstance(part, str):
        yield Source(f"{where} {name}", part.encode("utf-8", "surrogatepass"))


def _words(part: Any) -> list[str]:
    """What is read."""
    if isinstance(part, dict):
        own = [value for key, value in part.items() if key in _READ and isinstance(value, str)]
        return own + [word for value in part.values() for word in _words(value)]
    if isinstance(part, list):
        return [word for each in part for word in _words(each)]
    return []


def _dumped(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
