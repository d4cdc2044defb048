"""Our server as it runs in production, with stand-ins where Slack's and Microsoft's addresses are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from bot import app, logs, server, serving
from bot.bench_http.asking import SECRET
from bot.bench_http.stand_ins import APP_ID, TEAM, TENANT
from bot.channels import Part
from bot.channels.slack.channel import Slack
from bot.channels.teams.channel import Teams
from bot.channels.teams.cloud import Cloud
from bot.config import MicrosoftSettings, Settings, SlackSettings

_PASSWORD = "not asked for"  # noqa: S105 - the bot's own token is made up below


@contextmanager
def application(settings: Settings, slack_api: str, cloud: Cloud) -> Iterator[web.Application]:
    """Slack and Teams behind the real dispatcher, its ledger in the data directory; turns are counted and logged."""
    slack = SlackSettings("xoxb-1", SECRET, api_url=slack_api, teams=(TEAM,))
    microsoft = MicrosoftSettings(APP_ID, password=_PASSWORD, tenant=TENANT, tenants=(TENANT,))
    with open(os.devnull, "w", encoding="utf-8") as nowhere, app.dispatcher(settings, seen=serving.count) as door:
        logs.log_to(nowhere)
        parts: list[Part] = [Slack(door, slack), Teams(door, microsoft, cloud=cloud, fetch=lambda: "token")]
        yield server.application(parts, lambda: door.in_thread(door.ledger.check))
