"""One JSON line for each thing worth saying, on standard error. No text of a message and no person, whoever writes the line."""

from __future__ import annotations

import json
import logging
import secrets
import time
from contextvars import ContextVar
from typing import TextIO

# What belongs to one delivery carries one number, that of its apology too. It is random and says nothing of a person.
_correlation: ContextVar[str] = ContextVar("correlation", default="")
# Loggers whose own words may be printed; of all others only where, how bad and which kind of exception.
OURS = "bot"
# Libraries that write payloads when asked to debug; they stay quiet whatever the root logger is set to.
LIBRARIES = (
    "aiohttp",
    "asyncio",
    "botbuilder",
    "botframework",
    "charset_normalizer",
    "msal",
    "msrest",
    "requests",
    "requests_oauthlib",
    "slack_bolt",
    "slack_sdk",
    "urllib3",
)


class OneLine(logging.Formatter):
    """A record as one JSON object.

    The message is printed for our own loggers only: a library's message may hold a payload. Of an exception only its
    type and its place are printed, never its words.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record."""
        ours = record.name == OURS or record.name.startswith(f"{OURS}.")
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": record.getMessage() if ours else f"at {record.module}:{record.lineno}",
        }
        if number := _correlation.get():
            line["id"] = number
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line)


def log_to(stream: TextIO, level: int = logging.INFO) -> None:
    """Sends every log line of this process to this stream, and caps the libraries."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Bolt and slack_sdk are given this logger; their warnings repeat payloads, and our own channel says what failed.
    quiet()


def correlate() -> None:
    """Begins a delivery: its lines, and those of the tasks that it starts, carry a new number from here on."""
    _correlation.set(secrets.token_hex(4))


def correlation() -> str:
    """The number of the delivery that is being answered."""
    if not _correlation.get():
        correlate()
    return _correlation.get()


def quiet() -> logging.Logger:
    """A logger that says nothing at all, for a library whose warnings and errors repeat what it was given."""
    logger = logging.getLogger("quiet")
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    logger.disabled = True
    return logger


def place(error: BaseException) -> str:
    """Type of an exception and where it was raised, without its words."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "nowhere"
    return f"{type(error).__name__} at {where}"
