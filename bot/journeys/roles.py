"""How a role of the directory is shown."""

from __future__ import annotations

from bot.directory import Directory, Role
from bot.views import Facts

UNKNOWN = "no address in the directory yet; your supervisor can tell you"


def reach(role: Role, directory: Directory, *, discreet: bool = False) -> Facts:
    """Who it is, what for, and how to reach them; with who acts for a role that nobody holds.

    `discreet` is for reports and distress: nobody there is told what the role is for, or sent to their supervisor.
    """
    pairs = [("Who", f"{role.name}, {role.holder}" if role.holder else role.name)]
    if not discreet:
        pairs.append(("For", role.matters))
    acting = directory.acting(role)
    if acting:
        pairs.append(("Acting", f"{acting.name}, until somebody is designated ({role.because})"))
    pairs.append(("Reach", (acting or role).reach or (UNKNOWN.partition(";")[0] if discreet else UNKNOWN)))
    return Facts(tuple(pairs))
