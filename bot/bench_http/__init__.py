"""What a question costs over HTTP: our server beside the bare SDKs, in turn, in one run.

Bare is a Bolt AsyncApp and a CloudAdapter whose listener makes the same search and answers with the clause it finds. Each
server has a process of its own; the load and the stand-ins for Slack and Microsoft live in this one.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot import app
from bot.bench_http.report import lines
from bot.bench_http.rounds import Plan, measure
from bot.config import Settings

__all__ = ["Plan", "run"]


def run(settings: Settings, plan: Plan, progress: app.Progress) -> Iterator[str]:
    """The tables, line by line; what is kept while measuring is thrown away.

    Raises KnowledgeBaseError or CatalogueError where the data files have mistakes, and OSError where a server does not start.
    """
    app.knowledge_base(settings, progress=progress)  # fitted before anything is timed
    # On the same disk, since the ledger writes there.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=settings.state) as name:
        state = Path(name)
        shutil.copytree(settings.state / "weights", state / "weights")
        own = replace(settings, state=state, local=False, secret=b"a bench keeps no secrets")
        found = asyncio.run(measure(own, plan, progress))
    yield from lines(plan, found)
