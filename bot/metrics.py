"""What is counted, for /metrics: turns, deliveries. No text, no person."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

TURNS = Histogram(
    "clausebot_turn_seconds",
    "How long a turn took from its arrival at the dispatcher to its view.",
    ["kind", "journey", "channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
# What was delivered is not counted: less the turns that are, it would tell when turns came that must not be counted.
CALLS = Counter(
    "clausebot_platform_troubles_total",
    "Calls to a platform that did not end well at once: waited, again (once more after a lost answer), failed.",
    ["channel", "ended"],
)
REPEATED = Counter(
    "clausebot_repeated_deliveries_total", "Deliveries that had been met before and were not answered again.", ["channel"]
)
FAILED = Counter("clausebot_failed_turns_total", "Turns that ended in the apology.", ["channel"])
REFUSED = Counter("clausebot_refused_calls_total", "Calls whose signature or token did not fit.", ["channel"])
