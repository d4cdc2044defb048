"""One question, asked as Slack and as Microsoft ask it, until its answer is there."""

from __future__ import annotations

import asyncio
import html
import itertools
import json
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.bench_http.stand_ins import APOLOGY, APP_ID, TEAM, TENANT, StandIns
from bot.surface import COMMAND, SLACK_PATH, TEAMS_PATH

SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - signs nothing but the stand-in's own requests
# An answer that takes longer counts as an error, in seconds.
PATIENCE = 20.0
# The people who ask; the ledger keeps one line for each.
PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Call:
    """A request; `key` is what its answer is known by."""

    key: str
    path: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """One question: when it was answered (by the clock of the event loop), how long that took, and whether it was."""

    finished: float
    acknowledged: float
    answered: float
    failed: bool


class SlackCommand:
    """`/policy QUESTION`, signed. The answer stands in the acknowledgement, or comes to the `response_url`."""

    name = f"Slack: {COMMAND} QUESTION, signed"
    bare = "bare Bolt AsyncApp"

    def __init__(self, stand_ins: StandIns) -> None:
        self._url = stand_ins.url
        self._verifier = SignatureVerifier(SECRET)
        self._numbers = itertools.count(1)

    def call(self, question: str) -> Call:
        """The request for a question."""
        number = next(self._numbers)
        fields = {
            "command": COMMAND,
            "text": html.escape(question, quote=False),
            "user_id": f"U{number % PEOPLE}",
            "team_id": TEAM,
            "channel_id": "C1",
            "channel_name": "general",
            "response_url": f"{self._url}/answers/slack{number}",
            "trigger_id": f"{number}.1.a",
        }
        body, stamp = urllib.parse.urlencode(fields), str(int(time.time()))
        signature = self._verifier.generate_signature(timestamp=stamp, body=body) or ""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Signature": signature,
            "X-Slack-Request-Timestamp": stamp,
        }
        return Call(f"slack{number}", SLACK_PATH, body.encode(), headers)

    def is_answer(self, acknowledgement: bytes) -> bool:
        """Whether the acknowledgement holds the answer."""
        return bool(acknowledgement)


class TeamsMessage:
    """A message activity with a token that is checked. The answer comes to the connector."""

    name = "Teams: a message, JWT-checked"
    bare = "bare CloudAdapter"

    def __init__(self, stand_ins: StandIns) -> None:
        self._url = stand_ins.url
        self._headers = {"Content-Type": "application/json", "Authorization": stand_ins.token()}
        self._numbers = itertools.count(1)

    def call(self, question: str) -> Call:
        """The request for a question."""
        number = next(self._numbers)
        person = f"p{number % PEOPLE}"
        activity: dict[str, Any] = {
            "type": "message",
            "id": f"teams{number}",
            "timestamp": "2026-11-20T10:00:00.000Z",
            "channelId": "msteams",
            "serviceUrl": self._url,
            "from": {"id": f"29:{person}", "name": person, "aadObjectId": f"aad-{person}"},
            "recipient": {"id": f"28:{APP_ID}", "name": "Clausebot"},
            "conversation": {"id": f"a:{person}", "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "entities": [{"type": "clientInfo", "locale": "en-US"}],
            "text": question,
            "textFormat": "plain",
        }
        return Call(f"teams{number}", TEAMS_PATH, json.dumps(activity).encode(), self._headers)

    def is_answer(self, acknowledgement: bytes) -> bool:
        """Whether the acknowledgement holds the answer: never."""
        del acknowledgement
        return False


Asking = SlackCommand | TeamsMessage


async def ask(session: aiohttp.ClientSession, url: str, call: Call, asking: Asking, stand_ins: StandIns) -> Sample:
    """Asks, and waits for the acknowledgement and the answer."""
    clock = asyncio.get_running_loop().time
    expected = stand_ins.expect(call.key)
    begun, acknowledged, good = clock(), None, False
    try:
        async with asyncio.timeout(PATIENCE):
            async with session.post(f"{url}{call.path}", data=call.body, headers=call.headers) as response:
                body = await response.read()
            acknowledged = clock()
            accepted = 200 <= response.status < 300
            good = accepted and (APOLOGY not in body if asking.is_answer(body) else await expected)
    except (aiohttp.ClientError, TimeoutError):
        pass  # counted as an error below
    finally:
        stand_ins.forget(call.key)
    finished = clock()
    return Sample(finished, (acknowledged or finished) - begun, finished - begun, failed=not good)
