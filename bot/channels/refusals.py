"""Calls that were turned away: counted, and told of in the log once a minute, so that a wrong secret is noticed."""

from __future__ import annotations

import logging
import time

from bot.metrics import REFUSED

EVERY = 60.0
log = logging.getLogger(__name__)


class Refusals:
    """The refused calls of one channel; `why` says what may be wrong on our side."""

    def __init__(self, channel: str, why: str) -> None:
        self._channel = channel
        self._why = why
        self._told = float("-inf")

    def note(self) -> None:
        """One more; nothing of the call is kept or told."""
        REFUSED.labels(self._channel).inc()
        if time.monotonic() - self._told > EVERY:
            self._told = time.monotonic()
            log.warning("calls to %s are refused: %s", self._channel, self._why)
