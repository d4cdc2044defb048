"""What filing cannot do without, computed alone: a receipt derived (Argon2id), the report and its readers sealed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

from bot.casebook import keys, receipt, recipients
from bot.casebook.sealing import seal
from bot.report_settings import HR, Recipient

_SALT = b"salt of this bench"
_REPORT, _OWN = b"x" * 1000, b"x" * 100


def computed(times: int) -> Iterator[float]:
    """How many seconds each of so many took, one after the other in one thread."""
    to = [Recipient("hr", "Hana Ruiz", HR, keys.public(keys.made()))]
    for _ in range(times):
        begun = time.perf_counter()
        words = receipt.new_words(secrets.choice)
        own = receipt.derive(words, _SALT, words)
        seal(_OWN, [own.public], 1)
        seal(_REPORT, recipients.keys(to, ()))
        yield time.perf_counter() - begun
