"""Our server as it runs in production, with Slack for questions and the page for reports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from bot import app, logs, server, serving
from bot.bench_http.asking import SECRET
from bot.bench_http.stand_ins import TEAM
from bot.channels import Part
from bot.channels.slack.channel import Slack
from bot.channels.web.report import Report
from bot.config import Settings, SlackSettings
from bot.flood import Flood

_ANY = 10**9


@contextmanager
def application(settings: Settings, slack_api: str) -> Iterator[web.Application]:
    """Both behind the real dispatcher, ledger and casebook in the data directory."""
    slack = SlackSettings("xoxb-1", SECRET, api_url=slack_api, teams=(TEAM,))
    with open(os.devnull, "w", encoding="utf-8") as nowhere, app.whole(settings, seen=serving.count) as (door, _):
        logs.log_to(nowhere)
        page = Report(door.reporting, door.tokens, worked=Flood(all=_ANY), bare=Flood(all=_ANY))
        parts: list[Part] = [Slack(door, slack)]
        yield server.application(parts, lambda: door.in_thread(door.ledger.check), beside=[page])
