"""The program exactly as `clausebot run` starts it, with ears: the process that the harness drives and then searches.

    python -m tests.canary.child

What is added stays in this process: every logger at DEBUG into a file of the harness, with all that is local where something was
raised; Microsoft's cloud is a stand-in; faults and planted leaks are switched by two small files. In the environment:
CANARY_CAPTURE (a directory of the harness), CANARY_CLOUD (JSON of a Cloud, where Teams is on).
"""

from __future__ import annotations

import datetime
import functools
import json
import logging
import os
import sqlite3
import sys
import threading
import time
import traceback
import types
import warnings
from pathlib import Path
from typing import Any, TextIO

CAPTURE = Path(os.environ.get("CANARY_CAPTURE", "."))
DEBUG, RAISED, FAULT, LEAK = "debug.log", "exceptions.log", "fault", "leak"
# The number of the window that the harness wants to come, and of the last one that was worked at.
WINDOW, WINDOW_DONE = "window", "window-done"
# A logger that is dead by design; it stays so here, since what it is told is told nowhere.
DEAD = "quiet"
# Longer than a dialog waits for its answer, in seconds.
SLOW = 2.5
_UNLIMITED = 1_073_741_823


def switched(name: str) -> str:
    """What the harness has written into one of its two files; empty where there is none."""
    try:
        return (CAPTURE / name).read_text()
    except FileNotFoundError:
        return ""


class Ears(logging.Handler):
    """Writes every record, whoever logs it, with its arguments and with what was local where something was raised."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(logging.DEBUG)
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """One record; nothing of it is left out but its time, which is told by every log anyway."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            said = str(record.msg)
        self._stream.write(f"{record.name} {record.levelname} {said} {record.args!r}\n")
        more = {name: value for name, value in vars(record).items() if name not in _USUAL}
        if more:
            self._stream.write(f"{more!r}\n")
        if record.exc_info and record.exc_info[1]:
            self._stream.write(told(record.exc_info[1], locals=True))
        self._stream.flush()


_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def told(error: BaseException, *, locals: bool) -> str:
    """A traceback with its causes, as a crash reporter would send it."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=locals, lookup_lines=False)
    return "".join(shown.format()) + f"{error!r} {error.args!r} {getattr(error, '__notes__', '')!r}\n"


def listen() -> None:
    """Hears what is logged, warned of and raised, in every thread, and whatever is looked at where errors are made harmless."""
    from bot import logs

    heard = open(CAPTURE / DEBUG, "a", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115 - as long as the process
    raised = open(CAPTURE / RAISED, "a", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    log_to, place = logs.log_to, logs.place

    def log_and_hear(stream: TextIO, level: int = logging.INFO) -> None:
        log_to(stream, level)
        for handler in logging.getLogger().handlers:
            handler.setLevel(level)  # what the program itself writes stays what it is
        _open_up(heard)

    def note(error: BaseException, *, locals: bool = True) -> None:
        raised.write(told(error, locals=locals))
        raised.flush()

    def placed(error: BaseException) -> str:
        note(error, locals=False)
        return place(error)

    def hooked(_: type[BaseException], error: BaseException, __: types.TracebackType | None) -> None:
        note(error)

    logs.log_to, logs.place = log_and_hear, placed
    sys.excepthook = hooked
    threading.excepthook = lambda args: note(args.exc_value) if args.exc_value else None
    sys.unraisablehook = lambda args: note(args.exc_value) if args.exc_value else None


def _open_up(heard: TextIO) -> None:
    root = logging.getLogger()
    root.addHandler(Ears(heard))
    root.setLevel(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        if name != DEAD:
            logger.setLevel(logging.DEBUG)
            logger.propagate, logger.disabled = True, False
    warnings.simplefilter("always")
    logging.captureWarnings(True)


def befriend() -> None:
    """Teams with the stand-in's cloud."""
    cloud = os.environ.get("CANARY_CLOUD")
    if not cloud:
        return
    from bot.channels.teams import channel
    from bot.channels.teams.cloud import Cloud

    given: Any = {"cloud": Cloud(**json.loads(cloud)), "fetch": lambda: "bot-token"}
    channel.Teams = functools.partial(channel.Teams, **given)  # type: ignore[misc, assignment]


def welcome() -> None:
    """Lets one machine be thousands of people: the limits on how often somebody may file are others' to test."""
    from bot.flood import Flood

    made = Flood.__init__

    def boundless(self: Flood, *given: Any, **named: Any) -> None:
        made(self, **{**named, "each": 10**9, "all": 10**9})

    Flood.__init__ = boundless  # type: ignore[method-assign]


def hasten() -> None:
    """Lets nothing rest, and a window come when the harness says so: how long reports rest is others' to test."""
    from bot.casebook.windows import Window, Windows
    from bot.jobs import Jobs
    from bot.releasing import Releasing

    after, tick, start = Windows.after, Releasing.tick, Jobs.start

    def at_once(self: Windows, moment: datetime.datetime, hold: float = 0.0) -> Window:
        return self.reached(moment) if hold else after(self, moment)

    async def asked(self: Releasing, now: datetime.datetime) -> None:
        wanted = switched(WINDOW)
        if wanted != switched(WINDOW_DONE):
            self._done = None
        await tick(self, now)
        (CAPTURE / WINDOW_DONE).write_text(wanted)

    async def listening(self: Jobs) -> None:
        await start(self)
        threading.Thread(target=_poked, args=(self,), daemon=True).start()

    Windows.after, Releasing.tick, Jobs.start = at_once, asked, listening  # type: ignore[method-assign]


def _poked(jobs: Any) -> None:
    while True:
        time.sleep(0.05)
        if switched(WINDOW) != switched(WINDOW_DONE):
            jobs.poke()


def break_down() -> None:
    """Lets databases be full and sealing fail while the harness says so."""
    from bot.database.sqlite import SQLite

    execute = SQLite._execute

    def limited(self: SQLite, sql: str, params: Any = ()) -> Any:
        if isinstance(self._connection, sqlite3.Connection):
            most = 1 if switched(FAULT) == "full" else _UNLIMITED
            self._connection.execute(f"PRAGMA max_page_count = {most}").fetchall()
        return execute(self, sql, params)

    SQLite._execute = limited  # type: ignore[method-assign]
    from bot.casebook import room, sealing

    seal = sealing.seal

    def sealed(*given: Any, **named: Any) -> Any:
        match switched(FAULT):
            case "seal":
                raise OSError("no entropy")
            case "slow":
                time.sleep(SLOW)
        return seal(*given, **named)

    for module in (sealing, room, sys.modules["bot.casebook"]):
        if getattr(module, "seal", None) is seal:
            module.seal = sealed  # type: ignore[union-attr]


def main() -> None:
    """Runs the program."""
    listen()
    from tests.canary import planting

    welcome()
    hasten()
    break_down()
    befriend()
    planting.plant(lambda: switched(LEAK))
    from bot.__main__ import main as command

    command(["run"])


if __name__ == "__main__":
    main()
