"""How a digest is computed again by hand from what is printed: commands for a terminal, in lines that can be copied."""

from __future__ import annotations

import base64

# Signs on a line: so many fit the page in the size of the recipes.
WIDTH = 132


def recipe(content: str) -> list[str]:
    """The lines of a command that prints the SHA-256 of this text; they work as copied, whatever a line begins or ends with.

    The text stands in it as it is where it is plain ASCII, so that it can be read. Other signs could be changed on the way
    through a page and a clipboard, so then it stands in base64.
    """
    if content.isascii() and content.isprintable():
        return ["tr -d '\\n' <<'END' | sha256sum", *wrapped(content), "END"]
    coded = base64.b64encode(content.encode()).decode()
    return ["tr -d '\\n' <<'END' | base64 -d | sha256sum", *wrapped(coded), "END"]


def wrapped(content: str, width: int = WIDTH) -> list[str]:
    """The text in lines that give it back when they are joined with nothing between; none begins or ends with a blank, where
    that can be avoided, because blanks at the edge of a line are lost easily."""
    lines = []
    while len(content) > width:
        at = width
        while at > 1 and " " in content[at - 1 : at + 1]:
            at -= 1
        at = at if at > 1 else width
        lines.append(content[:at])
        content = content[at:]
    return [*lines, content]
