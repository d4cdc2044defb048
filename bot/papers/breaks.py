"""Where a paragraph may be parted between two pages."""

from __future__ import annotations


def fitting(lines: int, room: int, *, fresh: bool) -> int:
    """How many of so many lines are set where there is room for so few: never one alone, here or on the next page.

    `fresh` says that the page is still empty, so that waiting for the next would not help.
    """
    if lines <= room:
        return lines
    taken = room - 1 if lines - room == 1 else room
    if taken >= 2 or fresh:
        return max(taken, 1)
    return 0
