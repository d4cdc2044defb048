"""How what blocks is called from the event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

# Runs a call with its arguments in a thread of its own, the ledger's or the casebook's, and gives what it gives.
InThread = Callable[..., Awaitable[Any]]
