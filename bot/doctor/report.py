"""What the checks found, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from bot.doctor.checks import Check, State

_WIDTH = max(map(len, State)) + 1


def well(checks: Sequence[Check]) -> bool:
    """Whether nothing is wrong."""
    return all(check.state is not State.WRONG for check in checks)


def lines(checks: Sequence[Check]) -> Iterator[str]:
    """A line for each check, under it what to do, and a summary."""
    for check in checks:
        yield f"{check.state:{_WIDTH}} {check.name}: {check.found}"
        if check.todo:
            yield f"{'':{_WIDTH}} To do: {check.todo}"
    found = sum(check.state is State.WRONG for check in checks)
    yield f"{found} of {len(checks)} checks found something wrong." if found else "Nothing is wrong."


def as_json(checks: Sequence[Check]) -> list[str]:
    """One JSON object: `ok`, and `checks` with name, state, found and todo."""
    return [json.dumps({"ok": well(checks), "checks": [asdict(check) for check in checks]}, ensure_ascii=False)]
