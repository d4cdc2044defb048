"""`clausebot doctor`: is everything set up, and what is to be done where it is not?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.doctor import endpoint, people, place, reports, slack, teams
from bot.doctor.checks import Check, skipped
from bot.doctor.web import PATIENCE, Web

if TYPE_CHECKING:
    from bot.channels.teams.cloud import Cloud


async def examine(
    settings: Settings, policies: Path | None = None, clouds: Mapping[str, Cloud] | None = None, patience: float = PATIENCE
) -> list[Check]:
    """All checks, in the order of setting up. What needs the network runs at once; nothing waits longer than a few seconds.

    `clouds` stand in for the addresses of Microsoft's clouds, `patience` the seconds that each call may take.
    """
    near = asyncio.to_thread(lambda: [*place.examine(settings, policies), *people.examine(settings), *reports.examine(settings)])
    async with Web(patience) as web:
        groups = await asyncio.gather(near, endpoint.examine(settings, web), _slack(settings, web), _teams(settings, web, clouds))
        clock = web.clock()
    here, served, on_slack, on_teams = groups
    return [*here, clock, *served, *on_slack, *on_teams]


async def _slack(settings: Settings, web: Web) -> list[Check]:
    if settings.slack:
        return await slack.examine(settings.slack, settings.url, web)
    return [skipped("Slack", "not set up: SLACK_BOT_TOKEN is unset (docs/slack.md)")]


async def _teams(settings: Settings, web: Web, clouds: Mapping[str, Cloud] | None) -> list[Check]:
    if not settings.microsoft:
        return [skipped("Teams", "not set up: MICROSOFT_APP_ID is unset (docs/teams.md)")]
    # Loading it takes half a second, which those without Teams are spared.
    from bot.channels.teams.cloud import CLOUDS

    cloud = (clouds or CLOUDS)[settings.microsoft.cloud]
    return await teams.examine(settings.microsoft, settings.url, web, cloud)
