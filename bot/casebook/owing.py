"""What those who receive reports are still to be told of. It is kept in the casebook, so that no process takes it along."""

from __future__ import annotations

from bot.casebook.kept import ALARM, OWED, named
from bot.casebook.store import Store
from bot.casebook.windows import Window


class Owing:
    """The verbs. Each raises DatabaseGone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def owed(self) -> bool:
        """Whether something came to light at a window, by whatever replica, and its notice was not handed on yet."""
        return self._store.value(OWED) != ""

    def mark_told(self, window: Window) -> None:
        """The notice of what came to light until this window is handed on."""
        self._store.drop(OWED, named(window))

    def alarms(self) -> tuple[str, ...]:
        """The marks under which reports were handed over at once, whose notices were not handed on yet."""
        return tuple(name.removeprefix(ALARM) for name in self._store.names(ALARM))

    def alarm_told(self, mark: str) -> None:
        """The notices of what was handed over at once under this mark are handed on."""
        self._store.drop(ALARM + mark)
