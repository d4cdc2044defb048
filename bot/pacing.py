"""How fast a channel may be written to unasked: when the next message may go, by channel and by conversation."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# How many conversations are remembered before those that may be written to again are forgotten.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from one message to the next: in the same conversation, and in the channel as a whole."""

    conversation: float
    channel: float


# Slack: chat.postMessage takes about one message a second in a conversation, and some hundreds a minute in a workspace
# (docs.slack.dev/apis/web-api/rate-limits). Teams: 60 messages in 30 seconds in a conversation, 50 calls a second in a tenant
# (learn.microsoft.com, "Optimize your bot with rate limiting"). Mail servers say nothing; five a second offends none.
PACES: Mapping[str, Pace] = {
    "slack": Pace(1.05, 0.25),
    "teams": Pace(1.0, 0.1),
    "email": Pace(1.0, 0.2),
}
_AT_ONCE = Pace(0.0, 0.0)


class Pacing:
    """Gives each message its time. `clock` tells seconds and never goes back."""

    def __init__(self, paces: Mapping[str, Pace] = PACES, clock: Callable[[], float] = time.monotonic) -> None:
        self._paces = paces
        self._clock = clock
        self._channels: dict[str, float] = {}
        self._conversations: dict[tuple[str, str], float] = {}

    def wait(self, channel: str, conversation: str) -> float:
        """The seconds until a message may go there."""
        free = max(self._channels.get(channel, 0.0), self._conversations.get((channel, conversation), 0.0))
        return max(0.0, free - self._clock())

    def sent(self, channel: str, conversation: str) -> None:
        """A message goes there now; the next one waits."""
        now, pace = self._clock(), self._paces.get(channel, _AT_ONCE)
        self._channels[channel] = max(self._channels.get(channel, 0.0), now + pace.channel)
        if len(self._conversations) >= _MOST:
            self._conversations = {place: free for place, free in self._conversations.items() if free > now}
        self._conversations[channel, conversation] = now + pace.conversation

    def hold(self, channel: str, seconds: float) -> None:
        """The platform asks to wait: nothing goes to this channel for so many seconds."""
        self._channels[channel] = max(self._channels.get(channel, 0.0), self._clock() + seconds)
