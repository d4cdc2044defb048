"""How what is sent to Teams becomes bytes; its limits are counted in these."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def encoded(content: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8, which holds three times as many letters of most scripts as escapes would.

    Half a surrogate pair, which no UTF-8 has, becomes a question mark.
    """
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
