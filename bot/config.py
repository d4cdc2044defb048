"""Settings from the environment. All that is wrong is listed at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policy_kb import state_directory


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    `local` is the local mode; `state` is where all state lives; `secret` signs buttons and is empty unless set.
    """

    state: Path
    local: bool = False
    secret: bytes = field(default=b"", repr=False)

    @property
    def directory(self) -> Path | None:
        """The organisation's own directory of roles, where there is one."""
        own = self.state / "directory.toml"
        return own if own.exists() else None


class SettingsError(Exception):
    """The environment has mistakes; its message lists all of them."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in this environment.

    Raises SettingsError with everything that is wrong.
    """
    mistakes = []
    mode = environment.get("CLAUSEBOT_ENV", "")
    if mode not in ("", "local"):
        mistakes.append(f"CLAUSEBOT_ENV is {mode!r}; it may be 'local' or unset")
    state = state_directory(environment)
    if state.exists() and not state.is_dir():
        mistakes.append(f"CLAUSEBOT_DATA_DIR is {state}, which is not a directory")
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return Settings(state, mode == "local", environment.get("CLAUSEBOT_SECRET", "").encode())
