"""What to look for, kept in a file for whoever looks again. Whoever has it can read what HR answers the drill, and no more."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from bot.drill.canary import RECEIPT, VISIT, WRITTEN, Canary


class NotKept(Exception):
    """This is no file that clausebot drill --keep has written."""


def keep(path: Path, canary: Canary) -> None:
    """Writes it, for its owner alone. Raises OSError, also where there is a file already."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(canary), file, indent=1)
        file.write("\n")


def kept(path: Path) -> Canary:
    """What was written. Raises NotKept and OSError."""
    try:
        found = json.loads(path.read_text("utf-8"))
        canary = Canary(dict(found["marks"]), float(found["made"]), str(found["receipt"]))
    except (ValueError, KeyError, TypeError):
        raise NotKept from None
    if canary.marks.keys() != {*WRITTEN, *VISIT} - {RECEIPT} or not all(len(mark) > 9 for mark in canary.marks.values()):
        raise NotKept
    return canary
