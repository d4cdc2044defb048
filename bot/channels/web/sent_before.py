"""What has been sent already, word for word: in memory, for an hour, as digests under a key that goes with the process."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections import OrderedDict
from collections.abc import Callable

from bot.channels.web.report_body import Sent

HOUR = 3600.0
MOST = 10_000


class SentBefore:
    """A browser sends a form again where its answer is loaded anew; nothing is to be kept twice then.

    Nothing in the page tells one from another, so that each is given the very same one (P22).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = os.urandom(32)
        self._sent: OrderedDict[bytes, float] = OrderedDict()

    def first(self, sent: Sent) -> bool:
        """Whether exactly this was not sent before; from now on it was."""
        now = self._clock()
        while self._sent and (len(self._sent) >= MOST or next(iter(self._sent.values())) < now - HOUR):
            self._sent.popitem(last=False)
        mark = self._mark(sent)
        if mark in self._sent:
            return False
        self._sent[mark] = now
        return True

    def forget(self, sent: Sent) -> None:
        """It was not kept, so sending it again is to help."""
        self._sent.pop(self._mark(sent), None)

    def _mark(self, sent: Sent) -> bytes:
        files = [hashlib.sha256(each).digest() for each in sent.files]
        held = repr((sent.form, sorted(sent.values.items()), sent.work, files))
        return hmac.digest(self._key, held.encode("utf-8", "surrogatepass"), "sha256")
