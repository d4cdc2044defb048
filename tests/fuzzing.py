"""Payloads with something wrong in them: parts replaced, dropped, doubled or moved, and bytes broken. Fixed by a seed."""

from __future__ import annotations

import json
import random
from typing import Any

JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    10**30,
    "",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "<!channel> & <@U1|x> `x`",
    "{{7*7}} ${jndi:x} %s %n ../../etc/passwd",
    "a" * 20_000,
    "🙂" * 500,
    "\u202eabc",
    [],
    {},
    [[]],
    [None, {}, "x"],
    {"text": {"text": []}},
    {"value": {"value": {"value": 1}}},
)


def mutated(payload: Any, chance: random.Random) -> Any:
    """The payload with one to four of its parts changed."""
    changed = json.loads(json.dumps(payload))
    for _ in range(chance.randint(1, 4)):
        places = list(_places(changed))
        if places:
            _change(*chance.choice(places), chance)
    return changed


def _places(part: Any) -> Any:
    """Every part inside, as (what holds it, its key)."""
    keys = list(part) if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
    for key in keys:
        yield part, key
        yield from _places(part[key])


def _change(holder: Any, key: Any, chance: random.Random) -> None:
    match chance.randint(0, 5):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[f"{key}{chance.choice(['', '_', ' ', '.x'])}2"] = holder[key]
        case 2 if isinstance(holder, list):
            holder.append(holder[key])
        case 3:
            holder[key] = [holder[key]]
        case 4 if isinstance(holder[key], str):
            holder[key] = holder[key] + str(chance.choice(JUNK))[:500]
        case _:
            holder[key] = json.loads(json.dumps(chance.choice(JUNK)))


def broken(text: str, chance: random.Random) -> bytes:
    """The text's bytes, some of them changed or cut."""
    content = bytearray(text.encode())
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(content))
        if chance.random() < 0.2:
            del content[place:]
            content += b"}"
        else:
            content[place] = chance.randrange(256)
    return bytes(content)
